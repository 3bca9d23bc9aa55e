// From the words after a command's name to its options and arguments, checked against what the command says of itself.
// node:util does the splitting; its own error messages are made for programmers, so what is wrong is told from its tokens.
import { parseArgs } from "node:util";
import { UserError } from "../errors.ts";
import { closest } from "./closest.ts";
import type { Command, CommandInput, CommandOption } from "./command.ts";

/** Reads the arguments. Throws UserError USAGE for a word that has no place, an unknown option, a value that is missing. */
export function readArguments(command: Command, args: readonly string[]): CommandInput {
  const { values, positionals, tokens } = parseArgs({
    args: args.map(hideNumber),
    options: Object.fromEntries(Object.entries(command.options).map(([name, option]) => [name, plainOption(option)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(command, token);
  if (positionals.length > command.maxPositionals) {
    const word = showNumber(positionals[command.maxPositionals] ?? "");
    throw usageError(`rondo ${command.name} has no place for ${word}.`, undefined, helpOf(command));
  }
  return {
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, showNumbers(value)])),
    positionals: positionals.map(showNumber),
  };
}

/** A wrong use of the command line, with the word that was probably meant. */
export function usageError(message: string, guess: string | undefined, help: string): UserError {
  const text = guess === undefined ? message : `${message} Did you mean ${guess}?`;
  return new UserError(text, { code: "USAGE", hint: help });
}

/** `-5` is a number and no group of options: the command says better what is wrong with it. */
const NUMBER_MARK = "\uE000";

function hideNumber(arg: string): string {
  return /^-\d[\d.]*$/.test(arg) ? NUMBER_MARK + arg : arg;
}

function showNumber(text: string): string {
  return text.startsWith(`${NUMBER_MARK}-`) ? text.slice(1) : text;
}

function showNumbers(value: CommandInput["values"][string]): CommandInput["values"][string] {
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? showNumber(one) : one));
  return typeof value === "string" ? showNumber(value) : value;
}

function plainOption({ type, short, multiple }: CommandOption) {
  return { type, ...(short !== undefined && { short }), ...(multiple !== undefined && { multiple }) };
}

type OptionToken = { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined };

function checkOption(command: Command, { name, rawName, value, inlineValue }: OptionToken): void {
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (option === undefined) {
    const guess = closest(name, Object.keys(command.options));
    const flag = guess === undefined ? undefined : `--${guess}`;
    throw usageError(`rondo ${command.name} has no option ${rawName}.`, flag, helpOf(command));
  }
  if (option.type === "string") {
    const wanted = `${rawName} needs a value: ${rawName} ${option.value ?? "VALUE"}.`;
    if (value === undefined || value === "") throw usageError(wanted, undefined, helpOf(command));
    // The next option was taken for the value. A lone dash is a file name of its own kind.
    if (inlineValue !== true && /^-./.test(value))
      throw usageError(wanted, undefined, `If ${value} is the value, write ${rawName}=${value}.`);
  }
  if (option.type === "boolean" && value !== undefined) {
    throw usageError(`${rawName} takes no value.`, undefined, helpOf(command));
  }
}

function helpOf(command: Command): string {
  return `rondo ${command.name} --help shows how it is used.`;
}
