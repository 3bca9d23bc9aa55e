// Reads the command line, runs one command, and turns every way it can end into words and an exit code.
// A person never sees a stack trace: what they can put right is said in a sentence, the rest is called a bug.
import { wantsDebug } from "../config.ts";
import { isExpectedError } from "../errors.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { version } from "../version.ts";
import { closest } from "./closest.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { exitCodeOf } from "./exit-code.ts";
import { commandHelp, overview } from "./help.ts";
import { readArguments, usageError } from "./read-arguments.ts";

/** Where the words go. */
export type CliIo = { out(text: string): void; err(text: string): void };

/** Runs `rondo ARGS` and resolves to its exit code (src/cli/exit-code.ts). Never rejects. */
export async function runCli(
  args: readonly string[],
  io: CliIo,
  commands: readonly Command[] = COMMANDS,
): Promise<number> {
  try {
    return await run(args, io, commands);
  } catch (error) {
    io.err(maskSecrets(explain(error)));
    return exitCodeOf(error);
  }
}

async function run(args: readonly string[], io: CliIo, commands: readonly Command[]): Promise<number> {
  const [word = "--help", ...rest] = args;
  if (["--version", "-V", "version"].includes(word)) {
    io.out(`${version}\n`);
    return 0;
  }
  const isHelp = HELP.has(word) || word === "help";
  if (isHelp && rest[0] === undefined) {
    io.out(overview(commands));
    return 0;
  }
  const [command, own] = findCommand(isHelp ? rest : args, commands);
  // Behind `--` stand names, and one of them may look like an option.
  const options = own.slice(0, own.includes("--") ? own.indexOf("--") : undefined);
  if (isHelp || options.some((option) => HELP.has(option))) {
    io.out(commandHelp(command));
    return 0;
  }
  return command.run(readArguments(command, own));
}

const HELP: ReadonlySet<string> = new Set(["--help", "-h"]);

/** The command that the first words name, and the words after it. */
function findCommand(words: readonly string[], commands: readonly Command[]): [Command, readonly string[]] {
  const [name = "", ...rest] = words;
  const command = commands.find((each) => each.name === name);
  if (command === undefined) throw unknownCommand(name, words, commands);
  const [word] = rest;
  if (command.subcommands === undefined || word === undefined || HELP.has(word)) return [command, rest];
  const found = command.subcommands.find((each) => each.name === `${name} ${word}`);
  if (found !== undefined) return [found, rest.slice(1)];
  const { shortcut } = command;
  const meant = command.subcommands.find((each) => each.name === shortcut?.to);
  if (meant !== undefined && shortcut?.looksLike.test(word) === true) return [meant, rest];
  const known = command.subcommands.map((each) => each.name.slice(name.length + 1));
  const help = `rondo ${name} --help shows how it is used.`;
  const problem = word.startsWith("-")
    ? `rondo ${name} wants ${known.join(" or ")} before options.`
    : `rondo ${name} does not know ${word}.`;
  throw usageError(problem, closest(word, known), help);
}

function unknownCommand(name: string, words: readonly string[], commands: readonly Command[]) {
  const help = "rondo --help lists the commands.";
  const names = commands.map((each) => each.name);
  if (!name.startsWith("-")) {
    // Whoever names a pull request first most likely wants to know about it.
    const guess = /^[\w.-]+\/[\w.-]+#\d+$/.test(name) ? `rondo status ${name}` : closest(name, names);
    return usageError(`There is no command ${name}.`, guess, help);
  }
  const command = words.find((word) => names.includes(word));
  const order = command === undefined ? help : `Options stand after the command: rondo ${command} ${name}.`;
  return usageError(`There is no option ${name}.`, closest(name, ["--version", "--help"]), order);
}

function explain(error: unknown): string {
  if (isExpectedError(error)) {
    return `rondo: ${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = wantsDebug() && error instanceof Error ? `${error.stack ?? ""}\n` : "";
  const advice = stack === "" ? "Run it again with LOG_LEVEL=debug for the details, and report them." : stack;
  return `rondo: ${message}\nThis is a bug in Rondo. ${advice}\n`;
}
