// Reads the JSON form of a review: bare, in a code block, or inside prose.
// The shape is codex's review schema; every reviewer that can answer in JSON is asked for the same one.
import { z } from "zod";
import { MAX_FINDINGS } from "./collect-items.ts";
import { lineRange, moreSevere, PRIORITIES, splitTag, trimBody, trimTitle } from "./printed-parts.ts";
import type { PrintedFinding, StatedVerdict } from "./reading.ts";

/** The review a reviewer prints. Unknown keys are ignored. */
export const ReviewJson = z.object({
  findings: z
    .array(
      z.object({
        title: z.string().trim().min(1).describe("Imperative, at most 80 characters, starting with its tag, e.g. [P1]"),
        body: z.string().default("").describe("One paragraph of Markdown: why it matters and when it bites"),
        confidence_score: z.number().nullish().describe("0 to 1"),
        priority: z.number().int().min(0).nullish().describe("0 to 3; the more severe of this and the tag counts"),
        code_location: z
          .object({
            absolute_file_path: z.string().describe("Path of the file, absolute or from the root of the checkout"),
            line_range: z
              .object({ start: z.number().int(), end: z.number().int() })
              .nullish()
              .describe("1-based, inclusive, in the new file"),
          })
          .nullish()
          .describe("null for a finding about the whole change"),
        suggestion: z
          .object({
            start_line: z.number().int(),
            end_line: z.number().int(),
            text: z.string().describe("Whole lines that replace them; empty deletes them"),
          })
          .nullish()
          .catch(null)
          .describe(
            "Lines of the new file and their replacement; a one-click change when they are the finding's lines",
          ),
      }),
    )
    .describe("Empty when there is nothing to say"),
  overall_correctness: z.string().nullish().describe("patch is correct | patch is incorrect"),
  overall_explanation: z.string().nullish().describe("One to three sentences"),
  overall_confidence_score: z.number().nullish().describe("0 to 1"),
});
export type ReviewJson = z.infer<typeof ReviewJson>;

/** What the JSON in a text says. `rest` is the text around it. */
export type ReadJson =
  | {
      kind: "review";
      findings: PrintedFinding[];
      statedVerdict: StatedVerdict | null;
      explanation: string;
      rest: string;
    }
  /** There is a review in JSON and it cannot be used: `problem` says why. */
  | { kind: "invalid"; problem: string };

/** Finds the review in a text; null when the text holds none. Tries a fixed number of places, so the time is linear. */
export function readReviewJson(text: string): ReadJson | null {
  // Without the word there is nothing to look for, and most texts have none.
  if (!text.includes('"findings"')) return null;
  const clean = text.replace(/^\uFEFF/, "");
  const reviews = findCandidates(clean);
  const first = reviews[0];
  if (first === undefined) return null;
  const tooMany = reviews.find(({ value }) => Array.isArray(value.findings) && value.findings.length > MAX_FINDINGS);
  if (tooMany !== undefined) return { kind: "invalid", problem: `more than ${MAX_FINDINGS} findings` };
  const parsed = ReviewJson.safeParse(first.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { kind: "invalid", problem: `the review JSON does not fit: ${issue?.path.join(".")}: ${issue?.message}` };
  }
  if (reviews.length > 1 && !areSame(reviews, parsed.data)) {
    return { kind: "invalid", problem: "the output holds several different reviews in JSON" };
  }
  return {
    kind: "review",
    findings: parsed.data.findings.map(toPrinted),
    statedVerdict: statedVerdict(parsed.data.overall_correctness ?? ""),
    explanation: parsed.data.overall_explanation ?? "",
    rest: `${clean.slice(0, first.start)}\n${clean.slice(first.end)}`,
  };
}

/** A review in the text, and where it stands: from `start` up to `end`. */
type Candidate = { value: { findings: unknown }; start: number; end: number };

/** More copies than this are no repetition any more. */
const MAX_COPIES = 10;

function areSame(reviews: readonly Candidate[], first: ReviewJson): boolean {
  if (reviews.length > MAX_COPIES) return false;
  const wanted = JSON.stringify(first);
  return reviews.slice(1).every(({ value }) => {
    const parsed = ReviewJson.safeParse(value);
    return parsed.success && JSON.stringify(parsed.data) === wanted;
  });
}

function findCandidates(text: string): Candidate[] {
  const whole = parseReview(text);
  if (whole !== null) return [{ value: whole, start: 0, end: text.length }];
  const fenced = findFenced(text);
  if (fenced.length > 0) return fenced;
  const end = text.lastIndexOf("}") + 1;
  const starts = [/^\{/m.exec(text)?.index ?? -1, text.indexOf("{"), reviewStart(text)];
  for (const start of new Set(starts)) {
    const value = start < 0 || end <= start ? null : parseReview(text.slice(start, end));
    if (value !== null) return [{ value, start, end }];
  }
  return [];
}

/** Where an object with `"findings"` as its first key begins. */
function reviewStart(text: string): number {
  return /\{\s{0,20}"findings"/.exec(text)?.index ?? -1;
}

// Only blocks at the left edge: an indented one belongs to a finding's body and is a quotation.
function findFenced(text: string): Candidate[] {
  const found: Candidate[] = [];
  let open: { mark: string; at: number; content: number } | null = null;
  let at = 0;
  while (at < text.length) {
    const lineEnd = text.indexOf("\n", at);
    const next = lineEnd < 0 ? text.length : lineEnd + 1;
    const mark = fenceMark(text, at, next);
    if (mark !== null && open === null) open = { mark, at, content: next };
    else if (mark !== null && open !== null && closes(mark, open.mark, text.slice(at, next))) {
      const content = text.slice(open.content, at);
      const value = content.trimStart().startsWith("{") ? parseReview(content) : null;
      if (value !== null) found.push({ value, start: open.at, end: next });
      if (found.length > MAX_COPIES) break;
      open = null;
    }
    at = next;
  }
  return found;
}

function fenceMark(text: string, at: number, next: number): string | null {
  if (text[at] !== "`" && text[at] !== "~") return null;
  return /^(?:`{3,}|~{3,})/.exec(text.slice(at, next))?.[0] ?? null;
}

function closes(mark: string, open: string, line: string): boolean {
  return mark.startsWith(open) && line.trim() === mark;
}

/** The object that the text is, when it has `findings`; null for everything else. */
function parseReview(text: string): { findings: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return isReviewLike(value) ? value : null;
  } catch {
    return null;
  }
}

function isReviewLike(value: unknown): value is { findings: unknown } {
  return typeof value === "object" && value !== null && "findings" in value;
}

function toPrinted(finding: ReviewJson["findings"][number]): PrintedFinding {
  const tagged = splitTag(trimTitle(finding.title));
  const range = finding.code_location?.line_range;
  const lines = range ? lineRange(range.start, range.end) : { startLine: null, endLine: null };
  const path = finding.code_location?.absolute_file_path ?? "";
  return {
    priority: moreSevere(tagged.priority, PRIORITIES[finding.priority ?? -1] ?? null),
    title: trimTitle(tagged.title) || trimTitle(finding.title),
    body: trimBody(finding.body),
    location: path === "" ? null : { path, ...lines },
    ...(finding.suggestion ? { suggestion: toSuggestion(finding.suggestion) } : {}),
  };
}

type Suggestion = NonNullable<PrintedFinding["suggestion"]>;

/** A range that makes no sense drops the suggestion and keeps the finding. */
function toSuggestion(printed: { start_line: number; end_line: number; text: string }): Suggestion | null {
  const { start_line: startLine, end_line: endLine, text } = printed;
  const isRange = startLine >= 1 && endLine >= startLine && Number.isSafeInteger(endLine);
  return isRange && text.length <= MAX_SUGGESTION ? { startLine, endLine, text: text.replace(/\r\n?/g, "\n") } : null;
}

/** Characters of a replacement; a longer one is a patch and nobody reads it in a comment. */
const MAX_SUGGESTION = 10_000;

function statedVerdict(words: string): StatedVerdict | null {
  const clean = words.trim().toLowerCase();
  if (clean === "patch is correct") return "APPROVE";
  return clean === "patch is incorrect" ? "REQUEST_CHANGES" : null;
}
