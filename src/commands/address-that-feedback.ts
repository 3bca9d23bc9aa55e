// `address that feedback`: known from other tools; this version has no fixer.
import { always, type CommentCommand } from "./command.ts";

export const addressCommand: CommentCommand = {
  name: "address that feedback",
  usage: "address that feedback",
  summary: "not available yet: have the open findings fixed",
  who: "write",
  example: "address that feedback",
  read: always({
    kind: "unavailable",
    why: "address that feedback is not available yet: this version does not write fixes",
  }),
};
