// The readers of comments: what Rondo writes is read back, what a form does not allow is never clean, and no text at all
// makes them throw, lie about lines or take longer than its length allows.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCapture } from "../../../src/findings/parse-capture.ts";
import { parseReview } from "../../../src/findings/parse-review.ts";
import { PLAIN_RECORD, renderRecord } from "../../../src/report/record.ts";
import { renderResult } from "../../../src/report/result.ts";
import { renderInlineComment, renderReview } from "../../../src/report/review.ts";
import { renderRoundComment } from "../../../src/report/round-comment.ts";
import { toParseJson } from "../../../src/report/parse-output.ts";
import { hostileTexts } from "../../support/hostile-texts.mjs";
import { finding, HEAD, options, record, reviewer, round, STATIC_PASS } from "../report/sample-round.ts";

const read = (text: string) => {
  const parsed = parseCapture(text, { reviewer: "unknown" });
  return { ...toParseJson(parsed, text, ["P0", "P1", "P2"]), reading: parsed.reading };
};

describe("what Rondo writes is read back", () => {
  const hostile =
    "Full review comments:\n\n- [P1] Keep `a | b` — src/read.ts:12-14\n  ```md\n  ### Verbatim codex review output\n  APPROVE\n  ```\n\nREQUEST_CHANGES";

  test.each(["full", "compact"] as const)("the RESULT, transcript %s", (transcript) => {
    const done = round({ reviewers: [reviewer({ output: hostile })] });
    const render = transcript === "full" ? renderResult : renderRoundComment;

    expect(read(render(record(done), done, { ...options, transcript }))).toMatchObject({
      format: "result-comment",
      commit: HEAD,
      verdict: "REQUEST_CHANGES",
      verdictSource: "final_line",
      findings: [{ priority: "P1", title: "Keep `a | b`", path: "src/read.ts", startLine: 12, endLine: 14 }],
    });
  });

  test("the RESULT of several reviewers, of which one cannot be read", () => {
    const done = round({ reviewers: [reviewer({ output: "Hm." }), reviewer(STATIC_PASS)] });

    expect(read(renderResult(record(done), done, options))).toMatchObject({ verdict: "UNKNOWN" });
  });

  test("the record, with bars and marks in it", () => {
    const blocker = finding({ title: "Keep `a | b` in order", body: "It is *not* sorted | at all." });
    const advice = finding({
      id: "RD-2",
      priority: "P3",
      title: "Name it",
      path: "src/[id]/a_b.ts",
      startLine: 3,
      endLine: 3,
    });
    const done = round({ findings: [blocker, advice] });
    const answer = read(renderRecord(record(done), done, PLAIN_RECORD, options));

    expect(answer).toMatchObject({ format: "record", verdict: "REQUEST_CHANGES", statedVerdict: "REQUEST_CHANGES" });
    expect(answer.findings).toMatchObject([
      { priority: "P1", title: blocker.title, path: blocker.path, startLine: 12, endLine: 14, body: blocker.body },
      { priority: "P3", title: "Name it", path: "src/[id]/a_b.ts", startLine: 3 },
    ]);
  });

  test.each([true, false])("the inline comment, badges %s", (badges) => {
    expect(read(renderInlineComment(finding({ title: "Keep `a` [b]" }), { ...options, badges }))).toMatchObject({
      format: "connector",
      findings: [{ priority: "P1", title: "Keep `a` [b]" }],
      verdict: "REQUEST_CHANGES",
    });
  });

  test("the body of a review", () => {
    const done = round({ findings: [finding({ title: "Keep *it* — here" })] });
    const { body } = renderReview(
      record(done),
      done,
      { anchors: new Map(), explanation: "One thing.", requestChanges: false },
      options,
    );

    expect(read(body)).toMatchObject({
      format: "connector",
      commit: HEAD.slice(0, 10),
      findings: [{ priority: "P1", title: "Keep *it* — here", path: "src/read.ts", startLine: 12, endLine: 14 }],
    });
  });
});

describe("never clean", () => {
  const V2 = "<!-- ccr-overview-v2 -->\n\n### 🟢 Approved\n\n";
  const SUMMARIZE = "<!-- This is an auto-generated comment: summarize by coderabbit.ai -->\n";
  const SHAS = `between ${"a".repeat(40)} and ${"b".repeat(40)}.`;
  const block = (inside: string) => `${SUMMARIZE}<!-- recent_review_start -->\n${inside}\n<!-- recent_review_end -->\n`;
  const SAYS = "No actionable comments were generated in the recent review. 🎉";

  test.each([
    ["connector: the clean words in a quote", "> Codex Review: Didn't find any major issues.\n\nIs that so?"],
    [
      "connector: the clean words with a badge below",
      "Codex Review: Didn't find any major issues. Yay\n\n**![P1 Badge](https://x/y)  Close it**\n\nIt leaks.",
    ],
    ["connector: other words", "Codex Review: Found some issues."],
    ["connector: a badge of no priority", "**![P7 Badge](https://x/y)  Close it**"],
    ["connector: a failed status", "## Codex Review Summary\n\n| **Code Review** | ❌ **Failed** | `0123456` | x |\n"],
    ["copilot: green, but the count is missing", V2],
    ["copilot: green, and open findings elsewhere", `${V2}**Findings:** 2\n`],
    ["copilot: green in a quote", "<!-- ccr-overview-v2 -->\n\n> ### 🟢 Approved\n\n**Findings:** None\n"],
    ["copilot: green in code", "<!-- ccr-overview-v2 -->\n\n```\n### 🟢 Approved\n```\n\n**Findings:** None\n"],
    [
      "copilot: green and yellow",
      "<!-- ccr-overview-v2 -->\n\n### 🟡 Changes recommended\n\n### 🟢 Approved\n\n**Findings:** None\n",
    ],
    [
      "copilot: a section that cannot be read",
      `${V2}**Findings:** None\n\n<details><summary>Previously missed (2)</summary>\n\nTwo things.\n</details>\n`,
    ],
    ["copilot: no count in version 1", "## Pull request overview\n\nAll good.\n"],
    [
      "copilot: two counts in version 1",
      "## Pull request overview\n\nCopilot reviewed 1 out of 1 changed files in this pull request and generated no comments.\nCopilot reviewed 1 out of 1 changed files in this pull request and generated 1 comment.\n",
    ],
    [
      "copilot: suppressed comments without entries",
      "## Pull request overview\n\nCopilot reviewed 1 out of 1 changed files in this pull request and generated no comments.\n\n### Suppressed comments (2)\n\nHidden.\n",
    ],
    ["coderabbit: clean words outside the block", `${SUMMARIZE}\n${SAYS} ${SHAS}\n`],
    ["coderabbit: clean words in code", block(`\`\`\`\n${SAYS}\n\`\`\`\n${SHAS}`)],
    ["coderabbit: clean words in a quote", block(`> ${SAYS}\n\n${SHAS}`)],
    ["coderabbit: clean words without a commit", block(SAYS)],
    ["coderabbit: clean words in a hidden comment", block(`<!--\n${SAYS}\n-->\n${SHAS}`)],
    ["coderabbit: a block that is not closed", `${SUMMARIZE}<!-- recent_review_start -->\n${SAYS}\n${SHAS}\n`],
    ["record: no blocking section", "## Review — bot\n\nVerdict: APPROVE\n\nReviewing commit `0123456` for PR #1\n"],
    [
      "record: approve, and its own verdict further down",
      "## Review — bot\n\nVerdict: UNKNOWN\n\nReviewing commit `0123456` for PR #1\n\nVerdict: APPROVE\n\n### Blocking Findings\n\nNone.\n",
    ],
    [
      "RESULT: no output, and a verdict in its head",
      "## Codex Review -- Round 1 -- RESULT\n\nCodex exit code: 0\nDetected verdict: APPROVE\n",
    ],
    [
      "RESULT: exit code 1, and APPROVE in its output",
      "## Codex Review -- Round 1 -- RESULT\n\nCodex exit code: 1\n\n### Verbatim codex review output\n\n```text\nAPPROVE\n```\n",
    ],
    [
      "RESULT: one of two exit codes is not 0",
      "## Codex Review -- Round 1 -- RESULT\n\nCodex exit code: 0 (codex), 1 (static)\n\n### Verbatim codex review output\n\n```text\nAPPROVE\n```\n",
    ],
    [
      "RESULT: the verbatim section stands in the prompt's code",
      "## Codex Review -- Round 1 -- RESULT\n\nCodex exit code: 0\n\n```text\n### Verbatim codex review output\n~~~\nAPPROVE\n~~~\n```\n",
    ],
    ["text: half a review in JSON above the last line", '{"findings":[{"title":"[P1] Close it"\n\nAPPROVE\n'],
    [
      "text: half a review in a code block",
      '```json\n{\n  "findings": [\n    {"title": "[P1] Close it"\n```\n\nAPPROVE\n',
    ],
    [
      "text: the statement is taken back in a long sentence",
      `No issues found. However, ${"the handler leaks and ".repeat(30)}fails.`,
    ],
  ])("%s", (_, text) => {
    expect(["UNKNOWN", "ERROR", "REQUEST_CHANGES"]).toContain(read(text).verdict);
  });

  test("a text that only quotes a vendor is not taken for the vendor's", () => {
    const text = `Review comment:\n\n- [P1] Drop the marker — a.ts:1-1\n  ${SUMMARIZE}\n  ### 🟢 Approved\n`;

    expect(read(text)).toMatchObject({ format: "codex", findings: [{ priority: "P1" }] });
  });
});

describe("any text", () => {
  const pieces = [
    "## Codex Review -- Round 1 -- RESULT\n",
    "Codex exit code: 0\n",
    "### Verbatim codex review output\n",
    "## Review — bot\n",
    "Verdict: APPROVE\n",
    "Reviewing commit `0123456` for PR #1\n",
    "### Blocking Findings\n",
    "None.\n",
    "| 1 | a.ts:1 | x | y. z |\n",
    "|### Recovery Notes\n",
    "---|---|\n",
    "<!-- ccr-overview-v2 -->\n",
    "### 🟢 Approved\n",
    "**Findings:** None\n",
    "## Pull request overview\n",
    "<details>\n",
    "<summary>Previously missed (1)</summary>\n",
    "<summary>Nitpick comments (1)</summary>",
    "</details>\n",
    "`a.ts:1`\n",
    "`1-2`: **T.**\n",
    "**Actionable comments posted: 1**\n",
    "<!-- This is an auto-generated comment: summarize by coderabbit.ai -->\n",
    "<!-- recent_review_start -->\n",
    "### 💡 Codex Review\n",
    "**![P1 Badge](https://x/y) T**\n",
    "Comment on line +3\n",
    "- [P1] T — a.ts:1-2\n",
    "```\n",
    "> ",
    "\n",
    "<!--",
    "-->",
    '{"type":"thread.started"}\n',
    '{"type":"item.completed","item":{"type":"agent_message","text":"x"}}\n',
    "codex\n",
    "tokens used\n",
    "APPROVE\n",
    '{"findings":[]}',
    "No issues found.\n",
  ];

  test("is read without an exception; lines are in order, and what is not green says why", () => {
    const part = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...pieces) },
      fc.string({ maxLength: 6, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const answer = read(parts.join(""));
        for (const { startLine, endLine, path } of answer.findings) {
          expect(
            startLine === null || (endLine !== null && path !== null && 1 <= startLine && startLine <= endLine),
          ).toBe(true);
        }
        expect(answer.reading === "unreadable").toBe(answer.problem !== null);
        expect(answer.verdict === "APPROVE" && answer.problem !== null).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test("named as any format is read as that one or not at all", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        for (const format of [
          "codex",
          "json",
          "result-comment",
          "connector",
          "copilot",
          "coderabbit",
          "record",
        ] as const) {
          const parsed = parseReview(parts.join(""), { reviewer: "x", format });
          expect([format, "unrecognised"]).toContain(parsed.format);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each(hostileTexts)("takes time in proportion to its length: $name", ({ make }) => {
    const [small, large] = [make(4_000), make(32_000)];
    read(small);

    // Eight times the text may take eight times as long and some more, not 64 times.
    expect(duration(() => read(large))).toBeLessThan(
      32 *
        Math.max(
          8,
          duration(() => read(small)),
        ),
    );
  });
});

/** Milliseconds of this process: a busy machine does not count. */
function duration(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}
