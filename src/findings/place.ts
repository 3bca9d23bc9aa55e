// From what a reviewer printed to where it stands: the path of the repository, the place in the diff, and whether its
// replacement fits the head. None of the three is ever guessed; what cannot be placed stands in the text of the review.
import { anchorFinding, type Anchor, type DiffIndex } from "./anchor.ts";
import type { DiffLine } from "./diff.ts";
import type { Finding } from "./finding.ts";
import { reducePath, type PathRoots } from "./path.ts";

/** The finding with its repository path (null and without lines when unknown), its anchor and its judged suggestion. */
export function placeFinding(finding: Finding, roots: PathRoots, diff: DiffIndex): Finding {
  const path = finding.path === null ? null : reducePath(finding.path, roots);
  const known: Finding =
    path === null ? { ...finding, path: null, startLine: null, endLine: null } : { ...finding, path };
  const anchor = anchorFinding(known, diff);
  const placed: Finding = { ...known, anchor: anchor.kind === "line" ? withoutKind(anchor) : null };
  const { suggestion } = known;
  if (suggestion === null || suggestion === undefined) return placed;
  return { ...placed, suggestion: { ...suggestion, applies: applies(suggestion, anchor, diff) } };
}

type Suggestion = NonNullable<Finding["suggestion"]>;

/**
 * True when GitHub would replace exactly the lines that are meant: a suggestion always replaces the commented lines, so
 * they must be the same ones, on the RIGHT side. https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request
 * Lines that end in CR are left to people: whether GitHub keeps their ends is not documented. What changes nothing is none.
 */
function applies(suggestion: Suggestion, anchor: Anchor, diff: DiffIndex): boolean {
  if (!isOn(suggestion, anchor)) return false;
  const present = linesAt(anchor.path, suggestion, diff);
  if (present.length !== suggestion.endLine - suggestion.startLine + 1) return false;
  if (present.some((line) => line.text.endsWith("\r"))) return false;
  const isDeletion = suggestion.text === "";
  return isDeletion || present.map((line) => line.text).join("\n") !== suggestion.text.replace(/\n$/, "");
}

/** True when the suggestion is about the very lines of the comment. */
function isOn({ startLine, endLine }: Suggestion, anchor: Anchor): anchor is Extract<Anchor, { kind: "line" }> {
  return (
    anchor.kind === "line" &&
    anchor.side === "RIGHT" &&
    anchor.line === endLine &&
    (anchor.startLine ?? anchor.line) === startLine
  );
}

function linesAt(path: string, { startLine, endLine }: Suggestion, diff: DiffIndex): DiffLine[] {
  const hunks = diff.byPath.get(path)?.files.flatMap((file) => file.hunks) ?? [];
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return lines.filter(({ newLine }) => newLine !== null && newLine >= startLine && newLine <= endLine);
}

function withoutKind(anchor: Extract<Anchor, { kind: "line" }>): NonNullable<Finding["anchor"]> {
  const { kind: _kind, ...place } = anchor;
  return place;
}
