// What one command of `rondo` says about itself. Help, usage errors and the list of commands are all made from this.

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
  name: string;
  /** One line, lower case, no full stop. */
  summary: string;
  /** Everything after `rondo `, e.g. `parse [--json] [FILE|-]`. */
  usage: string;
  options: Readonly<Record<string, CommandOption>>;
  /** Most positional arguments; more are a usage error. */
  maxPositionals: number;
  /** Environment variables that matter, each with a few words. */
  environment?: Readonly<Record<string, string>>;
  examples: readonly string[];
  /** Resolves to the exit code; throws UserError for everything a person can put right. */
  run(input: CommandInput): Promise<number>;
};
