// A public repository, and people whom nobody knows. They get what costs nothing; they cannot spend, block, unblock or
// flood. The scripted reviewer counts as paid here.
import { describe, expect, it } from "vitest";
import type { PullRequest, Repository, Role, User } from "../../double/state.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory({ reviewers: "scripted,static", isPaid: true });

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };

let forks = 0;

/** A pull request from a stranger's fork. */
async function fromFork(
  story: Story,
  repo: Repository,
  role: Role = "none",
): Promise<{ pull: PullRequest; stranger: User; fork: Repository }> {
  forks += 1;
  const stranger = story.double.createUser(`stranger-${forks}`);
  story.double.setPermission(stranger, repo, role);
  const fork = await story.double.createFork(stranger, repo);
  await story.double.pushCommit(stranger, fork, { branch: "topic", files: CLEAN });
  const draft = { title: "A gift", head: "topic", headRepository: fork };
  return { pull: await story.double.openPullRequest(stranger, repo, draft), stranger, fork };
}

describe("a stranger's pull request", () => {
  it.concurrent("gets a static round by itself, however often they push, and a maintainer starts the full one", async () => {
    const story = stage();
    const { pull, stranger, fork } = await fromFork(story, await story.repository());
    const first = await story.settled(pull, "OWNER_ACTION", 1);
    expect(first).toMatchObject({ reason: "full_review" });
    expect(first.rounds[0]).toMatchObject({ withheld: ["scripted"], reviewers: [{ name: "static" }] });
    expect(story.page(pull).check).toMatchObject({
      conclusion: "action_required",
      output: { title: "a maintainer can start the full review" },
    });
    for (const order of ["@codex review", "@codex full review", "@codex resume", "@codex extend 5"]) {
      const comment = await story.double.comment(stranger, pull, order);
      await story.until("the refusal", () => story.page(pull).reactionsOn(comment).includes("confused"));
    }
    await story.double.pushCommit(stranger, fork, { branch: "topic", files: BUG });
    const second = await story.settled(pull, "OWNER_ACTION", 2);
    expect(second.rounds[1]).toMatchObject({ withheld: ["scripted"] });
    expect(await story.reviewers(pull)).toEqual([]);
    expect(story.page(pull).own).toHaveLength(2);
    expect(story.page(pull).check?.conclusion).toBe("action_required");

    await story.double.comment(story.owner, pull, "@codex review");
    expect(await story.settled(pull, "OWNER_ACTION", 3)).toMatchObject({ reason: "blockers" });
    expect(await story.reviewers(pull)).toHaveLength(1);
  });

  it.concurrent("is never paid for with forks: never, and always with forks: auto", async () => {
    const story = stage();
    const never = await fromFork(story, await story.repository({ ".github/rondo.yml": "forks: never\n" }));
    const auto = await fromFork(story, await story.repository({ ".github/rondo.yml": "forks: auto\n" }));
    await story.settled(auto.pull, "READY", 1);
    await story.settled(never.pull, "OWNER_ACTION", 1);
    await story.double.comment(story.owner, never.pull, "@codex review");
    expect(await story.settled(never.pull, "OWNER_ACTION", 2)).toMatchObject({ reason: "full_review" });
    expect(await story.reviewers(never.pull)).toEqual([]);
    expect(await story.reviewers(auto.pull)).toHaveLength(1);
  });

  it.concurrent("gets only a check where every reviewer costs money, unless they may push", async () => {
    const story = stage();
    const repo = await story.repository({ ".github/rondo.yml": "reviewers: [scripted]\n" });
    const { pull } = await fromFork(story, repo);
    await story.settled(pull, "OWNER_ACTION", 0);
    expect(story.page(pull)).toMatchObject({ own: [], reactions: [], check: { conclusion: "action_required" } });
    const known = await fromFork(story, repo, "write");
    await story.settled(known.pull, "READY", 1);
    expect(await story.reviewers(known.pull)).toHaveLength(1);
  });
});

describe("a flood", () => {
  it.concurrent("of refused commands is five reactions, one notice, and silence; others are heard", async () => {
    const story = stage();
    const sam = story.double.createUser("sam");
    const repo = await story.repository();
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    const comments = [];
    for (let n = 0; n < 25; n += 1) comments.push(await story.double.comment(sam, pull, `@codex abort ${n}`));
    await story.until("the notice", () =>
      story.page(pull).titles.some((title) => title.startsWith("IGNORED: too many")),
    );
    const last = await story.double.comment(story.owner, pull, "@codex extend 1");
    await story.until("an answer", () => story.page(pull).reactionsOn(last).includes("+1"));
    const page = story.page(pull);
    expect(comments.flatMap((comment) => page.reactionsOn(comment))).toEqual(Array(5).fill("confused"));
    expect(page.titles.filter((title) => title.startsWith("IGNORED"))).toHaveLength(1);
    expect(await story.settled(pull, "READY", 1)).toMatchObject({ extended: 1 });
    const asked = story.double.journal.entries.filter(({ path }) => path.includes("/collaborators/sam/"));
    expect(asked.length).toBeLessThanOrEqual(1);
  });
});
