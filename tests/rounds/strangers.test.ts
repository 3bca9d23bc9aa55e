// A public repository, and people whom nobody knows. They get what costs nothing; they cannot spend, block, unblock or
// flood. The scripted reviewer counts as paid here.
import { describe, expect, it } from "vitest";
import type { PullRequest, Repository, Role, User } from "../../double/state.ts";
import { heard } from "../support/heard.ts";
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

describe("a stranger at somebody else's pull request", () => {
  it.concurrent("presses, ticks, labels, resolves and edits, and nothing comes of it", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const mallory = story.double.createUser("mallory");
    const before = await standing(story, pull);
    await everyClick(story, pull, mallory);
    const said = await story.double.comment(mallory, pull, "Nice work.");
    await story.double.editComment(mallory, said, "@codex abort");
    const box = await story.double.comment(mallory, pull, "- [ ] <!-- rondo:trigger --> 🔍 Trigger review");
    await story.double.editComment(mallory, box, box.body.replace("[ ]", "[x]"));
    await heard(story, pull);
    expect(await standing(story, pull)).toEqual(before);
    expect([said, box].flatMap((comment) => story.page(pull).reactionsOn(comment))).toEqual([]);

    // The other way round: what a maintainer has let through is not blocked again.
    await story.double.comment(story.owner, pull, "@codex dispute RD-1: a.ts:1 is meant so");
    await story.settled(pull, "READY", 1);
    const ready = await standing(story, pull);
    await everyClick(story, pull, mallory);
    const dispute = await story.double.comment(mallory, pull, "@codex accept RD-1: a.ts:1 is wrong");
    await story.until("the refusal", () => story.page(pull).reactionsOn(dispute).includes("confused"));
    await heard(story, pull);
    expect(await standing(story, pull)).toEqual(ready);
    expect(story.page(pull).check?.conclusion).toBe("success");
  });

  it.concurrent("ticks the box of a draft that Rondo skipped, and no reviewer starts", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN, { draft: true });
    await story.settled(pull, "INIT");
    const [skip] = story.page(pull).own;
    if (skip === undefined) throw new Error("no skip comment");
    await story.double.editComment(story.double.createUser("eve"), skip, skip.body.replace("- [ ]", "- [x]"));
    await heard(story, pull);
    expect(await story.settled(pull, "INIT")).toMatchObject({ round: 0, pending: null });
    expect(await story.reviewers(pull)).toEqual([]);
    expect(story.page(pull).checks).toEqual([]);
  });
});

describe("a stranger at their own pull request", () => {
  it.concurrent("cannot wave their own findings away, by thread, button or command", async () => {
    const story = stage();
    const { pull, stranger, fork } = await fromFork(story, await story.repository());
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.double.pushCommit(stranger, fork, { branch: "topic", files: BUG });
    await story.settled(pull, "OWNER_ACTION", 2);
    await story.double.comment(story.owner, pull, "@codex review");
    await story.settled(pull, "OWNER_ACTION", 3);
    const before = await standing(story, pull);
    await everyClick(story, pull, stranger);
    const dispute = await story.double.comment(stranger, pull, "@codex dispute RD-1: a.ts:1 is meant so");
    const abort = await story.double.comment(stranger, pull, "@codex abort");
    await story.until("the refusal", () => story.page(pull).reactionsOn(abort).includes("confused"));
    await heard(story, pull);
    const after = await standing(story, pull);
    expect({ ...after, own: before.own }).toEqual(before);
    // Their word is kept as a proposal, which decides nothing.
    expect(story.page(pull).reactionsOn(dispute)).not.toContain("+1");
    expect(await story.reviewers(pull)).toHaveLength(1);
  });
});

describe("a flood", () => {
  it.concurrent("of several strangers is five reactions for each, one notice for all, and the work goes on", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN);
    await story.settled(pull, "READY", 1);
    const crowd = [1, 2, 3].map((n) => story.double.createUser(`crowd-${n}`));
    const orders = ["@codex review", "@codex abort", "@codex pause", "@rondo full review", "@codex extend 50"];
    const comments = await Promise.all(
      crowd.flatMap((person) =>
        Array.from({ length: 9 }, (_, n) => story.double.comment(person, pull, orders[n % orders.length] ?? "")),
      ),
    );
    await heard(story, pull);
    const record = await story.settled(pull, "READY", 1, 90_000);
    expect(record).toMatchObject({ round: 1, pending: null, paused: null, extended: 0 });
    const page = story.page(pull);
    expect(comments.flatMap((comment) => page.reactionsOn(comment))).toEqual(Array(15).fill("confused"));
    expect(page.titles.filter((title) => title.startsWith("IGNORED"))).toHaveLength(1);
    expect(await story.reviewers(pull)).toHaveLength(1);
    await story.double.comment(story.owner, pull, "@codex review");
    await story.settled(pull, "READY", 2);
  });

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

/** Every click that GitHub has for a pull request, whether it offers it to this person or not. */
async function everyClick(story: Story, pull: PullRequest, person: User): Promise<void> {
  const { double } = story;
  const { check, inline } = story.page(pull);
  if (check === undefined || check.actions.length === 0) throw new Error("no buttons to press");
  for (const { identifier } of check.actions) await double.pressButton(person, check, identifier);
  await double.requestRerun(person, check);
  const suite = double.state.checkSuites.get(check.suiteId);
  if (suite !== undefined) await double.requestSuiteRerun(person, suite);
  await double.label(person, pull, "rondo:review");
  await double.unlabel(person, pull, "rondo:review");
  const threads = [...double.state.threads.values()].filter(({ id }) => inline.some((one) => one.threadId === id));
  if (threads.length === 0) throw new Error("no threads");
  for (const thread of threads) {
    await double.resolveThread(person, thread);
    await heard(story, pull);
    await double.unresolveThread(person, thread);
  }
}

/** What must not move: the verdict, its check, the findings, what was said, and who was paid. */
async function standing(story: Story, pull: PullRequest) {
  const record = await story.record(pull);
  const { own, check, checks } = story.page(pull);
  return {
    ...{ state: record?.state, reason: record?.reason, round: record?.round, pending: record?.pending },
    ...{ paused: record?.paused, extended: record?.extended },
    findings: record?.rounds.at(-1)?.findings.map(({ id, status }) => `${id} ${status}`),
    own: own.map(({ body }) => body),
    check: { conclusion: check?.conclusion, output: check?.output },
    checks: checks.length,
    paid: (await story.reviewers(pull)).length,
  };
}
