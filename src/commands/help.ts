// `help`: every command with what it does, as each says it itself.
import { command } from "../report/words.ts";
import { always, type CommentCommand } from "./command.ts";

export const helpCommand: CommentCommand = {
  name: "help",
  usage: "help",
  summary: "this list",
  who: "allowed",
  example: "help",
  read: always({ kind: "answer", topic: "help", argument: null }),
  answer: ({ commands, options }) =>
    [
      "Commands, each at the start of a line of its own:",
      "",
      ...commands.map(({ usage, summary, who }) => {
        const needs = who === "write" ? " (needs write permission)" : "";
        return `- ${command(options, usage)}: ${summary}${needs}`;
      }),
      "",
      "One command in a comment; decisions may be several. In a finding's own thread its `RD-n` may be left out. An edited comment commands nothing.",
    ].join("\n"),
};
