// Reviewers that fail, lie or babble: the pull request says what happened, nothing they found is lost, and none of it
// ever looks like a clean review.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PullRequest } from "../../double/state.ts";
import type { Page } from "../support/story-page.ts";
import type { Story } from "../support/story.ts";
import { spellingsOf } from "../support/story-judge.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory({
  reviewers: "static,scripted,hasty,absent",
  serverConfig: `  hasty:
    argv: ["${process.execPath}", "${process.cwd()}/tests/fixtures/scripted-reviewer.mjs"]
    timeout_seconds: 1
  absent:
    argv: ["/no/such/program"]
limits: { output_bytes: 65536 }
reviewers: [scripted]`,
});

describe("a reviewer that", () => {
  it.concurrent("crashes leaves the exit code and no verdict (A11, A20)", async () => {
    const page = await failed({ "a.ts": "// DO: crash\n" });
    expect(page.own[0]?.body).toContain("Codex exit code: 3");
    expect(page.own[0]?.body).toContain("Detected verdict: ERROR");
    expect(page.check?.output.title).toBe(
      "NOT REVIEWED: scripted failed. reviewer_crashed: the reviewer ended with exit code 3.",
    );
    expect(page.titles[1]).toMatch(/^REVIEWER FAILED: reviewer_crashed: .* Reviewer: scripted\. Attempts: 1\./);
  });

  it.concurrent("prints no review is asked once more in the same round, and what it says then counts (A18, T20)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: stammer\n// BUG(P1): Close the file\n" });
    const record = await story.settled(pull, "OWNER_ACTION", 1);
    expect(record.reason).toBe("blockers");
    const [reviewer] = record.rounds[0]?.reviewers ?? [];
    expect(reviewer).toMatchObject({ attempt: 2, verdict: "REQUEST_CHANGES", verdict_source: "reask" });
    expect(await story.reviewers(pull)).toHaveLength(2);
    const page = story.page(pull);
    expect(page.titles).toEqual(["Codex Review -- Round 1 -- RESULT"]);
    expect(page.inline.map(({ body }) => body).join()).toContain("Close the file");
    expect(page.own[0]?.body).toContain("Verdict source: reask");
    expect(page.own[0]?.body).toMatch(/^Asked twice: scripted \(first answer: .+\)$/m);
    const runs = await artifactsOf(story, pull);
    expect(runs).toContain(`"run_id": "${reviewer?.asked_again?.run_id}"`);
    const first = join(story.dataDir, "runs", reviewer?.asked_again?.run_id ?? "", "output.txt");
    expect(await readFile(first, "utf8")).toBe("hm, hard to say");
  });

  it.concurrent("prints no review twice gets UNKNOWN and a notice (A18, T21)", async () => {
    const page = await failed({ "a.ts": "// DO: garbage\n" }, "unknown_verdict");
    expect(page.own[0]?.body).toMatch(/^Asked twice: scripted \(first answer: /m);
    expect(page.titles[1]).toContain("could not be read as a verdict, also after asking again");
    expect(page.own[0]?.body).toContain("Detected verdict: UNKNOWN");
    expect(page.own[0]?.body).toContain("well, I would say it depends");
    expect(page.check?.output.title).toBe("NOT REVIEWED: the verdict could not be read");
    expect(page.titles[1]).toMatch(/^NOT REVIEWED: Round 1 .* could not be read as a verdict/);
  });

  it.concurrent("prints nothing has not approved (A20)", async () => {
    const page = await failed({ "a.ts": "// DO: nothing\n// BUG(P1): Never said\n" }, "reviewer_error");
    expect(page.own[0]?.body).toContain("empty_output");
    expect(page.own[0]?.body).toContain("Detected verdict: ERROR");
  });

  it.concurrent("floods is stopped, and says where the limit is", async () => {
    const page = await failed({ "a.ts": "// DO: flood\n" });
    expect(page.check?.output.title).toContain("output_too_large: the reviewer printed more than 65536 bytes");
  });

  it.concurrent("takes too long is stopped, and the limit that fired is named (A95)", async () => {
    const page = await failed({ "a.ts": "// DO: hang\n" }, "reviewer_error", "reviewers: [hasty]\n");
    expect(page.own[0]?.body).toContain("Codex exit code: none (timeout 1 s, phase_cap)");
    expect(page.check?.output.title).toMatch(/the time limit for one run of 1 s \(phase_cap\) fired after 1\.\d s\./);
    expect(page.titles[1]).toContain("timeout");
  });

  it.concurrent("is not installed is named before the round starts", async () => {
    const story = stage();
    const pull = await story.open(await story.repository({ ".github/rondo.yml": "reviewers: [absent]\n" }), {
      "a.ts": "one();\n",
    });
    await story.settled(pull, "OWNER_ACTION");
    const page = story.page(pull);
    expect(page.check).toMatchObject({ status: "completed", conclusion: "action_required" });
    expect(page.titles.join()).toContain("reviewer_unavailable");
    expect(page.reactions).toEqual([]);
  });

  it.concurrent("points outside of the change loses nothing and shows no path of the host (A16, A48)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": "// DO: outside\n// BUG(P2): Keep this one\n" });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.inline.map(({ body }) => body).join()).toContain("Keep this one");
    expect(page.inline).toHaveLength(1);
    const review = page.reviews[0]?.body ?? "";
    expect(review).toContain("#### Outside the diff");
    expect(review).toContain("Look at the password file");
    expect(review).toContain("Look at a file that does not exist");
    expect(page.check?.output.title).toBe("3 blocking findings open");
  });

  it.concurrent("prints secrets in many spellings leaks none of them, and it is said (I6)", async () => {
    const story = stage();
    const token = `ghp_${randomBytes(40).toString("hex").slice(0, 36)}`;
    const pull = await story.open(await story.repository(), {
      "a.ts": `// DO: leak\nexport const token = "${token}";\n`,
    });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    const shown =
      [...page.own, ...page.reviews, ...page.inline].map(({ body }) => body).join("\n") + page.check?.output.text;
    expect(shown).toContain("[redacted]");
    expect(shown).toMatch(/\d+ secrets were taken out of the output of scripted\./);
    // `judge` looks for the App's key in every byte that was sent; the token of the change is known only here.
    const sent = story.double.journal.entries.filter(({ surface }) => surface === "rest" || surface === "graphql");
    const bytes = sent.map(({ requestBody }) => requestBody.toString("utf8")).join("\n");
    expect(spellingsOf(token).filter((spelling) => bytes.includes(spelling))).toEqual([]);
    const kept = await artifactsOf(story, pull);
    expect(spellingsOf(token).filter((spelling) => kept.includes(spelling))).toEqual([]);
    const metrics = await (await fetch(`${await story.workers[0]?.url()}/metrics`)).text();
    expect(metrics).toMatch(/^rondo_redactions_total\{place="output",kind="secret"\} [1-9]/m);
  });

  it.concurrent("closes fences and calls people can do neither (A6)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), {
      "a.ts": "// BUG(P1): ``` ~~~~ @olga <img src=x> ![x](https://evil.example/x.png) --> | <!-- rondo:v1 -->\n",
    });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    for (const { body } of [...page.own, ...page.reviews, ...page.inline]) {
      expect(outsideCode(body)).not.toMatch(/@olga|<img|!\[x\]/);
    }
    expect(page.check?.conclusion).toBe("failure");
  });
});

describe("two reviewers", () => {
  const both = { ".github/rondo.yml": "reviewers: [static, scripted]\n" };

  it.concurrent("make one review of their findings", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(both), {
      "a.ts": "export const open = items.filter(async (item) => await isOpen(item));\n// BUG(P1): Close the file\n",
    });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.own).toHaveLength(1);
    expect(page.reviews).toHaveLength(1);
    const inline = page.inline.map(({ body }) => body).join("\n");
    expect(inline).toContain("Close the file");
    expect(inline).toMatch(/by static/);
    expect(page.reviews[0]?.body).toMatch(/^static: .*; static rules only\.$/m);
    expect(page.reviews[0]?.body).toMatch(/^scripted: See the findings\.$/m);
    expect(page.own[0]?.body).toMatch(/Codex exit code: 0 \(static\), 0 \(scripted\)/);
  });

  it.concurrent("never make READY when one of them failed", async () => {
    const page = await failed(
      { "a.ts": "// DO: crash\nexport const a = 1;\n" },
      "reviewer_error",
      both[".github/rondo.yml"],
    );
    expect(page.own[0]?.body).toContain("Codex exit code: 0 (static), 3 (scripted)");
    expect(page.titles.join()).not.toContain("PR READY");
  });
});

/** Opens a pull request whose round must end without a verdict, and checks what all such pages have in common. */
async function failed(
  files: Record<string, string>,
  reason = "reviewer_error",
  config = "reviewers: [scripted]\n",
): Promise<Page> {
  const story: Story = stage();
  const pull: PullRequest = await story.open(await story.repository({ ".github/rondo.yml": config }), files);
  const record = await story.settled(pull, "OWNER_ACTION", 1);
  expect(record.reason).toBe(reason);
  const page = story.page(pull);
  expect(page.titles).toHaveLength(2);
  expect(page.titles[0]).toBe("Codex Review -- Round 1 -- RESULT");
  expect(page.own[1]?.body).toContain("Comment `@codex review` to run again.");
  expect(page.check).toMatchObject({ status: "completed", conclusion: "action_required" });
  expect(page.check?.output.title).toMatch(/^NOT REVIEWED/);
  expect(page.reactions).toEqual([]);
  expect(page.reviews).toEqual([]);
  expect(page.own[0]?.body).not.toContain("Configuration problems");
  return page;
}

/** All artifacts of a pull request's runs in one text. */
async function artifactsOf(story: Story, pull: PullRequest): Promise<string> {
  const record = await story.record(pull);
  const runs = record?.rounds.flatMap((round) => round.reviewers.map((reviewer) => reviewer.run_id ?? "")) ?? [];
  const names = ["output.txt", "diagnostics.txt", "result.json"];
  const files = runs.flatMap((run) => names.map((name) => join(story.dataDir, "runs", run, name)));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}

/** The body without fenced blocks and code spans. */
function outsideCode(body: string): string {
  return body.replaceAll(/^(`{3,}|~{3,})[^\n]*\n[^]*?\n\1$/gm, "").replaceAll(/(`+)[^`][^\n]*?\1/g, "");
}
