// Commands where they hardly ever stand: in a repository that was renamed, in a finding's own thread; with a permission that
// cannot be read; and what a command finds out beside its answer.
import { describe, expect, it } from "vitest";
import { serverError } from "../../double/fault-presets.ts";
import type { PullRequest } from "../../double/state.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };

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
