// Reads a unified diff as git prints it: files, hunks, and which line is where on both sides.
// Lines inside a hunk are counted by the hunk's header, never guessed by their look: a deleted line `-- a/x` prints as
// `--- a/x`, and a parser that believes it can be made to hide code from the reviewers.
// Format: https://git-scm.com/docs/diff-format#generate_patch_text_with_p
import { PermanentError } from "../errors.ts";
import { readFileHeader, type FileHeader } from "./diff-header.ts";

/** One line of a hunk. Line numbers are 1-based; `oldLine` is null for an added line, `newLine` for a deleted one. */
export type DiffLine = {
  kind: "context" | "added" | "deleted";
  oldLine: number | null;
  newLine: number | null;
  /** Without the leading sign and the line feed; a carriage return stays. */
  text: string;
  /** True for the last line of a file that does not end in a line feed. */
  noNewlineAtEnd: boolean;
};

/** One hunk with the numbers of its header; a start is 0 when that side has no lines. */
export type Hunk = {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** What follows the second `@@`, often a function's name; may be empty. */
  section: string;
  lines: DiffLine[];
};

/**
 * One file of a diff. A change of type (file to symlink) is two of them with one path: removed, then added.
 * `hunks` is empty for binary files, empty files, and files that were only renamed or whose mode alone changed.
 */
export type DiffFile = FileHeader & { hunks: Hunk[] };

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s;

/**
 * Parses the output of `git diff` with the prefixes `a/` and `b/`, or plain `---`/`+++` diffs. Linear in the text.
 * An empty text is an empty list. Throws PermanentError DIFF_UNREADABLE for anything that does not add up, for example
 * a hunk that ends early or a combined diff; a diff is read whole or not at all.
 */
export function parseDiff(text: string): DiffFile[] {
  const lines = lineReader(text);
  const files: DiffFile[] = [];
  for (let line = lines.peek(); line !== undefined; line = lines.peek()) {
    if (line === "") {
      lines.next();
      continue;
    }
    const header = readFileHeader(lines);
    if (header === undefined) throw unreadable(lines, "expected the header of a file");
    const hunks: Hunk[] = [];
    while (lines.peek()?.startsWith("@@ ") === true) hunks.push(readHunk(lines));
    files.push(Object.assign(header, { hunks }));
  }
  return files;
}

/** Lines of a text one at a time, without cutting it up beforehand. */
export type LineReader = {
  /** The line that `next` would give, without its line feed; undefined at the end. */
  peek(): string | undefined;
  next(): string | undefined;
  /** 1-based number of the line that `next` would give. */
  number(): number;
};

function lineReader(text: string): LineReader {
  let at = 0;
  let number = 1;
  let current: string | undefined;
  const read = (): string | undefined => {
    if (at >= text.length) return undefined;
    const end = text.indexOf("\n", at);
    return text.slice(at, end === -1 ? text.length : end);
  };
  return {
    peek: () => (current ??= read()),
    next: () => {
      const line = current ?? read();
      current = undefined;
      if (line === undefined) return undefined;
      at += line.length + 1;
      number += 1;
      return line;
    },
    number: () => number,
  };
}

function readHunk(lines: LineReader): Hunk {
  const hunk = readHunkHeader(lines);
  const next = { old: hunk.oldStart, new: hunk.newStart };
  const end = { old: hunk.oldStart + hunk.oldLines, new: hunk.newStart + hunk.newLines };
  while (next.old < end.old || next.new < end.new || lines.peek()?.startsWith("\\") === true) {
    const line = lines.peek();
    if (line === undefined) throw unreadable(lines, "the diff ends in the middle of a hunk");
    // Some programs take the trailing space off an empty context line.
    const sign = line[0] ?? " ";
    if (sign === "\\") markNoNewline(hunk);
    else hunk.lines.push(numbered(sign, line.slice(1), next));
    if (next.old > end.old || next.new > end.new || !" +-\\".includes(sign)) {
      throw unreadable(lines, "a hunk does not have the lines that its header announces");
    }
    lines.next();
  }
  return hunk;
}

function readHunkHeader(lines: LineReader): Hunk {
  const match = HUNK.exec(lines.peek() ?? "");
  if (match === null) throw unreadable(lines, "expected the header of a hunk");
  lines.next();
  const [, oldStart, oldLines = 1, newStart, newLines = 1, section = ""] = match;
  return {
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
    section,
    lines: [],
  };
}

/** The line with its numbers; counts `next` on. */
function numbered(sign: string, text: string, next: { old: number; new: number }): DiffLine {
  if (sign === "+") return { kind: "added", oldLine: null, newLine: next.new++, text, noNewlineAtEnd: false };
  if (sign === "-") return { kind: "deleted", oldLine: next.old++, newLine: null, text, noNewlineAtEnd: false };
  return { kind: "context", oldLine: next.old++, newLine: next.new++, text, noNewlineAtEnd: false };
}

/** `\ No newline at end of file` speaks about the line before it; its words depend on git's language. */
function markNoNewline(hunk: Hunk): void {
  const last = hunk.lines.at(-1);
  if (last !== undefined) last.noNewlineAtEnd = true;
}

function unreadable(lines: LineReader, problem: string): PermanentError {
  const shown = (lines.peek() ?? "").slice(0, 200);
  return new PermanentError(`Cannot read the diff, line ${lines.number()}: ${problem}. Found: ${shown}`, {
    code: "DIFF_UNREADABLE",
    hint: "Give the unchanged output of git diff.",
  });
}
