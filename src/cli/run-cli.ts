// Reads the command line, runs one command, and turns every way it can end into words and an exit code.
// A person never sees a stack trace: what they can put right is said in a sentence, the rest is called a bug.
import { parseArgs } from "node:util";
import { wantsDebug } from "../config.ts";
import { isExpectedError, UserError } from "../errors.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { version } from "../version.ts";
import { closest } from "./closest.ts";
import type { Command, CommandInput, CommandOption } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { exitCodeOf } from "./exit-code.ts";
import { commandHelp, overview } from "./help.ts";

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
  const isHelp = ["--help", "-h", "help"].includes(word);
  if (isHelp && rest[0] === undefined) {
    io.out(overview(commands));
    return 0;
  }
  const command = findCommand(isHelp ? (rest[0] ?? "") : word, commands);
  if (isHelp || rest.includes("--help") || rest.includes("-h")) {
    io.out(commandHelp(command));
    return 0;
  }
  return command.run(readInput(command, rest));
}

function findCommand(name: string, commands: readonly Command[]): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const kind = name.startsWith("-") ? "option" : "command";
  const names = commands.map((each) => each.name);
  throw usageError(`There is no ${kind} ${name}.`, closest(name, names), "rondo --help lists the commands.");
}

function readInput(command: Command, args: readonly string[]): CommandInput {
  // Not strict: its own messages are made for programmers. The tokens tell what is wrong.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(command.options).map(([name, option]) => [name, plainOption(option)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(command, token);
  if (positionals.length > command.maxPositionals) {
    throw usageError(`rondo ${command.name} has no place for ${positionals.at(-1) ?? ""}.`, undefined, helpOf(command));
  }
  return { values, positionals };
}

function plainOption({ type, short, multiple }: CommandOption) {
  return { type, ...(short !== undefined && { short }), ...(multiple !== undefined && { multiple }) };
}

function checkOption(command: Command, token: { name: string; rawName: string; value?: string | undefined }): void {
  const { name, rawName, value } = token;
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (option === undefined) {
    const guess = closest(name, Object.keys(command.options));
    const flag = guess === undefined ? undefined : `--${guess}`;
    throw usageError(`rondo ${command.name} has no option ${rawName}.`, flag, helpOf(command));
  }
  if (option.type === "string" && (value === undefined || value === "")) {
    throw usageError(`${rawName} needs a value: ${rawName} ${option.value ?? "VALUE"}.`, undefined, helpOf(command));
  }
  if (option.type === "boolean" && value !== undefined) {
    throw usageError(`${rawName} takes no value.`, undefined, helpOf(command));
  }
}

function helpOf(command: Command): string {
  return `rondo ${command.name} --help shows how it is used.`;
}

function usageError(message: string, guess: string | undefined, help: string): UserError {
  const text = guess === undefined ? message : `${message} Did you mean ${guess}?`;
  return new UserError(text, { code: "USAGE", hint: help });
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
