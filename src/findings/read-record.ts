// Reads a review record: the report of a review-record bot, and Rondo's own of the same layout (src/report/record.ts).
// Seen in https://github.com/Q00/ouroboros/pull/505, also with the recovery text pasted into the middle of a table's
// separator (4 of 4 reports that asked for changes): the rows are still found.
import { MAX_FINDINGS } from "./collect-items.ts";
import { outline } from "./markdown-outline.ts";
import type { OutlineLine } from "./markdown-outline.ts";
import {
  openingLine,
  readPlace,
  splitFirstSentence,
  splitLines,
  splitTag,
  unescapeMarkdown,
  withoutTicks,
} from "./printed-parts.ts";
import { noResult, readingOf } from "./reading.ts";
import type { PrintedFinding, Reading, StatedVerdict } from "./reading.ts";

/** Reads a record; null when the text is none. */
export function readRecord(text: string): Reading | null {
  const opening = openingLine(text);
  const isTitled = /^(?:#{1,4} )?Review — \S/.test(opening);
  if (!isTitled && !VERDICT.test(opening)) return null;
  if (splitLines(text).length > 10 * MAX_LINES)
    return noResult("unrecognised", "a record of more lines than anybody reads");
  const lines = outline(text).filter(({ kind, quotes }) => kind === "text" && quotes === 0);
  const head = lines.filter((line) => line.text.trim() !== "").slice(0, 8);
  const verdict = head.flatMap((line) => VERDICT.exec(line.text.trim())?.groups?.["word"] ?? [])[0];
  const commit = head.flatMap((line) => COMMIT.exec(line.text)?.groups?.["sha"] ?? [])[0] ?? null;
  if (verdict === undefined || (!isTitled && commit === null)) return null;
  return readSections(verdict, commit, splitSections(lines));
}

const VERDICT = /^(?:\*\*)?Verdict:(?:\*\*)? {0,4}[`*]{0,3}(?<word>APPROVE|REQUEST_CHANGES|UNKNOWN|ERROR)\b/;
// The SHA was seen glued to the next word: `b2aaf83for PR`.
const COMMIT = /\bReviewing commit {0,4}`?(?<sha>[0-9a-f]{7,40}?)`? {0,4}for PR\b/;

const NAMES = [
  "Blocking Findings",
  "Follow-up Findings",
  "Non-blocking Suggestions",
  "Design Notes",
  "Verification",
  "Policy Notes",
  "Recovery Notes",
] as const;
type Name = (typeof NAMES)[number];
const BY_HEADING: ReadonlyMap<string, Name> = new Map(NAMES.map((name) => [name, name]));

/** Lines of a section that are looked at: more than that are more findings than anybody takes. */
const MAX_LINES = 2 * MAX_FINDINGS;

/** The lines below each heading; a heading may have lost its marks on a rendered page. */
function splitSections(lines: readonly OutlineLine[]): ReadonlyMap<Name, string[]> {
  const sections = new Map<Name, string[]>();
  let open: string[] | null = null;
  for (const line of lines) {
    const text = line.text.trim();
    const name = text.length > 40 ? undefined : BY_HEADING.get(text.replace(/^#{1,4} /, ""));
    if (name !== undefined) {
      open = sections.get(name) ?? [];
      sections.set(name, open);
    } else if (text !== "" && open !== null && open.length <= MAX_LINES) open.push(text);
  }
  return sections;
}

function readSections(verdict: string, commit: string | null, sections: ReadonlyMap<Name, string[]>): Reading {
  const blocking = readBlocking(sections.get("Blocking Findings") ?? []);
  const followUps = saying(sections.get("Follow-up Findings")).map(readFollowUp);
  const suggestions = rowsOf(sections.get("Non-blocking Suggestions") ?? []).map(readSuggestion);
  const recovered = [...blocking.pasted, ...saying(sections.get("Recovery Notes"))];
  const notes = [
    ...saying(sections.get("Verification")).filter((line) => line.includes("NOT RUN")),
    ...saying(sections.get("Policy Notes")),
    ...recovered,
  ].map((line) => unescapeMarkdown(line.replace(/^[-*] /, "")));
  const findings = [...blocking.findings, ...followUps, ...suggestions];
  const explanation = saying(sections.get("Design Notes")).join("\n");
  const facts = { findings, commit, notes, explanation, statedVerdict: null };
  if (verdict === "ERROR")
    return noResult("unavailable", "the record's own verdict is ERROR", {
      ...facts,
      failure: "the record's own verdict is ERROR",
    });
  if (verdict === "UNKNOWN") return noResult("unrecognised", "the record's own verdict is UNKNOWN", facts);
  const statedVerdict: StatedVerdict = verdict === "APPROVE" ? "APPROVE" : "REQUEST_CHANGES";
  const stated = { ...facts, statedVerdict, statedIn: "verdict line" };
  if (!sections.has("Blocking Findings")) return noResult("unrecognised", "the record has no blocking section", stated);
  if (blocking.problem !== null) return noResult("unrecognised", blocking.problem, stated);
  // A113: what was pieced together from a log may block, and can never approve on its own.
  if (statedVerdict === "APPROVE" && recovered.length > 0) {
    return noResult("unrecognised", "a verdict that was recovered from another artifact cannot approve", stated);
  }
  return readingOf({
    ...stated,
    reading: "structured",
    evidence: blocking.findings.length === 0 && statedVerdict === "APPROVE" ? "clean" : "findings",
  });
}

/** The lines of a section that says something; `None.` says nothing. */
function saying(lines: readonly string[] | undefined): string[] {
  return (lines ?? []).filter((line) => !NONE.test(line) && !FOOTER.test(line));
}

const NONE = /^(?:None\.?|No in-scope blocking findings remained\.?)$/i;
const FOOTER = /^(?:Reviewed by \S.{0,300} via .{1,300}|---)$/;

type Blocking = { findings: PrintedFinding[]; pasted: string[]; problem: string | null };

function readBlocking(lines: readonly string[]): Blocking {
  const blocking: Blocking = { findings: [], pasted: [], problem: null };
  let isPasted = false;
  for (const line of saying(lines)) {
    if (/^\|\s{0,4}#{1,4} Recovery Notes/.test(line)) isPasted = true;
    else if (isPasted && /^-{3,}\|/.test(line)) isPasted = false;
    else if (isPasted) blocking.pasted.push(line);
    else if (isTableFrame(line)) continue;
    else {
      const finding = readBlockingRow(line);
      if (finding === null) blocking.problem = "a line of the blocking section cannot be read";
      else blocking.findings.push(finding);
    }
  }
  if (isPasted) blocking.problem = "the blocking section is cut off in the middle of its table";
  return blocking;
}

/** The head of a table, or its separator in any state. */
function isTableFrame(line: string): boolean {
  return /^[|\s:-]+$/.test(line) || /^\| ?# ?\|/.test(line);
}

function readBlockingRow(line: string): PrintedFinding | null {
  const cells = cellsOf(line);
  const [number, place, , text] = cells;
  if (cells.length < 4 || number === undefined || !/^[0-9]{1,9}$/.test(number)) return null;
  const { priority, title } = splitTag(unescapeMarkdown(text ?? "").replace(/^RD-[0-9]{1,9} /, ""));
  return { priority, ...titled(title), location: placeOf(place ?? "") };
}

/** `- path:12 [warning] text`, also `path:12[warning]text`. Advisory by the section it stands in. */
function readFollowUp(line: string): PrintedFinding {
  const text = line.replace(/^[-*•] /, "");
  const mark = /\[(?:warning|info|note|minor|major|error|suggestion|nit)\]/i.exec(text);
  const before = mark === null ? "" : text.slice(0, mark.index);
  const after = mark === null ? text : text.slice(mark.index + mark[0].length);
  const said = splitTag(
    unescapeMarkdown(after)
      .trim()
      .replace(/^RD-[0-9]{1,9} /, ""),
  );
  return { priority: said.priority ?? "P3", ...titled(said.title), location: placeOf(before) };
}

function readSuggestion(cells: readonly string[]): PrintedFinding {
  const [, place, category, text] = cells;
  const { title, body } = titled(unescapeMarkdown(text ?? ""));
  const kind = `Category: ${unescapeMarkdown(category ?? "").toLowerCase()}`;
  return { priority: "P3", title, body: body === "" ? kind : `${body}\n\n${kind}`, location: placeOf(place ?? "") };
}

function rowsOf(lines: readonly string[]): string[][] {
  return lines.flatMap((line) => {
    const cells = cellsOf(line);
    return cells.length >= 4 && /^[0-9]{1,9}$/.test(cells[0] ?? "") ? [cells] : [];
  });
}

/** Cells of a GFM row; `\|` is a character of its cell. Further cells belong to the last: text was seen unescaped. */
function cellsOf(line: string): string[] {
  if (!line.startsWith("|")) return [];
  const cells: string[] = [];
  let start = 1;
  for (let at = 1; at < line.length && cells.length < 3; at++) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === "|") {
      cells.push(line.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [
    ...cells,
    line
      .slice(start)
      .replace(/\|\s*$/, "")
      .trim(),
  ];
}

function titled(text: string): { title: string; body: string } {
  const { title, body } = splitFirstSentence(text);
  return { title: title === "" ? "(no text)" : title, body };
}

function placeOf(cell: string): PrintedFinding["location"] {
  const text = withoutTicks(cell.trim());
  return text === "whole change" ? null : readPlace(unescapeMarkdown(text));
}
