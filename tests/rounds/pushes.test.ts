// What a push does to a round that waits, runs or has ended: the newest head is the only one that counts, and everything
// that was said about an older one says so.
import { describe, expect, it } from "vitest";
import { isAlive, type Story } from "../support/story.ts";
import { firstLine } from "../support/story-page.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const RESULT_1 = "Codex Review -- Round 1 -- RESULT";
const RESULT_2 = "Codex Review -- Round 2 -- RESULT";

describe("a push", () => {
  it.concurrent.each(["hang", "fork"])("kills a reviewer that would %s, with all it started (A80)", async (order) => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": `// DO: ${order}\n// BUG(P1): Old news\n` });
    const processes = await story.atWork(pull, order === "fork" ? 2 : 1);
    expect(processes.map(({ pid }) => isAlive(pid))).not.toContain(false);
    const oldHead = pull.headSha;
    await story.push(pull, CLEAN);
    await story.until("the death of the reviewer", () => processes.every(({ pid }) => !isAlive(pid)), 2000);

    await story.settled(pull, "READY", 2);
    const page = story.page(pull);
    expect(page.titles).toEqual([RESULT_1, RESULT_2, "PR READY for human merge — Round 2"]);
    const [old] = page.own;
    expect(old?.body).toContain(`**Superseded** by \`${pull.headSha.slice(0, 7)}\``);
    expect(old?.body).toContain(`Outcome: SUPERSEDED by ${pull.headSha}`);
    expect(old?.minimizedReason).toBe("OUTDATED");
    expect(page.checks.find(({ headSha }) => headSha === oldHead)).toMatchObject({
      status: "completed",
      conclusion: "cancelled",
      output: { title: `superseded by ${pull.headSha.slice(0, 7)}` },
    });
    expect(page.check?.conclusion).toBe("success");
    expect(page.reviews).toEqual([]);
    expect(page.own.map(({ body }) => body).join()).not.toContain("Old news");
  });

  it.concurrent("tells what is resolved, still open and new, under the same ids (A51)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), {
      "a.ts": "one(); // BUG(P1): Close the file\ntwo(); // BUG(P2): Free the lock\n",
    });
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.push(pull, {
      "a.ts": "zero();\none();\ntwo(); // BUG(P2): Free the lock\nthree(); // BUG(P1): Check the sum\n",
    });
    await story.settled(pull, "OWNER_ACTION", 2);
    const page = story.page(pull);
    const table = rowsOf(page.own.find(({ body }) => firstLine(body) === RESULT_2)?.body ?? "");
    expect(table["RD-1 Close the file"]).toBe("resolved");
    expect(table["RD-2 Free the lock"]).toBe("still open, round 2");
    expect(table["RD-3 Check the sum"]).toBe("open");
    expect(page.reviews.map(({ commitSha }) => commitSha).at(-1)).toBe(pull.headSha);
    expect(page.inline.map(({ body }) => /\[P.\] (.*)\*\*/.exec(body)?.[1])).toEqual([
      "Close the file",
      "Free the lock",
      "Check the sum",
    ]);
    expect(page.reviews[1]?.body).toMatch(/#### Still open\n\n- RD-2/);
    expect(page.own[0]?.minimizedReason).toBe("OUTDATED");
    expect(page.check?.output.title).toBe("2 blocking findings open");
  });

  it.concurrent("takes READY back, and its 👍 (A42)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN);
    await story.settled(pull, "READY", 1);
    await story.push(pull, BUG);
    await story.settled(pull, "OWNER_ACTION", 2);
    const page = story.page(pull);
    const ready = page.own.find(({ body }) => body.includes("PR READY for human merge"));
    expect(firstLine(ready?.body ?? "")).toMatch(new RegExp(`^> \\*\\*SUPERSEDED\\*\\* by ${pull.headSha} at `));
    expect(page.check?.conclusion).toBe("failure");
    expect(page.reactions).toEqual([]);
  });

  it.concurrent("right after another one costs at most one round more, and the last head is reviewed (A50)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: hang\n" });
    await story.atWork(pull);
    await story.push(pull, { "a.ts": "// BUG(P1): First thought\n" });
    await story.push(pull, CLEAN);
    const record = await story.settled(pull, "READY");
    expect(record.head_sha).toBe(pull.headSha);
    expect(record.round).toBeLessThanOrEqual(3);
    const page = story.page(pull);
    expect(page.reviews).toEqual([]);
    expect(page.check?.conclusion).toBe("success");
    expect(page.checks.filter(({ status }) => status !== "completed")).toEqual([]);
  });

  it.concurrent("that rewrites the branch leaves nothing of the head that is gone", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, { "a.ts": "// DO: hang\n" });
    const [reviewer] = await story.atWork(pull);
    await story.push(pull, CLEAN, pull.baseSha);
    await story.settled(pull, "READY", 2);
    expect(isAlive(reviewer?.pid ?? 0)).toBe(false);
    expect(story.page(pull).check?.conclusion).toBe("success");
  });

  it.concurrent("is one push, however often its delivery comes", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, BUG);
    await story.settled(pull, "OWNER_ACTION", 1);
    await story.push(pull, CLEAN);
    await story.settled(pull, "READY", 2);
    const { deliveries } = story.double;
    const before = story.page(pull).own.map(({ body }) => body);
    for (const record of deliveries.records.filter(
      (one) => one.repositoryId === repo.id && one.event === "pull_request",
    ))
      for (let times = 0; times < 5; times++) expect((await deliveries.redeliver(record.id)).statusCode).toBe(202);
    // A comment behind all of them is answered last.
    const last = await story.double.comment(story.author, pull, "@codex extend 1");
    await story.until("the answer", () => story.page(pull).reactionsOn(last).includes("+1"));
    expect((await story.record(pull))?.round).toBe(2);
    expect(story.page(pull).own.map(({ body }) => body)).toEqual(before);
    expect(story.page(pull).checks).toHaveLength(2);
  });
});

describe("another base branch", () => {
  it.concurrent("starts a new round and takes READY back", async () => {
    const story = stage();
    const repo = await story.repository();
    await story.double.pushCommit(story.author, repo, { branch: "next", files: { "b.ts": "export {};\n" } });
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    await story.double.retarget(story.author, pull, "next");
    const record = await story.settled(pull, "READY", 2);
    expect(record.base_ref).toBe("next");
    const page = story.page(pull);
    expect(page.own.filter(({ body }) => body.startsWith("> **SUPERSEDED**"))).toHaveLength(1);
    expect(page.own.at(-1)?.body).toContain("Base: next @");
    expect(page.check?.conclusion).toBe("success");
  });
});

// One after the other: the webhooks of all stories stop meanwhile.
describe("a webhook that got lost", () => {
  it("is found by the round itself", async () => {
    const story = stage();
    const repo = await story.repository({ ".github/rondo.yml": "reviewers: [scripted]\n" });
    const pull = await story.open(repo, { "a.ts": "// DO: nap\n// BUG(P1): Old news\n" });
    await story.atWork(pull);
    await quietly(story, async () => void (await story.push(pull, CLEAN)));
    await story.settled(pull, "READY", 2);
    const page = story.page(pull);
    expect(page.reviews).toEqual([]);
    expect(page.titles.slice(0, 2)).toEqual([RESULT_1, RESULT_2]);
  });

  it("after READY is found by the next command", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), CLEAN);
    await story.settled(pull, "READY", 1);
    await quietly(story, async () => void (await story.push(pull, BUG)));
    await story.double.comment(story.author, pull, "@codex review");
    await story.settled(pull, "OWNER_ACTION", 2);
    const page = story.page(pull);
    expect(page.check?.conclusion).toBe("failure");
    expect(page.own.some(({ body }) => body.startsWith(`> **SUPERSEDED** by ${pull.headSha}`))).toBe(true);
  });

  it("of an opening does no harm: a push brings the pull request to life", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await quietly(story, async () => await story.open(repo, BUG));
    await story.push(pull, CLEAN);
    const record = await story.settled(pull, "READY", 1);
    expect(record.head_sha).toBe(pull.headSha);
  });
});

/** Does something of which no webhook tells. */
async function quietly<T>(story: Story, work: () => Promise<T>): Promise<T> {
  const { url } = story.double.deliveries.target;
  story.double.setWebhook({ url: null });
  try {
    return await work();
  } finally {
    story.double.setWebhook({ url });
  }
}

/** Status by finding, from the table of a RESULT. */
function rowsOf(body: string): Record<string, string | undefined> {
  const rows = body.split("\n").filter((line) => line.startsWith("| RD-"));
  return Object.fromEntries(
    rows.map((row) => row.split(" | ")).map((cells) => [cells[0]?.slice(2) ?? "", cells.at(-1)?.replace(/ \|$/, "")]),
  );
}
