// What starts a round by itself and what does not, per repository; base branches that move, merge queues, and a Rondo that
// is shut out for a while.
import { describe, expect, it } from "vitest";
import type { Repository } from "../../double/state.ts";
import { heard } from "../support/heard.ts";
import { isAlive, type Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const HANG = { "a.ts": "// DO: hang\n" };

const configured = (story: Story, yaml: string): Promise<Repository> =>
  story.repository({ ".github/rondo.yml": yaml, "docs/old.md": "# Old\n" });

describe("a trigger that is off", () => {
  it.concurrent("opened: a push still starts a round", async () => {
    const story = stage();
    const pull = await story.open(await configured(story, "triggers: { opened: false }\n"), HANG);
    await heard(story, pull);
    expect(story.page(pull)).toMatchObject({ checks: [], own: [], reactions: [] });
    await story.push(pull, CLEAN);
    await story.settled(pull, "READY", 1);
  });

  it.concurrent("synchronize: the first round stays what it was, a label starts the next", async () => {
    const story = stage();
    const pull = await story.open(await configured(story, "triggers: { synchronize: false }\n"), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.push(pull, CLEAN);
    await heard(story, pull);
    expect((await story.record(pull))?.round).toBe(1);
    await story.double.label(story.owner, pull, "something", "rondo:review");
    const record = await story.settled(pull, "READY", 2);
    expect(record.rounds.at(-1)).toMatchObject({ reason: "manual", trigger: { kind: "label", actor: "olga" } });
  });

  it.concurrent("ready_for_review and reopened: neither starts one, a command does", async () => {
    const story = stage();
    const repo = await configured(story, "triggers: { ready_for_review: false, reopened: false, label: null }\n");
    const pull = await story.open(repo, CLEAN, { draft: true });
    await story.settled(pull, "INIT");
    await story.double.markReady(story.author, pull);
    await story.double.label(story.owner, pull, "rondo:review");
    await heard(story, pull);
    await story.double.close(story.author, pull);
    await story.settled(pull, "ABORTED");
    await story.double.reopen(story.author, pull);
    await heard(story, pull);
    expect(story.page(pull).checks).toEqual([]);
  });
});

describe("an excluded pull request", () => {
  it.concurrent.each([
    ["ignore_titles: [wip]\n", {}],
    ["ignore_authors: [Ada]\n", {}],
    ["base_branches: [release/*]\n", {}],
    ["paths: ['src/**']\n", {}],
    ["exclude: ['*.ts', '!b.ts']\n", {}],
    ["enabled: false\n", {}],
  ])("%s gets nothing at all", async (yaml) => {
    const story = stage();
    const pull = await story.open(await configured(story, yaml), HANG, { title: "WIP: sums" });
    await heard(story, pull);
    expect(story.page(pull)).toMatchObject({ checks: [], own: [], reactions: [] });
    expect(await story.record(pull)).toBeNull();
  });

  it.concurrent("with on_skip: pass gets a neutral check, and a command still starts a round", async () => {
    const story = stage();
    const repo = await configured(story, "ignore_labels: [wip]\non_skip: pass\n");
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    await story.double.label(story.author, pull, "wip");
    await story.push(pull, BUG);
    await story.until("a check", () => story.page(pull).check?.conclusion === "neutral");
    await story.settled(pull, "INIT", 1);
    expect(story.page(pull).check?.output.title).toBe("Not reviewed: ignore_labels names wip");
    expect(story.page(pull).own.at(-1)?.body).toMatch(/SUPERSEDED/);
    await story.double.comment(story.author, pull, "@codex review");
    await story.settled(pull, "OWNER_ACTION", 2);
    expect(story.page(pull).check?.conclusion).toBe("failure");
  });

  it.concurrent("files that paths leave out are listed, not read, and hold nothing back", async () => {
    const story = stage();
    const repo = await configured(story, "exclude: ['generated/**']\n");
    const files = { ...CLEAN, "generated/b.ts": "export const b = 1; // BUG(P1): Not to be seen\n" };
    const pull = await story.open(repo, files);
    const record = await story.settled(pull, "READY", 1);
    expect(record.rounds[0]?.omitted).toEqual([{ path: "generated/b.ts", reason: "excluded" }]);
  });
});

describe("a base branch that moved after READY", () => {
  it.concurrent("starts a new round with on_base_change: rerun", async () => {
    const story = stage();
    const repo = await configured(story, "on_base_change: rerun\n");
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    const tip = await story.double.pushCommit(story.owner, repo, { branch: "main", files: { "x.ts": "export {};\n" } });
    const record = await story.settled(pull, "READY", 2);
    expect(record.rounds.at(-1)).toMatchObject({ reason: "base_changed" });
    expect(tip).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe("too many rounds by themselves", () => {
  it.concurrent("are paused with one notice, until a person goes on", async () => {
    const story = stage();
    const pull = await story.open(await configured(story, "pause_after_rounds: 2\n"), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.push(pull, { "a.ts": "2; // BUG(P1): Add two\n" });
    await story.settled(pull, "OWNER_ACTION", 2);
    for (const n of [3, 4]) {
      await story.push(pull, { "a.ts": `${n}; // BUG(P1): Add two\n` });
      await story.until("a check on it", () => story.page(pull).check?.conclusion === "action_required");
    }
    expect(await story.settled(pull, "INIT", 2)).toMatchObject({ paused: { reason: "churn" } });
    const page = story.page(pull);
    expect(page.check?.output.title).toContain("churn");
    expect(page.titles.filter((title) => title.startsWith("PAUSED after round 2"))).toHaveLength(1);
    await story.double.comment(story.author, pull, "@rondo resume");
    await story.settled(pull, "OWNER_ACTION", 3);
    await story.push(pull, CLEAN);
    await story.settled(pull, "READY", 4);
  });
});

describe("a merge queue", () => {
  it.concurrent("is answered at once from the verdicts of its pull requests", async () => {
    const story = stage();
    const repo = await story.repository();
    const [good, bad] = await Promise.all([
      story.open(repo, { "b.ts": "export const b = 1;\n" }),
      story.open(repo, { "c.ts": "1; // BUG(P1): Add two\n" }),
    ]);
    await Promise.all([story.settled(good, "READY", 1), story.settled(bad, "OWNER_ACTION", 1)]);
    const first = await story.double.requestMergeGroup(story.owner, repo, [good]);
    const both = await story.double.requestMergeGroup(story.owner, repo, [bad, good]);
    const checksOn = (sha: string) => [...story.double.state.checkRuns.values()].filter((run) => run.headSha === sha);
    await story.until("two answers", () => [first, both].every(({ headSha }) => checksOn(headSha).length > 0));
    expect(checksOn(first.headSha)).toMatchObject([{ conclusion: "success", name: "Rondo" }]);
    expect(checksOn(both.headSha)).toMatchObject([{ conclusion: "failure" }]);
    await story.double.destroyMergeGroup(story.owner, both, "dequeued");
    const [check] = checksOn(first.headSha);
    if (check === undefined) throw new Error("no check");
    await story.push(good, { "b.ts": "1; // BUG(P1): Add two\n" });
    await story.settled(good, "OWNER_ACTION", 2);
    await story.double.requestRerun(story.owner, check);
    await story.until("another answer", () => checksOn(first.headSha)[0]?.conclusion === "failure");
    expect(checksOn(first.headSha)).toHaveLength(1);
  });
});

describe("other ways to ask", () => {
  it.concurrent("a review's text, with 👀 while it runs and 👍 after; and a line in a review comment", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN);
    await story.settled(pull, "READY", 1);
    const review = await story.double.submitReview(story.owner, pull, { event: "COMMENT", body: "@codex review\n" });
    const record = await story.settled(pull, "READY", 2);
    expect(record.rounds.at(-1)?.trigger).toMatchObject({ comment: { source: "review", id: review.id } });
    const contents = [...story.double.state.reactions.values()]
      .filter(({ subject }) => subject.kind === "review" && subject.id === review.id)
      .map(({ content }) => content);
    expect(contents).toEqual(["+1"]);
  });

  it.concurrent("Re-run all checks", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const suite = [...story.double.state.checkSuites.values()].find(({ headSha }) => headSha === pull.headSha);
    if (suite === undefined) throw new Error("no suite");
    await story.double.requestSuiteRerun(story.author, suite);
    const record = await story.settled(pull, "OWNER_ACTION", 2);
    expect(record.rounds.at(-1)?.trigger).toMatchObject({ kind: "check_button", actor: "ada" });
  });

  it.concurrent("the skip comment's box, ticked by somebody who may", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN, { draft: true });
    await story.settled(pull, "INIT");
    const [skip] = story.page(pull).own;
    const comment = [...story.double.state.issueComments.values()].find(({ id }) => id === skip?.id);
    if (comment === undefined) throw new Error("no skip comment");
    await story.double.editComment(story.owner, comment, comment.body.replace("- [ ]", "- [x]"));
    const record = await story.settled(pull, "READY", 1);
    expect(record.rounds.at(-1)?.trigger).toMatchObject({ kind: "checkbox", actor: "olga" });
  });
});

// One after the other: the webhooks of all stories stop meanwhile, or the App is shut out of all repositories.
describe("a look around", () => {
  it("hears a command whose webhook got lost, once, and notes a base that moved, once", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    // The first look at a repository remembers the time.
    await lookAround(story);
    const { url } = story.double.deliveries.target;
    story.double.setWebhook({ url: null });
    const comment = await story.double.comment(story.author, pull, "@codex review");
    story.double.setWebhook({ url });
    await lookAround(story);
    await story.settled(pull, "READY", 2);
    expect(story.page(pull).reactionsOn(comment)).toEqual(["+1"]);

    const tip = await story.double.pushCommit(story.owner, repo, { branch: "main", files: { "x.ts": "1;\n" } });
    await lookAround(story);
    await story.until("the note", () => story.page(pull).own.at(-1)?.body.includes(`is now ${tip}`) === true);
    await story.double.pushCommit(story.owner, repo, { branch: "main", files: { "x.ts": "2;\n" } });
    const before = story.page(pull).own.at(-1)?.updatedAt;
    await lookAround(story);
    expect(story.page(pull).own.at(-1)?.updatedAt).toEqual(before);
    expect(await story.settled(pull, "READY", 2)).toMatchObject({ round: 2 });
  });

  it("work stops while the App is suspended, and starts again afterwards", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), HANG);
    const [reviewer] = await story.atWork(pull);
    const [installation] = [...story.double.state.installations.values()];
    if (installation === undefined) throw new Error("not installed");
    await story.double.suspendApp(story.owner, installation);
    await story.until("the death of the reviewer", () => !isAlive(reviewer?.pid ?? 0), 10_000);
    const stopped = await story.record(pull);
    expect(stopped).toMatchObject({ state: "INIT", failure: expect.stringContaining("suspended") });
    await story.double.unsuspendApp(story.owner, installation);
    await story.until("another reviewer", async () => (await story.reviewers(pull)).length === 2);
    await story.double.close(story.author, pull);
    await story.settled(pull, "ABORTED");
  });
});

/** Another worker looks around when it starts. */
async function lookAround(story: Story): Promise<void> {
  const worker = story.startWorker();
  await worker.waitFor((line) => line.msg === "Working");
  await worker.waitFor((line) => line.msg === "Caught up");
  await worker.end("SIGTERM");
}
