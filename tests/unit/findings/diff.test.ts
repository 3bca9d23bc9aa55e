// Real git is the oracle: whatever it prints must be read, and the hunks must rebuild the file.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { PermanentError } from "../../../src/errors.ts";
import { parseDiff, type DiffFile } from "../../../src/findings/diff.ts";
import { pathFromBytes, pathToBytes } from "../../../src/findings/diff-path.ts";
import { sampleRepo, utf8Name, type Content } from "../../support/sample-repo.ts";

const repo = sampleRepo();
afterAll(() => repo.remove());

/** Real git's diff of two sets of files, as latin1 so that every byte is one character. */
function gitDiff(
  before: Record<string, Content>,
  after: Record<string, Content>,
  flags: readonly string[] = [],
): string {
  const [a, b] = [repo.commit(before), repo.commit(after)];
  return repo.gitBytes(["diff", "--find-renames", "--text", ...flags, a, b]).toString("latin1");
}

function summary(file: DiffFile): string {
  const modes = `${file.oldMode ?? "-"}>${file.newMode ?? "-"}`;
  return `${file.status} ${file.oldPath ?? "-"} > ${file.path} ${modes}${file.isBinary ? " binary" : ""} ${file.hunks.length}`;
}

/** What git would write for the old or the new file, from the hunks alone (whole-file context). */
function side(file: DiffFile, dropped: "added" | "deleted"): string {
  return file.hunks
    .flatMap((hunk) => hunk.lines)
    .filter((line) => line.kind !== dropped)
    .map((line) => `${line.text}${line.noNewlineAtEnd ? "" : "\n"}`)
    .join("");
}

/** Applies hunks to the old content as patch(1) would, checking every old line on the way. */
function apply(file: DiffFile, old: string): string {
  const oldLines = old.split(/(?<=\n)/);
  const out: string[] = [];
  let at = 0;
  for (const hunk of file.hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    out.push(...oldLines.slice(at, start));
    at = start;
    for (const line of hunk.lines) {
      const whole = `${line.text}${line.noNewlineAtEnd ? "" : "\n"}`;
      if (line.kind !== "added") {
        assert.equal(oldLines[at], whole);
        assert.equal(line.oldLine, at + 1);
        at += 1;
      }
      if (line.kind !== "deleted") {
        assert.equal(line.newLine, out.length + 1);
        out.push(whole);
      }
    }
  }
  return [...out, ...oldLines.slice(at)].join("");
}

/** Prints hunks again, for the round trip. */
function print(file: DiffFile): string {
  const signs = { added: "+", deleted: "-", context: " " };
  const hunks = file.hunks.map((hunk) => {
    const lines = hunk.lines.map(
      (line) => `${signs[line.kind]}${line.text}\n${line.noNewlineAtEnd ? "\\ No newline at end of file\n" : ""}`,
    );
    return `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@ ${hunk.section}\n${lines.join("")}`;
  });
  const from = file.status === "added" ? "/dev/null" : `a/${file.oldPath}`;
  return `--- ${from}\n+++ ${file.status === "removed" ? "/dev/null" : `b/${file.path}`}\n${hunks.join("")}`;
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function manyLines(lines: number): string {
  return `--- a/x\n+++ b/x\n@@ -0,0 +1,${lines} @@\n${"+some code here\n".repeat(lines)}`;
}

function parseMs(text: string): number {
  // CPU time of this process: a busy machine does not count.
  const start = process.cpuUsage();
  parseDiff(text);
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}

describe("what real git prints", () => {
  const long = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
  const cases: Record<string, [Record<string, Content>, Record<string, Content>, string[]]> = {
    "nothing changed": [{ a: "x" }, { a: "x" }, []],
    "added, modified, removed": [
      { m: "1\n", r: "gone\n" },
      { m: "2\n", a: "new\n" },
      ["added - > a ->100644 1", "modified m > m 100644>100644 1", "removed r > r 100644>- 1"],
    ],
    "renamed without and with a change": [
      { old: long, old2: `2${long}` },
      { new: long, new2: `2${long}\nmore` },
      ["renamed old > new ->- 0", "renamed old2 > new2 100644>100644 1"],
    ],
    "mode alone, and with content": [
      { x: "1\n", y: "1\n" },
      { x: { mode: "100755", content: "1\n" }, y: { mode: "100755", content: "2\n" } },
      ["modified x > x 100644>100755 0", "modified y > y 100644>100755 1"],
    ],
    "file becomes a symlink": [
      { t: "text\n" },
      { t: { mode: "120000", content: "/etc/passwd" } },
      ["removed t > t 100644>- 1", "added - > t ->120000 1"],
    ],
    "empty files": [
      { gone: "", moved: "" },
      { come: "" },
      ["removed moved > moved 100644>- 0", "renamed gone > come ->- 0"],
    ],
    submodule: [
      { s: { mode: "160000", content: "1".repeat(40) } },
      { s: { mode: "160000", content: "2".repeat(40) } },
      ["modified s > s 160000>160000 1"],
    ],
    "names with spaces, quotes, controls, other bytes": [
      {},
      {
        "a b": "1\n",
        'q"uote': "1\n",
        '"lead': "1\n",
        "tab\there": "1\n",
        "new\nline": "1\n",
        "\x1b[31m": "1\n",
        [utf8Name("é中😀")]: "1\n",
        "\xff\xfe": "1\n",
        "back\\slash": "1\n",
        " b/x b/y": "",
        "--- a": "",
      },
      [
        'added - > "\\"lead" ->100644 1',
        "added - > --- a ->100644 0",
        "added - >  b/x b/y ->100644 0",
        "added - > a b ->100644 1",
        "added - > back\\slash ->100644 1",
        "added - > new\nline ->100644 1",
        'added - > q"uote ->100644 1',
        "added - > tab\there ->100644 1",
        "added - > \x1b[31m ->100644 1",
        "added - > é中😀 ->100644 1",
        'added - > "\\377\\376" ->100644 1',
      ],
    ],
  };

  test.each(Object.keys(cases))("%s", (name) => {
    const [before, after, expected] = cases[name] ?? [{}, {}, []];

    expect(parseDiff(gitDiff(before, after)).map(summary).sort()).toEqual([...expected].sort());
  });

  test("binary, also with --binary, between other files", () => {
    const files = [
      { a: "1\n", b: "\0\x01", z: "1\n" },
      { a: "2\n", b: "\0\x02", z: "2\n" },
    ] as const;
    const [x, y] = [repo.commit(files[0]), repo.commit(files[1])];
    const expected = [
      "modified a > a 100644>100644 1",
      "modified b > b 100644>100644 binary 0",
      "modified z > z 100644>100644 1",
    ];

    expect(parseDiff(repo.git(["diff", x, y])).map(summary)).toEqual(expected);
    expect(parseDiff(repo.git(["diff", "--binary", x, y])).map(summary)).toEqual(expected);
  });

  test("content that looks like headers is content", () => {
    const evil = [
      "-- a/x",
      "++ b/x",
      "diff --git a/p b/p",
      "@@ -1 +1 @@",
      " No newline at end of file",
      "index 1..2",
      "",
    ];
    const before = { f: `${evil.join("\n")}\nkeep\n` };
    const after = {
      f: `keep\n${evil
        .toReversed()
        .map((line) => `${line}!`)
        .join("\n")}\n`,
    };
    const files = parseDiff(gitDiff(before, after));

    expect(files.map((file) => file.path)).toEqual(["f"]);
    expect(files.map((file) => apply(file, before.f))).toEqual([after.f]);
  });

  test("CRLF, form feed, U+2028 and lone CR do not break lines", () => {
    const before = { f: "a\r\nb\r\n" };
    const after = { f: "a\r\nb\fc\u2028d\re\r\n" };
    const [x, y] = [repo.commit(before), repo.commit(after)];

    expect(parseDiff(repo.git(["diff", x, y]))[0]?.hunks[0]?.lines.map((line) => line.text)).toEqual([
      "a\r",
      "b\r",
      "b\fc\u2028d\re\r",
    ]);
  });

  test("the missing last line feed is known for each side", () => {
    const lines = parseDiff(gitDiff({ f: "a\nb" }, { f: "a\nb\n" }))[0]?.hunks[0]?.lines;

    expect(lines?.map((line) => [line.kind, line.text, line.noNewlineAtEnd])).toEqual([
      ["context", "a", false],
      ["deleted", "b", true],
      ["added", "b", false],
    ]);
  });
});

describe("diffs that git did not print", () => {
  test("a plain diff without git's lines, with timestamps", () => {
    const text =
      "--- a/x\t2026-01-01\n+++ b/x\t2026-01-02\n@@ -1 +1 @@\n-1\n+2\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+1\n";

    expect(parseDiff(text).map(summary)).toEqual(["modified x > x ->- 1", "added - > y ->- 1"]);
  });

  test("an empty context line that lost its space", () => {
    expect(parseDiff("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n\n-1\n+2\n")[0]?.hunks[0]?.lines[0]?.kind).toBe("context");
  });

  test.each([
    ["some prose", "expected the header of a file"],
    ["--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n 1\n", "ends in the middle"],
    ["--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n-2\n+1\n", "does not have the lines"],
    ["--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+1\n+2\n", "expected the header of a file"],
    ["--- a/x\n+++ b/x\n@@ -1 +1 @@\n?1\n", "does not have the lines"],
    ["--- a/x\n+++ b/x\n@@ -x +1 @@\n", "expected the header of a hunk"],
    ["diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1 -1 +1 @@@\n", "expected the header of a file"],
    ['--- "a/x\n+++ b/x\n', "quoted file name"],
    ['--- "a/\\q"\n+++ b/x\n', "quoted file name"],
  ])("refused: %j", (text, problem) => {
    expect(() => parseDiff(text)).toThrow(problem);
  });
});

describe("properties, with real git as the judge", () => {
  const line = fc.constantFrom(
    "a",
    "b",
    "",
    "-- a/f",
    "++ b/f",
    "@@ -1 +1 @@",
    "\\ No newline at end of file",
    "x\r",
    "é",
    "diff --git a/f b/f",
  );
  const content = fc
    .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
    .map(([lines, ends]) => lines.join("\n") + (ends ? "\n" : ""));
  const files = fc.dictionary(fc.constantFrom("f", "g", "h i", "dir/j"), content, {
    maxKeys: 4,
    noNullPrototype: true,
  });

  test("hunks applied to the old content give the new content; printing and parsing again changes nothing", () => {
    fc.assert(
      fc.property(files, files, fc.constantFrom("-U0", "-U1", "-U3", "-U99"), (before, after, context) => {
        for (const file of parseDiff(gitDiff(before, after, [context]))) {
          const old = file.oldPath === null ? "" : latin1(before[file.oldPath] ?? "");
          const fresh = file.status === "removed" ? "" : latin1(after[file.path] ?? "");
          assert.equal(apply(file, old), fresh);
          if (context === "-U99" && file.hunks.length > 0) {
            assert.deepEqual([side(file, "added"), side(file, "deleted")], [old, fresh]);
          }
          if (file.hunks.length > 0) assert.deepEqual(parseDiff(print(file))[0]?.hunks, file.hunks);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("every byte path survives the way to a string and back, and no two are the same string", () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(bytes, fc.boolean(), (path, isQuoted) => {
        const all = isQuoted ? Uint8Array.from([34, ...path]) : path;
        assert.deepEqual([...pathToBytes(pathFromBytes(all))], [...all]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("anything else is refused cleanly or read", () => {
    const piece = fc.constantFrom(
      "--- a/x\n",
      "+++ b/x\n",
      "@@ -1 +1 @@\n",
      "-a\n",
      "+b\n",
      " c\n",
      "diff --git a/x b/x\n",
      "\\ No\n",
      "GIT binary patch\n",
      "rename to y\n",
      "\n",
      '"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        try {
          parseDiff(pieces.join(""));
        } catch (error) {
          assert.ok(error instanceof PermanentError && error.code === "DIFF_UNREADABLE");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("linear: ten times the text takes about ten times as long", () => {
    parseMs(manyLines(20_000));

    expect(parseMs(manyLines(200_000))).toBeLessThan(60 * Math.max(parseMs(manyLines(20_000)), 5));
  });
});
