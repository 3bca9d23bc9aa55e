// Where a finding stands, and when its replacement may be offered as a change by one click.
import { describe, expect, test } from "vitest";
import { indexDiff } from "../../../src/findings/anchor.ts";
import { parseDiff } from "../../../src/findings/diff.ts";
import type { Finding } from "../../../src/findings/finding.ts";
import { parseReview } from "../../../src/findings/parse-review.ts";
import { placeFinding } from "../../../src/findings/place.ts";
import { renderInlineComment, renderReview } from "../../../src/report/review.ts";
import { options, record, round, finding as tracked } from "../report/sample-round.ts";
import { nodes, parseMarkdown } from "../report/markdown-tree.ts";

const DIFF = `--- a/src/a.ts
+++ b/src/a.ts
@@ -10,3 +10,4 @@
 ten
+eleven
+twelve
-old
 thirteen
@@ -40,2 +41,2 @@
-forty
+forty-one
 forty-two
--- a/dos.ts
+++ b/dos.ts
@@ -1 +1 @@
-one\r
+two\r
`;
const diff = indexDiff(parseDiff(DIFF));
const roots = { root: "/srv/run/checkout", files: ["src/a.ts", "dos.ts"] };

type Lines = [start: number, end: number];
const place = (lines: Lines, on: Lines, text: string, more: Partial<Finding> = {}): Finding =>
  placeFinding(
    {
      priority: "P1",
      title: "Say it",
      body: "It bites.",
      path: "/srv/run/checkout/src/a.ts",
      startLine: lines[0],
      endLine: lines[1],
      side: "RIGHT",
      reviewer: "codex",
      rule: null,
      fingerprint: "0".repeat(16),
      suggestion: { startLine: on[0], endLine: on[1], text, applies: false },
      ...more,
    },
    roots,
    diff,
  );

const comment = (one: Finding): string => renderInlineComment({ ...tracked(), ...one }, options);
const blocks = (body: string) => nodes(parseMarkdown(body), "code").map(({ value }) => value);

const read = (suggestion: unknown) =>
  parseReview(
    JSON.stringify({
      findings: [
        {
          title: "[P1] Say it",
          code_location: { absolute_file_path: "src/a.ts", line_range: { start: 11, end: 12 } },
          suggestion,
        },
      ],
      overall_correctness: "patch is incorrect",
    }),
    { reviewer: "codex", ...roots },
  ).findings;

describe("placeFinding", () => {
  test.each<[string, [Lines, Lines, string, Partial<Finding>?], boolean]>([
    ["its very lines", [[11, 12], [11, 12], "once"], true],
    ["one line", [[12, 12], [12, 12], "a\nb\n"], true],
    ["lines to delete", [[11, 12], [11, 12], ""], true],
    ["other lines than the comment's", [[11, 12], [12, 12], "once"], false],
    ["lines of which some are outside", [[8, 11], [8, 11], "once"], false],
    ["lines of two hunks", [[11, 42], [11, 42], "once"], false],
    ["lines outside of the diff", [[30, 31], [30, 31], "once"], false],
    ["deleted lines", [[12, 12], [12, 12], "once", { side: "LEFT" }], false],
    ["what stands there already", [[11, 12], [11, 12], "eleven\ntwelve\n"], false],
    ["lines that end in CR", [[1, 1], [1, 1], "once", { path: "dos.ts" }], false],
    ["a file that is not known", [[11, 12], [11, 12], "once", { path: "/etc/a.ts" }], false],
  ])("a replacement of %s", (_name, given, applies) => {
    expect(place(...given).suggestion?.applies).toBe(applies);
  });

  test("takes the machine's folder off the path and anchors in one hunk", () => {
    expect(place([11, 42], [11, 42], "")).toMatchObject({
      path: "src/a.ts",
      anchor: { path: "src/a.ts", line: 13, startLine: 11, side: "RIGHT", startSide: "RIGHT" },
    });
    expect(place([11, 12], [11, 12], "", { path: "/elsewhere/b.ts" })).toMatchObject({ path: null, anchor: null });
  });
});

describe("a suggestion in an inline comment", () => {
  test("is a block of its own, longer than any fence in it", () => {
    const body = comment(place([11, 12], [11, 12], "const a = 1;\n````\n@octo"));
    expect(blocks(body)).toEqual(["const a = 1;\n````\n@octo"]);
    expect(body).toContain("\n`````suggestion\n");
    expect(comment(place([11, 12], [11, 12], ""))).toContain("```suggestion\n```");
  });

  test.each<[string, Finding]>([
    ["does not fit the comment", place([11, 12], [12, 12], "once")],
    ["hides a character", place([11, 12], [11, 12], "a\u202Eb")],
    ["passes for a line of Rondo's own", place([11, 12], [11, 12], "<!-- rondo:v1 -->")],
    ["would be cut", place([11, 12], [11, 12], "y;\n".repeat(3_000), { body: "x\n".repeat(27_000) })],
    ["belongs to other lines since two findings were joined", { ...place([11, 12], [11, 12], "once"), anchor: null }],
  ])("is plain code when it %s", (_name, one) => {
    const body = comment(one);
    expect(body).not.toContain("`suggestion");
  });

  test("is plain code in the body of the review", () => {
    const one = { ...tracked(), ...place([11, 12], [11, 12], "once") };
    const input = { anchors: new Map(), explanation: null, requestChanges: false };
    const { body, comments } = renderReview(
      record(round({ findings: [one] })),
      round({ findings: [one] }),
      input,
      options,
    );

    expect(comments).toEqual([]);
    expect(body).toContain("  Suggested instead:\n\n  ```text\n  once\n  ```");
  });
});

describe("the JSON of a review", () => {
  test("may carry a replacement", () => {
    expect(read({ start_line: 11, end_line: 12, text: "a\r\nb" })).toMatchObject([
      { suggestion: { startLine: 11, endLine: 12, text: "a\nb", applies: false } },
    ]);
  });

  test.each([
    undefined,
    null,
    "use a",
    { start_line: 12, end_line: 11, text: "a" },
    { start_line: 0, end_line: 0, text: "a" },
    { start_line: 1, end_line: 1, text: "a".repeat(10_001) },
    { start_line: 1, end_line: 1 },
  ])("is read all the same when the replacement makes no sense: %j", (suggestion) => {
    const [finding] = read(suggestion);
    expect(finding).toMatchObject({ title: "Say it", startLine: 11 });
    expect(finding?.suggestion ?? null).toBeNull();
  });
});
