// Stores for tests: a real folder, and a process identity that a test can let live and die.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Clock, Log, Rounds } from "../../src/ports.ts";
import type { PullRequestRef } from "../../src/pull-request.ts";
import type { ProcessIdentity } from "../../src/store/process-identity.ts";
import { fileRounds, type StorePeriods } from "../../src/store/rounds.ts";

export const ref: PullRequestRef = {
  installationId: 11,
  repoId: 4711,
  owner: "Octo-Org",
  repo: "Hello.World",
  number: 7,
};

/** A clock that a test moves by hand. Sleepers wake in the order of their times. */
export type HandClock = Omit<Clock, "sleep"> & {
  /** `isGone`: the sleeper's process is dead or frozen by the time it wakes, so nobody waits for its next sleep. */
  sleep(ms: number, signal?: AbortSignal, isGone?: () => boolean): Promise<void>;
  advance(ms: number): Promise<void>;
  setBack(ms: number): void;
};

export const realClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

export function handClock(): HandClock {
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  let monotonicMs = 1_000_000;
  const sleepers = new Set<{ atMs: number; wake: () => void; isGone: () => boolean }>();
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => monotonicMs,
    sleep: (ms, signal, isGone = () => false) => {
      // Waiting for a lock is a matter of real files, which no hand moves.
      if (ms < 1_000) return realClock.sleep(ms, signal);
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = { atMs: monotonicMs + ms, wake: () => {}, isGone };
        sleeper.wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake);
      });
    },
    advance: async (ms) => {
      const endMs = monotonicMs + ms;
      for (;;) {
        const next = [...sleepers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        const before = sleepers.size;
        nowMs += next.atMs - monotonicMs;
        monotonicMs = next.atMs;
        next.wake();
        // Whoever woke works with real files; let it come to its next sleep, if it has one.
        for (let turn = 0; turn < 1_000 && sleepers.size < before && !next.isGone(); turn++) await sleep(1);
      }
      nowMs += endMs - monotonicMs;
      monotonicMs = endMs;
    },
    setBack: (ms) => {
      nowMs -= ms;
    },
  };
}

/** Keeps what was logged. */
export function memoryLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** Processes of one machine: which pids run, and the clock they share. */
export function machine(clock: Clock, host = "box@1", bootId = "boot-1") {
  const running = new Set<number>();
  return {
    start: (pid: number): ProcessIdentity => {
      running.add(pid);
      return {
        host,
        bootId,
        pid,
        pidStart: `start-${pid}`,
        uptimeMs: () => clock.monotonicMs(),
        isRunning: async (owner) => running.has(owner.pid) && owner.pidStart === `start-${owner.pid}`,
      };
    },
    kill: (pid: number) => void running.delete(pid),
  };
}

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rondo-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function store(
  dataDir: string,
  options: { clock?: Clock; log?: Log; identity?: ProcessIdentity; periods?: Partial<StorePeriods> } = {},
): Rounds {
  const clock = options.clock ?? realClock;
  return fileRounds({
    dataDir,
    clock,
    log: options.log ?? memoryLog(),
    identity: options.identity ?? machine(clock).start(1),
    ...(options.periods === undefined ? {} : { periods: options.periods }),
  });
}

/** A change that raises the fence by one: every save is visible in it. */
export function raiseFence(rounds: Rounds, about: PullRequestRef = ref) {
  return rounds.update(about, (record) => ({
    record: { ...record, fence: record.fence + 1 },
    event: { kind: "fenceRaised", detail: {} },
  }));
}
