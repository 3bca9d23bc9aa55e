// The one place that starts git. The environment is built from nothing, so neither the machine's configuration nor its
// credentials reach the double, and no hook of the machine runs.
import { execFile } from "node:child_process";

/** Environment of every git process of the double; callers may add to it. */
export function gitEnvironment(config: Record<string, string> = {}): Record<string, string> {
  const settings = Object.entries({
    "safe.directory": "*",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    ...config,
  });
  const env: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
    HOME: "/nonexistent",
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: String(settings.length),
  };
  settings.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}

/** A git process that ended with a code other than 0. */
export class GitFailed extends Error {
  readonly exitCode: number;

  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args.join(" ")} ended with ${exitCode}: ${stderr.trim()}`);
    this.exitCode = exitCode;
  }
}

/**
 * Runs git in a bare repository and returns its raw standard output (at most 256 MB).
 * Throws `GitFailed` with the exit code and stderr.
 */
export function runGit(gitDir: string, args: readonly string[], input?: Buffer | string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      ["--git-dir", gitDir, ...args],
      { env: gitEnvironment(), encoding: "buffer", maxBuffer: 256 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(
            new GitFailed(
              args,
              typeof error.code === "number" ? error.code : -1,
              `${stderr.toString()}${error.code === "ENOENT" ? "git is not installed" : ""}`,
            ),
          );
      },
    );
    // A process that ends early closes its input; its exit code tells why.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}

/** Like `runGit`, but as trimmed text. */
export async function gitText(gitDir: string, ...args: string[]): Promise<string> {
  return (await runGit(gitDir, args)).toString("utf8").trim();
}

const remembered = new Map<string, string>();

/**
 * Like `gitText`, for questions about objects that are named by their full SHA: the answer never changes, so git is asked
 * once (a round asks some of them six times). An error is not kept: a missing object may come later.
 */
export async function unchangingGitText(gitDir: string, ...args: string[]): Promise<string> {
  const question = [gitDir, ...args].join("\0");
  const known = remembered.get(question);
  if (known !== undefined) return known;
  const answer = await gitText(gitDir, ...args);
  if (remembered.size > 5000) remembered.clear();
  remembered.set(question, answer);
  return answer;
}

/** Like `gitText`, but undefined when git ends with an error (unknown revision, no merge base…). */
export async function tryGitText(gitDir: string, ...args: string[]): Promise<string | undefined> {
  return await orUndefined(gitText(gitDir, ...args));
}

/** Like `unchangingGitText`, but undefined when git ends with an error. */
export async function tryUnchangingGitText(gitDir: string, ...args: string[]): Promise<string | undefined> {
  return await orUndefined(unchangingGitText(gitDir, ...args));
}

async function orUndefined(answer: Promise<string>): Promise<string | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode > 0) return undefined;
    throw error;
  }
}
