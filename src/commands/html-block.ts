// HTML blocks inside of Markdown: where one begins and what ends it, by the seven rules of CommonMark
// (https://spec.commonmark.org/0.31.2/#html-blocks). Text in an HTML block is never a command.

/** Which of the seven rules a line begins an HTML block by. */
export type HtmlRule = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The rule by which `text` begins an HTML block; null when it does not. The seventh cannot interrupt a paragraph. */
export function htmlStart(text: string, isInParagraph: boolean): HtmlRule | null {
  if (!text.startsWith("<")) return null;
  if (text[1] === "?") return 3;
  if (text[1] === "!") return markup(text);
  const name = /^<\/?(?<name>[a-z][a-z0-9]{0,11})(?=\s|\/?>|$)/i.exec(text)?.groups?.["name"]?.toLowerCase();
  if (name !== undefined) {
    // A closing tag of these begins nothing by the first rule, and a self-closed one neither.
    if (RAW_TAGS.has(name) && /^<[a-z]+(?:[\s>]|$)/i.test(text)) return 1;
    if (BLOCK_TAGS.has(name)) return 6;
  }
  return !isInParagraph && WHOLE_TAG.test(text) ? 7 : null;
}

function markup(text: string): HtmlRule | null {
  if (text.startsWith("<!--")) return 2;
  if (text.startsWith("<![CDATA[")) return 5;
  return /^<![a-z]/i.test(text) ? 4 : null;
}

/** What a line must hold to be the last one of the block; null: the block ends before the next blank line. */
export function htmlEnd(rule: HtmlRule): RegExp | null {
  return ENDS[rule];
}

const ENDS: Readonly<Record<HtmlRule, RegExp | null>> = {
  1: /<\/(?:script|pre|style|textarea)>/i,
  2: /-->/,
  3: /\?>/,
  4: />/,
  5: /\]\]>/,
  6: null,
  7: null,
};

/** An opening or closing tag that fills its line. Each part starts with a character the one before cannot end in. */
const WHOLE_TAG =
  /^<(?:[a-z][a-z0-9-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?|\/[a-z][a-z0-9-]*\s*)>\s*$/i;

const RAW_TAGS: ReadonlySet<string> = new Set(["script", "pre", "style", "textarea"]);

const BLOCK_TAGS: ReadonlySet<string> = new Set(
  (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt " +
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link " +
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead " +
    "title tr track ul"
  ).split(" "),
);
