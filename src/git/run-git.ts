// The two ways to run git: without the network and without a token, or with both. Turns git's failures into Rondo's errors.
import { PermanentError, RetryableError } from "../errors.ts";
import { run, type RunResult } from "../subprocess/run.ts";
import { localEnvironment, networkEnvironment, type NetworkAccess } from "./environment.ts";
import { fetchTrouble } from "./fetch-trouble.ts";
import type { GitCommand } from "./plan.ts";

/** Where and how commands run. */
export type GitContext = {
  /** Passed as --git-dir; null lets git find the repository around `cwd`. */
  gitDir: string | null;
  cwd: string;
  signal: AbortSignal;
  /** Set to null once the network is to be gone; a network command is a bug then. */
  network: NetworkAccess | null;
  timeoutMs: number;
};

/** Extras of one command. */
export type GitInput = {
  stdin?: string | Uint8Array;
  indexFile?: string;
  /** Folder that new objects are written to, in place of the repository's own. */
  objectDir?: string;
  /** Most bytes of output; more is PermanentError CHANGE_TOO_LARGE. Default 64 MiB. */
  maxOutputBytes?: number;
  /** Aborted by the caller to stop this command alone. */
  signal?: AbortSignal;
};

/** Far above what an honest change needs; a crafted tree or delta ends git here and not the machine. */
const MAX_MEMORY_BYTES = 4 * 1024 ** 3;
const DEFAULT_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a command and gives its stdout. Throws what `gitFailure` makes of any other end than exit code 0. */
export async function git(context: GitContext, command: GitCommand, input: GitInput = {}): Promise<Buffer> {
  const result = await tryGit(context, command, input);
  if (result.ending.kind !== "completed") throw gitFailure(command, result, context.network);
  return result.stdout;
}

/** Runs a command and gives back whatever happened, for callers that expect some exit codes. */
export async function tryGit(context: GitContext, command: GitCommand, input: GitInput = {}): Promise<RunResult> {
  const { network } = context;
  if (command.network && network === null) throw new Error(`git ${command.args[0]} needs the network, which is closed`);
  const env = command.network && network !== null ? networkEnvironment(network) : localEnvironment();
  if (input.indexFile !== undefined) env["GIT_INDEX_FILE"] = input.indexFile;
  if (input.objectDir !== undefined) env["GIT_OBJECT_DIRECTORY"] = input.objectDir;
  const place = context.gitDir === null ? [] : [`--git-dir=${context.gitDir}`];
  const signal = input.signal === undefined ? context.signal : AbortSignal.any([context.signal, input.signal]);
  return run(
    {
      file: "git",
      args: [...place, "--no-pager", ...command.args],
      cwd: context.cwd,
      env,
      maxMemoryBytes: MAX_MEMORY_BYTES,
      ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    },
    {
      timeoutMs: context.timeoutMs,
      maxOutputBytes: input.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
      onTooLarge: "kill",
    },
    { signal },
  );
}

/**
 * Names a failed command: PermanentError GIT_NOT_INSTALLED, DISK_FULL, CHANGE_TOO_LARGE, GIT_UNSAFE_OBJECTS, GIT_FETCH_FAILED
 * (403, 404), GIT_FAILED; RetryableError GIT_FETCH_FAILED (401, 429, 5xx, network, time-out), CANCELLED, and those of
 * src/network-trouble.ts about proxy and certificates. `network` is what the command was given.
 */
export function gitFailure(
  command: GitCommand,
  result: RunResult,
  network: NetworkAccess | null = null,
): PermanentError | RetryableError {
  const { ending } = result;
  const name = `git ${command.args.find((arg) => /^[a-z]/.test(arg) && !arg.includes("=")) ?? ""}`;
  const said = lastWords(result);
  if (ending.kind === "cancelled") return new RetryableError(`${name} was cancelled.`, { code: "CANCELLED" });
  if (ending.kind === "notInstalled") {
    return new PermanentError("git is not installed.", {
      code: "GIT_NOT_INSTALLED",
      hint: "Install git 2.38 or newer.",
    });
  }
  if (ending.kind === "outputTooLarge") {
    return new PermanentError(`${name} printed more than ${ending.limitBytes} bytes.`, { code: "CHANGE_TOO_LARGE" });
  }
  if (/No space left on device|Disk quota exceeded/.test(said)) return diskFull(said);
  if (/fsck error|: hasDot|: hasNullSha1|: fullPathname|: gitmodules\w+|: treeNotSorted|Invalid path/.test(said)) {
    return new PermanentError(`git refused unsafe objects in this change: ${said}`, {
      code: "GIT_UNSAFE_OBJECTS",
      hint: "The change holds file names or objects that are dangerous to check out; it is not reviewed.",
    });
  }
  if (command.network) {
    return fetchFailure(ending.kind === "timedOut" ? `no answer in ${ending.limitMs} ms` : said, network);
  }
  const how = ending.kind === "timedOut" ? `did not end in ${ending.limitMs} ms` : "failed";
  return new PermanentError(`${name} ${how}: ${said}`, { code: "GIT_FAILED" });
}

/** The one error for a full disk, wherever it shows. */
export function diskFull(cause: unknown): PermanentError {
  return new PermanentError("There is no space left on the disk for the checkout.", {
    code: "DISK_FULL",
    hint: "Free space in the temporary folder, or set another one.",
    cause,
  });
}

function fetchFailure(said: string, network: NetworkAccess | null): PermanentError | RetryableError {
  const wall = network === null ? undefined : fetchTrouble(said, network);
  if (wall !== undefined) return wall;
  const status = /returned error: (\d{3})/.exec(said)?.[1];
  const inStatus = status === undefined ? "" : ` with status ${status}`;
  if (status === "403" || status === "404" || /[Rr]epository .*not found/.test(said)) {
    return new PermanentError(`The git server refused the fetch: ${said}`, {
      code: "GIT_FETCH_FAILED",
      publicMessage: `The git server refused the fetch${inStatus}.`,
      hint: "Check that the App is installed on this repository and has the permission contents: read.",
    });
  }
  // 401: a new token may not have reached every server yet. The rest is the network or the server's day.
  return new RetryableError(`The fetch from the git server failed: ${said}`, {
    code: "GIT_FETCH_FAILED",
    // What git says quotes the address that it asked, a proxy's too.
    publicMessage: `The fetch from the git server failed${inStatus}.`,
  });
}

/** The end of stderr, one line, without control characters: it may quote names out of the repository. */
function lastWords(result: RunResult): string {
  const text = result.stderr.subarray(-2_000).toString("utf8");
  return text
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(-500);
}
