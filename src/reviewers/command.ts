// The reviewer `command`: any program that reads a request on stdin and prints a review as JSON on stdout.
// Its argv comes from the server's own configuration and from nowhere else. The program gets an empty environment and a
// private folder; it is killed with all it started, and whatever it does ends in a Review, never in an exception.
import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { UserError } from "../errors.ts";
import type { Preflight, Review, Reviewer, ReviewLimits, ReviewRequest } from "../reviewer.ts";
import { run } from "../subprocess/run.ts";
import { toReviewEnding } from "./ending.ts";
import { readAnswer } from "./review-answer.ts";
import { toRequestJson } from "./review-request.ts";

/** Where programs are looked for when argv[0] has no folder. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** `argv[0]` is the program, absolute or found in `path` (colon-separated folders). No shell is involved. */
export type CommandReviewerOptions = {
  argv: readonly string[];
  path?: string;
  /** Name of this reviewer; the server file may hold several. Default `command`. */
  name?: string;
  /** Cap of one run beside the round's own; the smaller one fires. */
  timeoutMs?: number;
  /** Environment beside PATH, HOME, TMPDIR and LANG. */
  environment?: Readonly<Record<string, string>>;
};

/** Throws UserError COMMAND_REVIEWER_EMPTY for an empty argv. */
export function createCommandReviewer(options: CommandReviewerOptions): Reviewer {
  const [program, ...args] = options.argv;
  if (program === undefined || program === "")
    throw new UserError("The reviewer command has no program to run.", {
      code: "COMMAND_REVIEWER_EMPTY",
      hint: "Set the argv of the command reviewer in the server file (RONDO_CONFIG).",
    });
  const path = options.path ?? DEFAULT_PATH;
  const name = options.name ?? "command";
  const label = `command ${program.slice(program.lastIndexOf("/") + 1)}`;
  return {
    name,
    canBeAskedAgain: true,
    preflight: () => preflight(program, path, label),
    async review(request, limits, signal) {
      // Beside the checkout, so that whoever removes what a killed worker left removes this too.
      const home = await mkdtemp(join(dirname(request.diffFile), "command-"));
      try {
        const file = (await findProgram(program, path)) ?? program;
        const timeoutMs = Math.min(limits.timeoutMs, options.timeoutMs ?? limits.timeoutMs);
        const environment = options.environment ?? {};
        return await review(
          { name, file, args, home, path, label, environment },
          { request, limits: { ...limits, timeoutMs }, signal },
        );
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}

type Program = {
  name: string;
  file: string;
  args: readonly string[];
  home: string;
  path: string;
  label: string;
  environment: Readonly<Record<string, string>>;
};

async function review(
  program: Program,
  { request, limits, signal }: { request: ReviewRequest; limits: ReviewLimits; signal: AbortSignal },
): Promise<Review> {
  const { name, file, args, home, path, label, environment } = program;
  const env = { ...environment, PATH: path, HOME: home, TMPDIR: home, LANG: "C.UTF-8" };
  const stdin = JSON.stringify(toRequestJson(request, limits));
  const result = await run({ file, args, cwd: home, env, stdin }, { ...limits, onTooLarge: "kill" }, { signal });
  const ending = toReviewEnding(result.ending, limits);
  const answer = readAnswer(result.stdout, request, name);
  const isUsable = ending.kind === "completed";
  const problem =
    isUsable && answer.problem !== null ? `The command reviewer's answer was not used: ${answer.problem}.\n` : "";
  return {
    reviewer: name,
    label,
    ending,
    output: answer.output,
    diagnostics: `${problem}${result.stderr.toString("utf8")}`,
    findings: isUsable ? answer.findings : [],
    statedVerdict: isUsable ? answer.statedVerdict : null,
    reading: isUsable ? answer.reading : "unreadable",
    problem: answer.problem,
    notAnalysed: [],
    durationMs: result.durationMs,
    costUsd: null,
  };
}

async function preflight(program: string, path: string, label: string): Promise<Preflight> {
  if ((await findProgram(program, path)) !== undefined) return { isReady: true, label };
  return {
    isReady: false,
    problem: `The command reviewer's program ${program} was not found or is not executable.`,
    hint: `Give its absolute path in the server file, or put it into ${path}.`,
  };
}

/** The absolute path of the program, or undefined. A relative path with a folder is refused: it would depend on the cwd. */
async function findProgram(program: string, path: string): Promise<string | undefined> {
  if (!isAbsolute(program) && program.includes("/")) return undefined;
  const candidates = isAbsolute(program) ? [program] : path.split(delimiter).map((folder) => join(folder, program));
  for (const candidate of candidates) {
    const isExecutable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return candidate;
  }
  return undefined;
}
