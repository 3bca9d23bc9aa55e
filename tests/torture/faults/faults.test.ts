// The fault matrix: every call to GitHub of a whole story, with every way in which it can go wrong. The cells come from the
// journal of a story without trouble, which is played first; all pull requests share one web, one worker and one Redis.
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStory, type Story } from "../../support/story.ts";
import { dividedPeriods } from "../divided-periods.ts";
import { tortureSuite } from "../suite.ts";
import type { Place } from "./arrange.ts";
import { callClasses, matchOf } from "./calls.ts";
import { type FaultCell, faultCells, isForTheGate } from "./cells.ts";
import { judgeCell } from "./judge-cell.ts";
import { pageText } from "./page-text.ts";
import { logOf, playStory, setScene } from "./play.ts";
import { playOn } from "./play-on.ts";

const suite = tortureSuite("faults");
/** Periods of the product divided by this; printed with the result. */
const DIVISOR = 20;
const SETTLE_MS = 10_000 / DIVISOR;
/**
 * Not divided: on a busy machine, an answer or a sign of life that is merely slow would become a cell of its own; the
 * minute is the one that GitHub asks for; and the look around would compare every story that is played with GitHub.
 */
const KEPT = {
  ...{ request_ms: 10_000, limit_minute_ms: 62_000, reconcile_ms: 30_000 },
  ...{ heartbeat_ms: 5_000, lease_stale_ms: 60_000, job_lock_ms: 30_000, job_stalled_ms: 15_000, lock_wait_ms: 10_000 },
};
/** The cheapest reviewer that finds something: a shell, no Node. */
const QUICK = `  quick:\n    argv: ["/bin/sh", "${resolve("tests/fixtures/quick-reviewer.sh")}"]\n    paid: false\n`;
const LIMIT_MS = 240_000;
/** Stories at once: those that compute, for two cores, and those that wait. */
const BUSY = 8;
const WAITING = 20;

describe("a call to GitHub goes wrong", () => {
  let story: Story | undefined;
  beforeAll(async () => {
    story = await startStory({
      reviewers: "quick",
      serverConfig: `${QUICK}${dividedPeriods(DIVISOR, KEPT)}`,
      workerEnv: { LOG_LEVEL: "info", RONDO_CONCURRENCY: "24" },
    });
  }, 60_000);
  afterAll(async () => {
    await story?.stop();
  }, 60_000);

  it(
    "and the pull request looks the same in the end, or says why not",
    async () => {
      const stage = story;
      if (stage === undefined) throw new Error("there is no stage");
      const first = await playStory(stage, await setScene(stage, "reference"), {
        limitMs: 60_000,
        lastsSince: () => null,
      });
      const reference = pageText(stage, first);
      expect(reference).toContain("PR READY for human merge");
      const all = faultCells(callClasses(stage.double, first), suite.random);
      expect(all.length).toBeGreaterThanOrEqual(400);
      process.stdout.write(
        `torture faults: ${all.length} cells; periods divided by ${DIVISOR} except ${JSON.stringify(KEPT)}\n`,
      );
      const cells = suite.isFull || suite.isOneCell ? all : all.filter(isForTheGate);
      const play = (cell: FaultCell): Promise<void> => playCell(stage, cell, reference);
      const [waiting, busy] = [cells.filter(isWaiting), cells.filter((cell) => !isWaiting(cell))];
      const ends = await Promise.allSettled([suite.play(waiting, WAITING, play), suite.play(busy, BUSY, play)]);
      const wrong = ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    },
    suite.timeoutMs,
  );
});

/** Seconds of waiting from which on a story is played beside those that compute. */
const LONG = 5;

function isWaiting({ trouble }: FaultCell): boolean {
  return trouble.costs >= LONG;
}

let scenes = 0;

async function playCell(story: Story, cell: FaultCell, reference: string): Promise<void> {
  if (await playAt(story, cell, cell.nth, reference)) return;
  // What was read a moment ago is not read again: on a busy machine a story makes a call more or less.
  if (!(await playAt(story, cell, 1, reference))) throw new Error("the story never made the call");
}

/** False when the story ended without the call. */
async function playAt(story: Story, cell: FaultCell, nth: number, reference: string): Promise<boolean> {
  scenes += 1;
  const { trouble, call } = cell;
  const scene = await setScene(story, `owner-${String(scenes).padStart(4, "0")}`);
  const match = { ...matchOf(call, scene, story.double), nth };
  const place: Place = { story, scene, call, match, undo: [], struck: null };
  trouble.arrange(place);
  const patience = { limitMs: LIMIT_MS, lastsSince: () => (trouble.kind === "lasts" ? place.struck : null) };
  try {
    const played = await playStory(story, scene, patience);
    if (place.struck === null) return false;
    const left = trouble.after?.(place) ?? [];
    const problems = [...left, ...judgeCell(story, played, cell, { reference, settleMs: SETTLE_MS })];
    if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${logOf(story, played).slice(-3000)}`);
    if (trouble.restore !== undefined) await playOn(story, played, { trouble, place, settleMs: SETTLE_MS });
    return true;
  } finally {
    for (const takeBack of place.undo) takeBack();
    // Finished ones would be compared with GitHub at each look around. A lease that is given back at this moment stays.
    const states = join(story.dataDir, "state", scene.owner.login);
    await rm(states, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => undefined);
  }
}
