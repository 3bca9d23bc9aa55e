// GitHub's limits in a whole story: two workers as processes, one installation. What counts is what arrived at the double,
// by its journal: never more than the limit in any window, and nothing while GitHub asked to keep still.
import { describe, expect, it } from "vitest";
import { secondaryLimit } from "../../double/fault-presets.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const CLEAN = { "a.ts": "export const a = 1;\n" };
/** A "minute" of the workers here, in which they may create 8 things. */
const MINUTE_MS = 1500;
const CONTENT = 8;

describe("with two workers", () => {
  const stage = useStory({
    githubLimits: `{ content_per_minute: ${CONTENT} }`,
    serverConfig: `periods: { limit_minute_ms: ${MINUTE_MS} }`,
  });

  it("more pull requests than the limits allow all get their review, and none goes over", async () => {
    const story = stage();
    const second = story.startWorker();
    await second.waitFor((line) => line.msg === "Working");
    const repo = await story.repository();
    const pulls = await Promise.all(Array.from({ length: 5 }, (_, n) => story.open(repo, { [`f${n}.ts`]: "1;\n" })));
    await Promise.all(pulls.map((pull) => story.settled(pull, "READY", 1, 90_000)));
    for (const pull of pulls) expect(story.page(pull).titles).toHaveLength(2);
    const times = created(story);
    expect(times.length).toBeGreaterThanOrEqual(3 * pulls.length);
    const most = Math.max(...times.map((at) => times.filter((one) => one > at - MINUTE_MS && one <= at).length));
    // A call may take a moment on a busy machine: what is counted in one window arrives in the next.
    expect(most).toBeLessThanOrEqual(CONTENT + 3);
    expect(waits(story)).not.toEqual([]);
  });

  it("a refusal that one worker got makes both keep still for as long as GitHub asked", async () => {
    const story = stage();
    const repo = await story.repository();
    const seconds = 3;
    const match = { method: "POST", path: new RegExp(`/${repo.name}/check-runs$`) };
    story.double.faults.add({ match, fault: secondaryLimit(403, seconds) });
    const pulls = await Promise.all([1, 2, 3].map((n) => story.open(repo, { ...CLEAN, [`${n}.ts`]: "1;\n" })));
    await Promise.all(pulls.map((pull) => story.settled(pull, "READY", 1, 90_000)));
    const calls = story.double.journal.entries.filter(({ surface, path }) => surface !== "page" && !isOfApp(path));
    const refused = calls.find(({ status, fault }) => status === 403 && fault !== null);
    if (refused === undefined) throw new Error("nothing was refused");
    const answered = refused.at + (refused.durationMs ?? 0);
    const early = calls.filter(
      ({ at, surface }) => isApi(surface) && at > answered + 100 && at < refused.at + seconds * 1000,
    );
    expect(early.map(({ method, path, at }) => `${method} ${path} ${at - answered} ms after`)).toEqual([]);
  });
});

const isApi = (surface: string): boolean => surface === "rest" || surface === "graphql";

/** Calls with the App's own key, which belong to no installation. */
const isOfApp = (path: string): boolean => path.startsWith("/api/v3/app");

function created(story: Story): number[] {
  return story.double.journal.entries
    .filter(({ surface, method, path }) => surface === "rest" && method === "POST" && !path.endsWith("reactions"))
    .filter(({ path }) => !isOfApp(path))
    .map(({ at }) => at);
}

function waits(story: Story): unknown[] {
  return story.workers.flatMap((worker) => worker.log().filter(({ msg }) => /wait.* for .*limit/.test(String(msg))));
}
