// `abort`: stops whatever runs, until somebody asks again.
import { type CommentCommand, freeText } from "./command.ts";

export const abortCommand: CommentCommand = {
  name: "abort",
  usage: "abort [reason]",
  summary: "stop the rounds on this pull request until somebody asks for one",
  who: "allowed",
  example: "abort wrong branch",
  read: (text) => ({ kind: "abort", reason: freeText(text) }),
};
