// What one command of `rondo` says about itself. Help, usage errors, the list of commands, the documentation and the
// completion of shells are all made from this.
import { UserError } from "../errors.ts";

/** What may stand in one place of a command line, for completion: words, or a kind that the shell looks up by itself. */
export type Candidates = readonly string[] | (() => Promise<readonly string[]>) | "file" | "folder" | "branch";

/** One option, as node:util parseArgs knows it, with the words of its help. */
export type CommandOption = {
  type: "string" | "boolean";
  /** One letter. */
  short?: string;
  /** True when it may be given several times. */
  multiple?: boolean;
  /** Name of the value in the help, e.g. `REF`; for `string` only. */
  value?: string;
  help: string;
  /** What its value may be; for `string` only. Absent when nothing can be proposed. */
  candidates?: Candidates;
};

/** What was given on the command line, checked against the options. */
export type CommandInput = {
  values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  positionals: readonly string[];
};

/**
 * One command: a file in this folder and a line in commands.ts. Libraries are imported inside `run`, so that `rondo web`
 * does not load what only a worker needs.
 */
export type Command = {
  /** One word; two for a subcommand: `runs list`. */
  name: string;
  /** One line, lower case, no full stop. */
  summary: string;
  /** Everything after `rondo `, e.g. `parse [--json] [FILE|-]`. */
  usage: string;
  options: Readonly<Record<string, CommandOption>>;
  /** Most positional arguments; more are a usage error. */
  maxPositionals: number;
  /** What may stand at each position. */
  positionals?: readonly Candidates[];
  /** Environment variables that matter, each with a few words. */
  environment?: Readonly<Record<string, string>>;
  /** False for a command that never reads `.env`: the folder it runs in may be somebody else's work. */
  hasEnvFile?: boolean;
  examples: readonly string[];
  /** Commands below this one; it has none of its own then. See `commandGroup`. */
  subcommands?: readonly Command[];
  /** The subcommand that is meant when the next word names none and looks like its argument. */
  shortcut?: { to: string; looksLike: RegExp };
  /** Resolves to the exit code; throws UserError for everything a person can put right. */
  run(input: CommandInput): Promise<number>;
};

/** A command that is only the common name of others, e.g. `runs` of `runs list` and `runs show`. */
export function commandGroup(name: string, summary: string, subcommands: readonly Command[]): Command {
  const words = subcommands.map((one) => one.name.slice(name.length + 1));
  return {
    name,
    summary,
    usage: `${name} ${words.join("|")} …`,
    options: {},
    maxPositionals: 0,
    examples: subcommands.flatMap((one) => one.examples.slice(0, 1)),
    subcommands,
    run: async () => {
      throw new UserError(`rondo ${name} needs one word more: ${words.join(" or ")}.`, {
        code: "USAGE",
        hint: `rondo ${name} --help shows how it is used.`,
      });
    },
  };
}
