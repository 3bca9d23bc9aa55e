// Reads what CodeRabbit (`coderabbitai[bot]`) writes: the body of a review, an inline comment, and the one comment that it
// edits in place (walkthrough, skip notice, limit notice). It gives no priorities, so its findings are untagged.
// Seen in public pull requests: outside-diff sections in https://github.com/ClipboardHealth/core-utils/pull/588, nitpicks in
// https://github.com/kurone-kito/idd-skill/pull/1897, duplicates in https://github.com/tile-ai/tilelang/pull/1200, inline
// comments in https://github.com/scylladb/scylladb/pull/31040, the clean block in
// https://github.com/storybookjs/storybook/pull/36602, the skip notice in https://github.com/tojemoc/sofie/pull/61, the
// limit notice in https://github.com/alpaka-group/alpaka3/pull/687.
import { collectItems } from "./collect-items.ts";
import type { LineRole } from "./collect-items.ts";
import { joinLines, outline, within } from "./markdown-outline.ts";
import type { OutlineLine, Section } from "./markdown-outline.ts";
import { lineRange, openingLine, splitFirstSentence, trimBody, trimTitle, withoutStop } from "./printed-parts.ts";
import { cleanReading, noResult, withFindings } from "./reading.ts";
import type { PrintedFinding, Reading } from "./reading.ts";

/** Reads a comment, a review body or an inline comment; null when the text is none of CodeRabbit's. */
export function readCodeRabbit(text: string): Reading | null {
  const opening = openingLine(text);
  if (/^\*\*Actionable comments posted: [0-9]{1,9}\*\*$/.test(opening)) return readReview(outline(text), opening);
  if (MARKER.test(opening)) return readComment(outline(text));
  if (!isLabels(opening)) return null;
  const lines = outline(text);
  const isSigned = lines.some(({ kind, text: line }) => kind === "comment" && BY_MARKER.test(line));
  return isSigned ? readInline(lines) : null;
}

const MARKER = /^<!-- This is an auto-generated comment: (?<word>[a-z ]{3,40}) by coderabbit\.ai -->$/;
const BY_MARKER = /^<!-- This is an auto-generated comment by CodeRabbit -->$/;

/** `_⚠️ Potential issue_ | _🟠 Major_`: the labels above an inline comment or behind a line range. */
function isLabels(text: string): boolean {
  return text.length < 300 && text.split(" | ").every((part) => /^_[^_]{1,80}_$/.test(part.trim()));
}

const COMMITS = /\bbetween [0-9a-f]{40} and (?<head>[0-9a-f]{40})\b/;

function readCommit(lines: readonly OutlineLine[]): string | null {
  for (const { text } of lines) {
    const head = text.includes("between ") ? COMMITS.exec(text)?.groups?.["head"] : undefined;
    if (head !== undefined) return head;
  }
  return null;
}

/** What the marker words mean; the first of the list that the comment holds decides, so that no old block makes it clean. */
const STATES = [
  { word: "rate limited", evidence: "unavailable", problem: "CodeRabbit did not review: review limit reached" },
  { word: "failure", evidence: "unavailable", problem: "CodeRabbit says that its review failed" },
  { word: "review paused", evidence: "unavailable", problem: "CodeRabbit has paused its reviews" },
  { word: "skip review", evidence: "skipped", problem: "CodeRabbit skipped the review" },
  { word: "review in progress", evidence: "running", problem: "CodeRabbit is reviewing" },
] as const;

function readComment(lines: readonly OutlineLine[]): Reading {
  const words = lines.flatMap(({ kind, quotes, text }) => {
    return kind === "comment" && quotes === 0 ? (MARKER.exec(text.trim())?.groups?.["word"] ?? []) : [];
  });
  const state = STATES.find(({ word }) => words.includes(word));
  if (state !== undefined) {
    const reason = state.word === "skip review" ? skipReason(lines) : "";
    return noResult(state.evidence, `${state.problem}${reason === "" ? "" : `: ${reason}`}`);
  }
  const recent = recentReview(lines);
  const commit = readCommit(recent ?? lines);
  const saysClean = recent?.some(({ kind, quotes, text, section }) => {
    return kind === "text" && quotes === 0 && section === null && NOTHING.test(text.trim());
  });
  if (saysClean === true && commit !== null) return cleanReading({ commit, explanation: "No actionable comments." });
  if (words.some((word) => word === "summarize" || word === "release notes")) {
    return noResult("container", "a walkthrough describes the change and gives no result of a review", { commit });
  }
  return noResult("unrecognised", "this kind of CodeRabbit comment is not known", { commit });
}

const NOTHING = /^No actionable comments were generated in the recent review\.(?: 🎉)?$/u;

/** The lines between the two markers; null when the block is not there or not closed. */
function recentReview(lines: readonly OutlineLine[]): OutlineLine[] | null {
  const start = lines.findIndex((line) => isMark(line, "recent_review_start"));
  const end = lines.findIndex((line) => isMark(line, "recent_review_end"));
  return start < 0 || end < start ? null : lines.slice(start + 1, end);
}

function isMark(line: OutlineLine, name: string): boolean {
  return line.kind === "comment" && line.text.trim() === `<!-- ${name} -->`;
}

/** The first plain sentence of the quoted notice: `Draft detected.` */
function skipReason(lines: readonly OutlineLine[]): string {
  const said = lines.find(({ kind, quotes, text, section }) => {
    const words = text.trim();
    return kind === "text" && quotes > 0 && section === null && words !== "" && !/^(?:\[!|#|- \[|\||\*)/.test(words);
  });
  return said === undefined ? "" : withoutStop(splitFirstSentence(said.text).title).slice(0, 200);
}

function readReview(lines: readonly OutlineLine[], opening: string): Reading {
  const actionable = Number(/[0-9]{1,9}/.exec(opening)?.[0]);
  const { findings, announced } = readFolded(lines);
  const commit = readCommit(lines);
  const notes = actionable > 0 ? [`${actionable} more actionable comments are inline, not in this text`] : [];
  if (findings.length < announced) notes.push(`${announced} comments announced in the body, ${findings.length} read`);
  if (findings.length > 0) return withFindings(findings, { commit, notes });
  if (announced > 0)
    return noResult("findings", `${announced} comments announced, none of which can be read`, { commit });
  if (actionable > 0)
    return noResult("findings", `${actionable} actionable comments; they are inline, not in this text`, { commit });
  return noResult("container", "0 actionable comments, which is no statement that nothing was found", { commit });
}

/** `🧹 Nitpick comments (2)`, `⚠️ Outside diff range comments (1)`, `♻️ Duplicate comments (1)` and their like. */
const FOLDED = /\bcomments? \((?<count>[0-9]{1,9})\)$/i;
/** Remarks that ask for nothing, and texts for other programs. */
const NOT_FINDINGS = /Additional comments|Prompt for|Analysis chain/i;

function readFolded(lines: readonly OutlineLine[]): { findings: PrintedFinding[]; announced: number } {
  const kinds = new Set<Section>();
  const isOther = within(NOT_FINDINGS);
  const items = collectItems<PrintedFinding & { rest: string }>(lines, (line) => {
    const { section } = line;
    const kind = section?.parent ?? null;
    const isFinding = section !== null && kind !== null && FOLDED.test(kind.summary) && !isOther(section);
    if (!isFinding) return section === null || section.depth < 2 ? "end" : "other";
    kinds.add(kind);
    return roleOf(line, section.summary);
  });
  const counts = [...kinds].map(({ summary }) => Number(FOLDED.exec(summary)?.groups?.["count"]));
  return {
    findings: items.map(({ head, text }) => finish(head.location, `${head.rest}\n${text}`)),
    announced: counts.reduce((sum, count) => sum + count, 0),
  };
}

function roleOf(line: OutlineLine, summary: string): LineRole<PrintedFinding & { rest: string }> {
  const head = line.kind === "text" ? readHead(line.text.trim(), summary) : null;
  if (head !== null) return { begin: head };
  return isNoise(line) ? "other" : "part";
}

/** `` `152-165`: rest `` in a block named `src/a.ts (2)`. */
function readHead(text: string, summary: string) {
  const head =
    /^`(?<start>[0-9]{1,9})(?:-(?<end>[0-9]{1,9}))?`(?:, ?`[0-9]{1,9}(?:-[0-9]{1,9})?`){0,20}: ?(?<rest>.*)$/.exec(
      text,
    );
  const path = summary.replace(/ \([0-9]{1,9}\)$/, "");
  if (head === null || path === "") return null;
  const { start, end, rest = "" } = head.groups ?? {};
  const location = { path, ...lineRange(Number(start), Number(end ?? start)) };
  return { priority: null, title: "", body: "", location, rest: isLabels(rest) ? "" : rest };
}

function isNoise({ kind, text }: OutlineLine): boolean {
  return kind === "comment" || /^(?:_Source: .{0,300}_|---)$/.test(text.trim());
}

/** The title is the bold start of the text, else its first sentence. */
function finish(location: PrintedFinding["location"], printed: string): PrintedFinding {
  const text = trimBody(printed).trimStart();
  const bold = text.startsWith("**") ? text.slice(2, MAX_TITLE).indexOf("**") : -1;
  const split =
    bold > 0
      ? { title: withoutStop(trimTitle(text.slice(2, bold + 2))), body: trimBody(text.slice(bold + 4)).trimStart() }
      : splitFirstSentence(text);
  return { priority: null, title: split.title === "" ? "(no text)" : split.title, body: split.body, location };
}

const MAX_TITLE = 500;

/** The place of an inline comment is known to GitHub, not to its text. */
function readInline(lines: readonly OutlineLine[]): Reading {
  const labels = lines.findIndex(({ text }) => text.trim() !== "");
  const rest = lines.slice(labels + 1);
  const said = rest.filter((line) => line.section === null && line.quotes === 0 && !isNoise(line));
  if (said.every(({ text }) => text.trim() === "")) return noResult("unrecognised", "an inline comment without words");
  return withFindings([finish(null, joinLines(said))]);
}
