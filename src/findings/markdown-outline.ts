// Bots fold their findings into nested `<details>` blocks, quote them and add code and hidden comments around them.
// This walks a body once and says of every line in which block it stands, so that readers can look at lines alone:
// what is code or a hidden comment is never taken for a statement. Not a Markdown parser: linear, and it cannot fail.

import { fenceMark, splitLines } from "./printed-parts.ts";

/** A folded block: the text of its `<summary>`, and the block around it. */
export type Section = { summary: string; parent: Section | null; depth: number };

/** One line. Runs of blank lines outside code are one line. */
export type OutlineLine = {
  /** Without `> ` in front and without block tags. */
  text: string;
  /** The innermost folded block; null at the top. */
  section: Section | null;
  /** How many `>` stood in front. */
  quotes: number;
  /** `comment`: an HTML comment, or a line inside one. */
  kind: "text" | "code" | "comment";
};

/** Blocks nested deeper than this count as one: nobody folds so deep, and looking up stays cheap. */
const MAX_DEPTH = 32;

/** The lines of `body`. Never throws; linear in its length. */
export function outline(body: string): OutlineLine[] {
  const state: State = { lines: [], section: null, extra: 0, fence: null, isComment: false, summary: null };
  for (const raw of splitLines(body)) readLine(raw, state);
  return state.lines;
}

/** A test whether a line's block, or one around it, has a summary that matches. Asks each block once. */
export function within(pattern: RegExp): (section: Section | null) => boolean {
  const known = new Map<Section, boolean>();
  const isWithin = (section: Section | null): boolean => {
    if (section === null) return false;
    const answer = known.get(section) ?? (pattern.test(section.summary) || isWithin(section.parent));
    known.set(section, answer);
    return answer;
  };
  return isWithin;
}

/** What a comment itself says: no quotes, no code, nothing folded. */
export function topLines(lines: readonly OutlineLine[]): OutlineLine[] {
  return lines.filter((line) => line.kind === "text" && line.quotes === 0 && line.section === null);
}

/** The text of the lines, as a body. */
export function joinLines(lines: readonly OutlineLine[]): string {
  return lines.map((line) => line.text).join("\n");
}

type State = {
  lines: OutlineLine[];
  section: Section | null;
  /** Blocks beyond MAX_DEPTH that are open. */
  extra: number;
  /** The open code block: its mark and how deep it is quoted. */
  fence: { mark: string; quotes: number } | null;
  isComment: boolean;
  /** Text of a `<summary>` that is not closed yet. */
  summary: string | null;
};

function readLine(raw: string, state: State): void {
  const isQuoted = raw.startsWith(">") || raw.startsWith(" ");
  const { text, quotes } = isQuoted ? unquote(raw) : { text: raw, quotes: 0 };
  if (readCode(text, quotes, state)) push(state, text, quotes, "code");
  else if (state.isComment || text.startsWith("<!--")) {
    state.isComment = !text.includes("-->");
    push(state, text, quotes, "comment");
  } else {
    const rest = text.includes("<") || state.summary !== null ? readTags(text, state) : text;
    if (rest === text || rest.trim() !== "") push(state, rest, quotes, "text");
  }
}

/** True for a line of a code block and for its marks; a block ends with the quote that it stands in. */
function readCode(text: string, quotes: number, state: State): boolean {
  if (state.isComment) return false;
  if (state.fence !== null && quotes < state.fence.quotes) state.fence = null;
  const mark = fenceMark(text, 3);
  if (state.fence === null) {
    state.fence = mark === null ? null : { mark, quotes };
    return mark !== null;
  }
  if (mark?.startsWith(state.fence.mark) === true && text.trim() === mark) state.fence = null;
  return true;
}

function push(state: State, text: string, quotes: number, kind: OutlineLine["kind"]): void {
  if (kind === "text" && (text === "" || text.trim() === "")) {
    const last = state.lines.at(-1);
    if (last === undefined || (last.kind === "text" && last.text === "")) return;
    state.lines.push({ text: "", section: state.section, quotes, kind });
    return;
  }
  state.lines.push({ text, section: state.section, quotes, kind });
}

/** Takes `> ` off the front, as often as it stands there. */
function unquote(raw: string): { text: string; quotes: number } {
  let at = 0;
  let quotes = 0;
  for (;;) {
    let next = at;
    while (next - at < 3 && raw[next] === " ") next += 1;
    if (raw[next] !== ">") break;
    at = raw[next + 1] === " " ? next + 2 : next + 1;
    quotes += 1;
  }
  return { text: at === 0 ? raw : raw.slice(at), quotes };
}

/** Opens and closes blocks; returns the line without their tags. */
function readTags(text: string, state: State): string {
  let rest = "";
  let position = 0;
  const keep = (part: string): void => {
    if (state.summary === null) rest += part;
    else if (state.summary.length < MAX_SUMMARY) state.summary += part;
  };
  for (const tag of text.matchAll(/<(?<slash>\/?)(?<name>details|summary|blockquote)\b[^<>]*>/gi)) {
    keep(text.slice(position, tag.index));
    position = tag.index + tag[0].length;
    const isEnd = tag.groups?.["slash"] === "/";
    const name = tag.groups?.["name"]?.toLowerCase();
    if (name === "details" && isEnd) close(state);
    else if (name === "details") open(state);
    else if (name === "summary" && isEnd) endSummary(state);
    else if (name === "summary") state.summary = "";
  }
  keep(text.slice(position));
  if (state.summary !== null) state.summary += " ";
  return rest;
}

const MAX_SUMMARY = 2000;

function open(state: State): void {
  const depth = (state.section?.depth ?? 0) + 1;
  if (depth > MAX_DEPTH) state.extra += 1;
  else state.section = { summary: "", parent: state.section, depth };
  state.summary = null;
}

function close(state: State): void {
  if (state.extra > 0) state.extra -= 1;
  else state.section = state.section?.parent ?? null;
  state.summary = null;
}

function endSummary(state: State): void {
  if (state.section !== null && state.extra === 0 && state.section.summary === "") {
    state.section.summary = plain(state.summary ?? "");
  }
  state.summary = null;
}

/** Text without the tags that only dress it up and without bold marks, on one line. */
export function plain(html: string): string {
  return html
    .replace(/<\/?(?:a|b|br|code|div|em|i|img|kbd|p|picture|source|span|strong|su[bp])\b[^<>]*>/gi, " ")
    .replaceAll("**", "")
    .replace(/\s+/g, " ")
    .trim();
}
