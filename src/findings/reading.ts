// The one shape in which every format is read, whoever wrote the text: a codex run, a bot's comment, an older RESULT.
// A reader answers null when the text is not in its format, and never throws: the text is somebody else's.
import type { Priority } from "./finding.ts";

/** Formats that can be named; `rondo parse --format` takes these. */
export const FORMAT_NAMES = [
  "codex",
  "json",
  "result-comment",
  "connector",
  "copilot",
  "coderabbit",
  "record",
] as const;
export type NamedFormat = (typeof FORMAT_NAMES)[number];

/** `unrecognised`: the text has no mark of any format. It is never taken for clean. */
export type FormatName = NamedFormat | "unrecognised";

/** A finding as printed: the path is not reduced yet. Lines are 1-based and inclusive. */
export type PrintedFinding = {
  priority: Priority | null;
  title: string;
  body: string;
  location: { path: string; startLine: number | null; endLine: number | null } | null;
  /** What could stand instead of these lines; only the JSON form carries it. */
  suggestion?: { startLine: number; endLine: number; text: string } | null;
};

/**
 * What the text is as evidence of a review: `findings` and `clean` are results; `running`, `unavailable` (quota, set-up,
 * error) and `skipped` say that there is none yet; a `container` announces a review without saying what it found;
 * `unrecognised` is a form nobody has seen. Only the first two may ever end a wait.
 */
export type Evidence = "findings" | "clean" | "running" | "unavailable" | "skipped" | "container" | "unrecognised";

/** The two words that a reviewer may state. */
export type StatedVerdict = "APPROVE" | "REQUEST_CHANGES";

/** What a text says. Everything in it is untrusted. */
export type Reading = {
  findings: PrintedFinding[];
  statedVerdict: StatedVerdict | null;
  /** Words for where `statedVerdict` stands when it is neither a last line nor codex's `overall_correctness`. */
  statedIn: string | null;
  /** `unreadable`: nothing may be concluded; `problem` says why. */
  reading: "structured" | "text" | "clean" | "unreadable";
  evidence: Evidence;
  /** The commit that the text names, 7 to 40 hexadecimal characters as printed; null when it names none. */
  commit: string | null;
  /** The reviewer's overall explanation; may be empty. */
  explanation: string;
  /** Why it is unreadable, a sentence part for people; null otherwise. */
  problem: string | null;
  /** Why the reviewer itself failed (exit code, cut event stream, no output): then there is no verdict but ERROR. */
  failure: string | null;
  /** Other facts worth showing: what was not run, what a policy filtered, what disagrees. */
  notes: string[];
};

/** A reading with nothing in it; readers say what differs. */
export function readingOf(change: Partial<Reading>): Reading {
  return {
    findings: [],
    statedVerdict: null,
    statedIn: null,
    reading: "unreadable",
    evidence: "unrecognised",
    commit: null,
    explanation: "",
    problem: null,
    failure: null,
    notes: [],
    ...change,
  };
}

/** A text that gives no result: `evidence` says what it is, `problem` why nothing follows from it. */
export function noResult(evidence: Evidence, problem: string, change: Partial<Reading> = {}): Reading {
  return readingOf({ ...change, reading: "unreadable", evidence, problem });
}

/** A text with findings in it and nothing else that decides. */
export function withFindings(findings: PrintedFinding[], change: Partial<Reading> = {}): Reading {
  return readingOf({ reading: "text", evidence: "findings", ...change, findings });
}

/** A text in which the vendor's own words say that nothing was found. */
export function cleanReading(change: Partial<Reading> = {}): Reading {
  return readingOf({ reading: "clean", evidence: "clean", ...change });
}
