// Whole rounds of the built worker while its wall clock is set forth and back: they end, each thing stands once, and what
// says how long something took does not know of the jump.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startStory, type Story } from "../../support/story.ts";
import { brokenInvariants } from "../invariants.ts";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("clock");
const shiftFile = join(mkdtempSync(join(tmpdir(), "rondo-clock-")), "shift");
const setClock = (seconds: number): void => writeFileSync(shiftFile, String(seconds * 1000));

let story: Story;
beforeAll(async () => {
  setClock(0);
  story = await startStory({
    workerEnv: {
      NODE_OPTIONS: `--import=${resolve("tests/support/shifting-clock.mjs")}`,
      SHIFTED_CLOCK: shiftFile,
    },
  });
}, 60_000);
afterAll(async () => {
  try {
    // oxlint-disable-next-line vitest/no-standalone-expect -- the last word on all tests of the file
    expect(story.judge()).toEqual([]);
  } finally {
    await story.stop();
  }
}, 60_000);

/**
 * Seconds. No further: GitHub refuses an App whose clock is more than about two minutes ahead or nine behind, so with an
 * hour the round ends with GITHUB_UNAUTHORIZED until somebody sets the clock right. Leases and saves take any jump.
 */
const JUMPS = [10, -10, -300];

it("a jump while the reviewer works, and one while the round is published", { timeout: suite.timeoutMs }, async () => {
  const cells = suite
    .size(JUMPS.slice(0, 2), JUMPS)
    .flatMap((seconds) =>
      (["reviewing", "publishing"] as const).map((when) => ({ id: `${seconds} s, ${when}`, seconds, when })),
    );
  // One at a time: they share the worker's clock.
  await suite.play(cells, 1, async ({ seconds, when }) => {
    setClock(0);
    const startedAt = performance.now();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: nap\n// BUG(P1): Add two\n" });
    if (when === "reviewing") await story.atWork(pull);
    else await story.until("something published", () => story.page(pull).own.length > 0);
    setClock(seconds);
    const record = await story.settled(pull, "OWNER_ACTION", 1, 90_000);
    const tookMs = performance.now() - startedAt;
    expect(story.page(pull).titles).toEqual(["Codex Review -- Round 1 -- RESULT"]);
    expect(story.page(pull).reviews).toHaveLength(1);
    expect(record.claims).toBe(0);
    expect(brokenInvariants({ double: story.double, pull })).toEqual([]);
    for (const { duration_s: reviewed } of record.rounds.at(-1)?.reviewers ?? []) {
      expect(reviewed).toBeGreaterThan(1.9);
      expect(reviewed).toBeLessThan(tookMs / 1000);
    }
    await story.until("the lease's end", async () => (await story.record(pull))?.lease === null);
    // And the next round, on the shifted clock: nothing waits for the hour to pass.
    await story.push(pull, { "a.ts": "export const a = 1;\n" });
    await story.settled(pull, "READY", 2, 90_000);
    expect(brokenInvariants({ double: story.double, pull })).toEqual([]);
  });
});
