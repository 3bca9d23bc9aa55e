// Which lines of a patch a review comment may stand on. GitHub: LEFT is a deleted line (old numbers), RIGHT an added or
// context line (new numbers). https://docs.github.com/en/rest/pulls/comments
import type { DiffSide } from "../state.ts";

/** One commentable line of a file's patch. */
export interface PatchLine {
  side: DiffSide;
  /** 1-based line number on its side. */
  line: number;
  /** Count of patch lines below the first hunk header: GitHub's old `position`. */
  position: number;
  /** Index of the hunk the line is in. */
  hunk: number;
  /** Hunk header and the lines down to this one: GitHub's `diff_hunk`. */
  diffHunk: string;
  /** Text without the leading mark. */
  text: string;
}

/** Reads every commentable line of a patch as `FileDiff.patch` gives it; empty for null. */
export function readPatchLines(patch: string | null): PatchLine[] {
  if (patch === null) return [];
  const found: PatchLine[] = [];
  let oldLine = 0;
  let newLine = 0;
  let hunk = -1;
  let hunkStart = 0;
  const rows = patch.split("\n");
  rows.forEach((row, index) => {
    const header = /^@@ -(?<old>\d+)(?:,\d+)? \+(?<new>\d+)(?:,\d+)? @@/.exec(row);
    if (header?.groups !== undefined) {
      oldLine = Number(header.groups["old"]);
      newLine = Number(header.groups["new"]);
      hunk += 1;
      hunkStart = index;
      return;
    }
    const mark = row.charAt(0);
    if (mark === "\\") return;
    const side: DiffSide = mark === "-" ? "LEFT" : "RIGHT";
    const line = mark === "-" ? oldLine : newLine;
    const place = { position: index, hunk, text: row.slice(1) };
    found.push({ side, line, ...place, diffHunk: rows.slice(hunkStart, index + 1).join("\n") });
    if (mark !== "+") oldLine += 1;
    if (mark !== "-") newLine += 1;
  });
  return found;
}

/** The commentable line with that number on that side, or undefined. */
export function findPatchLine(lines: readonly PatchLine[], side: DiffSide, line: number): PatchLine | undefined {
  return lines.find((candidate) => candidate.side === side && candidate.line === line);
}
