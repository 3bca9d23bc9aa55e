// The lease of a pull request: which process performs its effects right now. The lease itself is part of the state
// file; its heartbeat is a small file beside it, so that a sign of life every few seconds neither raises `rev` nor fills
// the journal. What counts is the token in the state file: a holder that no longer finds its own has lost the lease.
import { rm, rename, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Clock, HeldLease, Log, RecordChange } from "../ports.ts";
import type { Lease } from "../round/lease.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { writing } from "./file-errors.ts";
import type { StatePaths } from "./paths.ts";
import { livenessOf, type ProcessIdentity } from "./process-identity.ts";
import { readRegular } from "./read-regular.ts";
import { readLeaseToken } from "./state-file.ts";

/** What a lease needs from outside. Times in milliseconds. */
export type LeaseOptions = {
  clock: Clock;
  log: Log;
  identity: ProcessIdentity;
  /** Time between two signs of life. */
  heartbeatMs: number;
  /** A lease without a sign of life for this long may be taken over. */
  leaseStaleMs: number;
  /** Tokens of leases that this process is done with and could not give back, because the disk was in trouble. */
  unreleased: Set<string>;
};

/** A save of the state file, see `Rounds.update`. */
type Update = (change: (record: PullRequestRecord) => RecordChange) => Promise<PullRequestRecord>;

const Heartbeat = z.object({ token: z.string(), boot_id: z.string(), uptime_ms: z.number(), at: z.string() });
type Heartbeat = z.infer<typeof Heartbeat>;

/**
 * Takes the lease, or returns undefined when somebody alive has it. `seen` is the record as it was just read.
 * A takeover from a dead owner is told in the result; the state machine counts it in `claims` and starts over with each
 * round.
 */
export async function acquireLease(
  paths: StatePaths,
  seen: PullRequestRecord | null,
  update: Update,
  options: LeaseOptions,
): Promise<HeldLease | undefined> {
  const found = seen?.lease ?? null;
  // Our own of a moment ago is free: nobody died, and nobody has to wait until it is stale.
  const before = found !== null && options.unreleased.has(found.token) ? null : found;
  if (before !== null && !(await isStale(paths, before, options))) return undefined;
  const lease = newLease(options);
  // Written first: from the moment the lease is visible, its heartbeat is too.
  const beat = (): Promise<void> => writeHeartbeat(paths.heartbeat, lease.token, options);
  await beat();
  let claims = 0;
  const take = (record: PullRequestRecord): RecordChange => {
    claims = record.claims;
    const isFree = record.lease?.token === found?.token;
    return {
      record: isFree ? { ...record, lease: { ...lease, fence: record.fence } } : record,
      event: {
        kind: before === null ? "leaseAcquired" : "leaseTakenOver",
        detail: {
          host: lease.host,
          pid: lease.pid,
          ...(before === null ? {} : { from: before.host, from_pid: before.pid }),
        },
      },
    };
  };
  const saved = await update(take).catch((error: unknown) => {
    // It may be on disk all the same: a folder's flush fails after the rename.
    options.unreleased.add(lease.token);
    throw error;
  });
  if (saved.lease?.token !== lease.token) return undefined;
  if (found !== null) options.unreleased.delete(found.token);
  const held = hold(paths, saved.lease, { update, beat }, options);
  return { ...held, takenOverFrom: before, takeovers: before === null ? claims : claims + 1 };
}

/** Keeps the heart beating until the lease is released or lost. */
function hold(
  paths: StatePaths,
  lease: Lease,
  { update, beat }: { update: Update; beat: () => Promise<void> },
  { clock, log, heartbeatMs, leaseStaleMs, unreleased }: LeaseOptions,
): Pick<HeldLease, "lease" | "lost" | "release"> {
  const lost = new AbortController();
  const stopped = new AbortController();
  let provenAtMs = clock.monotonicMs();
  const giveUp = (why: string): void => {
    log.warn("The lease is lost", { file: paths.state, why });
    stopped.abort();
    lost.abort();
  };
  const prove = async (): Promise<void> => {
    try {
      const token = await readLeaseToken(paths.state);
      if (stopped.signal.aborted) return;
      if (token !== lease.token) return giveUp("another process has it, or it was cleared");
      await beat();
      provenAtMs = clock.monotonicMs();
    } catch (error) {
      log.warn("A heartbeat could not be written", { file: paths.heartbeat, error });
      // One period before others may take it: stopping late would mean two at work.
      if (clock.monotonicMs() - provenAtMs > leaseStaleMs - 2 * heartbeatMs) giveUp("no heartbeat could be written");
    }
  };
  const beating = (async () => {
    while (!stopped.signal.aborted) {
      await clock.sleep(heartbeatMs, stopped.signal);
      if (!stopped.signal.aborted) await prove();
    }
  })();
  return {
    lease,
    lost: lost.signal,
    release: async () => {
      const isLost = stopped.signal.aborted;
      stopped.abort();
      await beating;
      if (isLost) return void unreleased.add(lease.token);
      try {
        await update((record) => ({
          record: record.lease?.token === lease.token ? { ...record, lease: null } : record,
          event: { kind: "leaseReleased", detail: {} },
        }));
        await rm(paths.heartbeat, { force: true });
      } catch (error) {
        // For other processes it becomes stale without heartbeats; what the round came to is saved already.
        unreleased.add(lease.token);
        log.warn("The lease could not be released", { file: paths.state, error });
      }
    },
  };
}

function newLease({ clock, identity }: LeaseOptions): Lease {
  const now = clock.now().toISOString();
  return {
    token: randomBytes(16).toString("hex"),
    fence: 0,
    host: identity.host,
    boot_id: identity.bootId,
    pid: identity.pid,
    pid_start: identity.pidStart,
    acquired_at: now,
    heartbeat_at: now,
  };
}

/**
 * Stale: its process is gone, or it gave no sign of life for `leaseStaleMs`. Ages are taken from the clock that runs since
 * the machine booted, so that setting the time back or forth makes no lease look old.
 */
async function isStale(
  paths: StatePaths,
  lease: Lease,
  { clock, identity, leaseStaleMs }: LeaseOptions,
): Promise<boolean> {
  const owner = { host: lease.host, bootId: lease.boot_id, pid: lease.pid, pidStart: lease.pid_start };
  if ((await livenessOf(owner, identity)) === "dead") return true;
  const heartbeat = await readHeartbeat(paths.heartbeat);
  if (heartbeat?.token !== lease.token) return clock.now().getTime() - Date.parse(lease.heartbeat_at) > leaseStaleMs;
  if (heartbeat.boot_id === identity.bootId) return identity.uptimeMs() - heartbeat.uptime_ms > leaseStaleMs;
  return clock.now().getTime() - Date.parse(heartbeat.at) > leaseStaleMs;
}

/** Not flushed: after a power loss the owner is gone as well. */
function writeHeartbeat(path: string, token: string, { clock, identity }: LeaseOptions): Promise<void> {
  const content: Heartbeat = {
    token,
    boot_id: identity.bootId,
    uptime_ms: identity.uptimeMs(),
    at: clock.now().toISOString(),
  };
  return writing(path, async () => {
    const temporary = `${path}.${token.slice(0, 12)}.tmp`;
    await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
    await rename(temporary, path);
  });
}

async function readHeartbeat(path: string): Promise<Heartbeat | undefined> {
  const text = (await readRegular(path))?.toString("utf8") ?? "";
  try {
    return Heartbeat.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
