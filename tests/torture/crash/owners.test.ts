// Who owns a round: a live owner keeps it however long it works, a dead one is replaced at most three times, and one that
// wakes up late finds its place taken and writes nothing.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RondoProcess } from "../../support/processes.ts";
import { isAlive, startStory, type Story } from "../../support/story.ts";
import { dividedPeriods } from "../divided-periods.ts";
import { brokenInvariants } from "../invariants.ts";
import { pageFacts } from "../page-facts.ts";
import { tortureSuite } from "../suite.ts";

// Only at full size: it waits for leases to become stale.
const suite = tortureSuite("crash");

/** A lease is stale after three seconds, a job of a dead worker free after one and a half. */
const FACTOR = 20;
const STALE_MS = 60_000 / FACTOR;

const BUG = "// BUG(P1): Add two\n";
let stage: Story | undefined;
const story = (): Story => {
  if (stage === undefined) throw new Error("the stage is not set");
  return stage;
};

/** The worker that holds the lease of the only pull request in work. */
const owner = (pid: number | undefined): RondoProcess => {
  const found = story().workers.find((worker) => worker.child.pid === pid);
  if (found === undefined) throw new Error(`no worker has the pid ${pid}`);
  return found;
};

describe.runIf(suite.isFull && !suite.isOneCell)("the owner of a round", () => {
  beforeAll(async () => {
    stage = await startStory({ serverConfig: dividedPeriods(FACTOR, { request_ms: 10_000 }) });
  }, 60_000);

  afterEach(() => {
    // A test that failed must not leave a stopped process to the next one.
    for (const worker of story().workers) worker.child.kill("SIGCONT");
  });

  afterAll(async () => await stage?.stop(), 60_000);

  it("is never robbed while it lives, and a push is recorded at once while it works", async () => {
    const second = story().startWorker();
    await second.waitFor((line) => line.msg === "Working");
    const pull = await story().open(await story().repository(), { "a.ts": `// DO: hang\n${BUG}` });
    await story().atWork(pull);
    const before = await story().record(pull);
    await sleep(2 * STALE_MS);
    expect(await story().record(pull)).toMatchObject({ claims: 0, lease: { token: before?.lease?.token } });
    expect(await story().reviewers(pull)).toHaveLength(1);
    const pushedAt = performance.now();
    const head = await story().push(pull, { "a.ts": "export const a = 1;\n" });
    await story().until(
      "the push in the state file",
      async () => (await story().record(pull))?.head_sha_seen === head,
      5000,
    );
    expect(performance.now() - pushedAt).toBeLessThan(5000);
    await story().settled(pull, "READY", 2);
    expect(brokenInvariants({ double: story().double, pull })).toEqual([]);
  }, 120_000);

  it("that wakes up late writes nothing: another one has finished", async () => {
    const pull = await story().open(await story().repository(), { "a.ts": `// DO: nap\n${BUG}` });
    await story().atWork(pull);
    const late = owner((await story().record(pull))?.lease?.pid);
    late.child.kill("SIGSTOP");
    if (story().workers.filter((one) => one.child.exitCode === null && one !== late).length === 0)
      story().startWorker();
    const record = await story().settled(pull, "OWNER_ACTION", 1, 60_000);
    expect(record.claims).toBe(1);
    await story().until("the lease's end", async () => (await story().record(pull))?.lease === null);
    const written = writes();
    const page = pageFacts(story().double, pull, []);
    late.child.kill("SIGCONT");
    await late.waitFor((line) => line.msg === "The lease is lost", 30_000);
    // Longer than its reviewer takes.
    await sleep(3000);
    expect(writes()).toEqual(written);
    expect(pageFacts(story().double, pull, [])).toBe(page);
    expect(brokenInvariants({ double: story().double, pull })).toEqual([]);
  }, 120_000);

  it("that dies is replaced three times; then a person is told, and nothing of it is left running", async () => {
    const pull = await story().open(await story().repository(), { "a.ts": `// DO: hang\n${BUG}` });
    for (let death = 1; death <= 4; death += 1) {
      const starts = await story().atWork(pull, death);
      const worker = owner((await story().record(pull))?.lease?.pid);
      await worker.end("SIGKILL");
      if (story().workers.every((one) => one.child.exitCode !== null || one.child.signalCode !== null))
        story().startWorker();
      await story().until("the takeover", async () => (await story().record(pull))?.claims === death, 60_000);
      await story().until("the end of its reviewer", () => !starts.some(({ pid }) => isAlive(pid)), 20_000);
    }
    const record = await story().settled(pull, "OWNER_ACTION", 1, 60_000);
    expect(record).toMatchObject({ reason: "worker_lost", claims: 4 });
    expect(
      story()
        .page(pull)
        .checks.every(({ status, conclusion }) => status === "completed" && conclusion !== "success"),
    ).toBe(true);
    await story().until(
      "the end of all reviewers",
      async () => !(await story().reviewers(pull)).some(({ pid }) => isAlive(pid)),
    );
    expect(await story().reviewers(pull)).toHaveLength(4);
    expect(brokenInvariants({ double: story().double, pull })).toEqual([]);
  }, 180_000);
});

/** Everything that was sent to change something; tokens change nothing. */
function writes(): string[] {
  const sent = story()
    .double.journal.writes()
    .filter(({ path }) => !path.includes("access_tokens"));
  return sent.map(({ method, path }) => `${method} ${path}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
