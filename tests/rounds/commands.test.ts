// What people ask for in comments and buttons, who may, and how a pull request comes out of the states that only a
// person ends.
import { describe, expect, it } from "vitest";
import type { PullRequest } from "../../double/state.ts";
import { isAlive, type Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const HANG = { "a.ts": "// DO: hang\n" };

describe("a review command", () => {
  it.concurrent("on the same head starts a new round, and the trigger carries the reactions (A32, A49)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN);
    await story.settled(pull, "READY", 1);
    const comment = await story.double.comment(story.author, pull, "Again, please\n\n@Codex Review the sums");
    const record = await story.settled(pull, "READY", 2);
    expect(record.rounds.at(-1)).toMatchObject({ reason: "manual", trigger: { actor: "ada", focus: "the sums" } });
    const page = story.page(pull);
    expect(page.reactionsOn(comment)).toEqual(["+1"]);
    expect(page.own.filter(({ body }) => body.startsWith("> **SUPERSEDED**"))).toHaveLength(1);
    expect(page.titles.at(-1)).toBe("PR READY for human merge — Round 2");
    expect(page.check?.conclusion).toBe("success");
  });

  it.concurrent("of a stranger is refused with a 😕 and nothing else (A57)", async () => {
    const story = stage();
    const sam = story.double.createUser("sam");
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const before = story.page(pull).own.map(({ body }) => body);
    const orders = ["@codex review", "@codex abort", "/rondo extend 5", "@codex review\n@codex abort"];
    for (const order of orders) {
      const comment = await story.double.comment(sam, pull, order);
      await story.until("the refusal", () => story.page(pull).reactionsOn(comment).includes("confused"));
      expect(story.page(pull).reactionsOn(comment)).toEqual(["confused"]);
    }
    expect(await story.settled(pull, "OWNER_ACTION", 1)).toMatchObject({ extended: 0, reason: "blockers" });
    expect(story.page(pull).own.map(({ body }) => body)).toEqual(before);
  });

  it.concurrent("of a bot, in a quote, in code or by an edit is none (A45)", async () => {
    const story = stage();
    const { double, author } = story;
    const bot = double.createUser("helper[bot]", { type: "Bot" });
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    const comments = [
      await double.comment(bot, pull, "@codex review"),
      await double.comment(author, pull, "> @codex review\n\nWhy?"),
      await double.comment(author, pull, "```\n@codex review\n```\nand `@codex review`"),
      await double.comment(author, pull, "<!--\n@codex review\n-->"),
      await double.comment(author, pull, "please @codex review"),
    ];
    const edited = await double.comment(author, pull, "hello");
    await double.editComment(author, edited, "@codex review");
    await afterwards(story, pull);
    for (const comment of [...comments, edited]) expect(story.page(pull).reactionsOn(comment)).toEqual([]);
    expect((await story.record(pull))?.round).toBe(1);
  });

  it.concurrent("while a round runs on that head is seen, and starts no second one (T29)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), HANG);
    const [reviewer] = await story.atWork(pull);
    const comment = await story.double.comment(story.author, pull, "@rondo review");
    await story.until("the answer", () => story.page(pull).reactionsOn(comment).includes("eyes"));
    expect(isAlive(reviewer?.pid ?? 0)).toBe(true);
    expect((await story.record(pull))?.round).toBe(1);
    await story.double.close(story.author, pull);
    await story.settled(pull, "ABORTED");
  });

  it.concurrent("can be the check's own buttons, for people who may", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.double.requestRerun(story.author, checkOf(story, pull));
    await story.settled(pull, "OWNER_ACTION", 2);
    await story.double.pressButton(story.author, checkOf(story, pull), `review:${pull.headSha.slice(0, 7)}`);
    await story.settled(pull, "OWNER_ACTION", 3);
    await story.double.pressButton(story.author, checkOf(story, pull), `abort:${pull.headSha.slice(0, 7)}`);
    await story.settled(pull, "ABORTED", 3);
    expect(story.page(pull).check?.conclusion).toBe("cancelled");
  });
});

describe("an abort", () => {
  it.concurrent("kills, says why, and holds until a person asks again (A40, T31)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: hang\n// BUG(P1): Old news\n" });
    const [reviewer] = await story.atWork(pull);
    const comment = await story.double.comment(story.author, pull, "@codex abort wrong branch");
    await story.until("the death of the reviewer", () => !isAlive(reviewer?.pid ?? 0), 5000);
    await story.settled(pull, "ABORTED", 1);
    const aborted = story.page(pull);
    expect(aborted.reactionsOn(comment)).toEqual(["+1"]);
    expect(aborted.titles).toEqual([
      "Codex Review -- Round 1 -- RESULT",
      "ABORTED by ada: wrong branch. Comment `@codex review` to start again.",
    ]);
    expect(aborted.own[0]?.body).toContain("**Aborted** at");
    expect(aborted.check).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(aborted.reactions).toEqual([]);
    expect(aborted.reviews).toEqual([]);

    await story.push(pull, CLEAN);
    await story.until("a check on the new head", () => story.page(pull).check !== undefined);
    await story.settled(pull, "ABORTED", 1);
    const waiting = story.page(pull);
    expect(waiting.check).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(waiting.own).toHaveLength(2);

    await story.double.comment(story.author, pull, "@codex review");
    await story.settled(pull, "READY", 2);
    expect(story.page(pull).check?.conclusion).toBe("success");
  });
});

describe("max_rounds", () => {
  it.concurrent("of the base branch ends the rounds, and extend goes on (A41)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository({ ".github/rondo.yml": "max_rounds: 1\n" }), BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.push(pull, { ...BUG, ".github/rondo.yml": "max_rounds: unlimited\n" });
    await story.settled(pull, "BUDGET_EXCEEDED");
    const page = story.page(pull);
    expect(page.titles.at(-1)).toMatch(
      /^BUDGET_EXCEEDED: Round 2 not started\. max_rounds 1 reached\. .*@codex extend 5/,
    );
    expect(page.check).toMatchObject({ status: "completed", conclusion: "action_required" });
    expect(page.check?.output.summary).toContain("extend");

    const refused = await story.double.comment(story.author, pull, "@codex review");
    await story.until("the refusal", () => story.page(pull).reactionsOn(refused).includes("confused"));
    const wrong = await story.double.comment(story.author, pull, "@codex extend 51");
    await story.until("the refusal", () => story.page(pull).reactionsOn(wrong).includes("confused"));
    expect((await story.record(pull))?.state).toBe("BUDGET_EXCEEDED");

    const extend = await story.double.comment(story.author, pull, "@codex extend 2");
    await story.settled(pull, "OWNER_ACTION", 2);
    expect(story.page(pull).reactionsOn(extend)).toContain("+1");
    expect(story.page(pull).check?.conclusion).toBe("failure");
    await story.push(pull, CLEAN);
    await story.settled(pull, "READY", 3);
  });
});

describe("a draft", () => {
  it.concurrent("waits with a skip comment and no check, until it is ready for review", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), HANG, { draft: true });
    await story.settled(pull, "INIT");
    expect(story.page(pull)).toMatchObject({ titles: ["> [!IMPORTANT]"], checks: [], reactions: [] });
    await story.push(pull, CLEAN);
    await story.until("news of the push", async () => (await story.record(pull))?.head_sha_seen === pull.headSha);
    expect(await story.settled(pull, "INIT")).toMatchObject({ round: 0, pending: null });
    expect(story.page(pull).checks).toEqual([]);
    await story.double.markReady(story.author, pull);
    await story.settled(pull, "READY", 1);
    expect(story.page(pull).own).toHaveLength(3);
    expect(await story.reviewers(pull)).toHaveLength(1);
  });

  it.concurrent("is reviewed on a command", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), BUG, { draft: true });
    await story.settled(pull, "INIT");
    await story.double.comment(story.owner, pull, "@codex review");
    await story.settled(pull, "OWNER_ACTION", 1);
    expect(story.page(pull).check?.conclusion).toBe("failure");
    expect(pull.isDraft).toBe(true);
  });

  it.concurrent("made of a pull request lets its round end, and the next push starts none (T46)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: nap\n// BUG(P1): Add two\n" });
    await story.atWork(pull);
    await story.double.convertToDraft(story.author, pull);
    await story.settled(pull, "OWNER_ACTION", 1);
    expect(story.page(pull).reviews).toHaveLength(1);
    await story.push(pull, CLEAN);
    await story.until("news of the push", async () => (await story.record(pull))?.head_sha_seen === pull.headSha);
    expect(await story.settled(pull, "INIT")).toMatchObject({ round: 1, pending: null });
    await story.double.markReady(story.author, pull);
    await story.settled(pull, "READY", 2);
  });
});

describe("closing", () => {
  it.concurrent("kills the reviewer and adds no comment; reopening starts a round (T33, T39)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), HANG);
    const [reviewer] = await story.atWork(pull);
    await story.double.close(story.author, pull);
    await story.until("the death of the reviewer", () => !isAlive(reviewer?.pid ?? 0), 5000);
    await story.settled(pull, "ABORTED", 1);
    const page = story.page(pull);
    expect(page.own).toHaveLength(1);
    expect(page.check).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(page.reactions).toEqual([]);
    await story.push(pull, CLEAN);
    await story.double.reopen(story.author, pull);
    await story.settled(pull, "READY", 2);
    expect(story.page(pull).check?.conclusion).toBe("success");
  });

  it.concurrent("by a merge leaves READY as it was", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN);
    await story.settled(pull, "READY", 1);
    const before = story.page(pull).own.map(({ body }) => body);
    await story.double.merge(story.author, pull);
    expect((await story.settled(pull, "ABORTED", 1)).reason).toBe("merged");
    expect(story.page(pull).own.map(({ body }) => body)).toEqual(before);
    expect(story.page(pull).check?.conclusion).toBe("success");
  });
});

function checkOf(story: Story, pull: PullRequest) {
  const { check } = story.page(pull);
  if (check === undefined) throw new Error("there is no check on the head");
  return check;
}

/** Waits until everything said so far has been dealt with: a command behind it is answered. */
async function afterwards(story: Story, pull: PullRequest): Promise<void> {
  const last = await story.double.comment(story.author, pull, "@codex extend 50 rounds");
  await story.until("the answer", () => story.page(pull).reactionsOn(last).length > 0);
}
