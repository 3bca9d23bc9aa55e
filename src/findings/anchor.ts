// Where a finding can stand on GitHub: on lines of the diff, on a file, or only in the text of the review.
// GitHub takes a review whole or not at all and does not say which entry it refused, so nothing that it would refuse
// may leave here. Rules: https://docs.github.com/en/rest/pulls/comments#create-a-review-comment-for-a-pull-request
import type { DiffFile, DiffLine, Hunk } from "./diff.ts";
import type { Finding, Side } from "./finding.ts";

/**
 * Place of a finding. `line` is the last line of the range, `startLine` the first, null when they are the same;
 * both are 1-based, on their side, in one hunk. A `file` anchor is for a comment with `subject_type: file`.
 */
export type Anchor =
  | { kind: "line"; path: string; line: number; side: Side; startLine: number | null; startSide: Side | null }
  | { kind: "file"; path: string }
  | { kind: "outside"; reason: OutsideReason };

/** Why a finding cannot stand in the diff; the review's text says it in words. */
export type OutsideReason =
  | "no_path"
  | "path_not_in_diff"
  | "line_not_in_diff"
  | "binary"
  | "no_patch"
  | "patch_too_large";

/** GitHub shows no patch above these, and then takes no line comment. https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits */
const MAX_PATCH_LINES = 20_000;
const MAX_PATCH_BYTES = 500_000;

/**
 * Finds the place of a finding in the diff. RIGHT means added and context lines, LEFT deleted ones. A range that is
 * partly in a hunk is clipped to it; of several hunks the one with most of the range wins, then the first.
 * A name from before a rename is followed to the new one. In a removed file there is only a LEFT side, so that is used.
 */
export function anchorFinding(
  finding: Pick<Finding, "path" | "startLine" | "endLine" | "side">,
  files: readonly DiffFile[],
): Anchor {
  if (finding.path === null) return { kind: "outside", reason: "no_path" };
  const sameFile = findFiles(finding.path, files);
  const first = sameFile[0];
  if (first === undefined) return { kind: "outside", reason: "path_not_in_diff" };
  const withPatch = sameFile.filter((file) => file.hunks.length > 0);
  if (withPatch.length === 0) return { kind: "outside", reason: first.isBinary ? "binary" : "no_patch" };
  if (withPatch.some(isTooLarge)) return { kind: "outside", reason: "patch_too_large" };
  const last = finding.endLine ?? finding.startLine;
  if (last === null) return { kind: "file", path: first.path };
  return anchorRange([finding.startLine ?? last, last], finding.side, withPatch);
}

/** Lines of one hunk that a comment may stand on, by side. */
export function commentableLines(hunk: Hunk, side: Side): number[] {
  return hunk.lines.map((line) => lineOn(line, side)).filter((line) => line !== null);
}

/** Two entries when a file changed its type; none when the path is not in the diff. */
function findFiles(path: string, files: readonly DiffFile[]): DiffFile[] {
  const named = files.filter((file) => file.path === path);
  if (named.length > 0) return named;
  const renamed = files.filter((file) => file.status === "renamed" && file.oldPath === path);
  return renamed.length === 1 ? renamed : [];
}

function isTooLarge(file: DiffFile): boolean {
  let lines = 0;
  let bytes = 0;
  for (const hunk of file.hunks) {
    lines += hunk.lines.length + 1;
    for (const line of hunk.lines) bytes += Buffer.byteLength(line.text) + 2;
  }
  return lines > MAX_PATCH_LINES || bytes > MAX_PATCH_BYTES;
}

function anchorRange(range: readonly [number, number], wanted: Side, files: readonly DiffFile[]): Anchor {
  const side = files.every((file) => file.status === "removed") ? "LEFT" : wanted;
  const best = coveredLines(range, side, files);
  const line = best.lines.at(-1);
  const startLine = best.lines[0];
  if (line === undefined || startLine === undefined) return { kind: "outside", reason: "line_not_in_diff" };
  if (startLine === line) return { kind: "line", path: best.path, line, side, startLine: null, startSide: null };
  return { kind: "line", path: best.path, line, side, startLine, startSide: side };
}

/** The range's lines in the hunk that has most of them; none when no hunk has any. */
function coveredLines(
  range: readonly [number, number],
  side: Side,
  files: readonly DiffFile[],
): { path: string; lines: number[] } {
  const [start, end] = [Math.min(...range), Math.max(...range)];
  let best: { path: string; lines: number[] } = { path: "", lines: [] };
  for (const file of files) {
    for (const hunk of file.hunks) {
      const lines = commentableLines(hunk, side).filter((line) => line >= start && line <= end);
      if (lines.length > best.lines.length) best = { path: file.path, lines };
    }
  }
  return best;
}

function lineOn(line: DiffLine, side: Side): number | null {
  if (side === "RIGHT") return line.newLine;
  return line.kind === "deleted" ? line.oldLine : null;
}
