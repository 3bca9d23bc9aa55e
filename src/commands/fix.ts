// `fix`: known from other tools; this version has no fixer.
import { always, type CommentCommand } from "./command.ts";

export const fixCommand: CommentCommand = {
  name: "fix",
  usage: "fix [RD-n]",
  summary: "not available yet: have a finding fixed",
  who: "write",
  example: "fix RD-1",
  read: always({ kind: "unavailable", why: "fix is not available yet: this version does not write fixes" }),
};
