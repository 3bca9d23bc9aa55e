// Every write of a round's state failing in turn, under the built worker: each cell is one pull request of which one write
// fails once, in one of the ways in which disks fail. Whatever failed, the round ends as if nothing had, and what people
// see stands there once. Then a disk that is full for a while: nothing is posted whose intent is not on it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PullRequest, Repository } from "../../../double/state.ts";
import type { RondoProcess } from "../../support/processes.ts";
import { startStory, type Story } from "../../support/story.ts";
import { leftBehind } from "../crash/left-behind.ts";
import { brokenInvariants, callsAbout } from "../invariants.ts";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("store");
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const WAYS = ["ENOSPC", "EIO", "EROFS", "EMFILE", "EDQUOT", "short", "late"] as const;

const folder = mkdtempSync(join(tmpdir(), "rondo-failing-disk-"));
const planFile = join(folder, "plan.json");
const trace = join(folder, "trace");
const temporary = join(folder, "tmp");
const cells: Record<string, { at: number; how: string }> = {};
let out: { under: string; code: string } | undefined;
const plan = (): void => writeFileSync(planFile, JSON.stringify({ trace, cells, ...(out && { out }) }));

let story: Story;
beforeAll(async () => {
  plan();
  mkdirSync(temporary);
  story = await startStory({
    workerEnv: {
      TMPDIR: temporary,
      NODE_OPTIONS: `--import=${resolve("tests/support/failing-disk.mjs")}`,
      FAILING_DISK: planFile,
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

describe("a disk that fails", () => {
  it(
    "once, at any write of a round: the round ends, and everything stands once",
    { timeout: suite.timeoutMs },
    async () => {
      const faultless = await review(await story.repository());
      const writes = writesOf(faultless.repo);
      expect(writes.length).toBeGreaterThan(60);
      const usual = posts(faultless.pull);
      // Read-only opens are not counted: nothing is torn by them.
      // Another way at each write and, by the seed, another one in each run; a full run takes every second write.
      const shift = suite.random.seed % WAYS.length;
      const all = writes.map((_, at) => {
        const how = WAYS[(at + shift) % WAYS.length] ?? "EIO";
        return { id: `${how} at write ${at}`, at, how };
      });
      // Behind a send the effect has happened and the record does not say so yet. The gate takes the first of the check,
      // of the comment and of the review; those between are of reactions and edits, which do no harm twice.
      const critical = await savesBehindASend(faultless, writes);
      expect(critical.length).toBeGreaterThan(3);
      const atGate = ["check", "round", "review"].map((effect) => critical.find((one) => one.effect === effect)?.at);
      expect(atGate).not.toContain(undefined);
      const full = all.filter(({ at }) => at % 2 === suite.random.seed % 2 || critical.some((one) => one.at === at));
      const some = suite.isOneCell ? all : suite.isFull ? full : all.filter(({ at }) => atGate.includes(at));
      await suite.play(some, suite.size(8, 16), async ({ at, how }) => {
        const repo = await story.repository();
        cells[repo.name] = { at, how };
        plan();
        const { pull } = await review(repo);
        expect(writesOf(repo).length, "the write was never asked for").toBeGreaterThan(at);
        expect(brokenInvariants({ double: story.double, pull })).toEqual([]);
        expect(posts(pull)).toEqual(usual);
      });
      // However many rounds there were: no checkout, no reviewer's home, no program is left of any.
      expect(await leftBehind({ work: join(story.dataDir, "work"), temporary })).toEqual([]);
    },
  );

  // Seconds of a full disk, and of growing waits behind it: more than the gate has.
  it.runIf(suite.isFull)(
    "for a while: /readyz and the log say so, nothing is posted, and then it goes on by itself",
    { timeout: 120_000 },
    async () => {
      const repo = await story.repository();
      const pull = await story.open(repo, { "a.ts": "// DO: nap\n// BUG(P1): Add two\n" });
      await story.atWork(pull);
      const [worker] = story.workers;
      if (worker === undefined) throw new Error("no worker");
      const other = await story.repository();
      const before = posts(pull).length;
      const triesBefore = triesOf(worker);
      out = { under: story.dataDir, code: "ENOSPC" };
      plan();
      const late = await story.open(other, BUG);
      // Longer than the reviewer works, and than the first wait of a job.
      await story.until("the log's word", () =>
        /STATE_NOT_WRITABLE.*"Job waits and is tried again"/.test(worker.stdout()),
      );
      await sleep(3_000);
      expect(posts(pull)).toHaveLength(before);
      expect(posts(late)).toEqual([]);
      const ready = await fetch(`${await worker.url()}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain("ENOSPC");
      expect(triesOf(worker) - triesBefore, "tries of two jobs, with growing waits").toBeLessThan(10);
      out = undefined;
      plan();
      for (const each of [pull, late]) {
        await story.settled(each, "OWNER_ACTION", 1, 90_000);
        expect(story.page(each).titles).toEqual(["Codex Review -- Round 1 -- RESULT"]);
        expect(story.page(each).reviews).toHaveLength(1);
        expect(brokenInvariants({ double: story.double, pull: each })).toEqual([]);
        expect((await story.record(each))?.claims).toBe(0);
      }
      // Once more for the answer that was lost, and not once for every try.
      expect((await story.reviewers(pull)).length).toBeLessThanOrEqual(2);
    },
  );
});

/** A pull request with a blocker from its opening to its end. */
async function review(repo: Repository): Promise<{ repo: Repository; pull: PullRequest }> {
  const pull = await story.open(repo, BUG);
  await story.settled(pull, "OWNER_ACTION", 1, 110_000);
  await story.until("the lease's end", async () => (await story.record(pull))?.lease === null);
  return { repo, pull };
}

/** Numbers of the writes that begin the save right behind an effect that was intended, with the effect's kind. */
async function savesBehindASend(
  { pull }: { pull: PullRequest },
  writes: readonly string[],
): Promise<{ at: number; effect: string }[]> {
  const file = (await story.stateFile(pull))?.replace(/\.json$/, ".events.jsonl") ?? "";
  const events = readFileSync(file, "utf8").trimEnd().split("\n");
  const saves = writes.flatMap((line, at) => (/ open .*\/1\.json\.[0-9a-f]{12}\.tmp$/.test(line) ? [at] : []));
  // The n-th save is that of the journal's n-th line.
  return events.flatMap((line, n) => {
    const effect = /"kind":"effectIntended".*\/([a-z]+)"/.exec(line)?.[1];
    return effect === undefined ? [] : [{ at: saves[n + 1] ?? -1, effect }];
  });
}

/** Writes of the worker in this repository's state folder. */
function writesOf({ name }: Repository): string[] {
  const text = existsSync(trace) ? readFileSync(trace, "utf8") : "";
  return text.split("\n").filter((line) => line.startsWith(`${name} `) && !line.includes("heartbeat"));
}

function triesOf(worker: RondoProcess): number {
  return worker.stdout().split("Job waits and is tried again").length - 1;
}

/**
 * What was made on GitHub, by its place. Not reactions: one whose save failed is sent again without a look, because GitHub
 * answers the second one like it with 200 and the first. https://docs.github.com/en/rest/reactions/reactions
 */
function posts(pull: PullRequest): string[] {
  return callsAbout({ double: story.double, pull })
    .filter(({ method, path }) => method === "POST" && !path.endsWith("/reactions"))
    .map(({ path }) => path.replace(/^.*\/repos\/[^/]+\/[^/]+/, ""))
    .toSorted();
}
