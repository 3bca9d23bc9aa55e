// Leases and write locks while the wall clock is set: whoever lives keeps its lease, whoever is dead loses it in time, and
// never do two have it. On a clock moved by hand, so that hours cost nothing.
import { expect, it } from "vitest";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { handClock, machine, raiseFence, ref, store, temporaryFolder } from "../../support/store.ts";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("clock");
const STALE_MS = 60_000;
const SECOND = 1_000;
const JUMPS = [-3600, -300, -30, -10, 10, 30, 300, 3600].map((seconds) => seconds * SECOND);
/** Milliseconds after the lease was taken: at once, between two signs of life, right before and after it would be stale. */
const MOMENTS = [0, 7, 59, 61].map((seconds) => seconds * SECOND);
const PLACES = ["same machine", "another container"] as const;

/** A random few at the gate. */
const some = (): LeaseCell[] => suite.size(suite.random.shuffle(cells).slice(0, 2), cells);

type LeaseCell = { id: string; jump: number; moment: number; place: (typeof PLACES)[number] };

const cells: LeaseCell[] = JUMPS.flatMap((jump) =>
  MOMENTS.flatMap((moment) =>
    PLACES.map((place) => ({ id: `${jump / SECOND} s after ${moment / SECOND} s, ${place}`, jump, moment, place })),
  ),
);

function world(place: LeaseCell["place"]) {
  const dataDir = temporaryFolder();
  const clock = handClock();
  const here = machine(clock);
  const there = place === "same machine" ? here : machine(clock, "box@2");
  let isDead = false;
  // The sleeper of a dead process never comes back.
  const dying = { ...clock, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal, () => isDead) };
  const owner = store(dataDir, { clock: dying, identity: here.start(1) });
  const other = store(dataDir, { clock, identity: there.start(2) });
  const kill = (): void => {
    here.kill(1);
    isDead = true;
  };
  return { dataDir, clock, owner, other, kill };
}

it("a live owner is never robbed, whatever the clock says", { timeout: suite.timeoutMs }, async () => {
  await suite.play(some(), 1, async ({ jump, moment, place }) => {
    const { clock, owner, other } = world(place);
    const held = await owner.acquireLease(ref);
    await clock.advance(moment);
    clock.setBack(-jump);
    for (let waited = 0; waited < 3 * STALE_MS; waited += 10 * SECOND) {
      expect(await other.acquireLease(ref), `${waited} ms after the jump`).toBeUndefined();
      await clock.advance(10 * SECOND);
    }
    expect(held?.lost.aborted).toBe(false);
    await held?.release();
    const next = await other.acquireLease(ref);
    expect(next).toMatchObject({ takenOverFrom: null });
    await next?.release();
  });
});

it(
  "a dead owner's lease is free at once here, after a minute elsewhere, never sooner or later",
  { timeout: suite.timeoutMs },
  async () => {
    await suite.play(some(), 1, async ({ jump, moment, place }) => {
      const { dataDir, clock, owner, other, kill } = world(place);
      await owner.acquireLease(ref);
      await clock.advance(moment);
      const heartbeat = join(dataDir, "state/octo-org/hello.world/7.heartbeat.json");
      const text = readFileSync(heartbeat, "utf8");
      const lastSignMs = z.object({ uptime_ms: z.number() }).parse(JSON.parse(text)).uptime_ms;
      kill();
      clock.setBack(-jump);
      let taken = await other.acquireLease(ref);
      while (taken === undefined) {
        await clock.advance(SECOND);
        // What the dead process still wrote in its sleep is none of its doing.
        writeFileSync(heartbeat, text);
        taken = await other.acquireLease(ref);
        expect(clock.monotonicMs() - lastSignMs).toBeLessThan(STALE_MS + 10 * SECOND);
      }
      // Here it can be asked after; elsewhere only its silence tells.
      expect(clock.monotonicMs() - lastSignMs > STALE_MS).toBe(place === "another container");
      expect(taken.takeovers).toBe(1);
      await taken.release();
    });
  },
);

it("saves go on, with journal ids that rise, while the clock is set between any two of them", async () => {
  const { clock, owner, other } = world("another container");
  const revs: number[] = [];
  for (let n = 0; n < suite.size(10, 400); n++) {
    const jump = JUMPS[Math.floor(suite.random.next() * JUMPS.length)] ?? 0;
    clock.setBack(-jump);
    revs.push((await raiseFence(suite.random.next() < 0.5 ? owner : other)).rev);
  }
  expect(revs).toEqual(revs.map((_, n) => n + 1));
});
