// Reads the text form of a codex review: an explanation, a header, one bullet per finding with an indented body.
// One pass over the lines and no backtracking: the text repeats what a hostile pull request wrote.
// Format as printed by codex CLI 0.169.0 in review mode (https://github.com/openai/codex, codex-rs, review format).
import { MAX_FINDINGS } from "./collect-items.ts";
import { fenceMark, isBlank, lineRange, splitLines, splitTag, trimLines, trimTitle } from "./printed-parts.ts";
import type { PrintedFinding, StatedVerdict } from "./reading.ts";
import { readStatements } from "./statements.ts";

/** What a text says. */
export type ReadText = {
  findings: PrintedFinding[];
  /** The last line, when it is exactly one of the two words. */
  statedVerdict: StatedVerdict | null;
  /** Why nothing may be concluded: a line that looks like a finding and is none, the reviewer's own failure; else null. */
  problem: string | null;
  /** A whole sentence is a known statement that nothing was found, and nothing speaks against it. */
  isClean: boolean;
  /** The prose before the findings, without the verdict line. */
  explanation: string;
};

/** Tells which of several readings of a path is a real one; used where a title or folder holds the separator. */
export type IsKnownPath = (path: string) => boolean;

/** Reads a reviewer's final message. Never throws; linear in the length of the text. */
export function readReviewText(text: string, isKnownPath: IsKnownPath = () => false): ReadText {
  const all = splitLines(text);
  if (all.length > MAX_LINES) return TOO_LONG;
  const lines = unwrap(all);
  const state: State = { findings: [], body: null, fence: null, hasHeader: false, problem: null, doubts: 0, prose: [] };
  for (const line of lines) {
    readLine(line, state, isKnownPath);
    if (state.findings.length > MAX_FINDINGS || state.doubts > MAX_FINDINGS) break;
  }
  const statedVerdict = state.fence === null ? verdictOf(lastLine(lines)) : null;
  const prose = statedVerdict === null ? state.prose : withoutLast(state.prose);
  const findings = state.findings.map(({ finding, body }) => ({ ...finding, body: trimLines(body) }));
  const { isClean, isFailure } = findings.length > 0 ? NO_STATEMENT : readStatements(prose);
  const problem = problemOf(state, isFailure);
  return {
    findings,
    statedVerdict,
    problem,
    isClean: problem === null && isClean,
    explanation: prose.join("\n").trim(),
  };
}

/** Nobody reviews in so many lines; to look at each of them would only take time. */
const MAX_LINES = 100_000;
const TOO_LONG: ReadText = {
  findings: [],
  statedVerdict: null,
  problem: `more than ${MAX_LINES} lines`,
  isClean: false,
  explanation: "",
};

const NO_STATEMENT = { isClean: false, isFailure: false };

function problemOf(state: State, isFailure: boolean): string | null {
  if (state.findings.length > MAX_FINDINGS) return `more than ${MAX_FINDINGS} findings`;
  if (state.problem !== null) return state.problem;
  if (state.findings.length > 0) return null;
  if (state.hasHeader) return "a header announces findings and there is none that can be read";
  return isFailure ? "the reviewer says that it was interrupted or failed" : null;
}

type State = {
  findings: { finding: PrintedFinding; body: string[] }[];
  /** Lines of the body that is being read. */
  body: string[] | null;
  /** Mark of the open code block outside findings. */
  fence: string | null;
  hasHeader: boolean;
  problem: string | null;
  /** Lines that look like findings and are none. */
  doubts: number;
  prose: string[];
};

function readLine(line: string, state: State, isKnownPath: IsKnownPath): void {
  const hasNothing = isBlank(line);
  if (state.body !== null && (hasNothing || line.startsWith("  ") || line.startsWith("\t"))) {
    state.body.push(line.startsWith("\t") ? line.slice(1) : line.slice(2));
    return;
  }
  state.body = null;
  if (hasNothing && state.fence === null) {
    if (state.prose.at(-1) !== "") state.prose.push("");
    return;
  }
  if (readFence(line, state)) readQuoted(line, state, isKnownPath);
  else if (line.length <= MAX_HEADER && HEADER.test(line)) state.hasHeader = true;
  else readProse(line, state, isKnownPath);
}

/** What stands in a code block is quoted. A whole finding in there is still too much to call the review clean. */
function readQuoted(line: string, state: State, isKnownPath: IsKnownPath): void {
  const bullet = readBullet(line);
  if (bullet?.hasTag !== true || readFinding(bullet, isKnownPath) === null) return;
  state.problem = "a finding stands in a code block";
  state.doubts += 1;
}

function readProse(line: string, state: State, isKnownPath: IsKnownPath): void {
  const bullet = readBullet(line);
  if (bullet === null || !(bullet.hasTag || (state.hasHeader && bullet.isListed))) {
    state.prose.push(line);
    return;
  }
  const finding = readFinding(bullet, isKnownPath);
  if (finding === null) {
    state.problem = "a line looks like a finding and cannot be read as one";
    state.doubts += 1;
    return;
  }
  state.body = [];
  state.findings.push({ finding, body: state.body });
}

const MAX_HEADER = 80;
const HEADER = /^(?:#{1,6} )?\*{0,2}(?:full )?review comments?:?\*{0,2}:?\s*$/i;

/** True when the line opens, closes or is inside a code block; keeps `state.fence` up to date. */
function readFence(line: string, state: State): boolean {
  const mark = fenceMark(line, 1);
  if (state.fence === null) {
    state.fence = mark;
    return mark !== null;
  }
  if (mark?.startsWith(state.fence) === true && line.trim() === mark) state.fence = null;
  return true;
}

type Bullet = { text: string; isListed: boolean; hasTag: boolean };

/** The text behind `- `, `• ` or `- [x] `; null when the line neither is an item nor starts with a tag. */
function readBullet(line: string): Bullet | null {
  if (!/^ ?[-*•[]/.test(line)) return null;
  const match = /^ ?(?:[-*•] +)(?:\[[ xX]\] +)?/.exec(line);
  const text = line.slice(match?.[0].length ?? 0).replace(/^\*\*/, "");
  const hasTag = splitTag(text).hasTag;
  return match === null && !hasTag ? null : { text, isListed: match !== null, hasTag };
}

/** `[P2] Title — path:6-6`; null when there is no title or no location at the end of the line. */
function readFinding(bullet: Bullet, isKnownPath: IsKnownPath): PrintedFinding | null {
  const found = readLocation(bullet.text, isKnownPath);
  if (found === null) return null;
  const { priority, title } = splitTag(found.before);
  const cleanTitle = trimTitle(title.replace(/\*\*/g, ""));
  return cleanTitle === "" ? null : { priority, title: cleanTitle, body: "", location: found.location };
}

/** Most separators that are tried as the border between title and path. */
const MAX_SPLITS = 16;

function readLocation(text: string, isKnownPath: IsKnownPath) {
  const range = /:(?<start>[0-9]{1,9})(?:[-–](?<end>[0-9]{1,9}))?[`*)]{0,4}$/.exec(text.trimEnd().slice(-40));
  if (range === null) return null;
  const head = text.trimEnd().slice(0, -range[0].length);
  const splits = separators(head);
  const known = splits.find((at) => isKnownPath(pathAfter(head, at)));
  const absolute = splits.find((at) => head[at + 1] === "—" && pathAfter(head, at).startsWith("/"));
  const at = known ?? absolute ?? splits[0];
  if (at === undefined || pathAfter(head, at) === "") return null;
  const lines = lineRange(Number(range.groups?.["start"]), Number(range.groups?.["end"] ?? range.groups?.["start"]));
  return { before: head.slice(0, at), location: { path: pathAfter(head, at), ...lines } };
}

/** Longest path on Linux in bytes; no separator further away can stand before one. */
const MAX_PATH = 4096;

/** Positions of ` — ` and ` - `, last one first. */
function separators(head: string): number[] {
  const found: number[] = [];
  const first = Math.max(0, head.length - MAX_PATH);
  for (let at = head.length - 3; at >= first && found.length < MAX_SPLITS; at--) {
    const mark = head[at + 1];
    if (head[at] === " " && head[at + 2] === " " && (mark === "—" || mark === "-")) found.push(at);
  }
  return found;
}

function pathAfter(head: string, separator: number): string {
  return head
    .slice(separator + 3)
    .replace(/^[`*(]{1,3}/, "")
    .trim();
}

function verdictOf(line: string): ReadText["statedVerdict"] {
  const word = /^ ?[`*_'"]{0,3}(?<word>APPROVE|REQUEST_CHANGES)[`*_'"]{0,3}\.?\s*$/.exec(line)?.groups?.["word"];
  return word === "APPROVE" || word === "REQUEST_CHANGES" ? word : null;
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast((line) => !isBlank(line)) ?? "";
}

function withoutLast(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.filter((_, index) => index !== last);
}

/** A message that is one code block as a whole is read as its content. */
function unwrap(lines: string[]): string[] {
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  const mark = /^(?:`{3,}|~{3,})/.exec(lines[first] ?? "")?.[0];
  if (mark === undefined || last <= first || lines[last]?.trim() !== mark) return lines;
  const inner = lines.slice(first + 1, last);
  return inner.some((line) => line.startsWith(mark)) ? lines : inner;
}
