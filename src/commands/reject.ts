// `reject`: for a finding of Rondo the same as `dispute`; the word is for other reviewers' comments.
import type { CommentCommand } from "./command.ts";
import { readDecision } from "./decide.ts";

export const rejectCommand: CommentCommand = {
  name: "reject",
  usage: "reject RD-n: why",
  summary: "the same as dispute",
  who: "allowed",
  example: "reject RD-1: lib/close.ts:12 closes it",
  read: (text, here) => readDecision("REJECT", { text, here, needs: "a reason" }),
};
