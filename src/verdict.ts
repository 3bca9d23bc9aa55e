// The verdict is computed here, from findings, and nowhere else. What a reviewer says about its own findings is only a
// cross-check: a contradiction never turns into an approval. The rows V1 to V13 are tried in order; the first one wins.
import { isBlocking } from "./findings/finding.ts";
import type { Priority } from "./findings/finding.ts";
import type { TrackedFinding } from "./findings/tracked-finding.ts";
import type { Verdict, VerdictSource } from "./findings/verdict-word.ts";
import type { Review } from "./reviewer.ts";

/** A reviewer's verdict, where it came from, and what did not fit together (a sentence for people) or null. */
export type ComputedVerdict = { verdict: Verdict; source: VerdictSource; contradiction: string | null };

/** The part of a review that decides. `ending` null: only a text is known (`rondo parse`), no process. */
export type VerdictInput = Pick<Review, "output" | "findings" | "statedVerdict" | "reading"> & {
  ending: Review["ending"] | null;
  /** A text can say itself that the reviewer failed (a saved RESULT with exit code 1, a cut event stream). */
  failure?: string | null;
  /** Where the stated verdict stands, for the contradiction; undefined or null: codex's JSON or the last line. */
  statedIn?: string | null;
};

/** The verdict of one reviewer. `blocking` are the priorities that stop a merge. */
export function computeVerdict(review: VerdictInput, blocking: readonly Priority[]): ComputedVerdict {
  // V1: only a reviewer that ended well and said something has a verdict.
  if (review.ending !== null && review.ending.kind !== "completed") return plain("ERROR", "none");
  if (review.failure !== null && review.failure !== undefined) return plain("ERROR", "none");
  if (review.reading !== "structured" && review.output.trim() === "") return plain("ERROR", "none");
  const blockers = review.findings.filter((finding) => isBlocking(finding, blocking)).length;
  return review.reading === "structured" ? structuredVerdict(review, blockers) : textVerdict(review, blockers);
}

/** The same after the one re-ask: a verdict that parses now has the source `reask`. */
export function computeReaskedVerdict(review: VerdictInput, blocking: readonly Priority[]): ComputedVerdict {
  const computed = computeVerdict(review, blocking);
  return computed.verdict === "APPROVE" || computed.verdict === "REQUEST_CHANGES"
    ? { ...computed, source: "reask" }
    : computed;
}

/**
 * The verdict of a round. Every configured reviewer must have a parsed one: a missing one counts as ERROR.
 * `findings` are the round's merged findings: what people disputed or resolved does not block.
 */
export function mergeVerdicts(
  reviewers: readonly { verdict: Verdict | null; verdict_source: VerdictSource | null }[],
): { verdict: Verdict; source: VerdictSource } {
  const worst = WORST_FIRST.find((verdict) => reviewers.some((one) => (one.verdict ?? "ERROR") === verdict));
  const deciding = reviewers.find((one) => (one.verdict ?? "ERROR") === worst);
  return { verdict: worst ?? "ERROR", source: deciding?.verdict_source ?? "none" };
}

/** The verdict of a round in which nothing was left to look at: no changed file, or only files that are skipped by rule. */
export function emptyDiffVerdict(): ComputedVerdict & { note: string } {
  return { ...plain("APPROVE", "structured"), note: "nothing to review" };
}

/** Findings that stop a merge now: open at this head, with a blocking priority. */
export function openBlockers<F extends Pick<TrackedFinding, "priority" | "status">>(
  findings: readonly F[],
  blocking: readonly Priority[],
): F[] {
  return openFindings(findings).filter((finding) => isBlocking(finding, blocking));
}

/** Findings that nobody resolved or disputed and no policy took out. */
export function openFindings<F extends Pick<TrackedFinding, "status">>(findings: readonly F[]): F[] {
  return findings.filter((finding) => finding.status === "open" || finding.status === "still_open");
}

/** Why files were left out although they should have been read; such files withhold READY. */
const SIZE_REASONS: ReadonlySet<string> = new Set(["too_large", "too_many"]);

/**
 * Files that were left out for size or budget: READY must wait for a person while there is one.
 * Files skipped by rule (binary, generated, vendored, excluded, …) are listed but hold nothing up.
 */
export function unreadFiles<F extends { path: string; reason: string }>(omitted: readonly F[]): F[] {
  return omitted.filter((file) => SIZE_REASONS.has(file.reason) || file.reason.startsWith("budget"));
}

const WORST_FIRST: readonly Verdict[] = ["ERROR", "UNKNOWN", "REQUEST_CHANGES", "APPROVE"];

function structuredVerdict(review: VerdictInput, blockers: number): ComputedVerdict {
  const stated = review.statedVerdict;
  if (blockers > 0) {
    const contradiction = stated === "APPROVE" ? `${statedWords(review)}, ${blocking(blockers)}` : null;
    return { verdict: "REQUEST_CHANGES", source: "structured", contradiction }; // V2
  }
  if (stated === "APPROVE") return plain("APPROVE", "structured"); // V3
  // A reviewer without an opinion of its own (the embedded rules): advisory findings alone are its answer, as in V12.
  if (stated === null && review.findings.length > 0) return plain("APPROVE", "findings");
  const contradiction = stated === "REQUEST_CHANGES" ? `${statedWords(review)}, ${blocking(blockers)}` : null;
  return { ...plain("UNKNOWN", "none"), contradiction }; // V4
}

function textVerdict(review: VerdictInput, blockers: number): ComputedVerdict {
  if (review.reading === "unreadable") return plain("UNKNOWN", "none"); // V5
  const stated = review.statedVerdict;
  if (blockers > 0) {
    if (stated === "REQUEST_CHANGES") return plain("REQUEST_CHANGES", "final_line"); // V6
    const contradiction = stated === "APPROVE" ? `${statedWords(review)}, ${blocking(blockers)}` : null;
    return { verdict: "REQUEST_CHANGES", source: "findings", contradiction }; // V7, V8
  }
  if (stated === "APPROVE") return plain("APPROVE", "final_line"); // V9
  if (stated === "REQUEST_CHANGES") {
    return { ...plain("UNKNOWN", "none"), contradiction: `${statedWords(review)}, ${blocking(0)}` }; // V10
  }
  if (review.findings.length > 0) return plain("APPROVE", "findings"); // V12
  return review.reading === "clean" ? plain("APPROVE", "derived") : plain("UNKNOWN", "none"); // V11, V13
}

function plain(verdict: Verdict, source: VerdictSource): ComputedVerdict {
  return { verdict, source, contradiction: null };
}

/** What the reviewer stated, and where: `final line APPROVE`. */
function statedWords(review: VerdictInput): string {
  if (review.statedIn !== null && review.statedIn !== undefined) return `${review.statedIn} ${review.statedVerdict}`;
  if (review.reading !== "structured") return `final line ${review.statedVerdict}`;
  return `overall verdict "patch is ${review.statedVerdict === "APPROVE" ? "correct" : "incorrect"}"`;
}

function blocking(n: number): string {
  return `${n} blocking ${n === 1 ? "finding" : "findings"}`;
}
