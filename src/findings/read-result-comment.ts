// Reads a saved RESULT comment: Rondo's own (full and compact) and that of the bot which came before it. The verdict is
// computed again from the reviewer's verbatim output; what the comment detected back then is a note, never evidence.
// Seen in https://github.com/pollockjj/pyisolate/pull/6, where the comment also held the runner's stderr with verdict
// words in it: only the verbatim section is read.
import { outline } from "./markdown-outline.ts";
import type { OutlineLine } from "./markdown-outline.ts";
import { openingLine, splitLines } from "./printed-parts.ts";
import { readMessage } from "./read-message.ts";
import type { IsKnownPath } from "./parse-text.ts";
import { noResult, readingOf } from "./reading.ts";
import type { Reading, StatedVerdict } from "./reading.ts";

/** Reads a RESULT (or a KICKOFF, which has no result yet); null when the text is neither. */
export function readResultComment(text: string, isKnownPath: IsKnownPath): Reading | null {
  const title = TITLE.exec(openingLine(text));
  if (title === null) return null;
  const lines = outline(text);
  const fields = readFields(lines);
  const commit = fields.get("Head SHA")?.match(/^[0-9a-f]{40}$/)?.[0] ?? null;
  const facts = { commit, notes: notesOf(fields) };
  const outputs = verbatimOutputs(text);
  const without = withoutResult(title.groups?.["kind"] === "KICKOFF", fields, outputs);
  if (without !== null) return { ...without, ...facts };
  const read = { ...combine(outputs.map((output) => readMessage(output ?? "", isKnownPath))), ...facts };
  // What was cut off may have held a finding or the last line.
  const isCut = lines.some(({ kind, text: line }) => kind === "text" && CUT.test(line.trim()));
  return isCut ? noResult("unrecognised", "the comment was cut: its output is not whole", read) : read;
}

/** Why the comment has no result of a reviewer in it; null when it has one. */
function withoutResult(
  isKickoff: boolean,
  fields: ReadonlyMap<string, string>,
  outputs: readonly (string | null)[],
): Reading | null {
  if (isKickoff && outputs.length === 0) return noResult("running", "this is a KICKOFF: the result is not in it");
  const outcome = fields.get("Outcome") ?? "";
  if (outcome.startsWith("SUPERSEDED")) return noResult("container", `the round was superseded: ${outcome}`);
  const failure = exitFailure(fields.get("Codex exit code")) ?? emptyFailure(outputs);
  if (failure !== null) return noResult("unavailable", failure, { failure });
  return outputs.length === 0 ? noResult("unrecognised", "the comment has no verbatim output") : null;
}

const TITLE = /^(?:#{1,4} )?Codex Review -- Round [0-9]{1,9} -- (?<kind>KICKOFF|RESULT)$/;

const CUT = /^\[cut: [0-9]{1,12} of [0-9]{1,12} characters not shown\]$/;

/** `Name: value` lines of the head, first one wins. */
function readFields(lines: readonly OutlineLine[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const { text, kind, quotes } of lines) {
    if (kind !== "text" || quotes > 0) continue;
    const field = /^(?:[-*] )?(?:\*\*)?(?<name>[A-Z][A-Za-z ()]{1,40}):(?:\*\*)? (?<value>.{1,2000})$/.exec(
      text.trim(),
    );
    const { name = "", value = "" } = field?.groups ?? {};
    if (FIELDS.has(name) && !fields.has(name)) fields.set(name, value.replaceAll("`", "").trim());
  }
  return fields;
}

const FIELDS: ReadonlySet<string> = new Set([
  "Head SHA",
  "Codex exit code",
  "Detected verdict",
  "Contradiction",
  "Outcome",
]);

function notesOf(fields: ReadonlyMap<string, string>): string[] {
  const detected = /^(?:APPROVE|REQUEST_CHANGES|UNKNOWN|ERROR)\b/.exec(fields.get("Detected verdict") ?? "")?.[0];
  const contradiction = fields.get("Contradiction");
  return [
    ...(detected === undefined ? [] : [`the comment detected ${detected}`]),
    ...(contradiction === undefined ? [] : [`the comment says: ${contradiction}`]),
  ];
}

/** Null when every reviewer ended well: `0`, or `0 (codex), 0 (static)`. */
function exitFailure(printed: string | undefined): string | null {
  if (printed === undefined || /^0(?: \([^()]{1,40}\))?(?:, 0 \([^()]{1,40}\)){0,50}$/.test(printed)) return null;
  return `the reviewer did not end well: exit code ${printed.slice(0, 200)}`;
}

function emptyFailure(outputs: readonly (string | null)[]): string | null {
  const hasEmpty = outputs.some((output) => output === null || output.trim() === "");
  return hasEmpty ? "a reviewer of this round printed nothing" : null;
}

const START = /^(?:<summary>|#{1,4} )?Verbatim \S{1,40} review output(?:<\/summary>)?$/;
const INTRO = /^This PR was reviewed using .{1,200} and produced the following output:$/;
const STOP =
  /^(?:(?:#{1,4} )?\S{1,40} runner stderr \(non-evidence\)|### (?:Verbatim \S{1,40} review output|Not reviewed.{0,40}|Configuration problems.{0,200})|<\/details>|<!-- rondo.*-->)$/;

/** What each verbatim section holds: the content of its code block, or, where a page lost it, the text up to the next section. */
function verbatimOutputs(text: string): (string | null)[] {
  const lines = splitLines(text);
  const outputs: (string | null)[] = [];
  let at = 0;
  while (at < lines.length) {
    if (!START.test(lines[at]?.trim() ?? "")) {
      at = afterFence(lines, at);
      continue;
    }
    const { output, next } = readOutput(lines, at + 1);
    outputs.push(output);
    at = next;
  }
  return outputs;
}

function readOutput(lines: readonly string[], from: number): { output: string | null; next: number } {
  const lineAt = (at: number): string => lines[at]?.trim() ?? "";
  let at = from;
  let hasIntro = false;
  while (at < lines.length && !STOP.test(lineAt(at)) && !FENCE.test(lineAt(at)) && !(hasIntro && lineAt(at) !== "")) {
    hasIntro ||= INTRO.test(lineAt(at));
    at += 1;
  }
  if (FENCE.test(lineAt(at))) {
    const end = fenceEnd(lines, at);
    return { output: lines.slice(at + 1, end).join("\n"), next: end + 1 };
  }
  const start = at;
  while (at < lines.length && !STOP.test(lineAt(at))) at += 1;
  return { output: hasIntro ? lines.slice(start, at).join("\n") : null, next: at };
}

const FENCE = /^(?<mark>`{3,}|~{3,})/;

/** The next line to look at: behind a code block that begins here, so that nothing in it is taken for a heading. */
function afterFence(lines: readonly string[], at: number): number {
  return FENCE.test(lines[at] ?? "") ? fenceEnd(lines, at) + 1 : at + 1;
}

function fenceEnd(lines: readonly string[], at: number): number {
  const mark = FENCE.exec(lines[at]?.trim() ?? "")?.groups?.["mark"] ?? "";
  for (let end = at + 1; end < lines.length; end++) {
    const line = lines[end]?.trim() ?? "";
    if (line.startsWith(mark) && line.replaceAll(mark.charAt(0), "") === "") return end;
  }
  return lines.length;
}

/** Several reviewers are one result: a single one that cannot be read leaves the whole unreadable. */
function combine(readings: readonly Reading[]): Reading {
  const [only] = readings;
  if (readings.length === 1 && only !== undefined) return only;
  const findings = readings.flatMap((one) => one.findings);
  const problem = readings.find((one) => one.reading === "unreadable")?.problem ?? null;
  const statedVerdict = statedTogether(readings);
  const explanation = readings
    .map((one) => one.explanation)
    .filter((text) => text !== "")
    .join("\n\n");
  const facts = { findings, statedVerdict, explanation };
  if (problem !== null) return noResult("unrecognised", problem, facts);
  const isStructured = readings.every((one) => one.reading === "structured");
  return readingOf({
    ...facts,
    reading: isStructured ? "structured" : "text",
    evidence: findings.length === 0 && statedVerdict === "APPROVE" ? "clean" : "findings",
  });
}

function statedTogether(readings: readonly Reading[]): StatedVerdict | null {
  if (readings.some((one) => one.statedVerdict === "REQUEST_CHANGES")) return "REQUEST_CHANGES";
  const isApproved = readings.every((one) => one.statedVerdict === "APPROVE" || one.reading === "clean");
  return isApproved ? "APPROVE" : null;
}
