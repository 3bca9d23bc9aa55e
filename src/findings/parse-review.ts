// One door for every text a reviewer may have written: recognises the format, reads it, and gives findings in Rondo's
// terms. Only a final message or a single comment belongs in here: never stderr, never the tool's log.
import { MAX_FINDINGS } from "./collect-items.ts";
import type { Finding } from "./finding.ts";
import { fingerprintFinding } from "./match.ts";
import { reducePath } from "./path.ts";
import type { PathRoots } from "./path.ts";
import { readCodeRabbit } from "./read-coderabbit.ts";
import { readConnector } from "./read-connector.ts";
import { readCopilot } from "./read-copilot.ts";
import { NOTHING_SAID, readAsJson, readAsText } from "./read-message.ts";
import { readRecord } from "./read-record.ts";
import { readResultComment } from "./read-result-comment.ts";
import { noResult } from "./reading.ts";
import type { FormatName, NamedFormat, PrintedFinding, Reading } from "./reading.ts";
import type { IsKnownPath } from "./parse-text.ts";

/** What is known beside the text. */
export type ParseOptions = PathRoots & {
  /** Name that the findings carry. */
  reviewer: string;
  /** Read as this format only; undefined: recognise it. */
  format?: NamedFormat;
  /** A line of the code at the head, for fingerprints; null when unknown. 1-based. */
  lineOf?: (path: string, line: number) => string | null;
};

/** What a text says. `reading` is `unreadable` when nothing may be concluded from it, and `problem` says why. */
export type ParsedReview = Omit<Reading, "findings"> & { format: FormatName; findings: Finding[] };

/** A format: `read` answers null when the text is not in it. `isComment`: it only ever stands in a comment on GitHub. */
type Format = { name: NamedFormat; isComment: boolean; read: (text: string, options: ParseOptions) => Reading | null };

/**
 * Tried in this order. A form of a vendor is known by how it begins, so that a text which only quotes one is not taken
 * for it. `codex` text comes last: when it is named it takes every text, else only one that says something.
 */
const FORMATS: readonly Format[] = [
  { name: "result-comment", isComment: true, read: (text, options) => readResultComment(text, knownPath(options)) },
  { name: "record", isComment: false, read: readRecord },
  { name: "coderabbit", isComment: true, read: readCodeRabbit },
  { name: "copilot", isComment: true, read: (text, options) => readCopilot(text, options.format === "copilot") },
  { name: "connector", isComment: true, read: readConnector },
  { name: "json", isComment: false, read: readAsJson },
  { name: "codex", isComment: false, read: (text, options) => readAsText(text, knownPath(options)) },
];

/** Reads a reviewer's final message or a saved comment. Never throws. Linear in its length. */
export function parseReview(text: string, options: ParseOptions): ParsedReview {
  for (const format of FORMATS) {
    if (options.format !== undefined && options.format !== format.name) continue;
    const read = readWithin(format, text, options);
    if (read === null) continue;
    const isUnmarked = options.format === undefined && read.problem === NOTHING_SAID;
    const name = isUnmarked ? "unrecognised" : format.name;
    if (read.findings.length <= MAX_FINDINGS) {
      return { ...read, format: name, findings: toFindings(read.findings, options) };
    }
    return { ...read, ...noResult("unrecognised", `more than ${MAX_FINDINGS} findings`), format: name, findings: [] };
  }
  const problem = `${NOT_IN_FORMAT} ${options.format ?? "codex"}`;
  return { ...noResult("unrecognised", problem), format: "unrecognised", findings: [] };
}

/** A comment is known by its begin; one that GitHub would never have taken is not read any further. */
function readWithin({ isComment, read }: Format, text: string, options: ParseOptions): Reading | null {
  if (!isComment || text.length <= MAX_COMMENT) return read(text, options);
  const begin = read(text.slice(0, MAX_COMMENT), options);
  return begin === null ? null : noResult("unrecognised", "the text is longer than any comment on GitHub");
}

/** Four times GitHub's own limit of 65,536 characters (https://github.com/orgs/community/discussions/27190). */
const MAX_COMMENT = 4 * 65_536;

const NOT_IN_FORMAT = "the text is not in the format";

/** True for a text in which no format was found, or not the one that was named. */
export function saysNothing({ problem, format }: ParsedReview): boolean {
  return problem === NOTHING_SAID || (format === "unrecognised" && problem?.startsWith(NOT_IN_FORMAT) === true);
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
      ...(one.suggestion && path !== null ? { suggestion: { ...one.suggestion, applies: false } } : {}),
      fingerprint: fingerprintFinding({ path, rule: null, title, context }),
    };
  });
}

/** In a round the path must be one of the repository; with nothing to compare (`rondo parse`) it stays as printed. */
function placeOf(printed: string, options: ParseOptions): string | null {
  const reduced = reducePath(printed, options);
  return reduced ?? (options.files === undefined ? printed : null);
}

function knownPath(options: ParseOptions): IsKnownPath {
  const known = new Set(options.files);
  return (path) => {
    const reduced = known.size === 0 ? null : reducePath(path, options);
    return reduced !== null && known.has(reduced);
  };
}
