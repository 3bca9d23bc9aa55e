// The small parts that all printed findings are made of: a tag, a title, a place, a body. Every format prints them a
// little differently and all must come out the same. No expression in here can backtrack beyond the line it looks at.
import type { Priority } from "./finding.ts";
import type { PrintedFinding } from "./reading.ts";

/** P0 to P3 by number; undefined above. */
export const PRIORITIES: readonly Priority[] = ["P0", "P1", "P2", "P3"];

/** Splits `[p1] Title` into its priority and the rest; `[P4]` and above count as untagged. */
export function splitTag(title: string): { priority: Priority | null; title: string; hasTag: boolean } {
  const match = /^\[[Pp](?<digits>[0-9]{1,9})(?:, untagged)?\]:?\s*/.exec(title.slice(0, MAX_TAG));
  if (match === null) return { priority: null, title, hasTag: false };
  // Rondo's own texts print an untagged finding as `[P2, untagged]`.
  const isUntagged = match[0].includes("untagged");
  const priority = isUntagged ? null : (PRIORITIES[Number(match.groups?.["digits"])] ?? null);
  return { priority, title: title.slice(match[0].length), hasTag: true };
}

const MAX_TAG = 64;

/** The more severe of two priorities; null is none. */
export function moreSevere(a: Priority | null, b: Priority | null): Priority | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}

/** The lines of a text, whatever ends them; a byte order mark is no part of the first. */
export function splitLines(text: string): string[] {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return clean.includes("\r") ? clean.split(/\r\n?|\n/) : clean.split("\n");
}

/** The first line that is not blank, without white space around; formats are known by it. Empty for a blank text. */
export function openingLine(text: string): string {
  const start = text.search(/[^\s\uFEFF]/);
  if (start < 0) return "";
  const line = text.slice(start, start + MAX_OPENING);
  const end = line.search(/[\r\n]/);
  return (end < 0 ? line : line.slice(0, end)).trimEnd();
}

const MAX_OPENING = 1000;

/** The run of three or more backticks or tildes that a line begins with, after at most `indent` spaces; else null. */
export function fenceMark(line: string, indent: number): string | null {
  let start = 0;
  while (start < indent && line[start] === " ") start += 1;
  const mark = line[start];
  if (mark !== "`" && mark !== "~") return null;
  let end = start + 1;
  while (line[end] === mark) end += 1;
  return end - start < 3 ? null : line.slice(start, end);
}

/** True for a line of white space only. */
export function isBlank(line: string): boolean {
  return line === "" || line.trim() === "";
}

/** A finding's body as it is kept: LF, no white space at line ends, no blank lines around. */
export function trimBody(body: string): string {
  return trimLines(splitLines(body));
}

/** The same for a body whose lines are apart already. */
export function trimLines(lines: readonly string[]): string {
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  const kept = first < 0 ? [] : lines.slice(first, last + 1);
  return kept.map((line) => line.trimEnd()).join("\n");
}

/** A title on one line; one that is longer than any title ends in `…`. */
export function trimTitle(title: string): string {
  const short = title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE)}…` : title;
  return short.replace(/\s+/g, " ").trim();
}

const LONGEST_TITLE = 1000;

/** 1-based and in order; null for line 0, which no file has. */
export function lineRange(start: number, end: number): { startLine: number | null; endLine: number | null } {
  if (start < 1 || end < 1) return { startLine: null, endLine: null };
  return { startLine: Math.min(start, end), endLine: Math.max(start, end) };
}

/** `src/a.ts:3-6`, `src/a.ts:3` or `src/a.ts`, also in code ticks; null when it cannot be a path. */
export function readPlace(printed: string): PrintedFinding["location"] {
  const text = withoutTicks(printed.trim());
  if (text === "" || text.length > MAX_PATH) return null;
  const range = /:L?(?<start>[0-9]{1,9})(?:[-–]L?(?<end>[0-9]{1,9}))?$/.exec(text.slice(-24));
  if (range === null) return /^[^\s]*[./][^\s]*$/.test(text) ? { path: text, startLine: null, endLine: null } : null;
  const path = text.slice(0, -range[0].length).trim();
  const { start, end } = range.groups ?? {};
  return path === "" ? null : { path, ...lineRange(Number(start), Number(end ?? start)) };
}

/** Longest path on Linux in bytes; what is longer is no path. */
const MAX_PATH = 4096;

/** Text without the code ticks around it. */
export function withoutTicks(text: string): string {
  return text.length > 1 && text.startsWith("`") && text.endsWith("`") ? text.slice(1, -1).trim() : text;
}

/**
 * A comment that begins with a sentence and has no title line of its own: the first sentence of its first line is the
 * title, the rest the body. A sentence ends at `.`, `!` or `?` before white space, so `a.ts` does not end one.
 */
export function splitFirstSentence(text: string): { title: string; body: string } {
  const clean = trimBody(text);
  const lineEnd = clean.indexOf("\n");
  const line = lineEnd < 0 ? clean : clean.slice(0, lineEnd);
  const stop = /[.!?](?=\s)/.exec(line.slice(0, MAX_TITLE));
  const end = stop === null ? line.length : stop.index + 1;
  return { title: withoutStop(trimTitle(line.slice(0, end))), body: trimBody(clean.slice(end)).trimStart() };
}

/** A first sentence that is longer is taken as a whole line. */
const MAX_TITLE = 300;

/** A title as codex writes it: without a full stop at its end. */
export function withoutStop(title: string): string {
  return title.endsWith(".") && !title.endsWith("..") ? title.slice(0, -1) : title;
}

/** Markdown's backslash escapes and Rondo's invisible joiners taken out again: the text as it was meant. */
export function unescapeMarkdown(text: string): string {
  return text
    .replaceAll("\u2060", "")
    .replace(/\\(?<mark>[\\`*_{}[\]()<>#+\-.!|~$=:&@/])/g, "$<mark>")
    .replaceAll("&amp;", "&");
}
