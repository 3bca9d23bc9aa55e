// The few pieces of Markdown that all reports share, and the cut that keeps a body inside GitHub's limit.
import { tableCell } from "./untrusted-text.ts";

/** Rondo's own limit for a body in UTF-8 bytes; GitHub refuses more than 65,536 characters (https://github.com/orgs/community/discussions/27190). */
export const MAX_BODY_BYTES = 60_000;

/** Bytes of that limit which renderers leave free: for the marker, and for the sentence about what was taken out. */
const RESERVED_BYTES = 512;

/** A GFM table. Cells are untrusted text unless they are wrapped in `trusted`. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const delimiter = `|${head.map(() => ":--").join("|")}|`;
  return [tableRow(head), delimiter, ...rows.map((row) => tableRow(row.map(renderCell)))].join("\n");
}

/** A cell: a string is escaped, `trusted` Markdown is taken as it is. */
export type Cell = string | { markdown: string };

/** Marks Markdown that Rondo made itself, for a table cell; it must hold no `|` and no line break. */
export function trusted(markdown: string): Cell {
  return { markdown };
}

/** A folded section. `summary` is Rondo's own plain text. */
export function details(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** Joins blocks with one blank line; empty ones and nulls fall away. */
export function blocks(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== "").join("\n\n");
}

/**
 * `markdown` cut to at most `maxBytes` UTF-8 bytes, together with `tail`, which is never cut and comes last.
 * Cuts between lines (inside a code line only when that line alone is over 1,000 bytes, and then between code points),
 * closes what is open (code block, `<details>`) and says how many characters are missing:
 * `[cut: 12 of 90 characters not shown]`.
 */
export function cutBody(markdown: string, maxBytes: number = MAX_BODY_BYTES - RESERVED_BYTES, tail = ""): string {
  const end = tail === "" ? "" : `\n\n${tail}`;
  if (bytes(markdown) + bytes(end) <= maxBytes) return `${markdown}${end}`;
  const total = characters(markdown);
  const budget = maxBytes - bytes(end) - bytes(cutNote(total, total));
  const kept = keepLines(markdown.split("\n"), budget);
  const text = kept.lines.join("\n");
  const closing = closingOf(kept.state);
  const missing = total - characters(text);
  return `${text}${closing}${cutNote(missing, total)}${end}`;
}

/** `isHtml`: inside an HTML block, which lasts to the next blank line and in which a fence is only text. */
type OpenBlocks = { fence: string | null; details: number; isHtml: boolean };

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function renderCell(cell: Cell): string {
  return typeof cell === "string" ? tableCell(cell) : cell.markdown;
}

function keepLines(lines: readonly string[], budget: number): { lines: string[]; state: OpenBlocks } {
  const kept: string[] = [];
  let state: OpenBlocks = { fence: null, details: 0, isHtml: false };
  let used = 0;
  for (const line of lines) {
    const next = after(state, line);
    const room = budget - used - bytes(closingOf(next)) - 1;
    if (bytes(line) > room) {
      const part = state.fence !== null && next.fence !== null && bytes(line) > 1000 ? firstBytes(line, room) : "";
      if (part !== "") kept.push(part);
      break;
    }
    kept.push(line);
    used += bytes(line) + 1;
    state = next;
  }
  return { lines: kept, state };
}

function after(state: OpenBlocks, line: string): OpenBlocks {
  const run = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
  if (state.fence !== null) {
    const isEnd = run?.charAt(0) === state.fence.charAt(0) && run.length >= state.fence.length && line.trim() === run;
    return isEnd ? { ...state, fence: null } : state;
  }
  const isHtml = line.trim() !== "" && (state.isHtml || /^ {0,3}<\/?(?:details|summary)\b/i.test(line));
  if (run !== undefined && !isHtml) return { ...state, fence: run, isHtml };
  // Only a line of our own begins with the tag; in a reviewer's text it is escaped or in code.
  const opened = line.startsWith("<details>") ? 1 : line.startsWith("</details>") ? -1 : 0;
  return { ...state, details: Math.max(0, state.details + opened), isHtml };
}

function closingOf(state: OpenBlocks): string {
  return (state.fence === null ? "" : `\n${state.fence}`) + "\n\n</details>".repeat(state.details);
}

function cutNote(missing: number, total: number): string {
  return `\n\n[cut: ${missing} of ${total} characters not shown]`;
}

/** The longest prefix of whole code points that fits into `max` UTF-8 bytes. */
export function firstBytes(text: string, max: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += bytes(character);
    if (used > max) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** Code points, as GitHub counts characters. */
function characters(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}
