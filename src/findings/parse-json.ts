// Reads the JSON form of a review: bare, in a code block, or inside prose.
// The shape is codex's review schema; every reviewer that can answer in JSON is asked for the same one.
import { z } from "zod";
import type { Priority } from "./finding.ts";
import { lineRange, PRIORITIES, splitTag, trimBody, trimTitle } from "./parse-text.ts";
import type { PrintedFinding } from "./parse-text.ts";

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
      statedVerdict: "APPROVE" | "REQUEST_CHANGES" | null;
      explanation: string;
      rest: string;
    }
  /** There is a review in JSON and it cannot be used: `problem` says why. */
  | { kind: "invalid"; problem: string };

/** Finds the review in a text; null when the text holds none. Tries a fixed number of places, so the time is linear. */
export function readReviewJson(text: string): ReadJson | null {
  const candidates = findCandidates(text.replace(/^\uFEFF/, ""));
  const reviews = candidates.flatMap((one) => (isReviewLike(one.value) ? [one] : []));
  const first = reviews[0];
  if (first === undefined) return null;
  if (reviews.some((other) => JSON.stringify(other.value) !== JSON.stringify(first.value))) {
    return { kind: "invalid", problem: "the output holds several different reviews in JSON" };
  }
  const parsed = ReviewJson.safeParse(first.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { kind: "invalid", problem: `the review JSON does not fit: ${issue?.path.join(".")}: ${issue?.message}` };
  }
  return {
    kind: "review",
    findings: parsed.data.findings.map(toPrinted),
    statedVerdict: statedVerdict(parsed.data.overall_correctness ?? ""),
    explanation: parsed.data.overall_explanation ?? "",
    rest: first.rest,
  };
}

type Candidate = { value: unknown; rest: string };

function findCandidates(text: string): Candidate[] {
  const whole = parse(text);
  if (whole !== undefined) return [{ value: whole, rest: "" }];
  const fenced = findFenced(text);
  if (fenced.length > 0) return fenced;
  const end = text.lastIndexOf("}");
  const starts = [text.search(/^\{/m), text.indexOf("{"), text.search(/\{\s{0,20}"findings"/)];
  for (const start of new Set(starts)) {
    const value = start < 0 || end < start ? undefined : parse(text.slice(start, end + 1));
    if (value !== undefined) return [{ value, rest: `${text.slice(0, start)}\n${text.slice(end + 1)}` }];
  }
  return [];
}

// Only blocks at the left edge: an indented one belongs to a finding's body and is a quotation.
function findFenced(text: string): Candidate[] {
  const lines = text.split(/\r\n|\n|\r/);
  const found: Candidate[] = [];
  let open: { mark: string; at: number } | null = null;
  lines.forEach((line, index) => {
    const mark = /^(?:`{3,}|~{3,})/.exec(line)?.[0];
    if (mark === undefined) return;
    if (open === null) {
      open = { mark, at: index };
      return;
    }
    if (!mark.startsWith(open.mark) || line.trim() !== mark) return;
    const content = lines.slice(open.at + 1, index).join("\n");
    const value = content.trimStart().startsWith("{") ? parse(content) : undefined;
    if (isReviewLike(value)) {
      const rest = [...lines.slice(0, open.at), ...lines.slice(index + 1)].join("\n");
      found.push({ value, rest });
    }
    open = null;
  });
  return found;
}

function isReviewLike(value: unknown): value is { findings: unknown } {
  return typeof value === "object" && value !== null && "findings" in value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
  };
}

function moreSevere(a: Priority | null, b: Priority | null): Priority | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}

function statedVerdict(words: string): "APPROVE" | "REQUEST_CHANGES" | null {
  const clean = words.trim().toLowerCase();
  if (clean === "patch is correct") return "APPROVE";
  return clean === "patch is incorrect" ? "REQUEST_CHANGES" : null;
}
