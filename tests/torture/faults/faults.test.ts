// The fault matrix: every call to GitHub of a whole story, with every way in which it can go wrong. The cells come from the
// journal of a story without trouble, which is played first; all pull requests share one web, one worker and one Redis.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStory, type Story } from "../../support/story.ts";
import { dividedPeriods } from "../divided-periods.ts";
import { tortureSuite } from "../suite.ts";
import { callClasses, matchOf } from "./calls.ts";
import { type FaultCell, faultCells } from "./cells.ts";
import { judgeCell } from "./judge-cell.ts";
import { pageText } from "./page-text.ts";
import { logOf, playStory, setScene } from "./play.ts";

const suite = tortureSuite("faults");
/** Periods of the product divided by this; printed with the result. */
const DIVISOR = 5;
const SETTLE_MS = 10_000 / DIVISOR;
const REQUEST_MS = 10_000;
const LIMIT_MS = 240_000;

describe("a call to GitHub goes wrong", () => {
  let story: Story | undefined;
  beforeAll(async () => {
    // Not the time of a request: on a busy machine, an answer that is merely slow would become a cell of its own.
    const periods = dividedPeriods(DIVISOR).replace(/request_ms: \d+/, `request_ms: ${REQUEST_MS}`);
    story = await startStory({ serverConfig: periods });
  }, 60_000);
  afterAll(async () => {
    await story?.stop();
  }, 60_000);

  it(
    "and the pull request looks the same in the end, or says why not",
    async () => {
      const stage = story;
      if (stage === undefined) throw new Error("there is no stage");
      const first = await playStory(stage, await setScene(stage, "reference"), { limitMs: 60_000, isLasting: false });
      const reference = pageText(stage, first);
      expect(reference).toContain("PR READY for human merge");
      const all = faultCells(callClasses(stage.double, first), suite.random);
      const cells = suite.isFull || suite.isOneCell ? all : all.filter(isForTheGate);
      expect(all.length).toBeGreaterThanOrEqual(400);
      // Lasting waits first: they pass while the others are played.
      const ordered = cells.toSorted((a, b) => b.trouble.costs - a.trouble.costs);
      await suite.play(ordered, suite.size(12, 40), (cell) => playCell(stage, cell, reference));
    },
    suite.timeoutMs,
  );
});

let scenes = 0;

async function playCell(story: Story, cell: FaultCell, reference: string): Promise<void> {
  scenes += 1;
  const scene = await setScene(story, `owner-${String(scenes).padStart(4, "0")}`);
  const match = { ...matchOf(cell.call, scene, story.double), nth: cell.nth };
  cell.trouble.arrange({ story, scene, match });
  const isLasting = cell.trouble.kind === "lasts";
  const played = await playStory(story, scene, { limitMs: LIMIT_MS, isLasting });
  const problems = judgeCell(story, played, cell, { reference, settleMs: SETTLE_MS });
  if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${logOf(story, played).slice(-3000)}`);
}

/** The calls that make something, with what leaves open whether they did; and one cell of each other kind. */
function isForTheGate({ call, trouble }: FaultCell): boolean {
  const isPost =
    call.method === "POST" && /check-runs|issues\/\{issue_number\}\/comments|reviews$|replies/.test(call.name);
  if (isPost) return /^(?:500 after|reset after)$/.test(trouble.name);
  const ONE: Record<string, RegExp> = {
    "401 expired token": /PATCH.*issues\/comments/,
    "404 twice": /PATCH.*check-runs/,
    "429": /PATCH.*check-runs/,
    "cut JSON": /POST.*check-runs/,
  };
  return ONE[trouble.name]?.test(call.name) ?? false;
}
