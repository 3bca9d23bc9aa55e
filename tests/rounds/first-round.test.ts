// Round 1, seen from the pull request: what stands there when a change has blockers and when it has none, in which
// order it came, and how many requests it took.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../double/journal.ts";
import type { PullRequest } from "../../double/state.ts";
import { firstLine } from "../support/story-page.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const BUGS = "const a = 1; // BUG(P1): Charge the card once\nconst b = 2;\nconst c = 3; // BUG(P3): Name the unit\n";
const CLEAN = { "src/pay.ts": "export const paid = true;\n" };

describe("round 1", () => {
  it("with blockers ends in a review on the head, a RESULT and a failed check (A1, A5, A46)", async () => {
    const story = stage();
    const repo = await story.repository();
    const since = story.double.journal.entries.length;
    const pull = await story.open(repo, { "src/pay.ts": BUGS });
    const record = await story.settled(pull, "OWNER_ACTION", 1);
    expect(record.reason).toBe("blockers");

    const page = story.page(pull);
    expect(page.titles).toEqual(["Codex Review -- Round 1 -- RESULT"]);
    const result = page.own[0]?.body ?? "";
    expect(result).toContain("Changes requested");
    expect(result).toContain("RD-1 Charge the card once");
    expect(result).toContain("Reviewer model: command node");
    expectSigned(story, pull, result, "round");

    expect(page.reviews.map(({ state, commitSha }) => ({ state, commitSha }))).toEqual([
      { state: "COMMENTED", commitSha: pull.headSha },
    ]);
    const review = page.reviews[0]?.body ?? "";
    expect(firstLine(review)).toBe("💡 Codex Review");
    expect(review).toContain(`**Reviewed commit:** \`${pull.headSha.slice(0, 10)}\``);
    expect(review).toContain("Name the unit");
    expectSigned(story, pull, review, "review");
    expect(page.inline.map(({ path, original }) => [path, original.line])).toEqual([["src/pay.ts", 1]]);
    expect(page.inline[0]?.body).toContain("[P1] Charge the card once");
    const places = record.rounds[0]?.findings.map((finding) => [finding.id, finding.comment_id]);
    expect(places).toEqual([
      ["RD-1", page.inline[0]?.id],
      ["RD-2", null],
    ]);
    expect(page.inline[0]?.body).toContain("Useful? React with 👍 / 👎.");

    expect(page.check).toMatchObject({ name: "Rondo", status: "completed", conclusion: "failure" });
    expect(page.check?.output.title).toBe("1 blocking finding open");
    expect(page.reactions).toEqual([]);
    expectVerdictLines(pull, page.check?.output.text ?? "", result, {
      verdict: "REQUEST_CHANGES",
      state: "OWNER_ACTION",
      blocking: 1,
      advisory: 1,
    });
    expectFewRequests(story.double.journal.entries.slice(since), 8);
  });

  it("without blockers ends READY: notice, success, 👍 (A38, A49)", async () => {
    const story = stage();
    const repo = await story.repository();
    const since = story.double.journal.entries.length;
    const pull = await story.open(repo, CLEAN);
    await story.settled(pull, "READY", 1);

    const page = story.page(pull);
    expect(page.titles).toEqual(["Codex Review -- Round 1 -- RESULT", "PR READY for human merge — Round 1"]);
    const ready = page.own[1]?.body ?? "";
    expect(ready).toContain(`Head SHA: ${pull.headSha}`);
    expect(ready).toContain("Final codex verdict: APPROVE");
    expect(ready).toContain("Rondo does not auto-merge.");
    expectSigned(story, pull, ready, "ready");
    expect(page.reviews).toEqual([]);
    expect(page.check).toMatchObject({ status: "completed", conclusion: "success" });
    expect(page.check?.output.title).toBe(`READY at round 1, ${pull.headSha.slice(0, 7)}`);
    expect(page.reactions).toEqual(["+1"]);
    expectVerdictLines(pull, page.check?.output.text ?? "", page.own[0]?.body ?? "", {
      verdict: "APPROVE",
      state: "READY",
      blocking: 0,
      advisory: 0,
    });
    expectFewRequests(story.double.journal.entries.slice(since), 10);
  });

  it("shows itself at once, and says KICKOFF before the reviewer starts (A1, A49)", async () => {
    const story = stage();
    const repo = await story.repository();
    const since = story.double.journal.entries.length;
    const pull = await story.open(repo, { "a.ts": "// DO: hang\n" });
    const [reviewer] = await story.atWork(pull);
    const page = story.page(pull);
    expect(page.reactions).toEqual(["eyes"]);
    expect(page.titles).toEqual(["Codex Review -- Round 1 -- KICKOFF"]);
    expect(page.check).toMatchObject({ status: "in_progress", conclusion: null });

    const writes = story.double.journal.entries.slice(since).filter(isWrite);
    const kickoff = writes.find((entry) => entry.requestBody.includes("KICKOFF") && entry.path.includes("/comments"));
    expect((kickoff?.at ?? Infinity) + (kickoff?.durationMs ?? Infinity)).toBeLessThanOrEqual(reviewer?.at ?? 0);
    const checks = writes.filter((entry) => entry.path.includes("/check-runs"));
    expect(checks.map((entry) => json(entry)["status"])).toEqual(["queued", "in_progress"]);
    await story.double.close(story.author, pull);
    await story.settled(pull, "ABORTED");
  });

  it("in the full transcript says each thing in a comment of its own (A1, A5, A34, A38)", async () => {
    const story = stage();
    const config = { ".github/rondo.yml": "transcript: full\n" };
    const clean = await story.open(await story.repository(config), CLEAN);
    const broken = await story.open(await story.repository(config), { "src/pay.ts": BUGS });
    await Promise.all([story.settled(clean, "READY", 1), story.settled(broken, "OWNER_ACTION", 1)]);

    const start = ["Codex Review -- Round 1 -- KICKOFF", "Codex Review -- Round 1 -- RESULT"];
    const evaluation = "Codex Review -- Round 1 -- EVALUATION";
    expect(story.page(clean).titles).toEqual([...start, evaluation, "PR READY for human merge — Round 1"]);
    expect(story.page(broken).titles).toEqual([...start, evaluation]);

    const [kickoff, result, report] = story.page(broken).own.map(({ body }) => body);
    const fields = [
      ...(kickoff ?? "").matchAll(
        /^(Runner|PR|Reviewer model|Kickoff timestamp \(UTC\)|Head SHA|Base|Trigger|Round budget): /gm,
      ),
    ];
    expect(fields.map(([, name]) => name)).toEqual([
      "Runner",
      "PR",
      "Reviewer model",
      "Kickoff timestamp (UTC)",
      "Head SHA",
      "Base",
      "Trigger",
      "Round budget",
    ]);
    const prompt = /```text\n(?<prompt>[^]*?)\n```/.exec(kickoff ?? "")?.groups?.["prompt"] ?? "";
    expect(prompt).toContain(`at commit ${broken.headSha}`);
    expect(result).toContain(prompt);
    expect(result).toContain("Detected verdict: REQUEST_CHANGES");
    expect(result).toMatch(/^Duration \(s\): \d+\.\d$/m);
    expect(report).toContain("| Finding | Tag | Decision | Rationale |");
    expect(report).toContain("- Blocking codex findings to address: 1");
    expect(report).toContain("Round 1 complete; transitioning to OWNER_ACTION to apply fixes.");
    expectSigned(story, broken, kickoff ?? "", "kickoff");
    expectSigned(story, broken, result ?? "", "result");
    expectSigned(story, broken, report ?? "", "evaluation");
  });

  it("uses the gate of the base branch, not the one in the pull request's own head", async () => {
    const story = stage();
    const loosened = "blocking_priorities: []\nenabled: false\nreviewers: [static]\n";
    const pull = await story.open(await story.repository(), { ".github/rondo.yml": loosened, "src/pay.ts": BUGS });
    await story.settled(pull, "OWNER_ACTION", 1);
    expect(story.page(pull).check?.conclusion).toBe("failure");
  });
});

/** The last line is the marker of this object, with a MAC made with the key in the data directory. */
function expectSigned(story: Story, pull: PullRequest, body: string, kind: string): void {
  const key = `v1/${pull.repoId}/${pull.number}/${pull.headSha}/1.1/${kind}`;
  const secret = Buffer.from(readFileSync(join(story.dataDir, "keys", "marker"), "utf8").trim(), "hex");
  const mac = createHmac("sha256", secret).update(key).digest("hex").slice(0, 32);
  expect(body.split("\n").at(-1)).toBe(`<!-- rondo:${key} ${mac} -->`);
}

/** The machine-readable verdict: last line of the check's text, and just before the marker of the RESULT. */
function expectVerdictLines(pull: PullRequest, text: string, result: string, says: Record<string, unknown>): void {
  const whole = { schema: 1, head: pull.headSha, round: 1, ...says };
  const inCheck = /^rondo-verdict: (?<json>.*)$/.exec(text.split("\n").at(-1) ?? "")?.groups?.["json"];
  expect(JSON.parse(inCheck ?? "null")).toEqual(whole);
  const lines = result.split("\n").filter((line) => line !== "");
  const inResult = /^<!-- rondo-verdict: (?<json>.*) -->$/.exec(lines.at(-2) ?? "")?.groups?.["json"];
  expect(JSON.parse(inResult ?? "null")).toEqual(whole);
}

/** Reads at most 12, writes at most `writes`, three of them content-creating. The App's own calls are not about a round. */
function expectFewRequests(entries: readonly JournalEntry[], writes: number): void {
  const api = entries.filter(
    ({ surface, path }) => (surface === "rest" && !path.startsWith("/api/v3/app")) || surface === "graphql",
  );
  const made = api.filter(isWrite);
  expect(named(made).length, named(made).join("\n")).toBeLessThanOrEqual(writes);
  const creating = made.filter(({ method, path }) => method === "POST" && /\/(?:comments|reviews)$/.test(path));
  expect(creating.length, named(creating).join("\n")).toBeLessThanOrEqual(3);
  const reads = api.filter((entry) => !isWrite(entry));
  expect(reads.length, named(reads).join("\n")).toBeLessThanOrEqual(12);
}

function isWrite({ surface, method, path }: JournalEntry): boolean {
  return surface === "rest" && method !== "GET" && !path.startsWith("/api/v3/app");
}

function json(entry: JournalEntry): Record<string, unknown> {
  const body: Record<string, unknown> = JSON.parse(entry.requestBody.toString("utf8"));
  return body;
}

function named(list: readonly JournalEntry[]): string[] {
  return list.map(({ method, path }) => `${method} ${path}`);
}
