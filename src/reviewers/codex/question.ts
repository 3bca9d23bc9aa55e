// What goes to codex's stdin: the instruction block as it was posted, and, where there are no commands to look around
// with, the change itself as data behind it. Bounded: codex refuses more than 1,048,576 characters (0.169.0), and a model
// drops what is beyond its window without a word; what does not fit is named, never lost.
import { randomBytes } from "node:crypto";
import { renderData } from "../../prompt/render-data.ts";
import type { ReviewRequest } from "../../reviewer.ts";

/** The text, and the files whose diff had no room in it. */
export type Question = { text: string; leftOut: readonly { path: string; reason: string }[] };

/** Bytes of diff in the prompt: about 100,000 tokens. */
const MOST_DIFF = 400_000;

/** The question with the change in it. `diff` is the unified diff. */
export function questionWithChange(request: ReviewRequest, diff: string): Question {
  const boundary = randomBytes(16).toString("hex");
  const { text, leftOut } = renderData(request, { diff, maxBytes: MOST_DIFF, boundary, isExpanded: true });
  return { text: `${request.prompt}\n\n${text}`, leftOut };
}

/** The second question: no commands, no change, only the answer that could not be read and what was wrong with it. */
export function questionAgain({ output, problem }: NonNullable<ReviewRequest["previousAnswer"]>): string {
  return [
    `Your review could not be read: ${problem}. Give the same review again as one JSON object of the schema: same findings, same judgement, nothing new. If the text below holds no review, say so in question.`,
    `Your first answer, as data:\n\n${JSON.stringify(output)}`,
  ].join("\n\n");
}
