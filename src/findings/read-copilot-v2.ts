// Reads the overview of a Copilot review in its version of 2026: one heading that recommends, a count of findings, and
// folded lists of them. Only a green heading with nothing open and nothing missed before is clean. Where it was seen
// stands in src/findings/read-copilot.ts.
import { MAX_FINDINGS } from "./collect-items.ts";
import { joinLines, plain, topLines, within } from "./markdown-outline.ts";
import type { OutlineLine, Section } from "./markdown-outline.ts";
import { readPlace, trimBody, trimTitle } from "./printed-parts.ts";
import { cleanReading, noResult, withFindings } from "./reading.ts";
import type { PrintedFinding, Reading } from "./reading.ts";

/** Reads the lines of an overview of version 2. Never null: the caller has seen its mark. */
export function readCopilotV2(lines: readonly OutlineLine[]): Reading {
  const said = topLines(lines);
  const headings = said.flatMap(({ text }) => /^### (?<words>.{1,80})$/.exec(text.trim())?.groups?.["words"] ?? []);
  const heading = headings[0]?.trim() ?? "";
  const findings = readListed(lines);
  const explanation = trimBody(
    said
      .filter(({ text }) => !/^(?:#|\*\*(?:Review effort|Findings):|---)/.test(text))
      .map(({ text }) => text)
      .join("\n"),
  );
  if (findings.length > 0) return withFindings(findings, { explanation });
  const open = countOpen(lines, said);
  if (!GREEN.includes(heading) && !OTHER.includes(heading)) {
    const problem =
      heading === "" ? "the overview has no heading that recommends anything" : "its heading is not known";
    return noResult("unrecognised", problem, { explanation });
  }
  if (OTHER.includes(heading)) return noResult("findings", `${heading}, and no finding in this text`, { explanation });
  if (open === null) return noResult("unrecognised", "the overview does not count its findings", { explanation });
  if (open > 0) return noResult("findings", `${open} findings, none of them in this text`, { explanation });
  return cleanReading({ explanation });
}

const GREEN = ["🟢 Approval recommended", "🟢 Approved"];
const OTHER = ["🟡 Changes recommended", "🔵 Needs a closer look"];

/** Items of `Open (N)` are links to inline comments, those of `Previously missed (N)` are folded blocks of their own. */
function readListed(lines: readonly OutlineLine[]): PrintedFinding[] {
  const open: PrintedFinding[] = [];
  const missed = new Map<Section, OutlineLine[]>();
  const isResolved = within(RESOLVED);
  for (const line of lines) {
    const { section } = line;
    if (section === null || isResolved(section)) continue;
    if (open.length + missed.size > MAX_FINDINGS) break;
    const item = OPEN.test(section.summary) ? readItem(line) : null;
    if (item !== null) open.push({ priority: null, title: item, body: "", location: null });
    if (section.parent !== null && MISSED.test(section.parent.summary)) addTo(missed, section, line);
  }
  return [...open, ...[...missed].map(([section, body]) => missedFinding(section, body))];
}

function addTo(missed: Map<Section, OutlineLine[]>, section: Section, line: OutlineLine): void {
  const body = missed.get(section);
  if (body === undefined) missed.set(section, [line]);
  else body.push(line);
}

/** The summary is the title; the first line may be the place. */
function missedFinding(section: Section, body: readonly OutlineLine[]): PrintedFinding {
  const at = body.findIndex(({ kind, text }) => kind === "text" && text.trim() !== "");
  const location = readPlace(body[at]?.text ?? "");
  const rest = location === null ? body : body.slice(at + 1);
  return { priority: null, title: section.summary || "(no text)", body: trimBody(joinLines(rest)), location };
}

const RESOLVED = /^(?:Resolved since last review \([0-9]{1,9}\)|[0-9]{1,9} resolved since last review)$/;
const OPEN = /^(?:Open \([0-9]{1,9}\)|[0-9]{1,9} open findings?)$/;
const MISSED = /^Previously missed \((?<count>[0-9]{1,9})\)$/;

function readItem(line: OutlineLine): string | null {
  if (line.kind !== "text" || !/^\s{0,3}[-*] /.test(line.text)) return null;
  const text = plain(line.text);
  const start = text.indexOf("[");
  const end = text.indexOf("](#discussion_r", start);
  const title = start < 0 || end < 0 ? "" : trimTitle(text.slice(start + 1, end));
  return title === "" ? null : title;
}

/** What the overview counts as open; null when it does not say. Sections count as well as the line. */
function countOpen(lines: readonly OutlineLine[], said: readonly OutlineLine[]): number | null {
  const counts = said.flatMap(({ text }) => {
    const found = COUNT.exec(text.trim())?.groups;
    const count = found?.["findings"] ?? found?.["open"];
    return count === undefined ? [] : [count === "None" ? 0 : Number(count)];
  });
  const summaries = new Set(lines.flatMap(({ section }) => (section === null ? [] : [section.summary])));
  for (const summary of summaries) {
    if (OPEN.test(summary) || MISSED.test(summary)) counts.push(Number(/[0-9]{1,9}/.exec(summary)?.[0]));
  }
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

const COUNT = /^\*\*(?:Findings:\*\* (?<findings>None|[0-9]{1,9})|(?<open>[0-9]{1,9}) open findings?\*\*)/;
