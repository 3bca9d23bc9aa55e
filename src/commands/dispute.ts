// `dispute`: the finding is wrong. The one decision that takes a blocker away, so it has to point at something.
import type { CommentCommand } from "./command.ts";
import { readDecision } from "./decide.ts";

export const disputeCommand: CommentCommand = {
  name: "dispute",
  usage: "dispute RD-n: why",
  summary: "say that a finding is wrong, with a path, `path:line`, link or test that shows it; it no longer blocks",
  who: "allowed",
  example: "dispute RD-1: lib/close.ts:12 closes it",
  read: (text, here) => readDecision("DISPUTE", { text, here, needs: "a reason" }),
};
