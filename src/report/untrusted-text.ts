// Makes text that a reviewer (or a pull request) wrote safe to stand in a GitHub comment.
// A reviewer reads hostile code and may repeat it word for word: nothing it says may mention people, load an image,
// link out of the repository, run a command, break out of its block or pass for one of Rondo's own lines.

/** U+2060 WORD JOINER: invisible, keeps words together, and stops GitHub from seeing `@name` or `#12`. */
export const WORD_JOINER = "\u2060";

/**
 * Text without surprises: LF line ends, whole code points, and every control, text-direction, zero-width and tag
 * character spelled out as `[U+202E]`. Rondo's own markers and verdict lines lose their shape. The result is still
 * not Markdown-safe: put it in a `fence`, or use `inline` or `prose`.
 * Why: text that reads differently from what it is (https://trojansource.codes/).
 */
export function visible(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .replace(HIDDEN, spellOut)
    .replace(/<!--(?=\s*rondo)/gi, `<!-${WORD_JOINER}-`)
    .replace(/rondo-verdict(?=\s*:)/gi, (word) => `${word}${WORD_JOINER}`);
}

/** One line of Markdown that shows `text` as it is; only `code spans` survive. Line breaks become spaces. */
export function inline(text: string): string {
  return escapeLine(visible(text).replace(/\s+/g, " ").trim(), escapeSpan);
}

/** As `inline`, for a cell of a GFM table: no text can end the cell or the row. */
export function tableCell(text: string): string {
  return escapeLine(visible(text).replace(/\s+/g, " ").trim(), escapeCellSpan);
}

/**
 * Paragraphs and fenced code of a reviewer's Markdown; everything else (headings, lists, HTML, images, links, tables)
 * is shown as the characters it was written with. Empty text gives an empty string.
 */
export function prose(text: string): string {
  const out: string[] = [];
  let open: { mark: string; lines: string[] } | null = null;
  for (const line of visible(text).split("\n")) {
    const mark = fenceMark(line);
    if (open === null) {
      if (mark === null) out.push(escapeLine(line.trim(), escapeSpan));
      else open = { mark: mark.run, lines: [] };
    } else if (mark !== null && mark.info === "" && closes(open.mark, mark.run)) {
      out.push("", fence(open.lines.join("\n"), ""), "");
      open = null;
    } else open.lines.push(line);
  }
  if (open !== null) out.push("", fence(open.lines.join("\n"), ""), "");
  return out
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** A code block that `text` cannot close: its fence is longer than any run of backticks in it, and never shorter than three. */
export function fence(text: string, info = "text"): string {
  let longest = 2;
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  const mark = "`".repeat(longest + 1);
  return `${mark}${info}\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${mark}`;
}

// C0 and C1 controls except tab and line feed, soft hyphen, zero-width, text direction, invisible operators, tags.
// A zero-width joiner between two pictographs belongs to an emoji and stays.
const HIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]|(?<!\p{Extended_Pictographic}\uFE0F?)\u200D/gu;

function spellOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

function fenceMark(line: string): { run: string; info: string } | null {
  const groups = /^ {0,3}(?<run>`{3,}|~{3,})(?<info>[^`]*)$/.exec(line)?.groups;
  if (groups === undefined) return null;
  return { run: groups["run"] ?? "", info: (groups["info"] ?? "").trim() };
}

function closes(open: string, run: string): boolean {
  return run.startsWith(open.charAt(0)) && run.length >= open.length;
}

/** Walks one line: code spans go to `span`, all else is escaped. Linear in the length of the line. */
function escapeLine(line: string, span: (content: string, ticks: string) => string): string {
  const runs = [...line.matchAll(/`+/g)];
  const lastOf = new Map<number, number>();
  runs.forEach((run, index) => lastOf.set(run[0].length, index));
  const out: string[] = [];
  let position = 0;
  for (let index = 0; index < runs.length; index++) {
    const ticks = runs[index]?.[0] ?? "";
    const start = runs[index]?.index ?? 0;
    if ((lastOf.get(ticks.length) ?? -1) <= index) continue;
    let end = index + 1;
    while (runs[end]?.[0].length !== ticks.length) end++;
    const close = runs[end]?.index ?? 0;
    out.push(escapeText(line.slice(position, start)), span(line.slice(start + ticks.length, close), ticks));
    position = close + ticks.length;
    index = end;
  }
  out.push(escapeText(line.slice(position)));
  return escapeLineStart(glue(out));
}

/** Joins pieces so that the backticks of two neighbours never become one longer run. */
function glue(pieces: readonly string[]): string {
  let out = "";
  for (const piece of pieces) {
    if (out.endsWith("`") && piece.startsWith("`")) out += WORD_JOINER;
    out += piece;
  }
  return out;
}

function escapeSpan(content: string, ticks: string): string {
  return content.trim() === "" ? escapeText(`${ticks}${content}${ticks}`) : `${ticks}${content}${ticks}`;
}

// `\|` is the only escape that works inside a code span of a table, and only where no other backslash stands before it.
function escapeCellSpan(content: string, ticks: string): string {
  if (content.includes("|") && content.includes("\\")) return escapeText(`${ticks}${content}${ticks}`);
  return escapeSpan(content, ticks).replace(/(?<!\\)\|/g, "\\|");
}

// An address becomes a code span: readable, and no link. https://github.github.com/gfm/#autolinks-extension-
const ADDRESS = /(?:[a-z][a-z0-9+.-]{0,20}:\/\/|www\.|mailto:|xmpp:)[^\s<>`]+/gi;

function escapeText(text: string): string {
  let out = "";
  let position = 0;
  for (const address of text.matchAll(ADDRESS)) {
    out += escapeWords(text.slice(position, address.index));
    out += `\`${address[0].replaceAll("|", "%7C")}\``;
    position = address.index + address[0].length;
  }
  return out + escapeWords(text.slice(position));
}

function escapeWords(text: string): string {
  return (
    text
      .replace(/[\\`*[\]<>|~]/g, "\\$&")
      // Inside a word `_` marks nothing; `$` opens a formula, but not before a price.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
      .replace(/\$(?![0-9])/g, "\\$&")
      .replace(/&/g, "&amp;")
      .replace(/@/g, `@${WORD_JOINER}`)
      .replace(/#(?=[0-9])/g, `#${WORD_JOINER}`)
      .replace(/GH-(?=[0-9])/gi, `$&${WORD_JOINER}`)
  );
}

// What would open a heading, list, quote, rule or table at the start of a line, and our slash command.
function escapeLineStart(line: string): string {
  return line
    .replace(/^(?:[#+=:-])/, "\\$&")
    .replace(/^(?<digits>[0-9]{1,9})(?<mark>[.)])/, "$<digits>\\$<mark>")
    .replace(/^\/(?=[a-z])/i, `/${WORD_JOINER}`);
}
