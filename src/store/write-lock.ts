// The lock that one change of a state file holds, for milliseconds, by whichever process. It is a file that only one
// process can create; the loser waits. A lock is taken over only from an owner that is provably gone, or, where that
// cannot be proved (another container), when it is older than any change could take.
import { randomBytes, randomInt } from "node:crypto";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { RetryableError } from "../errors.ts";
import type { Clock, Log } from "../ports.ts";
import { systemCode, writing } from "./file-errors.ts";
import { livenessOf, type ProcessIdentity } from "./process-identity.ts";
import { readRegular } from "./read-regular.ts";
import { turns } from "./turns.ts";

/** What the lock needs from outside. Times in milliseconds. */
export type LockOptions = {
  clock: Clock;
  log: Log;
  identity: ProcessIdentity;
  /** How long to wait for the lock before giving up with STATE_LOCKED. */
  lockWaitMs: number;
  /** Age at which the lock of an owner that cannot be asked about counts as abandoned. */
  lockStaleMs: number;
};

/** The lock in hand. */
export type WriteLock = {
  /** Throws RetryableError STATE_LOCKED when somebody took the lock over; asked right before the rename. */
  check(): Promise<void>;
};

/** Runs work while no other process changes the same state file; `path` is the lock file. */
export type HoldLock = <T>(path: string, work: (lock: WriteLock) => Promise<T>) => Promise<T>;

const LockFile = z.object({
  token: z.string(),
  host: z.string(),
  boot_id: z.string(),
  pid: z.number().int(),
  pid_start: z.string(),
  uptime_ms: z.number(),
});
type LockFile = z.infer<typeof LockFile>;

/** A permit to take over is held for a few system calls; an older one was left by a crash. */
const PERMIT_STALE_MS = 10_000;
/** A lock without content is being written, or its owner died in that moment. `check` catches an owner that slept. */
const EMPTY_STALE_MS = 2_000;

/**
 * The way to hold write locks. The work throws what it throws; besides, RetryableError STATE_LOCKED after `lockWaitMs`,
 * and STATE_NOT_WRITABLE when the lock cannot be written.
 */
export function writeLocks(options: LockOptions): HoldLock {
  const { clock, lockStaleMs } = options;
  /** Tokens of our own locks that could not be removed: the process lives, so nobody else may remove them. */
  const leftBehind = new Set<string>();
  const takeTurn = turns(clock);

  async function hold<T>(path: string, work: (lock: WriteLock) => Promise<T>): Promise<T> {
    const token = randomBytes(12).toString("hex");
    const file = await acquire(path, token, options, leftBehind);
    const acquiredAtMs = clock.monotonicMs();
    const isOurs = async (): Promise<boolean> => (await readLock(path))?.token === token;
    try {
      return await work({
        check: async () => {
          if (!(await isOurs())) throw locked(path, "it was taken over while this process was held up");
        },
      });
    } finally {
      try {
        // Before it is stale nobody can have taken it, and removing needs less than reading on a machine in trouble.
        if (clock.monotonicMs() - acquiredAtMs < lockStaleMs || (await isOurs())) await rm(path, { force: true });
        // Its folder may have been renamed meanwhile, and the lock with it. Empty it is abandoned, wherever it lies: else
        // every worker would wait for this process for as long as it lives.
        await file.truncate(0);
      } catch (error) {
        leftBehind.add(token);
        options.log.warn("A write lock could not be removed; the next change removes it", { file: path, error });
      } finally {
        await file.close().catch(() => undefined);
      }
    }
  }

  return async (path, work) => {
    const endTurn = await takeTurn(path, options.lockWaitMs);
    if (endTurn === undefined)
      throw locked(path, `another change in this process kept it for ${options.lockWaitMs} ms`);
    try {
      return await hold(path, work);
    } finally {
      endTurn();
    }
  };
}

async function acquire(
  path: string,
  token: string,
  options: LockOptions,
  leftBehind: Set<string>,
): Promise<FileHandle> {
  const { clock, lockWaitMs } = options;
  const deadline = clock.monotonicMs() + lockWaitMs;
  for (let attempt = 0; ; attempt++) {
    const file = await create(path, token, options.identity);
    if (file !== undefined) return file;
    if (leftBehind.size > 0) {
      const left = (await readLock(path))?.token;
      if (left !== undefined && leftBehind.delete(left)) await rm(path, { force: true });
    }
    if (await takeOver(path, options)) continue;
    if (clock.monotonicMs() >= deadline) throw locked(path, `another process kept it for ${lockWaitMs} ms`);
    // Growing and random, so that waiting processes do not meet again and again.
    await clock.sleep(1 + randomInt(0, Math.min(2 + attempt, 20)));
  }
}

/** The open file, which the caller closes; undefined when somebody has the lock. */
function create(path: string, token: string, identity: ProcessIdentity): Promise<FileHandle | undefined> {
  return writing(path, async () => {
    const file = await open(path, "wx", 0o600).catch((error: unknown) => {
      if (systemCode(error) === "EEXIST") return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    const content: LockFile = {
      token,
      host: identity.host,
      boot_id: identity.bootId,
      pid: identity.pid,
      pid_start: identity.pidStart,
      uptime_ms: identity.uptimeMs(),
    };
    try {
      await file.writeFile(JSON.stringify(content));
      return file;
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  });
}

/**
 * Removes an abandoned lock. Two processes must not both do it: the second would remove the lock of a third that came
 * between. So a second file is the permit, and its holder looks again before it removes anything.
 */
async function takeOver(path: string, options: LockOptions): Promise<boolean> {
  if (!(await isAbandoned(path, options))) return false;
  const permit = `${path}.takeover`;
  const file = await create(permit, "", options.identity);
  if (file === undefined) {
    if ((await ageByFile(permit, options)) > PERMIT_STALE_MS) await rm(permit, { force: true });
    return false;
  }
  try {
    if (!(await isAbandoned(path, options))) return false;
    options.log.warn("A write lock was left behind and is taken over", { file: path });
    await removeLeftovers(path);
    await rm(path, { force: true });
    return true;
  } finally {
    await file.close();
    await rm(permit, { force: true });
  }
}

async function isAbandoned(path: string, options: LockOptions): Promise<boolean> {
  const { identity, lockStaleMs } = options;
  const lock = await readLock(path);
  // Empty or cut: its owner is writing it right now, or died while it did.
  if (lock === undefined) return (await ageByFile(path, options)) > EMPTY_STALE_MS;
  const owner = { host: lock.host, bootId: lock.boot_id, pid: lock.pid, pidStart: lock.pid_start };
  const liveness = await livenessOf(owner, identity);
  if (liveness !== "unknown") return liveness === "dead";
  if (lock.boot_id === identity.bootId) return identity.uptimeMs() - lock.uptime_ms > lockStaleMs;
  return (await ageByFile(path, options)) > lockStaleMs;
}

/** Undefined when there is no lock, or none that says whose it is. */
async function readLock(path: string): Promise<LockFile | undefined> {
  const text = (await readRegular(path))?.toString("utf8") ?? "";
  try {
    return LockFile.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** 0 when the file is gone. */
async function ageByFile(path: string, { clock }: LockOptions): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0 : clock.now().getTime() - found.mtimeMs;
}

/** Removes the temporary files of the save that the dead owner did not finish. */
async function removeLeftovers(lock: string): Promise<void> {
  const folder = dirname(lock);
  const number = basename(lock, ".lock");
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${number}.json.`) && name.endsWith(".tmp")) await rm(join(folder, name), { force: true });
  }
}

function locked(path: string, why: string): RetryableError {
  return new RetryableError(`The state behind ${path} could not be changed: ${why}.`, {
    code: "STATE_LOCKED",
    hint: "It is tried again. If it stays, look for a Rondo process that hangs or was stopped.",
    retryAfterMs: 1_000,
  });
}
