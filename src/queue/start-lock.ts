// One starter at a time: without this lock two starters would remove each other's socket and write the same data twice.
// A lock file instead of flock, which Node does not have; a holder that died is told by its pid and start time.
import { randomUUID } from "node:crypto";
import { link, readFile, readlink, stat, unlink, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { RetryableError } from "../errors.ts";

/** A guard file older than this belongs to a process that died in the middle of a removal. */
const GUARD_MAX_MS = 5000;

/** A holder in another container cannot be asked about. No start takes longer; shorter than anybody waits. */
const ELSEWHERE_MAX_MS = 12_000;

/**
 * Takes the lock `file` (its folder must exist) and returns the way to release it.
 * Waits up to `waitMs` for a live holder, then throws RetryableError REDIS_START_LOCKED.
 */
export async function takeStartLock(
  file: string,
  waitMs: number,
  { elsewhereMaxMs = ELSEWHERE_MAX_MS }: { elsewhereMaxMs?: number } = {},
): Promise<() => Promise<void>> {
  const mine = `${file}.${randomUUID()}`;
  await writeFile(mine, await describeProcess(process.pid), { mode: 0o600 });
  try {
    const deadline = performance.now() + waitMs;
    for (;;) {
      if (await tryLink(mine, file)) return () => remove(file);
      const holder = await readText(file);
      if (holder !== undefined && !(await isAlive(holder, file, elsewhereMaxMs))) await removeStale(file, holder, mine);
      else if (performance.now() > deadline) {
        throw new RetryableError(`Another process is starting Redis and does not finish: ${file}`, {
          code: "REDIS_START_LOCKED",
          hint: "Stop the other Rondo process that uses this data folder, or give this one its own RONDO_DATA_DIR.",
        });
      } else await sleep(20);
    }
  } finally {
    await remove(mine);
  }
}

/** A hard link appears at once and with its content: nobody ever reads a half-written lock. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Two that find the same stale lock must not remove it twice: the second removal would hit a fresh one. Hence the guard. */
async function removeStale(file: string, holder: string, mine: string): Promise<void> {
  const guard = `${file}.guard`;
  if (!(await tryLink(mine, guard))) {
    if ((await ageOf(guard)) > GUARD_MAX_MS) await remove(guard);
    else await sleep(20);
    return;
  }
  try {
    if ((await readText(file)) === holder) await remove(file);
  } finally {
    await remove(guard);
  }
}

/** `pid start-time boot namespace`: a pid alone may be another process by now, and is another one in every container. */
async function describeProcess(pid: number): Promise<string> {
  const stat = await readText(`/proc/${pid}/stat`);
  // Field 22, counted after the name in brackets (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
  const start = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const boot = await readText("/proc/sys/kernel/random/boot_id");
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "?");
  return `${pid} ${start ?? "?"} ${boot?.trim() ?? "?"} ${namespace}`;
}

async function isAlive(holder: string, file: string, elsewhereMaxMs: number): Promise<boolean> {
  const [pid = "", start, boot, namespace] = holder.split(" ");
  if (!/^[1-9][0-9]*$/.test(pid)) return false;
  const [, startNow, bootNow, namespaceNow] = (await describeProcess(Number(pid))).split(" ");
  if (boot !== bootNow) return false;
  if (namespace !== undefined && namespace !== namespaceNow) return (await ageOf(file)) < elsewhereMaxMs;
  return isRunning(Number(pid)) && start === startNow;
}

/** Milliseconds since the file was made; 0 when it is gone. */
async function ageOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? 0 : Date.now() - found.ctimeMs;
}

/** True when a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined;
  }
}

async function remove(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** The system's code of an error (`ENOENT`), if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
