// The lease: at most one process performs the effects of a pull request, and none of them is ever stuck with a dead one.
import * as fc from "fast-check";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Clock, HeldLease, Rounds } from "../../src/ports.ts";
import {
  handClock,
  machine,
  memoryLog,
  raiseFence,
  ref,
  store,
  temporaryFolder,
  type HandClock,
} from "../support/store.ts";

const FOLDER = "state/octo-org/hello.world";
const STALE_MS = 60_000;

test("a free lease is taken, a taken one is not, a released one is free again", async () => {
  const { open } = world();
  const [first, second] = [open(1), open(2)];

  const held = await first.acquireLease(ref);
  expect(held).toMatchObject({ takenOverFrom: null, takeovers: 0, lease: { pid: 1, host: "box@1" } });
  expect(await second.acquireLease(ref)).toBeUndefined();
  expect(await first.acquireLease(ref)).toBeUndefined();
  await held?.release();
  await held?.release();

  expect(await second.acquireLease(ref)).toMatchObject({ takenOverFrom: null, lease: { pid: 2 } });
});

test("heartbeats keep a lease for hours and neither raise rev nor fill the journal", async () => {
  const { clock, open, dataDir } = world();
  const [first, second] = [open(1), open(2)];
  const held = await first.acquireLease(ref);
  const before = await first.load(ref);

  for (let minute = 0; minute < 10; minute++) {
    await clock.advance(60_000);
    expect(await second.acquireLease(ref)).toBeUndefined();
  }

  expect(held?.lost.aborted).toBe(false);
  expect(await first.load(ref)).toEqual(before);
  expect(journalKinds(dataDir)).toEqual(["leaseAcquired"]);
});

test("the lease of a killed process is taken over at once, counted, and with the fence of the record", async () => {
  const { open, kill, dataDir } = world();
  const first = open(1);
  await raiseFence(first);
  const held = await first.acquireLease(ref);
  kill(1);
  const second = open(2);

  const taken = await second.acquireLease(ref);

  expect(taken).toMatchObject({ takenOverFrom: held?.lease, takeovers: 1, lease: { pid: 2, fence: 1 } });
  expect(journalKinds(dataDir)).toEqual(["fenceRaised", "leaseAcquired", "leaseTakenOver"]);
});

test("a process id that was given to another program does not keep a lease", async () => {
  const { open, boxes, clock, dataDir } = world();
  await open(1).acquireLease(ref);
  // Pid 1 runs, but it is another process than the one that took the lease.
  const reused = { ...boxes.start(1), pidStart: "start-later" };
  const second = store(dataDir, {
    clock,
    identity: { ...reused, isRunning: async ({ pidStart }) => pidStart === "start-later" },
  });

  expect(await second.acquireLease(ref)).toMatchObject({ takeovers: 1 });
});

test("after a reboot the lease is free at once", async () => {
  const { open, clock, dataDir } = world();
  await open(1).acquireLease(ref);
  const rebooted = machine(clock, "box@1", "boot-2").start(1);

  expect(await store(dataDir, { clock, identity: rebooted }).acquireLease(ref)).toMatchObject({ takeovers: 1 });
});

test("from another container a lease is taken over only when its heart stopped for a minute", async () => {
  const { clock, open, freeze, dataDir } = world();
  const held = await open(1).acquireLease(ref);
  const other = store(dataDir, { clock, identity: machine(clock, "other@2").start(1) });
  await clock.advance(30_000);
  freeze(1);
  await clock.advance(STALE_MS - 1_000);
  expect(await other.acquireLease(ref)).toBeUndefined();
  await clock.advance(7_000);

  expect(await other.acquireLease(ref)).toMatchObject({ takenOverFrom: held?.lease });
});

test("a process that hung finds out that its lease is lost", async () => {
  const { clock, open, freeze, thaw } = world();
  const [first, second] = [open(1), open(2)];
  const held = await first.acquireLease(ref);
  freeze(1);
  await clock.advance(STALE_MS + 10_000);
  const taken = await second.acquireLease(ref);
  expect(taken?.takeovers).toBe(1);
  expect(held?.lost.aborted).toBe(false);

  thaw(1);
  await clock.advance(6_000);

  expect(held?.lost.aborted).toBe(true);
  // Giving back what is not ours any more takes nothing away.
  await held?.release();
  expect((await second.load(ref))?.lease?.pid).toBe(2);
});

test.each([
  ["an hour back", -3_600_000],
  ["an hour forth", 3_600_000],
  ["two minutes forth", 120_000],
])("setting the time %s makes no lease look dead", async (_, ms) => {
  const { clock, open } = world();
  const [first, second] = [open(1), open(2)];
  await first.acquireLease(ref);
  await clock.advance(30_000);

  clock.setBack(-ms);

  expect(await second.acquireLease(ref)).toBeUndefined();
  await clock.advance(30_000);
  expect(await second.acquireLease(ref)).toBeUndefined();
});

test("a holder that cannot prove its life for too long gives up before others may take over", async () => {
  const { clock, open, dataDir } = world();
  const held = await open(1).acquireLease(ref);
  const path = join(dataDir, FOLDER, "7.json");
  const whole = readFileSync(path);
  writeFileSync(path, "");

  await clock.advance(45_000);
  expect(held?.lost.aborted).toBe(false);
  await clock.advance(14_000);

  expect(held?.lost.aborted).toBe(true);
  writeFileSync(path, whole);
  await expect(held?.release()).resolves.toBeUndefined();
});

test("two processes that see the same dead lease: one gets it", async () => {
  for (let run = 0; run < 20; run++) {
    const { open, kill } = world();
    await open(1).acquireLease(ref);
    kill(1);

    const taken = await Promise.all([2, 3, 4].map((pid) => open(pid).acquireLease(ref)));

    expect(taken.filter((held) => held !== undefined)).toHaveLength(1);
  }
});

type Action = { pid: number; what: "acquire" | "release" | "kill" | "wait" | "save"; ms: number };

test("whatever three processes do, no two of them hold the lease at once", { timeout: 60_000 }, async () => {
  const action = fc.record({
    pid: fc.integer({ min: 1, max: 3 }),
    what: fc.constantFrom<Action["what"][]>("acquire", "acquire", "release", "kill", "wait", "save"),
    ms: fc.constantFrom(1_000, 6_000, 61_000),
  });
  let takeovers = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 14 }), async (actions) => {
      const { clock, open, kill, startedAgain } = world();
      const stores = new Map<number, Rounds>();
      const held = new Map<number, HeldLease>();
      for (const { pid, what, ms } of actions) {
        const rounds = stores.get(pid) ?? open(startedAgain(pid));
        stores.set(pid, rounds);
        if (what === "wait") await clock.advance(ms);
        else if (what === "save") await raiseFence(rounds);
        else if (what === "release") {
          await held.get(pid)?.release();
          held.delete(pid);
        } else if (what === "kill") {
          kill(startedAgain(pid, true));
          stores.delete(pid);
          held.delete(pid);
        } else {
          const lease = await rounds.acquireLease(ref);
          takeovers += lease?.takenOverFrom ? 1 : 0;
          const isTaken = [...held.values()].some(({ lost }) => !lost.aborted);
          if (lease !== undefined) held.set(pid, lease);
          if (lease === undefined && !isTaken) throw new Error("a lease was refused although nobody has it");
        }
        expect([...held.values()].filter(({ lost }) => !lost.aborted).length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 60, endOnFailure: true, seed: 20_260_101 },
  );
  expect(takeovers).toBeGreaterThan(5);
});

/** One machine with a clock that is moved by hand, and processes that can be killed or frozen with all they wait for. */
function world() {
  const dataDir = temporaryFolder();
  const clock = handClock();
  const boxes = machine(clock);
  const dead = new Set<number>();
  const frozen = new Map<number, (() => void)[]>();
  const generations = new Map<number, number>();
  return {
    dataDir,
    clock,
    boxes,
    open: (pid: number) =>
      store(dataDir, { clock: clockOf(clock, pid, dead, frozen), log: memoryLog(), identity: boxes.start(pid) }),
    kill: (pid: number) => {
      dead.add(pid);
      boxes.kill(pid);
    },
    freeze: (pid: number) => void frozen.set(pid, []),
    thaw: (pid: number) => {
      for (const wake of frozen.get(pid) ?? []) wake();
      frozen.delete(pid);
    },
    /** Process ids are never used twice: 1, then 11, then 21. `isEnd`: this one dies now. */
    startedAgain: (pid: number, isEnd = false) => {
      const generation = generations.get(pid) ?? 0;
      if (isEnd) generations.set(pid, generation + 1);
      return pid + 10 * generation;
    },
  };
}

/** The clock of one process: a dead one wakes never, a frozen one when it is thawed. */
function clockOf(clock: HandClock, pid: number, dead: Set<number>, frozen: Map<number, (() => void)[]>): Clock {
  const never = new Promise<void>(() => {});
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal, () => dead.has(pid) || frozen.has(pid));
      if (dead.has(pid)) return never;
      const waiting = frozen.get(pid);
      if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

function journalKinds(dataDir: string): string[] {
  const lines = readFileSync(join(dataDir, FOLDER, "7.events.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => {
    const { kind }: { kind: string } = JSON.parse(line);
    return kind;
  });
}
