// Commands where they hardly ever stand: in a repository that was renamed, transferred or archived, in a locked conversation,
// in a finding's own thread; with a permission or a configuration that cannot be read; and what a command finds out beside
// its answer. A second worker joins on the way: what is counted is counted by both together.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serverError } from "../../double/fault-presets.ts";
import type { PullRequest } from "../../double/state.ts";
import type { PullRequestRecord } from "../../src/round/round.ts";
import { heard as heardAll } from "../support/heard.ts";
import { statesIn } from "../support/state-files.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const WAIT = { "a.ts": "// DO: wait\n// BUG(P1): Add two\n" };

describe("a command in a strange place", () => {
  it.concurrent("a repository with another name is the same repository", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.double.renameRepository(story.owner, repo, `${repo.name}-moved`);
    await story.double.comment(story.author, pull, "@codex dispute RD-1: a.ts:1 is meant so");
    const record = await story.settled(pull, "READY", 1);
    expect(record).toMatchObject({ repo_id: repo.id, repo: `olga/${repo.name}` });
    expect(story.page(pull).check?.conclusion).toBe("success");
  });

  it.concurrent("a repository that was given away stays known to those who have it now, and to them alone", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const otto = story.double.createUser("otto");
    const installation = await story.double.installApp({ account: otto, repositories: "all" });
    await story.double.transferRepository(story.owner, repo, otto);
    const find = statesIn(join(story.dataDir, "state", "otto"));
    const record = async (): Promise<PullRequestRecord | null> => JSON.parse((await find(pull))?.text ?? "null");
    await story.until("the state file at its new owner's", async () => (await record()) !== null);
    expect(await story.record(pull)).toBeNull();

    const late = await story.double.comment(story.owner, pull, "@codex review");
    await story.until("the refusal", () => story.page(pull).reactionsOn(late).includes("confused"));
    const comment = await story.double.comment(otto, pull, "@codex dispute RD-1: a.ts:1 is meant so");
    await story.until("READY", async () => (await record())?.state === "READY");
    await story.until("👍", () => story.page(pull).reactionsOn(comment).includes("+1"));
    expect(await record()).toMatchObject({ round: 1, repo: `otto/${repo.name}`, installation_id: installation.id });
    await story.until("the check", () => story.page(pull).check?.conclusion === "success");
  });

  it.concurrent("an archived repository takes nothing: the round ends, nothing is tried for ever, and it goes on later", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, WAIT);
    await story.atWork(pull);
    await story.double.archiveRepository(story.owner, repo);
    release(story, repo);
    const ended = await story.settled(pull, "OWNER_ACTION", 1);
    expect(ended.reason).toBe("reviewer_error");
    expect(ended.rounds[0]?.failure).toContain("publishing_failed");
    const left = Object.values(ended.effects).filter(({ status }) => status === "abandoned");
    expect(left.length).toBeGreaterThan(0);
    expect(Math.max(...left.map(({ tries }) => tries))).toBe(1);
    // Each thing that could not be said was tried once: nothing spins, and the log tells each once.
    const about = (line: { msg?: string | undefined }) => JSON.stringify(line).includes(`olga/${repo.name}#`);
    const loud = story.workers.flatMap((one) => one.log().filter((line) => about(line) && line["level"] === "error"));
    expect(loud.length).toBeLessThanOrEqual(left.length);
    expect(refusedCalls(story, repo.name)).toBeLessThanOrEqual(2 * left.length);
    const before = refusedCalls(story, repo.name);
    await heardAll(story, pull);
    expect(refusedCalls(story, repo.name)).toBe(before);

    await story.double.unarchiveRepository(story.owner, repo);
    await story.double.comment(story.author, pull, "@codex review");
    await story.settled(pull, "OWNER_ACTION", 2);
    expect(story.page(pull).check?.conclusion).toBe("failure");
  });

  it.concurrent("a locked conversation: the check goes on telling, and nothing is tried twice", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.double.lock(story.owner, pull);
    await heard(story, pull, await story.double.comment(story.owner, pull, "@codex review"));
    const locked = await story.settled(pull, "OWNER_ACTION", 2);
    expect(locked.reason).toBe("reviewer_error");
    expect(story.page(pull).check).toMatchObject({ status: "completed", conclusion: "action_required" });
    expect(Math.max(...Object.values(locked.effects).map(({ tries }) => tries))).toBe(1);
    await story.double.unlock(story.owner, pull);
    await story.double.comment(story.owner, pull, "@codex review");
    expect(await story.settled(pull, "OWNER_ACTION", 3)).toMatchObject({ reason: "blockers" });
    expect(story.page(pull).check?.conclusion).toBe("failure");
  });

  it.concurrent("a review comment in the diff starts a round, with 👀 while it runs", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const [thread] = story.page(pull).inline;
    if (thread === undefined) throw new Error("no inline comment");
    const said = await story.double.replyToThread(story.author, thread, "@codex review the sums");
    const record = await story.settled(pull, "OWNER_ACTION", 2);
    expect(record.rounds.at(-1)?.trigger).toMatchObject({
      focus: "the sums",
      comment: { source: "review_comment", id: said.id },
    });
    const asked = story.double.journal.entries.filter(({ path }) => path.includes(`/comments/${said.id}/reactions`));
    expect(asked.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
  });
});

describe("a finding's own thread", () => {
  it.concurrent("is what a command without RD-n is about; resolving it closes it at this commit and no longer", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const [first] = story.page(pull).inline;
    if (first === undefined) throw new Error("no inline comment");
    await story.double.replyToThread(story.author, first, "@codex accept: soon");
    await story.until("ACCEPT", async () => (await findingOf(story, pull))?.decision?.word === "ACCEPT");
    expect(await findingOf(story, pull)).toMatchObject({ id: "RD-1", status: "open", decision: { rationale: "soon" } });

    const thread = [...story.double.state.threads.values()].find(({ id }) => id === first.threadId);
    if (thread === undefined) throw new Error("no thread");
    await story.double.resolveThread(story.owner, thread);
    await story.settled(pull, "READY", 1);
    expect(await findingOf(story, pull)).toMatchObject({ status: "resolved", resolved_by: { by: "olga" } });
    expect(story.page(pull).check?.conclusion).toBe("success");
    expect(story.page(pull).own.at(-1)?.body).toContain("Disputed findings: none");
    expect(story.page(pull).own.some(({ body }) => body.includes("resolved by olga"))).toBe(true);
    await story.double.unresolveThread(story.author, thread);
    await story.settled(pull, "OWNER_ACTION", 1);
    expect(story.page(pull).check?.conclusion).toBe("failure");

    await story.double.resolveThread(story.author, thread);
    await story.settled(pull, "READY", 1);
    await story.push(pull, { ...BUG, "b.ts": "export const b = 1;\n" });
    const again = await story.settled(pull, "OWNER_ACTION", 2);
    expect(again.rounds.at(-1)?.findings).toMatchObject([{ id: "RD-1", status: "open", age: 2 }]);
    const said = story
      .page(pull)
      .inline.filter(({ viaAppId, inReplyToId }) => viaAppId !== null && inReplyToId === null);
    expect(said).toHaveLength(2);
    // Said there already: Rondo repeats nothing in the thread.
    expect(story.page(pull).inline.filter(({ viaAppId }) => viaAppId !== null)).toHaveLength(2);
  });
});

describe("what a command needs", () => {
  it.concurrent("a configuration that goes, or becomes unreadable, in the middle of a round: that round keeps what it began with", async () => {
    const story = stage();
    const start = async () => {
      const repo = await story.repository({ ".github/rondo.yml": "max_inline_comments: 0\n" });
      return { repo, pull: await story.open(repo, WAIT) };
    };
    const [gone, broken] = await Promise.all([start(), start()]);
    await Promise.all([story.atWork(gone.pull), story.atWork(broken.pull)]);
    const pushed = async (repo: typeof gone.repo, text: string | null) =>
      await story.double.pushCommit(story.owner, repo, { branch: "main", files: { ".github/rondo.yml": text } });
    await Promise.all([pushed(gone.repo, null), pushed(broken.repo, "max_inline_comments: [\n\t- {{{\n")]);
    for (const { repo } of [gone, broken]) release(story, repo);
    for (const { pull } of [gone, broken]) {
      const [round] = (await story.settled(pull, "OWNER_ACTION", 1)).rounds;
      expect(round?.config).toMatchObject({ settings: { max_inline_comments: 0 }, problems: [] });
      expect(story.page(pull).inline).toEqual([]);
      await story.push(pull, { "b.ts": "export const b = 1; // BUG(P1): Add three\n" });
    }
    for (const { pull } of [gone, broken]) {
      const record = await story.settled(pull, "OWNER_ACTION", 2);
      expect(record).toMatchObject({ reason: "blockers" });
      expect(record.rounds[1]?.config.settings.max_inline_comments).toBe(30);
      expect(story.page(pull).inline.length).toBeGreaterThan(0);
    }
    const problemsOf = async ({ pull }: typeof gone) => (await story.record(pull))?.rounds[1]?.config.problems;
    expect(await problemsOf(gone)).toEqual([]);
    expect((await problemsOf(broken))?.join()).toMatch(/line \d+, column \d+/);
    expect(story.page(broken.pull).own.some(({ body }) => /rondo\.yml.*line \d/s.test(body))).toBe(true);
  });

  it.concurrent("a permission that cannot be read is none: one 😕, no job, no comment", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const before = story.page(pull).own.length;
    const vera = story.double.createUser("vera");
    story.double.setPermission(vera, await repositoryOf(story, pull), "write");
    const match = { path: /\/collaborators\/vera\/permission/ };
    story.double.faults.add({ match, fault: serverError, times: Number.POSITIVE_INFINITY });
    const comment = await story.double.comment(vera, pull, "@codex review");
    await story.until("the refusal", () => story.page(pull).reactionsOn(comment).length > 0);
    expect(story.page(pull).reactionsOn(comment)).toEqual(["confused"]);
    expect(await story.settled(pull, "OWNER_ACTION", 1)).toMatchObject({ round: 1, pending: null });
    expect(story.page(pull).own).toHaveLength(before);
  });

  it.concurrent("a moved base branch is noted with the next own event, once", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    const tip = await story.double.pushCommit(story.owner, repo, { branch: "main", files: { "x.ts": "1;\n" } });
    const ready = () => story.page(pull).own.find(({ body }) => body.includes("PR READY for human merge"))?.body ?? "";
    expect(ready()).not.toContain("Base moved");
    await heard(story, pull, await story.double.comment(story.author, pull, "@codex status"));
    await story.until("the note", () => ready().includes(`is now ${tip}`));
    await story.double.pushCommit(story.owner, repo, { branch: "main", files: { "x.ts": "2;\n" } });
    await heard(story, pull, await story.double.comment(story.author, pull, "@codex help"));
    await story.settled(pull, "READY", 1);
    expect(ready()).toContain(`is now ${tip}`);
  });
});

describe("two workers", () => {
  it.concurrent("count one flood together: one notice, and silence from both", async () => {
    const story = stage();
    const second = story.startWorker();
    await second.waitFor((line) => line.msg === "Working", 60_000);
    const repo = await story.repository();
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    const mallory = story.double.createUser("mallory");
    const comments = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => await story.double.comment(mallory, pull, `@codex abort ${n}`)),
    );
    await heardAll(story, pull);
    const last = await story.double.comment(story.owner, pull, "@codex extend 1");
    await story.until("an answer", () => story.page(pull).reactionsOn(last).includes("+1"));
    await story.settled(pull, "READY", 1);
    const page = story.page(pull);
    expect(comments.flatMap((comment) => page.reactionsOn(comment))).toEqual(Array(5).fill("confused"));
    expect(page.titles.filter((title) => title.startsWith("IGNORED"))).toHaveLength(1);
    // Both took part, or this shows nothing.
    const part = `"intent":"commentCreated","repo":"olga/${repo.name}"`;
    expect(story.workers.every((one) => one.stdout().includes(part))).toBe(true);
  });
});

async function findingOf(story: Story, pull: PullRequest) {
  return (await story.record(pull))?.rounds.at(-1)?.findings[0];
}

async function repositoryOf(story: Story, pull: PullRequest) {
  const repo = story.double.state.repositories.get(pull.repoId);
  if (repo === undefined) throw new Error("no repository");
  return repo;
}

/** Waits until a comment has acted. */
async function heard(story: Story, pull: PullRequest, comment: { id: number }): Promise<void> {
  await story.until("the comment", async () => (await story.record(pull))?.seen_comments.includes(comment.id) === true);
}

/** Lets the reviewer that waits go on. */
function release(story: Story, { name }: { name: string }): void {
  writeFileSync(join(story.dataDir, `reviewers.jsonl.olga+${name}.go`), "");
}

function refusedCalls(story: Story, repo: string): number {
  return story.double.journal.entries.filter(({ path, status }) => status === 403 && path.includes(`/${repo}/`)).length;
}
