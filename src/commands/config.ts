// `config`: which settings are in force, and where each comes from.
import { always, type CommentCommand } from "./command.ts";

export const configCommand: CommentCommand = {
  name: "config",
  usage: "config",
  summary: "show the settings in force on this pull request and where each comes from",
  who: "allowed",
  example: "config",
  read: always({ kind: "answer", topic: "config", argument: null }),
  needsConfig: true,
  answer: ({ config }) => config ?? "The configuration could not be read.",
};
