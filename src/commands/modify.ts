// `modify`: the finding is right, the fix will be another one.
import type { CommentCommand } from "./command.ts";
import { readDecision } from "./decide.ts";

export const modifyCommand: CommentCommand = {
  name: "modify",
  usage: "modify RD-n: what instead",
  summary: "note that a finding will be dealt with in another way; it blocks until a commit no longer has it",
  who: "allowed",
  example: "modify RD-1: the caller closes the file",
  read: (text, here) => readDecision("MODIFY", { text, here, needs: "what is done instead" }),
};
