// Whole rounds of the built worker while its wall clock is set forth and back, by seconds and by an hour: they end as if
// nothing had happened, each thing stands once, GitHub takes the App's key, and nothing that waits waits for longer.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PullRequest, Repository } from "../../../double/state.ts";
import { startStory, type Story } from "../../support/story.ts";
import { brokenInvariants } from "../invariants.ts";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("clock");
const folder = mkdtempSync(join(tmpdir(), "rondo-clock-"));
const shiftFile = join(folder, "shift");
const setClock = (seconds: number): void => writeFileSync(shiftFile, String(seconds * 1000));

/** The first wait after a send with an unclear end: long enough to set the clock in it. */
const SETTLE_MS = 2_000;

let story: Story;
beforeAll(async () => {
  setClock(0);
  story = await startStory({
    serverConfig: `periods: { settle_ms: ${SETTLE_MS}, job_stalled_ms: 1000 }`,
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
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

const JUMPS = [10, -10, 300, -300, 3600, -3600];
/** `waiting`: between a send whose end is unclear and the look for what came of it. */
const MOMENTS = ["reviewing", "publishing", "waiting"] as const;
type Jump = { id: string; seconds: number; when: (typeof MOMENTS)[number] | "from the start" };

const cells: Jump[] = JUMPS.flatMap((seconds) =>
  MOMENTS.map((when) => ({ id: `${seconds} s, ${when}`, seconds, when })),
);
/** At the gate: the clock that makes GitHub refuse a key, and the one that makes timers late. */
const GATE = ["3600 s, reviewing", "-3600 s, waiting"];

it("the clock is set while a round goes on", { timeout: suite.timeoutMs }, async () => {
  expect(cells).toHaveLength(JUMPS.length * MOMENTS.length);
  const gate = suite.isOneCell ? cells : cells.filter(({ id }) => GATE.includes(id));
  // One at a time: they share the worker's clock.
  await suite.play(suite.size(gate, cells), 1, async (cell) => {
    setClock(0);
    const repo = await story.repository();
    if (cell.when === "waiting") failFirstComment(repo);
    const pull = await story.open(repo, { "a.ts": "// DO: nap\n// BUG(P1): Add two\n" });
    await reach(pull, cell.when);
    await endsWell(pull, cell.seconds);
  });
});

// Stopping and starting costs seconds, which the gate does not have.
it("a worker starts with a clock that is wrong by an hour", { timeout: suite.timeoutMs }, async () => {
  const starts: Jump[] = [3600, -3600].map((seconds) => ({
    id: `${seconds} s, from the start`,
    seconds,
    when: "from the start",
  }));
  expect(starts).toHaveLength(2);
  await suite.play(suite.isOneCell ? starts : suite.size([], starts), 1, async ({ seconds }) => {
    story.workers.at(-1)?.child.kill("SIGTERM");
    await story.workers.at(-1)?.exited();
    setClock(seconds);
    story.startWorker();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: nap\n// BUG(P1): Add two\n" });
    await endsWell(pull, seconds);
  });
});

/** The comment that opens the round is made, and the answer says that it failed. */
function failFirstComment(repo: Repository): void {
  const match = { method: "POST", path: new RegExp(`/${repo.name}/issues/1/comments`) };
  story.double.faults.add({ match, fault: { kind: "status", when: "after", status: 502 } });
}

async function reach(pull: PullRequest, when: Jump["when"]): Promise<void> {
  if (when === "reviewing") await story.atWork(pull);
  else await story.until("something published", () => story.page(pull).own.length > 0);
  if (when !== "waiting") return;
  const isWaiting = async (): Promise<boolean> =>
    Object.values((await story.record(pull))?.effects ?? {}).some(({ not_before: at }) => at !== null);
  await story.until("the wait", isWaiting);
}

/** Sets the clock; both rounds end in seconds, with times that GitHub would give them. */
async function endsWell(pull: PullRequest, seconds: number): Promise<void> {
  const [startedAt, setAtMs] = [performance.now(), Date.now()];
  setClock(seconds);
  const record = await story.settled(pull, "OWNER_ACTION", 1, 90_000);
  const tookMs = performance.now() - startedAt;
  expect(story.page(pull).titles).toEqual(["Codex Review -- Round 1 -- RESULT"]);
  expect(story.page(pull).reviews).toHaveLength(1);
  expect(record.claims).toBe(0);
  expect(brokenInvariants({ double: story.double, pull, settleMs: SETTLE_MS })).toEqual([]);
  const round = record.rounds.at(-1);
  // A clock ten seconds off is no wrong clock, and one that is told otherwise by GitHub is put right within 20 s.
  expect(Math.abs(Date.parse(round?.ended_at ?? "") - setAtMs - tookMs), "when it ended").toBeLessThan(40_000);
  for (const { duration_s: reviewed } of round?.reviewers ?? []) {
    expect(reviewed).toBeGreaterThan(1.9);
    expect(reviewed).toBeLessThan(5 + tookMs / 1000);
  }
  await story.until("the lease's end", async () => (await story.record(pull))?.lease === null);
  // And the next round, on the wrong clock, with a new token for its checkout.
  await story.push(pull, { "a.ts": "export const a = 1;\n" });
  await story.settled(pull, "READY", 2, 90_000);
  expect(brokenInvariants({ double: story.double, pull, settleMs: SETTLE_MS })).toEqual([]);
}
