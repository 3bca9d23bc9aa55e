// The table is GitHub's rules by example; the property checks every anchor against a second telling of those rules.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anchorFinding, indexDiff, type Anchor } from "../../../src/findings/anchor.ts";
import { parseDiff } from "../../../src/findings/diff.ts";
import type { Side } from "../../../src/findings/finding.ts";

const DIFF = `diff --git a/src/a.ts b/src/a.ts
index 1111111..2222222 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -10,5 +10,6 @@ function f()
 ten
-eleven
-twelve
+ELEVEN
+TWELVE
+extra
 thirteen
 fourteen
@@ -40,2 +41,3 @@
 forty
+new
 forty-one
diff --git a/old.ts b/new.ts
similarity index 90%
rename from old.ts
rename to new.ts
--- a/old.ts
+++ b/new.ts
@@ -1 +1 @@
-1
+2
diff --git a/moved.ts b/there.ts
similarity index 100%
rename from moved.ts
rename to there.ts
diff --git a/p.png b/p.png
index 1..2 100644
Binary files a/p.png and b/p.png differ
diff --git a/gone.ts b/gone.ts
deleted file mode 100644
--- a/gone.ts
+++ /dev/null
@@ -1,2 +0,0 @@
-one
-two
diff --git a/link b/link
deleted file mode 100644
--- a/link
+++ /dev/null
@@ -1,2 +0,0 @@
-a
-b
diff --git a/link b/link
new file mode 120000
--- /dev/null
+++ b/link
@@ -0,0 +1 @@
+target
`;

type Row = [name: string, path: string | null, start: number | null, end: number | null, side: Side, expected: string];

const rows: Row[] = [
  ["an added line", "src/a.ts", 12, 12, "RIGHT", "src/a.ts RIGHT 12"],
  ["a context line", "src/a.ts", 10, 10, "RIGHT", "src/a.ts RIGHT 10"],
  ["a range", "src/a.ts", 11, 13, "RIGHT", "src/a.ts RIGHT 11-13"],
  ["a range half outside is clipped", "src/a.ts", 1, 11, "RIGHT", "src/a.ts RIGHT 10-11"],
  ["a range over two hunks takes the larger part", "src/a.ts", 13, 42, "RIGHT", "src/a.ts RIGHT 13-15"],
  ["a range the wrong way round", "src/a.ts", 13, 11, "RIGHT", "src/a.ts RIGHT 11-13"],
  ["only a start", "src/a.ts", 42, null, "RIGHT", "src/a.ts RIGHT 42"],
  ["only an end", "src/a.ts", null, 42, "RIGHT", "src/a.ts RIGHT 42"],
  ["deleted lines", "src/a.ts", 11, 12, "LEFT", "src/a.ts LEFT 11-12"],
  ["LEFT is never a context line", "src/a.ts", 10, 10, "LEFT", "line_not_in_diff"],
  ["between the hunks", "src/a.ts", 20, 30, "RIGHT", "line_not_in_diff"],
  ["after the last", "src/a.ts", 999, 999, "RIGHT", "line_not_in_diff"],
  ["a file without a line", "src/a.ts", null, null, "RIGHT", "file src/a.ts"],
  ["the name before a rename", "old.ts", 1, 1, "RIGHT", "new.ts RIGHT 1"],
  ["renamed only", "there.ts", 1, 1, "RIGHT", "no_patch"],
  ["binary", "p.png", 1, 1, "RIGHT", "binary"],
  ["binary without a line", "p.png", null, null, "RIGHT", "binary"],
  ["a removed file has one side", "gone.ts", 2, 2, "RIGHT", "gone.ts LEFT 2"],
  ["changed type, new side", "link", 1, 1, "RIGHT", "link RIGHT 1"],
  ["changed type, old side", "link", 1, 2, "LEFT", "link LEFT 1-2"],
  ["another path", "src/b.ts", 1, 1, "RIGHT", "path_not_in_diff"],
  ["the whole change", null, null, null, "RIGHT", "no_path"],
];

function show(anchor: Anchor): string {
  if (anchor.kind === "outside") return anchor.reason;
  if (anchor.kind === "file") return `file ${anchor.path}`;
  return `${anchor.path} ${anchor.side} ${anchor.startLine === null ? "" : `${anchor.startLine}-`}${anchor.line}`;
}

const file = (name: string) => `--- /dev/null\n+++ b/${name}\n@@ -0,0 +1,9999 @@\n${"+x\n".repeat(9_999)}`;

const rename = (to: string) =>
  `diff --git a/old.ts b/${to}\nsimilarity index 90%\nrename from old.ts\nrename to ${to}\n--- a/old.ts\n+++ b/${to}\n@@ -1 +1 @@\n-1\n+2\n`;

describe("anchorFinding", () => {
  const files = indexDiff(parseDiff(DIFF));

  test.each(rows)("%s", (_name, path, startLine, endLine, side, expected) => {
    expect(show(anchorFinding({ path, startLine, endLine, side }, files))).toBe(expected);
  });

  test("a patch that GitHub does not show takes no line", () => {
    const many = indexDiff(parseDiff(`--- /dev/null\n+++ b/x\n@@ -0,0 +1,20001 @@\n${"+x\n".repeat(20_001)}`));
    const wide = indexDiff(parseDiff(`--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+${"é".repeat(250_001)}\n`));
    const finding = { path: "x", startLine: 1, endLine: 1, side: "RIGHT" as const };

    expect([anchorFinding(finding, many), anchorFinding(finding, wide)].map(show)).toEqual([
      "patch_too_large",
      "patch_too_large",
    ]);
  });

  test("a diff that is too long as a whole takes lines only where GitHub still shows them", () => {
    const three = indexDiff(parseDiff(["a", "b", "c"].map(file).join("")));
    const at = (path: string) => show(anchorFinding({ path, startLine: 7, endLine: 7, side: "RIGHT" }, three));

    expect(["a", "b", "c"].map(at)).toEqual(["a RIGHT 7", "b RIGHT 7", "patch_too_large"]);
  });

  test("a name that is not text cannot be told to GitHub", () => {
    const odd = indexDiff(parseDiff('--- "a/x\\377"\n+++ "b/x\\377"\n@@ -1 +1 @@\n-a\n+b\n'));
    const finding = { path: '"x\\377"', startLine: 1, endLine: 1, side: "RIGHT" as const };

    expect(show(anchorFinding(finding, odd))).toBe("name_not_text");
  });

  test("a name that two files had before they were renamed is not followed", () => {
    const twice = indexDiff(parseDiff(rename("one.ts") + rename("two.ts")));
    const finding = { path: "old.ts", startLine: 1, endLine: 1, side: "RIGHT" as const };

    expect(show(anchorFinding(finding, twice))).toBe("path_not_in_diff");
  });
});

/**
 * GitHub's rules, told again from the text of the diff and without the parser: a line exists on a side when walking the
 * patch of the file meets it there, and both ends of a range must be met in one hunk, start before end.
 */
function isAccepted(diff: string, anchor: Extract<Anchor, { kind: "line" }>): boolean {
  const patch = diff.split(/^(?=diff --git )/m).filter((part) => part.includes(`\n+++ b/${anchor.path}\n`));
  for (const hunk of patch.flatMap((part) => part.split(/^(?=@@ )/m).slice(1))) {
    const [, old, fresh] = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(hunk) ?? [];
    let [left, right] = [Number(old), Number(fresh)];
    const met = new Set<number>();
    for (const line of hunk.split("\n").slice(1, -1)) {
      if (anchor.side === "LEFT" ? line.startsWith("-") : !line.startsWith("-"))
        met.add(anchor.side === "LEFT" ? left : right);
      if (!line.startsWith("+")) left += 1;
      if (!line.startsWith("-")) right += 1;
    }
    const start = anchor.startLine;
    if (met.has(anchor.line) && (start === null || (met.has(start) && start < anchor.line))) return true;
  }
  return false;
}

/** A diff with well-formed numbers out of gaps and signs. */
function build(hunks: readonly [number, readonly string[]][]): string {
  let [left, right] = [1, 1];
  let text = "diff --git a/f b/f\n--- a/f\n+++ b/f\n";
  for (const [gap, signs] of hunks) {
    const removed = signs.filter((sign) => sign !== "+").length;
    const added = signs.filter((sign) => sign !== "-").length;
    left += gap;
    right += gap;
    text += `@@ -${left},${removed} +${right},${added} @@\n${signs.map((sign) => `${sign}x\n`).join("")}`;
    left += removed;
    right += added;
  }
  return text;
}

describe("properties", () => {
  const hunkLines = fc.array(fc.constantFrom(" ", "+", "-"), { minLength: 1, maxLength: 12 });
  const fileDiff = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), hunkLines), { minLength: 1, maxLength: 4 });

  test("every line anchor is accepted by GitHub's rules, lies in the finding's range, and none is refused for nothing", () => {
    const lineNumber = fc.integer({ min: 1, max: 90 });
    let anchored = 0;
    fc.assert(
      fc.property(
        fileDiff,
        lineNumber,
        fc.nat(30),
        fc.constantFrom<Side>("LEFT", "RIGHT"),
        (hunks, start, size, side) => {
          const diff = build(hunks);
          const anchor = anchorFinding(
            { path: "f", startLine: start, endLine: start + size, side },
            indexDiff(parseDiff(diff)),
          );
          if (anchor.kind === "line") {
            anchored += 1;
            assert.ok(isAccepted(diff, anchor));
            assert.ok((anchor.startLine ?? anchor.line) >= start && anchor.line <= start + size);
          } else {
            for (let line = start; line <= start + size; line += 1) {
              const alone: Anchor = { kind: "line", path: "f", line, side, startLine: null, startSide: null };
              assert.ok(!isAccepted(diff, alone));
            }
          }
        },
      ),
      { numRuns: 2_000 },
    );

    expect(anchored).toBeGreaterThan(500);
  });
});
