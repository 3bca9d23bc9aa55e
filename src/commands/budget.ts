// `budget`: known from other tools; this version counts rounds, not money.
import { always, type CommentCommand } from "./command.ts";

export const budgetCommand: CommentCommand = {
  name: "budget",
  usage: "budget [+N]",
  summary: "not available yet: show or raise the budget; `extend N` adds rounds",
  who: "write",
  example: "budget",
  read: always({ kind: "unavailable", why: "budget is not available yet: `extend N` adds rounds" }),
};
