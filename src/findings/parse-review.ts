// One door for every text a reviewer may print: recognises the format, reads it, and gives findings in Rondo's terms.
// Only a final message belongs in here: never stderr, never the tool's log.
import type { Finding } from "./finding.ts";
import { fingerprintFinding } from "./match.ts";
import { readReviewJson } from "./parse-json.ts";
import { readReviewText } from "./parse-text.ts";
import type { PrintedFinding } from "./parse-text.ts";
import { reducePath } from "./path.ts";
import type { PathRoots } from "./path.ts";

/** What is known beside the text. */
export type ParseOptions = PathRoots & {
  /** Name that the findings carry. */
  reviewer: string;
  /** Read as this format only; undefined: recognise it. */
  format?: FormatName;
  /** A line of the code at the head, for fingerprints; null when unknown. 1-based. */
  lineOf?: (path: string, line: number) => string | null;
};

/** What a text says. `reading` is `unreadable` when nothing may be concluded from it. */
export type ParsedReview = {
  format: FormatName;
  findings: Finding[];
  statedVerdict: "APPROVE" | "REQUEST_CHANGES" | null;
  reading: "structured" | "text" | "clean" | "unreadable";
  /** The reviewer's overall explanation; untrusted, may be empty. */
  explanation: string;
  /** Why it is unreadable, for people; null otherwise. */
  problem: string | null;
};

/** Formats by name. */
export type FormatName = "codex" | "json";

/** A format: `read` answers null when the text is not in it. Tried in the order of the table, `codex` text takes all. */
type Format = { name: FormatName; read: (text: string, options: ParseOptions) => Omit<ParsedReview, "format"> | null };

const FORMATS: readonly Format[] = [
  { name: "json", read: readAsJson },
  { name: "codex", read: readAsText },
];

/** Reads a reviewer's final message. Never throws; text that says nothing is `unreadable`. Linear in its length. */
export function parseReview(text: string, options: ParseOptions): ParsedReview {
  for (const format of FORMATS) {
    if (options.format !== undefined && options.format !== format.name) continue;
    const read = format.read(text, options);
    if (read !== null) return { format: format.name, ...read };
  }
  return {
    format: options.format ?? "codex",
    ...unreadable(`the text is not in the format ${options.format ?? "codex"}`),
  };
}

function readAsJson(text: string, options: ParseOptions): Omit<ParsedReview, "format"> | null {
  const read = readReviewJson(text);
  if (read === null) return null;
  if (read.kind === "invalid") return unreadable(read.problem);
  const around = readReviewText(read.rest);
  // Findings beside the JSON: then the JSON may be a quotation, and the text decides.
  if (around.findings.length > 0 || around.isDoubtful) return null;
  const findings = toFindings(read.findings, options);
  return {
    findings,
    statedVerdict: read.statedVerdict,
    reading: "structured",
    explanation: read.explanation,
    problem: null,
  };
}

function readAsText(text: string, options: ParseOptions): Omit<ParsedReview, "format"> {
  const read = readReviewText(text, (path) => isKnown(path, options));
  const findings = toFindings(read.findings, options);
  const { statedVerdict, explanation } = read;
  if (read.isDoubtful) {
    return {
      ...unreadable("a line looks like a finding and cannot be read as one"),
      findings,
      statedVerdict,
      explanation,
    };
  }
  if (read.isClean) return { findings, statedVerdict, reading: "clean", explanation, problem: null };
  if (findings.length > 0 || statedVerdict !== null) {
    return { findings, statedVerdict, reading: "text", explanation, problem: null };
  }
  return { ...unreadable("no findings, no verdict line and no statement that nothing was found"), explanation };
}

function unreadable(problem: string): Omit<ParsedReview, "format"> {
  return { findings: [], statedVerdict: null, reading: "unreadable", explanation: "", problem };
}

function toFindings(printed: readonly PrintedFinding[], options: ParseOptions): Finding[] {
  return printed.map((one) => {
    const path = one.location === null ? null : placeOf(one.location.path, options);
    const startLine = path === null ? null : (one.location?.startLine ?? null);
    const endLine = path === null ? null : (one.location?.endLine ?? null);
    const context = path === null || startLine === null ? null : (options.lineOf?.(path, startLine) ?? null);
    const { priority, title, body } = one;
    return {
      priority,
      title,
      body,
      path,
      startLine,
      endLine,
      side: "RIGHT" as const,
      reviewer: options.reviewer,
      rule: null,
      fingerprint: fingerprintFinding({ path, rule: null, title, context }),
    };
  });
}

/** In a round the path must be one of the repository; with nothing to compare (`rondo parse`) it stays as printed. */
function placeOf(printed: string, options: ParseOptions): string | null {
  const reduced = reducePath(printed, options);
  return reduced ?? (options.files === undefined ? printed : null);
}

function isKnown(path: string, options: ParseOptions): boolean {
  const reduced = reducePath(path, options);
  return reduced !== null && options.files?.includes(reduced) === true;
}
