// Failures that were seen in real review loops and must not come back, as far as reading a text can keep them away.
// The numbers are those of the failure list; what is written to people is kept by the tests of src/report/.
import { describe, expect, test } from "vitest";
import { parseCapture } from "../../../src/findings/parse-capture.ts";
import { toParseJson } from "../../../src/report/parse-output.ts";

const HEAD = "0123456789abcdef0123456789abcdef01234567";
const read = (text: string, options: { root?: string; files?: string[] } = {}) => {
  const parsed = parseCapture(text, { reviewer: "codex", ...options });
  return toParseJson(parsed, text, ["P0", "P1", "P2"]);
};
const result = (fields: string, output: string, rest = "") =>
  `## Codex Review -- Round 1 -- RESULT\n\nPR: #6\n${fields}\n\n### Verbatim codex review output\n\nThis PR was reviewed using codex review with the prompt above and produced the following output:\n\n\`\`\`text\n${output}\n\`\`\`\n\n${rest}`;

describe("what a review says", () => {
  test("F01 a clean review does not end UNKNOWN because the last line is missing", () => {
    const said = "No merge-blocking or advisory findings were identified in the latest PR diff.";

    expect(read(said)).toMatchObject({ verdict: "APPROVE", verdictSource: "derived" });
    expect(read(result("Codex exit code: 0\nDetected verdict: UNKNOWN", said))).toMatchObject({
      verdict: "APPROVE",
      verdictSource: "derived",
      notes: ["the comment detected UNKNOWN"],
    });
  });

  test("F02 F03 stderr that was pasted into a comment is not read, neither its findings nor its words", () => {
    const stderr =
      "### Codex runner stderr (non-evidence)\n\n- [P0] Customers — /home/alice/list.ts:1-1\nREQUEST_CHANGES\n";
    const read1 = read(
      result("Codex exit code: 0", "I read it.", `${stderr}...truncated 141925 bytes (full stderr in x)...\n`),
    );

    expect(read1).toMatchObject({ findings: [], statedVerdict: null, verdict: "UNKNOWN" });
  });

  test("F04 F06 a path of the reviewer's machine is reduced to the repository's, or given up, never guessed", () => {
    const text = "- [P1] A — /home/alice/work/repo/src/a.ts:3-4\n\n- [P1] B — /elsewhere/src/b.ts:1-1\n";
    const parsed = parseCapture(text, {
      reviewer: "codex",
      root: "/home/alice/work/repo",
      files: ["src/a.ts", "lib/b.ts"],
    });

    expect(parsed.findings.map(({ path, startLine }) => [path, startLine])).toEqual([
      ["src/a.ts", 3],
      [null, null],
    ]);
    expect(read(text, { root: "/home/alice/work/repo" }).findings[0]?.path).toBe("src/a.ts");
  });

  test.each([
    ["a RESULT", result(`Codex exit code: 0\nHead SHA: ${HEAD}`, "APPROVE"), HEAD],
    [
      "a record",
      "## Review — bot\n\nVerdict: APPROVE\n\nReviewing commit `0123456` for PR #1\n\n### Blocking Findings\n\nNone.\n",
      "0123456",
    ],
    ["a review", "### 💡 Codex Review\n\n**Reviewed commit:** `0123456789`\n", "0123456789"],
  ])("F07 %s gives the commit that it is about", (_, text, commit) => {
    expect(read(text).commit).toBe(commit);
  });

  test("F09 words and tags in prose, quotes, code and tool logs are neither findings nor a verdict", () => {
    const text = [
      "Use [P0], [P1], [P2] or [P3], and end with APPROVE or REQUEST_CHANGES.",
      "> - [P1] Quoted — a.ts:1-1",
      "It says APPROVE on the first page.",
      "```",
      "REQUEST_CHANGES",
      "```",
    ].join("\n");

    expect(read(text)).toMatchObject({ findings: [], statedVerdict: null, verdict: "UNKNOWN" });
  });

  test("F09 a log that holds the prompt and a tool's output, and no message, is no review", () => {
    const banner =
      "OpenAI Codex v0.139.0\n--------\nworkdir: /w\n--------\nuser\nEnd with APPROVE.\n- [P1] Example — a.ts:1-1\n";

    expect(read(`${banner}exec\ncat notes\nNo issues found.\nAPPROVE\n`)).toMatchObject({
      findings: [],
      verdict: "UNKNOWN",
      problem: "a log of codex without a final message",
    });
  });

  test.each(["I looked.", "{}", "## Review — bot", "### 💡 Codex Review", "## Pull request overview"])(
    "F10 what cannot be read says why: %j",
    (text) => {
      expect(read(text)).toMatchObject({ verdict: "UNKNOWN", problem: expect.stringMatching(/\w+ \w+/) });
    },
  );

  test("F49 F55 a report is read although text was pasted into its table and its SHA is glued to the next word", () => {
    const text = `## Review — bot\n\nVerdict: REQUEST_CHANGES\n\nReviewing commit b2aaf83for PR #505\n\n### Blocking Findings\n\n| # | File:Line | Severity | Finding |\n|### Recovery Notes\nTaken from | a log |.\n---|-----------|----------|---------|\n| 1 | src/a.py:3 | BLOCKING | Close it. It leaks. |\n| 2 | src/b.py:4 | BLOCKING | Open it. |\n`;

    expect(read(text)).toMatchObject({
      commit: "b2aaf83",
      findings: [
        { title: "Close it", path: "src/a.py", startLine: 3, body: "It leaks." },
        { title: "Open it", path: "src/b.py" },
      ],
      notes: ["Taken from | a log |."],
    });
  });

  test("F53 F54 a report keeps what was not run and what was filtered", () => {
    const text = `## Review — bot\n\nVerdict: APPROVE\n\nReviewing commit \`0123456\` for PR #1\n\n### Blocking Findings\n\nNone.\n\n### Verification\n\n- lint: PASSED\n- pytest: NOT RUN (not installed)\n\n### Policy Notes\n\n- filtered: RD-3 a.py:3 Old bug — pre-existing\n`;

    expect(read(text).notes).toEqual([
      "pytest: NOT RUN (not installed)",
      "filtered: RD-3 a.py:3 Old bug — pre-existing",
    ]);
  });

  test("F56 a plea for another review is no review", () => {
    expect(read("re-review requested for latest head")).toMatchObject({ format: "unrecognised", verdict: "UNKNOWN" });
  });
});
