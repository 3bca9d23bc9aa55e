// One commit that is the head of several pull requests. A branch rule asks for the check of the commit, whichever pull
// request put it there: it must never be green while one of them has blockers.
import { describe, expect, it } from "vitest";
import type { CheckRun, PullRequest, Repository } from "../../double/state.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const CLEAN = { "b.ts": "export const b = 1;\n" };

describe("a commit that is the head of two pull requests", () => {
  it.concurrent("has no green check while one of them is blocked, and a green one when that is closed", async () => {
    const story = stage();
    const { repo, ready, blocked } = await twoBases(story);
    await Promise.all([story.settled(ready, "READY", 1), story.settled(blocked, "OWNER_ACTION", 1)]);
    await story.until("the same on every check", () => says(story, ready).join() === "failure,failure");
    const titles = story.page(ready).checks.map(({ output }) => output.title);
    expect(new Set(titles)).toEqual(
      new Set([`#${blocked.number}: 1 blocking finding open (worst of #${ready.number}, #${blocked.number})`]),
    );
    for (const { output } of story.page(ready).checks) {
      expect(output.summary).toContain(`- #${ready.number} into \`release\`: success (READY at round 1`);
      expect(output.summary).toContain(`- #${blocked.number} into \`main\`: failure (1 blocking finding open)`);
    }
    expect(greens(story, repo)).toEqual([]);
    // Written again and again, but every annotation once.
    expect(story.page(ready).checks.flatMap(({ annotations }) => annotations)).toHaveLength(1);

    await story.double.close(story.author, blocked);
    await story.until("green on every check", () => says(story, ready).join() === "success,success");
    const own = checkOf(story, ready);
    expect(own?.output.title).toMatch(/^READY at round 1, [0-9a-f]{7}$/);
    expect(checkOf(story, blocked)?.output.title).toMatch(new RegExp(`^#${ready.number}: READY at round 1`));
    await Promise.all([story.settled(ready, "READY", 1), story.settled(blocked, "ABORTED", 1)]);
  });

  it.concurrent("turns green when the last of them is READY, also for a fork, about which GitHub says nothing", async () => {
    const story = stage();
    const repo = await story.repository();
    const forker = story.double.createUser("two-bases");
    const fork = await story.double.createFork(forker, repo);
    story.double.setPermission(forker, repo, "write");
    await story.double.pushCommit(story.author, repo, { branch: "release", files: { "c.ts": "export {};\n" } });
    const [first, second] = await openBoth(story, repo, async () => {
      await story.double.pushCommit(forker, fork, { branch: "topic", files: { ...CLEAN, "d.ts": "// DO: nap\n" } });
      return { by: forker, headRepository: fork };
    });
    await Promise.all([story.settled(first, "READY", 1), story.settled(second, "READY", 1)]);
    await story.until("green on every check", () => says(story, first).join() === "success,success");
    expect(greensBefore(story, repo, [first, second])).toEqual([]);

    // A push takes the first away from the commit: what its old check says is what is true of the commit.
    await story.push(first, { "e.ts": "export {};\n" });
    await story.settled(first, "READY", 2);
    await story.settled(second, "READY", 2);
  });

  it.concurrent("says nothing for a draft, and asks for the review of one that is ready", async () => {
    const story = stage();
    const repo = await story.repository();
    await story.double.pushCommit(story.owner, repo, { branch: "release", files: { "c.ts": "export {};\n" } });
    await story.double.pushCommit(story.author, repo, { branch: "topic", files: CLEAN });
    const draft = { title: "Later", head: "topic", base: "release", isDraft: true };
    const later = await story.double.openPullRequest(story.author, repo, draft);
    await story.settled(later, "INIT");
    const now = await story.double.openPullRequest(story.author, repo, { title: "Now", head: "topic" });
    await story.settled(now, "READY", 1);
    expect(says(story, now)).toEqual(["success"]);
    await story.double.markReady(story.author, later);
    await story.until("a check of the second", () => says(story, now).length === 2);
    await story.settled(later, "READY", 1);
    await story.until("green on every check", () => says(story, now).join() === "success,success");
    const between = written(story, repo).filter(({ title }) => title.startsWith(`#${later.number}: `));
    expect(between.length).toBeGreaterThan(0);
  });
});

/** `release` has the bug already, so only the change into `main` brings it. */
async function twoBases(story: Story) {
  const repo = await story.repository();
  const parent = await story.double.pushCommit(story.owner, repo, { branch: "release", files: BUG });
  const [ready, blocked] = await openBoth(story, repo, async () => {
    await story.double.pushCommit(story.author, repo, { branch: "topic", files: CLEAN, parent });
    return { by: story.author };
  });
  return { repo, ready, blocked };
}

type From = { by: Story["author"]; headRepository?: Repository };

/** Two pull requests with the head `topic`: into `release` and into `main`. */
async function openBoth(
  story: Story,
  repo: Repository,
  push: () => Promise<From>,
): Promise<[PullRequest, PullRequest]> {
  const { by, headRepository } = await push();
  const from = headRepository === undefined ? {} : { headRepository };
  const open = (base: string) =>
    story.double.openPullRequest(by, repo, { title: `Into ${base}`, head: "topic", base, ...from });
  return [await open("release"), await open("main")];
}

/** Conclusions (or the status) of the checks on the head, oldest first. */
function says(story: Story, pull: PullRequest): string[] {
  const checks = story.page(pull).checks.filter(({ headSha }) => headSha === pull.headSha);
  return checks.map(({ conclusion, status }) => conclusion ?? status);
}

function checkOf(story: Story, pull: PullRequest): CheckRun | undefined {
  return story.page(pull).checks.find(({ externalId }) => externalId?.startsWith(`v1/${pull.repoId}/${pull.number}/`));
}

/** Every write of a check run of the repository so far. */
function written(story: Story, repo: Repository): { conclusion: string | null; title: string }[] {
  const { entries } = story.double.journal;
  return entries
    .filter(({ method, path }) => method !== "GET" && path.includes(`/${repo.name}/check-runs`))
    .map(({ requestBody }) => {
      const body: { conclusion?: string; output: { title: string } } = JSON.parse(requestBody.toString("utf8"));
      return { conclusion: body.conclusion ?? null, title: body.output.title };
    });
}

function greens(story: Story, repo: Repository): unknown[] {
  return written(story, repo).filter(({ conclusion }) => conclusion === "success");
}

/** Successes that were written before both were READY: those that do not name the pull requests they speak for. */
function greensBefore(story: Story, repo: Repository, pulls: readonly PullRequest[]): unknown[] {
  const all = pulls.map(({ number }) => `#${number}`).join(", ");
  return written(story, repo).filter(({ conclusion, title }) => conclusion === "success" && !title.includes(all));
}
