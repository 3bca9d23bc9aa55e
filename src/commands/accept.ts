// `accept`: somebody means to fix the finding. It stays open until a commit without it.
import type { CommentCommand } from "./command.ts";
import { readDecision } from "./decide.ts";

export const acceptCommand: CommentCommand = {
  name: "accept",
  usage: "accept RD-n[: why]",
  summary: "note that a finding will be fixed; it blocks until a commit no longer has it",
  who: "allowed",
  example: "accept RD-1",
  read: (text, here) => readDecision("ACCEPT", { text, here, needs: null }),
};
