import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { parseReview } from "../../../src/findings/parse-review.ts";
import { toParseJson } from "../../../src/report/parse-output.ts";

const options = { reviewer: "codex" };
const parse = (text: string) => parseReview(text, options);
const shapes = (text: string) =>
  parse(text).findings.map(({ priority, title, path, startLine, endLine, body }) => ({
    priority,
    title,
    path,
    startLine,
    endLine,
    body,
  }));
const one = {
  priority: "P2",
  title: "Add the return type",
  path: "tests/test_x.py",
  startLine: 6,
  endLine: 6,
  body: "First line.\n\nSecond `line`.",
};
const body = "  First line.\n\n  Second `line`.\n";

const json = (findings: object[], correctness = "patch is incorrect") =>
  JSON.stringify({
    findings,
    overall_correctness: correctness,
    overall_explanation: "Why.",
    overall_confidence_score: 0.9,
  });
const jsonFinding = (change: object = {}) => ({
  title: "[P2] Add the return type",
  body: "First line.\n\nSecond `line`.",
  confidence_score: 0.8,
  priority: 2,
  code_location: { absolute_file_path: "tests/test_x.py", line_range: { start: 6, end: 6 } },
  ...change,
});

describe("text", () => {
  test.each([
    ["codex, one finding", `Why.\n\nReview comment:\n\n- [P2] Add the return type — tests/test_x.py:6-6\n${body}`],
    ["codex, many", `Why.\n\nFull review comments:\n\n- [P2] Add the return type — tests/test_x.py:6-6\n${body}`],
    ["rendered page", `Why.\n\nReview comment:\n\n• [P2] Add the return type — tests/test_x.py:6-6\n${body}`],
    ["selection form", `Review comment:\n\n- [x] [P2] Add the return type — tests/test_x.py:6-6\n${body}`],
    ["unselected", `Review comment:\n\n- [ ] [P2] Add the return type — tests/test_x.py:6-6\n${body}`],
    ["hyphen and one line number", `Review comment:\n- [P2] Add the return type - tests/test_x.py:6\n${body}`],
    ["lower case tag (A21)", `- [p2] Add the return type — tests/test_x.py:6-6\n${body}`],
    ["bold, code ticks", `## Review comments\n\n- **[P2] Add the return type** — \`tests/test_x.py:6-6\`\n${body}`],
    [
      "CRLF and BOM",
      `\uFEFFReview comment:\r\n\r\n- [P2] Add the return type — tests/test_x.py:6-6\r\n${body.replaceAll("\n", "\r\n")}`,
    ],
    ["lines the wrong way round", `- [P2] Add the return type — tests/test_x.py:6-6\n${body}\nREQUEST_CHANGES`],
    ["the whole message in a code block", `\`\`\`\n- [P2] Add the return type — tests/test_x.py:6-6\n${body}\`\`\``],
  ])("%s (A13)", (_, text) => {
    expect(shapes(text)).toEqual([one]);
  });

  test("titles may hold dashes, folders may hold spaces and dashes", () => {
    const text = "- [P1] Keep a - b — c apart — src/my file.ts:3-4\n- [P1] Split — /work dir/a - b/c.ts:1-2\n";

    expect(shapes(text).map(({ title, path }) => [title, path])).toEqual([
      ["Keep a - b — c apart", "src/my file.ts"],
      ["Split", "/work dir/a - b/c.ts"],
    ]);
  });

  test("a known file decides where the title ends", () => {
    const parsed = parseReview("- [P1] Split — a - b.ts:1", { ...options, files: ["a - b.ts"] });

    expect(parsed.findings.map(({ title, path }) => [title, path])).toEqual([["Split", "a - b.ts"]]);
  });

  test("[P4] and above are untagged, an untagged item below the header is a finding (A21)", () => {
    expect(
      shapes("Full review comments:\n\n- [P4] A — a.ts:1-1\n\n- B — b.ts:2-3\n").map(({ priority, title }) => [
        priority,
        title,
      ]),
    ).toEqual([
      [null, "A"],
      [null, "B"],
    ]);
  });

  test("the echo of a prompt has no finding (A14, F09)", () => {
    const parsed = parse(
      "Output findings using tags ([P0], [P1], [P2], [P3]).\nUse 'APPROVE' or 'REQUEST_CHANGES'.\n\nAPPROVE",
    );

    expect(parsed).toMatchObject({ findings: [], statedVerdict: "APPROVE", reading: "text" });
  });

  test.each([
    ["a tagged line without a place", "- [P1] Something is wrong\n\nAPPROVE"],
    ["a header without a finding", "Review comment:\n\nAPPROVE"],
    ["an item below the header without a place", "Review comment:\n\n- Something is wrong\n\nAPPROVE"],
    ["a whole finding in a code block", "No issues found.\n```\n- [P1] Leak — a.ts:1-1\n```\nAPPROVE"],
    ["an interrupted review", "Review was interrupted. Please re-run /review and wait for it to complete."],
    ["no answer", "Reviewer failed to output a response."],
    ["empty text", ""],
    ["anything", "I looked at the code."],
  ])("%s is unreadable (V5, V13, A18)", (_, text) => {
    expect(parse(text)).toMatchObject({ reading: "unreadable", problem: expect.any(String) });
  });

  test.each([
    "No merge-blocking or advisory findings were identified in the latest PR diff.",
    "I looked around.\n\nNo issues found.",
    "The patch is correct.",
    "I did not find any blocking issues in this pull request.",
    "Codex Review: Didn't find any major issues. Keep it up!",
    "There are no findings to report.",
  ])("%s is clean (A17, F01)", (text) => {
    expect(parse(text)).toMatchObject({ reading: "clean", findings: [], statedVerdict: null });
  });

  test.each([
    "No issues were found in the tests, but the handler leaks.",
    "No issues found. However, the handler leaks.",
    "No P0 issues found.",
    "There are no tests.",
    "It is not true that no issues found",
  ])("%s is not clean", (text) => {
    expect(parse(text).reading).toBe("unreadable");
  });

  test.each([
    ["APPROVE", "APPROVE"],
    ["**REQUEST_CHANGES**", "REQUEST_CHANGES"],
    ["`APPROVE`.", "APPROVE"],
    ["Verdict: APPROVE", null],
    ["APPROVED", null],
    ["  APPROVE", null],
    ["APPROVE\nand more", null],
    ["```\nAPPROVE", null],
  ])("last line %j", (line, expected) => {
    expect(parse(`Some text.\n\n- [P3] Note — a.ts:1-1\n  body\n${line}`).statedVerdict).toBe(expected);
  });
});

describe("JSON", () => {
  const whole = json([jsonFinding()]);

  test.each([
    ["bare", whole],
    ["fenced", `Here it is:\n\n\`\`\`json\n${whole}\n\`\`\`\nDone.`],
    ["in prose", `Here it is: ${whole} Done.`],
    ["twice the same", `\`\`\`json\n${whole}\n\`\`\`\n\n\`\`\`json\n${whole}\n\`\`\``],
  ])("%s gives the same findings as the text (A23)", (_, text) => {
    expect(shapes(text)).toEqual([one]);
    expect(parse(text)).toMatchObject({
      format: "json",
      reading: "structured",
      statedVerdict: "REQUEST_CHANGES",
      explanation: "Why.",
    });
  });

  test("text and JSON of one review have the same fingerprints (A23)", () => {
    const text = `Why.\n\nReview comment:\n\n- [P2] Add the return type — tests/test_x.py:6-6\n${body}`;

    expect(parse(whole).findings).toEqual(parse(text).findings);
  });

  test.each([
    ["[P1] T", 3, "P1"],
    ["[P3] T", 1, "P1"],
    ["T", 0, "P0"],
    ["[P2] T", null, "P2"],
    ["T", null, null],
    ["[P7] T", 9, null],
  ])("%s with priority %j counts as %s", (title, priority, expected) => {
    expect(parse(json([jsonFinding({ title, priority })])).findings[0]).toMatchObject({
      title: "T",
      priority: expected,
    });
  });

  test.each([
    ["no title", json([jsonFinding({ title: "" })])],
    ["findings is no list", '{"findings": 3}'],
    ["two different reviews", `\`\`\`json\n${whole}\n\`\`\`\n\`\`\`json\n${json([], "patch is correct")}\n\`\`\``],
  ])("%s is unreadable, never clean", (_, text) => {
    expect(parse(text)).toMatchObject({ reading: "unreadable", findings: [] });
  });

  test("a clean review quoted in a finding decides nothing", () => {
    const quoted = `Full review comments:\n\n- [P1] Leak — a.ts:1-1\n  See\n\n\`\`\`json\n${json([], "patch is correct")}\n\`\`\`\n`;

    expect(parse(quoted)).toMatchObject({ format: "codex", reading: "text", findings: [{ priority: "P1" }] });
  });

  test("a finding without a place is about the whole change", () => {
    expect(parse(json([jsonFinding({ code_location: null })])).findings[0]).toMatchObject({
      path: null,
      startLine: null,
    });
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    "- [P1] ",
    " — ",
    " - ",
    "a.ts:1-2",
    "```",
    "\n",
    "\n  ",
    "{",
    "}",
    '{"findings":',
    "[]",
    "APPROVE",
    "\r",
    "**",
    "Review comment:\n",
    ":",
    "9".repeat(12),
    '"',
    "\\",
  );

  test("is read without an exception, and lines are in order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }), (parts) => {
        for (const { startLine, endLine } of parse(parts.join("")).findings) {
          expect(startLine === null || (endLine !== null && startLine >= 1 && endLine >= startLine)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["- [P1] a — ", "dashes and tags"],
    ["{", "open braces"],
    ["```\n", "fences"],
    [" — - — -", "separators"],
    ['{"findings":[', "open reviews"],
    ["- [P1] x — a.ts:1-1\n", "findings"],
    ["no issues or or ", "half statements"],
    ["\\", "backslashes"],
  ])("takes time linear in its length: %j (%s)", (unit) => {
    const small = unit.repeat(Math.ceil(40_000 / unit.length));
    const large = unit.repeat(Math.ceil(320_000 / unit.length));
    parse(small);

    // Eight times the text may take eight times as long and some more, not 64 times.
    expect(best(() => parse(large))).toBeLessThan(
      32 *
        Math.max(
          4,
          best(() => parse(small)),
        ),
    );
  });
});

test("the JSON of the command line (stable keys)", () => {
  const text = "Review comment:\n\n- Fix it — /x/a.ts:3-4\n  Why.\n\nAPPROVE";

  expect(toParseJson(parse(text), text, ["P0", "P1", "P2"])).toEqual({
    format: "codex",
    findings: [{ priority: null, title: "Fix it", path: "/x/a.ts", startLine: 3, endLine: 4, body: "Why." }],
    statedVerdict: "APPROVE",
    verdict: "REQUEST_CHANGES",
    verdictSource: "findings",
    contradiction: "final line APPROVE, 1 blocking finding",
    problem: null,
    evidence: "findings",
    commit: null,
    notes: [],
  });
});

function duration(work: () => unknown): number {
  // CPU time of this process: a busy machine does not count.
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}

function best(work: () => unknown): number {
  return Math.min(...[1, 2, 3].map(() => duration(work)));
}
