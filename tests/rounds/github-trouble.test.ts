// GitHub's own bad days in the middle of a round: answers that come too late, twice or never. The round ends all the
// same, and everything stands on the pull request exactly once.
import { describe, expect, it } from "vitest";
import type { Fault } from "../../double/faults.ts";
import {
  badGatewayAfterEffect,
  lineNotInDiff,
  missing,
  secondaryLimit,
  serverError,
} from "../../double/fault-presets.ts";
import type { Repository } from "../../double/state.ts";
import type { Story } from "../support/story.ts";
import { PERMISSIONS } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUGS = { "a.ts": "one(); // BUG(P1): Close the file\ntwo(); // BUG(P2): Free the lock\n" };
const READY = ["Codex Review -- Round 1 -- RESULT", "PR READY for human merge — Round 1"];

describe("on a bad day", () => {
  const stage = useStory();

  it.concurrent("a pull request that cannot be read yet is read again", async () => {
    const story = stage();
    const repo = await story.repository();
    fail(story, repo, { method: "GET", path: "pulls/1$", fault: missing, times: 2 });
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    expect(story.page(pull).titles).toEqual(READY);
  });

  it.concurrent("a comment whose answer was a 502 is there once", async () => {
    const story = stage();
    const repo = await story.repository();
    fail(story, repo, { method: "POST", path: "issues/1/comments", fault: badGatewayAfterEffect });
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    expect(story.page(pull).titles).toEqual(READY);
  });

  it.concurrent("a review whose connection broke is there once", async () => {
    const story = stage();
    const repo = await story.repository();
    fail(story, repo, { method: "POST", path: "pulls/1/reviews", fault: { kind: "reset", when: "after" } });
    const pull = await story.open(repo, BUGS);
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.reviews).toHaveLength(1);
    expect(page.inline).toHaveLength(2);
    expect(page.titles).toEqual([READY[0]]);
  });

  it.concurrent("a check whose answer was a 502 is there once", async () => {
    const story = stage();
    const repo = await story.repository();
    fail(story, repo, { method: "POST", path: "check-runs", fault: badGatewayAfterEffect });
    fail(story, repo, { method: "PATCH", path: "check-runs/", fault: badGatewayAfterEffect });
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);
    expect(story.page(pull).checks.map(({ conclusion }) => conclusion)).toEqual(["success"]);
  });

  it.concurrent("of many places one is refused: it alone loses its line, whatever GitHub shows of it (A48)", async () => {
    const story = stage();
    const repo = await story.repository();
    const lines = Array.from({ length: 9 }, (_, n) => `call${n}(); // BUG(P1): Fix number ${n}`);
    refuse(story, repo, /"line":(?:3|8),"side"/);
    const pull = await story.open(repo, { "a.ts": `${lines.join("\n")}\n` });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.reviews).toHaveLength(1);
    expect(page.inline.map(({ current }) => Number(current.line)).toSorted((a, b) => a - b)).toEqual([
      1, 2, 4, 5, 6, 7, 9,
    ]);
    expect(page.reviews[0]?.body).toMatch(/#### Not shown inline\n\n- RD-3 .*Fix number 2[^]*- RD-8 .*Fix number 7/);
    expect(page.check?.output.title).toBe("9 blocking findings open");
    // Pending reviews were asked about and taken away again; nobody was told of them.
    const submitted = story.double.announced.filter(
      ({ event, payload }) => event === "pull_request_review" && JSON.stringify(payload).includes(`"${repo.name}"`),
    );
    expect(submitted).toHaveLength(1);
  });

  it.concurrent("a file that GitHub shows no lines of is found by asking what it shows", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, {
      "a.ts": "one(); // BUG(P1): Close the file\n",
      // Skipped by rule, so its lines are not in the diff that was reviewed; for GitHub they use up the limit.
      "vendor/big.js": "x\n".repeat(19_999),
      "z.ts": "two(); // BUG(P2): Free the lock\n",
    });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.inline.map(({ path }) => path)).toEqual(["a.ts"]);
    expect(page.reviews[0]?.body).toMatch(/#### Not shown inline\n\n- RD-2 .*Free the lock/);
    const posts = requests(story, repo, "POST", /pulls\/1\/reviews$/);
    expect(posts.map(({ status }) => status)).toEqual([422, 200]);
  });

  it.concurrent("a refusal that passes costs no line, and one that stays no finding", async () => {
    const story = stage();
    const [passing, staying] = [await story.repository(), await story.repository()];
    fail(story, passing, { method: "POST", path: "pulls/1/reviews", fault: lineNotInDiff });
    refuse(story, staying, /"comments":\[\{/);
    const pulls = [await story.open(passing, BUGS), await story.open(staying, BUGS)] as const;
    for (const pull of pulls) await story.settled(pull, "OWNER_ACTION", 1);
    expect(story.page(pulls[0]).inline).toHaveLength(2);
    const page = story.page(pulls[1]);
    expect(page.reviews).toHaveLength(1);
    expect(page.inline).toEqual([]);
    expect(page.reviews[0]?.body).toContain("Close the file");
    expect(page.reviews[0]?.body).toContain("Free the lock");
    expect(page.check?.output.title).toBe("2 blocking findings open");
  });

  it.concurrent("a git server that fails is told without its address; the log has it", async () => {
    const story = stage();
    const repo = await story.repository();
    const match = { surface: "git" as const, path: new RegExp(`/olga/${repo.name}\\.git/`) };
    const pull = await story.open(repo, CLEAN, { draft: true });
    story.double.faults.add({ match, fault: serverError, times: Number.POSITIVE_INFINITY });
    await story.double.markReady(story.author, pull);
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    const shown = [page.check?.output, ...page.own].map((one) => JSON.stringify(one)).join("\n");
    expect(shown).toContain("git_fetch_failed: The fetch from the git server failed with status 500.");
    expect(shown).not.toMatch(/unable to access|127\.0\.0\.1:\d+\/olga\/[^ ]*\.git/);
    expect(story.workers[0]?.stdout()).toContain("unable to access");
  });

  it.concurrent.each([
    ["403", secondaryLimit(403, 1)],
    ["429", secondaryLimit(429, 1)],
    ["500", serverError],
  ])("a %s in front of a write delays the round and changes nothing else", async (_status, fault) => {
    const story = stage();
    const repo = await story.repository();
    const after =
      fault === serverError ? ["check-runs", "issues/1/comments"] : ["check-runs", "issues/1/comments", "reviews"];
    for (const path of after) fail(story, repo, { method: "POST", path, fault });
    const pull = await story.open(repo, BUGS);
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.titles).toEqual([READY[0]]);
    expect(page.reviews).toHaveLength(1);
    expect(page.checks.map(({ conclusion }) => conclusion)).toEqual(["failure"]);
  });
});

describe("without the permission to write", () => {
  describe("checks", () => {
    const stage = useStory({ permissions: { ...PERMISSIONS, checks: "read" } });
    it("the round still speaks on the pull request, and the log names what is missing", async () => {
      const story = stage();
      const pull = await story.open(await story.repository(), BUGS);
      await story.settled(pull, "OWNER_ACTION", 1);
      const page = story.page(pull);
      expect(page.titles).toEqual([READY[0]]);
      expect(page.reviews).toHaveLength(1);
      expect(page.checks).toEqual([]);
      expect(notes(story)).toMatch(/GITHUB_FORBIDDEN: .*check run.*refused with status 403/i);
    });
  });

  describe("pull requests and issues", () => {
    const stage = useStory({ permissions: { ...PERMISSIONS, pull_requests: "read", issues: "read" } });
    it("the check says that nothing could be posted, and never success", async () => {
      const story = stage();
      const pull = await story.open(await story.repository(), CLEAN);
      await story.settled(pull, "OWNER_ACTION");
      const page = story.page(pull);
      expect(page.own).toEqual([]);
      expect(page.check).toMatchObject({ status: "completed", conclusion: "action_required" });
      expect(page.check?.output.title).toContain("could not be posted");
      expect(notes(story)).toMatch(/GITHUB_FORBIDDEN: .*comment/i);
    });
  });
});

type Trouble = { method: string; path: string; fault: Fault; times?: number };

/** Puts a fault into the way of this repository's requests. `path` is a pattern for the end of the path. */
function fail(story: Story, repo: Repository, { method, path, fault, times = 1 }: Trouble): void {
  const match = { method, path: new RegExp(`/repos/olga/${repo.name}/(?:.*/)?${path}`) };
  story.double.faults.add({ match, fault, times });
}

/** GitHub takes no review of this repository whose request looks like that. */
function refuse(story: Story, repo: Repository, body: RegExp): void {
  const match = { method: "POST", path: new RegExp(`/repos/olga/${repo.name}/pulls/1/reviews$`), body };
  story.double.faults.add({ match, fault: lineNotInDiff, times: Number.POSITIVE_INFINITY });
}

/** Requests about this repository, in order. */
function requests(story: Story, repo: Repository, method: string, path: RegExp) {
  return story.double.journal.entries.filter(
    (entry) => entry.method === method && entry.path.includes(`/${repo.name}/`) && path.test(entry.path),
  );
}

/** What the log says of effects that were not done. */
function notes(story: Story): string {
  const lines = story.workers.flatMap((worker) => worker.log());
  return lines.flatMap(({ note }) => (typeof note === "string" ? [note] : [])).join("\n");
}
