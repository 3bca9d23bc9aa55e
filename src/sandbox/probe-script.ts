// What a hostile command would try: runs in the place of the model's commands and reports, as one JSON line, which tries
// got through. It imports nothing of ours, because it is alone in there. Argument: a `ProbeTask` as JSON.
import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  appendFileSync,
  chmodSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, type NetConnectOpts } from "node:net";

/** Canary and marker are backwards, so that the task itself does not hold them. Paths are those of the machine. */
export type ProbeTask = {
  mode: "escape" | "processes" | "memory" | "disk";
  /** How much to try for, in the three modes that only use something up. */
  amount: number;
  mirroredCanary: string;
  mirroredMarker: string;
  repo: string;
  secretFile: string;
  publicFile: string;
  victimPid: number;
  tcpPort: number;
  udpPort: number;
  gatewayPort: number;
  abstractSocket: string;
  sockets: readonly string[];
};

// eslint-disable-next-line typescript/no-unsafe-assignment -- our own process wrote it
const task: ProbeTask = JSON.parse(process.argv[2] ?? "{}");
const STEP = 16 * 1024 * 1024;
const canary = task.mirroredCanary.split("").toReversed().join("");
const marker = task.mirroredMarker.split("").toReversed().join("");

const MODES: Readonly<Record<ProbeTask["mode"], () => Promise<void>>> = { escape, processes, memory, disk };
await MODES[task.mode]();
process.stdout.write("", () => process.exit(0));

/** Each try is true when it got through; a try that throws did not. */
async function escape(): Promise<void> {
  const leaked: Record<string, boolean> = {};
  const tries: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
    read_public_file: () => holds(task.publicFile),
    read_secret_file: () => holds(task.secretFile),
    symlink: () => holds(`${task.repo}/link`),
    proc_root: () => listProcesses().some((pid) => quietly(() => holds(`/proc/${pid}/root${task.publicFile}`))),
    // oxlint-disable-next-line no-process-env -- what a command finds there is the question
    own_environment: () => Object.values(process.env).some((value) => value?.includes(canary)),
    process_environment: () => listProcesses().some((pid) => quietly(() => holds(`/proc/${pid}/environ`))),
    process_list: () => listProcesses().some((pid) => quietly(() => read(`/proc/${pid}/cmdline`).includes(marker))),
    inherited_descriptor: () => range(3, 64).some((fd) => quietly(() => fstatSync(fd).isFile() && holds(fd))),
    write_checkout: () =>
      [
        () => writeFileSync(`${task.repo}/new`, "x"),
        () => appendFileSync(`${task.repo}/file`, "x"),
        () => chmodSync(`${task.repo}/file`, 0o777),
        () => unlinkSync(`${task.repo}/file`),
        () => mkdirSync(`${task.repo}/.git`),
      ].some(works),
    truncate: () =>
      [`${task.repo}/file`, task.publicFile, task.secretFile].some((path) => works(() => truncateSync(path))),
    kill: () => works(() => process.kill(task.victimPid, "SIGKILL")) && false,
    mount: () => works(() => execFileSync("mount", ["-t", "tmpfs", "none", "/usr"], { stdio: "ignore" })),
    setuid,
    tcp: () => reaches({ host: "127.0.0.1", port: task.tcpPort }),
    gateway_port: () => reaches({ host: "127.0.0.1", port: task.gatewayPort }),
    udp: async () => (await sendDatagram(), false),
    abstract_socket: () => reaches({ path: `\0${task.abstractSocket}` }),
    path_sockets: async () => (await Promise.all(task.sockets.map((path) => reaches({ path })))).includes(true),
  };
  for (const [name, attempt] of Object.entries(tries)) {
    leaked[name] = await Promise.resolve()
      .then(attempt)
      .catch(() => false);
  }
  const canRead = quietly(() => read(`${task.repo}/file`).includes("to be read"));
  process.stdout.write(`${JSON.stringify({ canRead, leaked })}\n`);
}

function holds(place: string | number): boolean {
  return read(place).includes(canary);
}

function read(place: string | number): string {
  return readFileSync(place, "latin1");
}

function quietly(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

function works(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function listProcesses(): string[] {
  return readdirSync("/proc").filter((name) => /^(?:\d+|self)$/.test(name));
}

/** True when this process became somebody else, or a program with the set-uid bit made it root. */
function setuid(): boolean {
  if (process.getuid?.() === 0) return works(() => process.setuid?.(12_345));
  if (works(() => process.setuid?.(0))) return true;
  return quietly(() => execFileSync("su", ["-c", "id -u"], { input: "", timeout: 1000 }).toString().trim() === "0");
}

function reaches(to: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to);
    const done = (isThrough: boolean): void => {
      socket.destroy();
      resolve(isThrough);
    };
    socket.once("connect", () => socket.write(canary, () => done(true)));
    socket.once("error", () => done(false));
    setTimeout(done, 500, false);
  });
}

/** Whether it arrives is seen at the other end: sending into an empty network succeeds. */
function sendDatagram(): Promise<void> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.on("error", () => resolve());
    socket.send(canary, task.udpPort, "127.0.0.1", () => {
      socket.close();
      resolve();
    });
  });
}

/** Starts processes that stay; says how many. */
async function processes(): Promise<void> {
  let started = 0;
  for (let i = 0; i < task.amount; i += 1) {
    const child = spawn("sleep", ["30"], { detached: true, stdio: "ignore" });
    child.on("error", () => {});
    if (child.pid !== undefined) started += 1;
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  process.stdout.write(`${JSON.stringify({ used: started })}\n`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}

/** Fills memory in steps; says how much it got. */
async function memory(): Promise<void> {
  const held: Buffer[] = [];
  for (let bytes = 0; bytes < task.amount; bytes += STEP) {
    held.push(Buffer.alloc(STEP, 1));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  process.stdout.write(`${JSON.stringify({ used: held.length * STEP })}\n`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}

/** Fills whatever folder can be written. */
async function disk(): Promise<void> {
  let used = 0;
  const step = Buffer.alloc(STEP, 1);
  for (const folder of ["/", "/tmp", "/home", "/dev", "/dev/shm", "/opt", task.repo]) {
    for (let i = 0; used < task.amount; i += 1) {
      if (!works(() => writeFileSync(`${folder}/rondo-probe-${i}`, step))) break;
      used += STEP;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  process.stdout.write(`${JSON.stringify({ used })}\n`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}
