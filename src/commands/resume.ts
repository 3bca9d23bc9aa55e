// `resume`: the end of a pause, and a round at once when the newest commit has none.
import { always, type CommentCommand } from "./command.ts";

export const resumeCommand: CommentCommand = {
  name: "resume",
  usage: "resume",
  summary: "end the pause; a round starts when the newest commit was not reviewed",
  who: "allowed",
  example: "resume",
  read: always({ kind: "resume" }),
};
