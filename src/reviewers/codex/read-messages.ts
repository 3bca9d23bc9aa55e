// The review in codex's messages: the last one that holds one, so that "Bye" behind it does not take it away. Paths are
// brought back to those of the repository, a place outside of the change is named in the text instead.
import { z } from "zod";
import { parseMessages } from "../../findings/parse-capture.ts";
import type { Review, ReviewRequest } from "../../reviewer.ts";
import { lineAt } from "../review-answer.ts";

/** `question`: the model asked instead of reviewing. */
export type Answer = Pick<Review, "findings" | "statedVerdict" | "reading" | "output"> & {
  problem: string | null;
  question: string | null;
};

export const NO_ANSWER: Answer = {
  findings: [],
  statedVerdict: null,
  reading: "unreadable",
  output: "",
  problem: null,
  question: null,
};

/** `root`: absolute folder in which codex saw the repository. Never throws. */
export function readMessages(messages: readonly string[], request: ReviewRequest, root: string): Answer {
  const output = messages.at(-1) ?? "";
  const question = askedIn(messages);
  if (question !== null) return { ...NO_ANSWER, output, question };
  const files = request.files.map((file) => file.path);
  const plain = messages.map((message) => withoutFolder(message, files));
  const parsed = parseMessages(plain, {
    reviewer: "codex",
    root,
    files,
    lineOf: (path, line) => lineAt(request.checkoutDir, files, path, line),
  });
  const { findings, statedVerdict, reading, problem } = parsed;
  // What was read is what is shown: the message with the review, not the farewell behind it.
  const shown = plain.findLast((message) => message.includes('"findings"')) ?? plain.at(-1) ?? "";
  return { findings, statedVerdict, reading, problem: problem ?? null, output: shown, question: null };
}

/** A question counts when it is all there is: with findings beside it, the findings count. */
function askedIn(messages: readonly string[]): string | null {
  for (const message of messages.toReversed()) {
    try {
      const said = Asking.safeParse(JSON.parse(message));
      if (said.success) return said.data.findings.length === 0 ? said.data.question : null;
    } catch {
      // No JSON, no question.
    }
  }
  return null;
}

const Asking = z.object({
  findings: z.array(z.unknown()),
  question: z
    .string()
    .trim()
    .transform((text) => (text === "" ? null : text.slice(0, MOST_QUESTION)))
    .nullish()
    .transform((text) => text ?? null),
});

const MOST_QUESTION = 4000;
const FOLDER = "repo/";

/** `"repo/src/a.ts"` → `"src/a.ts"`: codex sees the repository in a folder that the repository does not know. */
function withoutFolder(message: string, files: readonly string[]): string {
  if (files.some((file) => file.startsWith(FOLDER))) return message;
  return message.replaceAll(/("absolute_file_path": ?")(?:\.\/)?repo\//g, "$1");
}
