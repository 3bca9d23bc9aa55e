// `rondo comments`: the commands that people give in comments on a pull request, as each describes itself. For whoever
// writes a contributing guide or wonders what a word does, without asking on somebody's pull request.
import { COMMENT_COMMANDS } from "../commands/registry.ts";
import { UserError } from "../errors.ts";
import { closest } from "./closest.ts";
import type { Command } from "./command.ts";
import { table } from "./table.ts";

export const commentsCommand: Command = {
  name: "comments",
  summary: "list the commands that are given in comments, or explain one",
  usage: "comments [COMMAND]",
  options: {},
  maxPositionals: 3,
  positionals: [names()],
  examples: ["rondo comments", "rondo comments dispute", "rondo comments full review"],
  run: async ({ positionals }) => {
    process.stdout.write(positionals.length === 0 ? list() : explain(positionals.join(" ").toLowerCase()));
    return 0;
  },
};

function names(): string[] {
  return [...new Set(COMMENT_COMMANDS.map(({ name }) => name.split(" ", 1)[0] ?? name))];
}

function list(): string {
  return table(
    ["COMMENT", "WHAT IT DOES"],
    COMMENT_COMMANDS.map(({ usage, summary }) => [`@codex ${usage}`, summary]),
  );
}

function explain(name: string): string {
  const found = COMMENT_COMMANDS.find((one) => one.name === name);
  if (found === undefined) {
    const near = closest(
      name,
      COMMENT_COMMANDS.map((one) => one.name),
    );
    throw new UserError(`There is no command "${name}" in comments.`, {
      code: "USAGE",
      hint: near === undefined ? "rondo comments lists them." : `Did you mean ${near}?`,
    });
  }
  const who = found.who === "write" ? "people with write permission" : "people whom allowed_actors lets in";
  return `@codex ${found.usage}\n\n${found.summary}\n\nWho may: ${who}\nExample: @codex ${found.example}\n`;
}
