// The first process inside the sandbox: carries bytes from a loopback port to the gateway's socket, starts the one program
// under limits, and watches that it stays within them. It imports nothing of ours, because it is alone in there.
// Arguments: socket (or `-`), port, most processes, most bytes of memory, program, its arguments.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statfsSync } from "node:fs";
import { connect, createServer } from "node:net";

const [socket = "-", port = "0", mostProcesses = "0", mostBytes = "0", file = "", ...args] = process.argv.slice(2);

/** Exit codes of our own, far from those of the program; src/sandbox/limits.ts reads them. */
const TOO_MANY_PROCESSES = 251;
const TOO_MUCH_MEMORY = 252;
const WATCH_MS = 50;
const PAGE_BYTES = 4096;

// The limits that a process can set for itself: no core files, files of at most 64 MiB (in units of 512 bytes), a number
// of processes (does not bind root). The kernel takes these processes first when memory runs out, and the watch below
// gets its turn before them.
const LIMITED = `ulimit -c 0; ulimit -f 131072; ulimit -n 1024
ulimit -u "$1" 2>/dev/null || ulimit -p "$1" 2>/dev/null
{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
shift; exec nice -n 5 "$@"`;

if (socket === "-") start();
else {
  const server = createServer((inside) => {
    const outside = connect(socket);
    inside.pipe(outside).pipe(inside);
    inside.on("error", () => outside.destroy());
    outside.on("error", () => inside.destroy());
  });
  server.listen(Number(port), "127.0.0.1", start);
}

function start(): void {
  // The system counts threads too; codex has one for each core and some more.
  const mostTasks = String(4 * Number(mostProcesses));
  // Pipes of their own: what this process inherits may be set not to block, and codex gives up at the first full one.
  const argv = ["-c", LIMITED, "sh", mostTasks, file, ...args];
  const child = spawn("/bin/sh", argv, { stdio: ["inherit", "pipe", "pipe"] });
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  child.on("error", () => process.exit(127));
  child.on("exit", (code, signal) => {
    // The end of this process is the end of all others in the sandbox, also of those that hold the pipes open.
    const leave = (): void =>
      void process.stdout.write("", () => process.exit(signal === null ? (code ?? 1) : 128 + 9));
    child.once("close", leave);
    setTimeout(leave, 1000);
  });
  setInterval(watch, WATCH_MS);
}

function watch(): void {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  if (pids.length > Number(mostProcesses)) end(TOO_MANY_PROCESSES, `${pids.length} processes`);
  const bytes = pids.reduce((sum, pid) => sum + residentBytes(pid), 0) + scratchBytes(pids);
  if (bytes > Number(mostBytes)) end(TOO_MUCH_MEMORY, `${bytes} bytes of memory`);
}

function end(code: number, what: string): never {
  process.stderr.write(`rondo sandbox: stopped, it had ${what}\n`);
  process.exit(code);
}

/** Memory of a process that no file stands behind; https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html */
function residentBytes(pid: string): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ").map(Number);
    return Math.max(0, resident - shared) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

/** What lies in file systems of memory: those of each mount namespace that somebody in here made for itself. */
function scratchBytes(pids: readonly string[]): number {
  const seen = new Set<string>();
  let bytes = 0;
  for (const pid of pids) {
    try {
      const namespace = readlinkSync(`/proc/${pid}/ns/mnt`);
      if (seen.has(namespace)) continue;
      seen.add(namespace);
      for (const folder of ["", "/dev", "/dev/shm", "/tmp"]) bytes += usedBytes(`/proc/${pid}/root${folder}`);
    } catch {
      // It has just ended.
    }
  }
  return bytes;
}

/** TMPFS_MAGIC of statfs(2); a folder of another kind is not memory. */
const TMPFS = 0x01021994;

function usedBytes(folder: string): number {
  try {
    const { type, bsize, blocks, bfree } = statfsSync(folder);
    return type === TMPFS ? (blocks - bfree) * bsize : 0;
  } catch {
    return 0;
  }
}
