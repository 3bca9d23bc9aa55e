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

/** Why a finding cannot stand in the diff. `refused`: it should be able to, and GitHub said no. */
export type OutsideReason =
  | "no_path"
  | "path_not_in_diff"
  | "line_not_in_diff"
  | "binary"
  | "no_patch"
  | "patch_too_large"
  | "name_not_text"
  | "refused";

/** A diff made ready for many questions: made once, each finding then costs only its own file. */
export type DiffIndex = {
  byPath: ReadonlyMap<string, Known>;
  /** Names from before a rename that no file has now and only one had. */
  byOldPath: ReadonlyMap<string, Known>;
};

/** The entries of one path (two when a file changed its type), and why none of them takes a line; null when they do. */
type Known = { files: DiffFile[]; refused: OutsideReason | null };

/**
 * GitHub shows no patch above these, of one file and of a pull request, and then takes no line comment.
 * https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits
 */
const MAX_PATCH_LINES = 20_000;
const MAX_PATCH_BYTES = 500_000;
const MAX_DIFF_LINES = 20_000;
const MAX_DIFF_BYTES = 1_000_000;

/** Prepares a diff for `anchorFinding`. Files count against the limit of the whole diff in its order. Linear. */
export function indexDiff(files: readonly DiffFile[]): DiffIndex {
  const byPath = new Map<string, Known>();
  const total = { lines: 0, bytes: 0 };
  for (const file of files) {
    const known = byPath.get(file.path) ?? { files: [], refused: null };
    if (file.hunks.length > 0 && !hasRoom(file, total)) known.refused = "patch_too_large";
    known.files.push(file);
    byPath.set(file.path, known);
  }
  for (const known of byPath.values()) known.refused ??= refusedFor(known.files);
  return { byPath, byOldPath: oldNames(files, byPath) };
}

/**
 * Finds the place of a finding in the diff. RIGHT means added and context lines, LEFT deleted ones. A range that is
 * partly in a hunk is clipped to it; of several hunks the one with most of the range wins, then the first.
 * A name from before a rename is followed to the new one. In a removed file there is only a LEFT side, so that is used.
 */
export function anchorFinding(
  finding: Pick<Finding, "path" | "startLine" | "endLine" | "side">,
  diff: DiffIndex,
): Anchor {
  if (finding.path === null) return { kind: "outside", reason: "no_path" };
  const known = diff.byPath.get(finding.path) ?? diff.byOldPath.get(finding.path);
  const first = known?.files[0];
  if (known === undefined || first === undefined) return { kind: "outside", reason: "path_not_in_diff" };
  if (known.refused !== null) return { kind: "outside", reason: known.refused };
  const last = finding.endLine ?? finding.startLine;
  if (last === null) return { kind: "file", path: first.path };
  return anchorRange([finding.startLine ?? last, last], finding.side, known.files);
}

/** Lines of one hunk that a comment may stand on, by side. */
export function commentableLines(hunk: Hunk, side: Side): number[] {
  return hunk.lines.map((line) => lineOn(line, side)).filter((line) => line !== null);
}

function refusedFor(files: readonly DiffFile[]): OutsideReason | null {
  // The API takes a path as text; a name that is not UTF-8 (see diff-path.ts) cannot be told to it.
  if (files[0]?.path.startsWith('"') === true) return "name_not_text";
  if (files.some((file) => file.hunks.length > 0)) return null;
  return files[0]?.isBinary === true ? "binary" : "no_patch";
}

function oldNames(files: readonly DiffFile[], byPath: ReadonlyMap<string, Known>): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>();
  const several = new Set<string>();
  for (const { status, oldPath, path } of files) {
    const known = byPath.get(path);
    if (status !== "renamed" || oldPath === null || known === undefined) continue;
    if (found.has(oldPath)) several.add(oldPath);
    found.set(oldPath, known);
  }
  for (const name of several) found.delete(name);
  return found;
}

/** Lines and bytes of the patch as GitHub counts it: hunk headers and signs belong to it. */
function patchSize(file: DiffFile): { lines: number; bytes: number } {
  let lines = 0;
  let bytes = 0;
  for (const hunk of file.hunks) {
    lines += hunk.lines.length + 1;
    bytes += HEADER_BYTES + hunk.section.length;
    for (const line of hunk.lines) {
      bytes += Buffer.byteLength(line.text) + 2;
      if (line.noNewlineAtEnd) lines += 1;
    }
  }
  return { lines, bytes };
}

/** About what `@@ -1,2 +1,3 @@` takes. */
const HEADER_BYTES = 24;

/** Counts the file in; false when it or all up to it are more than GitHub shows. After that nothing need be counted. */
function hasRoom(file: DiffFile, total: { lines: number; bytes: number }): boolean {
  if (total.lines > MAX_DIFF_LINES || total.bytes > MAX_DIFF_BYTES) return false;
  const size = patchSize(file);
  total.lines += size.lines;
  total.bytes += size.bytes;
  if (size.lines > MAX_PATCH_LINES || size.bytes > MAX_PATCH_BYTES) return false;
  return total.lines <= MAX_DIFF_LINES && total.bytes <= MAX_DIFF_BYTES;
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
