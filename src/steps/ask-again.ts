// The second question: a reviewer whose answer gave no verdict is told what was wrong with it and asked once more, in
// the same round. A person would do the same; whoever answers twice without a verdict has given none.
import type { Review, ReviewRequest } from "../reviewer.ts";
import type { ReviewerRecord } from "../round/round.ts";

/** Characters of the first answer that the reviewer is shown again, half from each end. */
export const MAX_PREVIOUS_ANSWER = 20_000;

/** Why a run that ended well gave no verdict, a sentence part; null when it gave one or failed. */
export function unclearPart(
  review: Pick<Review, "problem" | "reading">,
  judged: { failure: string | null; verdict: string; contradiction: string | null },
): string | null {
  if (judged.failure !== null || judged.verdict !== "UNKNOWN") return null;
  const fallback = review.reading === "unreadable" ? "it is no review" : "it states no verdict";
  return (review.problem ?? judged.contradiction ?? fallback).slice(0, 500);
}

/** The part of the request that is there only the second time. */
export function secondQuestion(
  reviewer: Pick<ReviewerRecord, "asked_again" | "output"> | undefined,
): Pick<ReviewRequest, "previousAnswer"> {
  if (reviewer?.asked_again === undefined) return {};
  return { previousAnswer: previousAnswer(reviewer.output ?? "", reviewer.asked_again.problem) };
}

/** A long answer keeps its beginning and its end; a verdict may stand in either. */
export function previousAnswer(output: string, problem: string): NonNullable<ReviewRequest["previousAnswer"]> {
  if (output.length <= MAX_PREVIOUS_ANSWER) return { output, problem };
  const half = MAX_PREVIOUS_ANSWER / 2 - 20;
  return { output: `${whole(output.slice(0, half))}\n[…]\n${whole(output.slice(-half))}`, problem };
}

/** Cut between characters: what is left of a cut one goes. */
function whole(part: string): string {
  return part.replace(/\p{Surrogate}/gu, "");
}
