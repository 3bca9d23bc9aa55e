// Which lines of a comment are plain text, and in which paragraph each stands. Follows the block rules of CommonMark
// (quotes, lists, code, HTML; https://spec.commonmark.org/0.31.2/) and reads no inline marks. Written by hand because
// real Markdown parsers are quadratic where it hurts: micromark took 3.6 s on 8 KB of `*a_ ` and overflowed its stack on
// 8 KB of `>`. Here every line is looked at once for each block around it, and nothing is nested deeper than MAX_DEPTH.
import { htmlEnd, htmlStart } from "./html-block.ts";

/** One line of a paragraph. */
export type TextLine = {
  text: string;
  /** It stands at the start of a line of the comment and in no quote: a command may stand here. */
  isFree: boolean;
};

/** Blocks inside of blocks beyond this depth end the reading: what follows is taken for no text at all. */
const MAX_DEPTH = 24;

/** Paragraphs (and heading texts) of `body`, in order, each as its lines. Linear in the length of the body. */
export function* paragraphs(body: string): Generator<readonly TextLine[]> {
  const state: State = { around: [], leaf: { kind: "none" }, lines: [] };
  for (const raw of body.split("\n")) {
    const ended = readLine(expandTabs(raw.endsWith("\r") ? raw.slice(0, -1) : raw), state);
    if (ended !== null) yield ended;
    if (state.around.length > MAX_DEPTH) return;
  }
  if (state.lines.length > 0) yield state.lines;
}

/** A quote, or a list item with the column at which its content stands; `isBare`: nothing but its mark so far. */
type Around = { kind: "quote" } | { kind: "item"; column: number; isBare: boolean };

type Leaf =
  | { kind: "none" }
  | { kind: "paragraph" }
  | { kind: "fence"; mark: string }
  | { kind: "html"; end: RegExp | null };

type State = { around: Around[]; leaf: Leaf; lines: TextLine[] };

/** A tab counts to the next column that four divides. */
function expandTabs(line: string): string {
  if (!line.includes("\t")) return line;
  const [first = "", ...parts] = line.split("\t");
  let column = first.length;
  let text = first;
  for (const part of parts) {
    const spaces = 4 - (column % 4);
    text += " ".repeat(spaces) + part;
    column += spaces + part.length;
  }
  return text;
}

/** Reads one line; the answer is the paragraph that it ended, if any. */
function readLine(line: string, state: State): TextLine[] | null {
  const { matched, at } = matchAround(line, state);
  const isWhole = matched === state.around.length;
  const rest = line.slice(at);
  if (isWhole && state.leaf.kind === "fence") {
    if (closesFence(rest, state.leaf.mark)) state.leaf = { kind: "none" };
    return null;
  }
  if (isWhole && state.leaf.kind === "html") {
    if (state.leaf.end === null ? rest.trim() === "" : state.leaf.end.test(rest)) state.leaf = { kind: "none" };
    return null;
  }
  if (rest.trim() === "") return readBlank(state, matched);
  return openBlocks(line, at, matched, state);
}

/** How many of the blocks around go on in this line, and where the rest of it begins. */
function matchAround(line: string, state: State): { matched: number; at: number } {
  let at = 0;
  let matched = 0;
  if (state.around.length === 0) return { matched, at };
  const isBlank = line.trim() === "";
  for (const block of state.around) {
    const indent = indentAt(line, at);
    if (block.kind === "quote") {
      if (indent > 3 || line[at + indent] !== ">") break;
      at += indent + 1;
      if (line[at] === " ") at += 1;
    } else if (line.slice(at).trim() === "") {
      // A blank line belongs to the item, unless the item began with one.
      if (isBlank && block.isBare) break;
    } else if (at + indent >= block.column) {
      at = Math.max(at, block.column);
    } else break;
    matched += 1;
  }
  return { matched, at };
}

function readBlank(state: State, matched: number): TextLine[] | null {
  // Quotes need their mark on every line; items go on over blank lines.
  const ended = endParagraph(state);
  state.around.length = matched;
  state.leaf = { kind: "none" };
  return ended;
}

/** Looks for the blocks that begin in this line; what is left of it is text. */
function openBlocks(line: string, from: number, matched: number, state: State): TextLine[] | null {
  let at = from;
  // A command stands at the start of a line, at most three spaces in.
  let isMarked = indentAt(line, 0) > 3;
  let ended: TextLine[] | null = null;
  let isInParagraph = state.leaf.kind === "paragraph";
  const begin = (): void => {
    ended = endParagraph(state) ?? ended;
    state.leaf = { kind: "none" };
    state.around.length = Math.min(state.around.length, matched);
    isInParagraph = false;
  };
  while (state.around.length <= MAX_DEPTH) {
    const indent = indentAt(line, at);
    const text = line.slice(at + indent);
    if (indent > 3) {
      // Code, or the paragraph going on; neither is the start of a line.
      if (isInParagraph) state.lines.push({ text, isFree: false });
      else begin();
      return ended;
    }
    if (!MAY_OPEN.has(text.charCodeAt(0))) break;
    if (text.startsWith(">")) {
      begin();
      state.around.push({ kind: "quote" });
      matched = state.around.length;
      isMarked = true;
      at += indent + (text[1] === " " ? 2 : 1);
      continue;
    }
    const leaf = leafAt(text, isInParagraph, matched === state.around.length);
    if (leaf !== null) {
      begin();
      state.leaf = leaf;
      return ended;
    }
    const item = listItem(text, isInParagraph && matched === state.around.length);
    if (item === null) break;
    begin();
    const column = at + indent + item.width;
    const isBare = item.isBare;
    state.around.push({ kind: "item", column, isBare });
    matched = state.around.length;
    isMarked = true;
    at = isBare ? line.length : column;
    if (isBare) return ended;
  }
  readText(line.slice(at), { isMarked, isWhole: matched === state.around.length, isInParagraph, matched }, state);
  return ended;
}

/** The heading's line, rule, fence or HTML block that begins here, as what is open after it; null for none of them. */
function leafAt(text: string, isInParagraph: boolean, isWhole: boolean): Leaf | null {
  const isUnderline = isInParagraph && isWhole && /^(?:=+|-+) *$/.test(text);
  if (isUnderline || isRule(text) || (text.startsWith("#") && /^#{1,6}(?: |$)/.test(text))) return { kind: "none" };
  const mark = openingFence(text);
  if (mark !== null) return { kind: "fence", mark };
  const html = htmlStart(text, isInParagraph);
  if (html === null) return null;
  const end = htmlEnd(html);
  return end?.test(text) === true ? { kind: "none" } : { kind: "html", end };
}

/** First characters of everything that begins a block; most lines begin with none of them. */
const MAY_OPEN: ReadonlySet<number> = new Set(Array.from(">=-+*_#`~<0123456789", (mark) => mark.charCodeAt(0)));

type Place = { isMarked: boolean; isWhole: boolean; isInParagraph: boolean; matched: number };

function readText(text: string, place: Place, state: State): void {
  // Without a new block, text goes on the open paragraph even when the marks of its quote or list are missing.
  const goesOn = place.isInParagraph;
  if (!goesOn) state.around.length = Math.min(state.around.length, place.matched);
  let isQuoted = false;
  for (const block of state.around) {
    if (block.kind === "quote") isQuoted = true;
    else block.isBare = false;
  }
  state.leaf = { kind: "paragraph" };
  state.lines.push({ text: text.trimStart(), isFree: !place.isMarked && !isQuoted });
}

function endParagraph(state: State): TextLine[] | null {
  if (state.lines.length === 0) return null;
  const lines = state.lines;
  state.lines = [];
  return lines;
}

function indentAt(line: string, at: number): number {
  let indent = 0;
  while (line[at + indent] === " ") indent += 1;
  return indent;
}

/** `***`, `- - -`, `___`. */
function isRule(text: string): boolean {
  const mark = text[0];
  if (mark === undefined || !"*-_".includes(mark)) return false;
  let count = 0;
  for (const character of text) {
    if (character === mark) count += 1;
    else if (character !== " ") return false;
  }
  return count >= 3;
}

/** The mark of a fence that this line opens: at least three, and no backtick after a backtick fence. */
function openingFence(text: string): string | null {
  const mark = text[0] ?? "";
  if (mark !== "`" && mark !== "~") return null;
  let length = 0;
  while (text[length] === mark) length += 1;
  if (length < 3 || (mark === "`" && text.includes("`", length))) return null;
  return mark.repeat(length);
}

function closesFence(rest: string, mark: string): boolean {
  const indent = indentAt(rest, 0);
  const text = rest.slice(indent).trimEnd();
  return indent <= 3 && text.length >= mark.length && text === (mark[0] ?? "").repeat(text.length);
}

/** `- `, `* `, `+ `, `1. `, `1) `: the columns up to its content. An empty item, or one not numbered 1, ends no paragraph. */
function listItem(text: string, isInParagraph: boolean): { width: number; isBare: boolean } | null {
  const mark = /^(?:[-+*]|[0-9]{1,9}[.)])(?= |$)/.exec(text)?.[0];
  if (mark === undefined) return null;
  const isBare = text.slice(mark.length).trim() === "";
  if (isInParagraph && (isBare || (/^[0-9]/.test(mark) && Number.parseInt(mark, 10) !== 1))) return null;
  const spaces = indentAt(text, mark.length);
  return { width: mark.length + (isBare || spaces > 4 ? 1 : spaces), isBare };
}
