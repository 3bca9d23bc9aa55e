// Reads what the Codex GitHub connector (`chatgpt-codex-connector[bot]`) writes, and Rondo's own reviews, which have the
// same form: a review body, an inline comment with a badge, the clean comment, the status table, and its refusals.
// Seen in public pull requests: review and inline comment in https://github.com/astral-sh/ty/pull/1636, badges in
// https://github.com/D-sorganization/UpstreamDrift/pull/4329, the clean comment in
// https://github.com/basecamp/basecamp-sdk/pull/677, the status table in https://github.com/SecPal/.github/pull/1035,
// the quota comment in https://github.com/mryfmo/dotfiles/pull/281.
import { collectItems } from "./collect-items.ts";
import { outline, plain, within } from "./markdown-outline.ts";
import type { OutlineLine } from "./markdown-outline.ts";
import {
  lineRange,
  openingLine,
  PRIORITIES,
  readPlace,
  splitTag,
  trimBody,
  trimTitle,
  unescapeMarkdown,
} from "./printed-parts.ts";
import { cleanReading, noResult, withFindings } from "./reading.ts";
import type { PrintedFinding, Reading } from "./reading.ts";

/** Reads a comment or a review body of the connector; null when the text is none. */
export function readConnector(text: string): Reading | null {
  const opening = openingLine(text);
  if (opening === STATUS_MARKER || /^#{1,3} Codex Review Summary$/.test(opening)) return readStatus(outline(text));
  const refusal = REFUSALS.find(({ words }) => opening.startsWith(words));
  if (refusal !== undefined) return noResult("unavailable", refusal.problem);
  const isReview = /^(?:#{1,4} )?💡 Codex Review$/u.test(opening);
  const isClean = /^Codex Review: Didn['’]t find any major issues\./.test(opening);
  const isInline = isInlineHead(opening, text);
  if (!isReview && !isClean && !isInline) return null;
  const said = evidenceLines(outline(text));
  const { findings, notes, prose } = readFindings(said);
  const commit = readCommit(said);
  const explanation = isReview ? trimBody(prose.join("\n")) : "";
  if (findings.length > 0) return withFindings(findings, { commit, notes, explanation });
  if (isClean) return cleanReading({ commit, explanation: opening });
  if (isReview) return noResult("container", CONTAINER, { commit, explanation });
  return noResult("unrecognised", "a badge without a title");
}

/** A badge begins an inline comment. Rondo's own may be without: then its last line tells. */
function isInlineHead(opening: string, text: string): boolean {
  if (BADGE_LINE.test(opening)) return true;
  return /^\*\*\[P[0-3][,\]].*\*\*$/.test(opening) && text.includes(`\n${REACT}`);
}

const STATUS_MARKER = "<!-- codex-pull-request-review-summary -->";
/** The last line of an inline comment. */
const REACT = "Useful? React with";
const CONTAINER =
  "this body of a review names no finding: its findings are inline comments, which are not in this text";

/** First words of comments that say why there is no review. */
const REFUSALS: readonly { words: string; problem: string }[] = [
  { words: "You have reached your Codex usage limits", problem: "the connector did not review: usage limit" },
  { words: "Codex usage limits have been reached", problem: "the connector did not review: usage limit" },
  { words: "To use Codex here,", problem: "the connector did not review: it is not set up here" },
  { words: "Something went wrong. Try again later.", problem: "the connector did not review: it failed" },
];

// Colours differ between public copies; only the alternative text of the image counts.
const BADGE = /!\[P(?<digit>[0-3]) Badge\]\([^()\s]{0,300}\)/;
const BADGE_LINE = /^(?:[-*] )?(?:\*\*)?(?:<sub>){0,3}!\[P[0-3] Badge\]\(/;

/** Lines that count: no quotes, no code at the top, not the vendor's own about-block. */
function evidenceLines(lines: readonly OutlineLine[]): OutlineLine[] {
  const isAbout = within(/About Codex/);
  return lines.filter(({ kind, quotes, section }) => kind !== "comment" && quotes === 0 && !isAbout(section));
}

function readCommit(lines: readonly OutlineLine[]): string | null {
  for (const { text, kind } of lines) {
    if (kind !== "text" || !text.includes("Reviewed commit")) continue;
    const sha = /^\*\*Reviewed commit:\*\*\s{0,4}`(?<sha>[0-9a-f]{7,40})`/.exec(text.trim())?.groups?.["sha"];
    if (sha !== undefined) return sha;
  }
  return null;
}

type Found = { findings: PrintedFinding[]; notes: string[]; prose: string[] };

/** A finding begins at a badge, or in Rondo's own body at `- RD-1 **[P1] Title** — place`, and ends at the next one. */
function readFindings(lines: readonly OutlineLine[]): Found {
  const prose: string[] = [];
  let place: PrintedFinding["location"] = null;
  let isOpen = false;
  const items = collectItems<PrintedFinding>(lines, (line) => {
    const text = line.kind === "text" ? line.text.trim() : "";
    const permalink = readPermalink(text);
    const finding = readHead(text, place);
    if (permalink !== null || isTail(text)) {
      place = permalink ?? place;
      isOpen = false;
      return "end";
    }
    if (finding !== null) {
      place = null;
      isOpen = true;
      return { begin: finding };
    }
    if (!isOpen && line.kind === "text") prose.push(text);
    return isOpen ? "part" : "other";
  });
  const findings = items.map(({ head, text }) => ({ ...head, body: dedent(text) }));
  const repeats = findings.filter(({ body }) => body.startsWith("Fresh evidence beyond the earlier"));
  return { findings, notes: repeats.map(({ title }) => `repeated with new evidence: ${title}`), prose };
}

/** Rondo indents a body below its list item by two spaces. */
function dedent(text: string): string {
  const body = trimBody(text);
  return body.startsWith("  ") ? trimBody(body.replace(/^ {2}/gm, "")) : body;
}

function readHead(text: string, place: PrintedFinding["location"]): PrintedFinding | null {
  const badge = text.includes("Badge](") ? BADGE.exec(text) : null;
  if (badge !== null && BADGE_LINE.test(text)) {
    const digit = Number(badge.groups?.["digit"]);
    const { title } = splitTag(cleanTitle(text.slice(badge.index + badge[0].length)));
    return title === "" ? null : { priority: PRIORITIES[digit] ?? null, title, body: "", location: place };
  }
  const own = /^(?:- RD-[0-9]{1,9} )?\*\*(?=\[[Pp][0-9])/.exec(text);
  if (own === null) return null;
  const close = text.lastIndexOf("**");
  const { priority, title, hasTag } = splitTag(cleanTitle(text.slice(own[0].length, close)));
  if (!hasTag || title === "" || close < own[0].length) return null;
  // A title may hold `**` only escaped, so the last one ends it; the place follows a dash.
  const printed = text.slice(close + 2).replace(/^ — /, "");
  return { priority, title, body: "", location: readLinkedPlace(printed) };
}

function cleanTitle(text: string): string {
  return trimTitle(unescapeMarkdown(plain(text)));
}

/** `` [`src/a.ts:3-6`](https://…) `` as Rondo prints it, or a bare place. */
function readLinkedPlace(printed: string): PrintedFinding["location"] {
  const link = /^\[`(?<place>[^`]{1,4200})`\]\(/.exec(printed)?.groups?.["place"];
  return readPlace(link ?? printed);
}

/** A line that is a link to lines of a file at a commit: the place of the finding below it. */
function readPermalink(text: string): PrintedFinding["location"] {
  if (!text.startsWith("https://") || text.length > 4200) return null;
  const groups =
    /^https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+\/blob\/[0-9a-f]{7,40}\/(?<path>[^\s#]+)#L(?<start>[0-9]{1,9})(?:-L(?<end>[0-9]{1,9}))?$/.exec(
      text,
    )?.groups;
  if (groups === undefined) return null;
  const lines = lineRange(Number(groups["start"]), Number(groups["end"] ?? groups["start"]));
  return { path: decode(groups["path"] ?? ""), ...lines };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Lines below a finding that are no part of it. */
function isTail(text: string): boolean {
  return (
    text.startsWith(REACT) ||
    text.startsWith("**Reviewed commit:**") ||
    /^RD-[0-9]{1,9} by /.test(text) ||
    /^#{1,6} /.test(text) ||
    /^(?:---|\*\*\*|___)$/.test(text)
  );
}

/** The table that is edited in place while reviews run. Completed means finished, not clean. */
function readStatus(lines: readonly OutlineLine[]): Reading {
  const rows = lines.filter(({ kind, text }) => kind === "text" && /^\|[^|]{0,40}\*\*[^|*]{1,40}Review\*\*/.test(text));
  const code = rows.find(({ text }) => text.includes("**Code Review**"))?.text;
  const commit = /`(?<sha>[0-9a-f]{7,40})`/.exec(code ?? "")?.groups?.["sha"] ?? null;
  const has = (word: string): boolean => rows.some(({ text }) => text.includes(`**${word}**`));
  if (has("Running")) return noResult("running", "a review of the connector is running", { commit });
  if (code?.includes("**Completed**") === true) {
    return noResult("container", "the status table says finished, which is not the same as clean", { commit });
  }
  if (has("Failed")) return noResult("unavailable", "the connector says that its review failed", { commit });
  return noResult("unrecognised", "the connector's status table has no row that is known", { commit });
}
