// `dismiss`: what other tools call it.
import type { CommentCommand } from "./command.ts";
import { readDecision } from "./decide.ts";

export const dismissCommand: CommentCommand = {
  name: "dismiss",
  usage: "dismiss RD-n why",
  summary: "the same as dispute",
  who: "allowed",
  example: "dismiss RD-1 lib/close.test.ts covers it",
  read: (text, here) => {
    const ask = readDecision("DISPUTE", { text, here, needs: "a reason" });
    return "why" in ask ? { why: ask.why.replaceAll("dispute", "dismiss") } : ask;
  },
};
