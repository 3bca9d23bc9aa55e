// `--limit N` of the commands that print lists: a screenful for people, everything for programs.
import { UserError } from "../errors.ts";
import type { CommandInput } from "./command.ts";

const FOR_PEOPLE = 50;

/** Most entries to print, Infinity for all. Throws UserError USAGE for anything but a whole number. */
export function readLimit(text: CommandInput["values"][string], isJson: boolean): number {
  if (text === undefined) return isJson ? Infinity : FOR_PEOPLE;
  if (!/^\d{1,6}$/.test(String(text)))
    throw new UserError(`--limit ${String(text)} is no whole number.`, {
      code: "USAGE",
      hint: "Give the number of entries to print; 0 prints all.",
    });
  return Number(text) === 0 ? Infinity : Number(text);
}
