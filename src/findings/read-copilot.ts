// Reads what Copilot code review writes: the overview of a review in its two versions, and inline comments.
// It never gives priorities, so its findings are untagged; the severity pictures of version 2 are its own scale.
// Seen in public pull requests: version 1 with suppressed comments in https://github.com/boostorg/openmethod/pull/37,
// without comments in https://github.com/azerothcore/azerothcore-wotlk/pull/27085; version 2 in
// https://github.com/ronen/postcode/pull/5 (green) and https://github.com/ROCm/rocm-systems/pull/12363 (not green);
// no review in https://github.com/github/codeql-action/pull/3382.
import { collectItems } from "./collect-items.ts";
import { joinLines, outline, topLines, within } from "./markdown-outline.ts";
import type { OutlineLine, Section } from "./markdown-outline.ts";
import { openingLine, readPlace, splitFirstSentence, trimBody, trimTitle } from "./printed-parts.ts";
import { readCopilotV2 } from "./read-copilot-v2.ts";
import { cleanReading, noResult, withFindings } from "./reading.ts";
import type { PrintedFinding, Reading } from "./reading.ts";

/** Reads an overview, a refusal, or inline comments of a saved page; null when the text is none of Copilot's. */
export function readCopilot(text: string, isNamed = false): Reading | null {
  const opening = openingLine(text);
  if (opening === "<!-- ccr-overview-v2 -->" || opening === "## Copilot review overview")
    return readCopilotV2(outline(text));
  if (REFUSAL.test(opening)) return unavailable(opening);
  if (isOverview(opening) || SUMMARY.test(opening)) {
    const lines = outline(text);
    const refusal = topLines(lines).find(({ text: line }) => REFUSAL.test(line));
    return refusal === undefined ? readV1(lines) : unavailable(refusal.text);
  }
  if (!isNamed && !text.includes("Comment on line")) return null;
  const inline = readInline(outline(text), isNamed);
  return inline.length === 0 ? null : withFindings(inline);
}

function unavailable(words: string): Reading {
  return noResult("unavailable", `Copilot did not review: ${trimTitle(words).slice(0, 200)}`);
}

const REFUSAL =
  /^Copilot (?:wasn['’]t able to review|was unable to review|is unable to review|encountered an error and was unable)\b/;

function isOverview(line: string): boolean {
  return /^#{1,3} pull request overview$/i.test(line);
}

const SUMMARY =
  /^Copilot reviewed [0-9]{1,9} out of [0-9]{1,9} changed files in this pull request and generated (?<count>[0-9]{1,9}|no)(?: new)? comments?\./;

function readV1(lines: readonly OutlineLine[]): Reading {
  const said = topLines(lines);
  const suppressed = readSuppressed(lines);
  const explanation = trimBody(joinLines(said.slice(1)));
  const counts = said.flatMap(({ text }) => SUMMARY.exec(text.trim())?.groups?.["count"] ?? []);
  const notes = skippedFiles(lines);
  if (suppressed.findings.length > 0) return withFindings(suppressed.findings, { explanation, notes });
  if (suppressed.announced > 0) {
    return noResult("findings", `${suppressed.announced} suppressed comments, none of which can be read`, {
      explanation,
    });
  }
  const count = counts[0];
  if (counts.length !== 1 || count === undefined) {
    return noResult("unrecognised", "the overview does not say how many comments were made", { explanation, notes });
  }
  if (count !== "no" && Number(count) > 0) {
    return noResult("findings", `the overview counts ${count} comments; they are inline, not in this text`, {
      explanation,
      notes,
    });
  }
  return cleanReading({ explanation, notes });
}

const SUPPRESSED =
  /^(?:#{1,6} )?(?:Comments suppressed due to low confidence|Suppressed comments) \((?<count>[0-9]{1,9})\)$/i;

/** `**path:12**` and below it `* text`, then code; in a folded block, or below a heading. */
function readSuppressed(lines: readonly OutlineLine[]): { announced: number; findings: PrintedFinding[] } {
  let announced = 0;
  let isBelowHeading = false;
  const seen = new Set<Section>();
  const isFolded = within(SUPPRESSED);
  const items = collectItems<PrintedFinding["location"]>(lines, ({ section, kind, text }) => {
    if (section !== null && !seen.has(section)) announced += announcedIn(section.summary);
    if (section !== null) seen.add(section);
    const isHeading = kind === "text" && text.startsWith("#");
    if (isHeading) isBelowHeading = SUPPRESSED.test(text.trim());
    if (isHeading) announced += announcedIn(text.trim());
    if (isHeading || (!isBelowHeading && !isFolded(section))) return "end";
    const place = kind === "text" ? readEntry(text.trim()) : null;
    return place === null ? "part" : { begin: place };
  });
  const findings = items.map(({ head, text }) => commentOf(text.replace(/^\s*[*-] +/, ""), head));
  return { announced, findings };
}

function announcedIn(heading: string): number {
  return Number(SUPPRESSED.exec(heading)?.groups?.["count"] ?? 0);
}

function readEntry(text: string): PrintedFinding["location"] {
  if (!text.startsWith("**")) return null;
  const end = text.indexOf("**", 3);
  const rest = end < 0 ? "" : text.slice(end + 2);
  return end < 0 || (rest !== "" && !rest.startsWith(":"))
    ? null
    : readPlace(text.slice(2, end).replaceAll("\\_", "_"));
}

function skippedFiles(lines: readonly OutlineLine[]): string[] {
  const heads = lines.flatMap(({ section, text }) => [section?.summary ?? "", text]);
  const found = heads.find((text) => /^(?:#{1,6} )?Files not reviewed \([0-9]{1,9}\)$/.test(text));
  return found === undefined ? [] : [found.replace(/^#{1,6} /, "")];
}

/** `Comment on lines +12 to +15` as a saved page shows it, with the path in the line before; or one suggestion block. */
function readInline(lines: readonly OutlineLine[], isNamed: boolean): PrintedFinding[] {
  const texts = lines.map(({ text, kind }) => (kind === "text" ? text.trim() : ""));
  let at = -1;
  const items = collectItems<PrintedFinding["location"]>(lines, () => {
    at += 1;
    const range = RANGE.exec(texts[at] ?? "")?.groups;
    const { start, end } = range ?? {};
    if (range !== undefined) return { begin: readPlace(`${texts[at - 1] ?? ""}:${start}-${end ?? start}`) };
    // The line before the next comment is its path, and no part of this one.
    return RANGE.test(texts[at + 1] ?? "") ? "end" : "part";
  });
  if (items.length > 0) return items.map(({ head, text }) => commentOf(text, head));
  const hasSuggestion = lines.some(({ kind, text }) => kind === "code" && /^`{3,}suggestion\s*$/.test(text));
  return isNamed && hasSuggestion ? [commentOf(joinLines(lines), null)] : [];
}

const RANGE = /^Comment on lines? \+?(?<start>[0-9]{1,9})(?: to \+?(?<end>[0-9]{1,9}))?$/;

function commentOf(text: string, location: PrintedFinding["location"]): PrintedFinding {
  const { title, body } = splitFirstSentence(text.replace(/^Copilot(?: AI)?\s*\n/, ""));
  return { priority: null, title: title === "" ? "(no text)" : title, body, location };
}
