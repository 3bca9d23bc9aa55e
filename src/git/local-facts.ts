// Small questions about a repository on this machine, for `rondo review`: which branch a change is meant for, what is not
// committed, what a file says at a commit. Git runs without the network and without the machine's settings.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { localContext } from "./local-checkout.ts";
import { listUncommitted } from "./plan.ts";
import { git, tryGit, type GitContext } from "./run-git.ts";

/** Long enough for the status of a large working tree on a cold disk. */
const TIMEOUT_MS = 60_000;

/** Names that the upstream's default branch may have here, the surest first. */
const DEFAULT_BRANCHES = [
  "refs/remotes/origin/HEAD",
  "refs/remotes/origin/main",
  "refs/remotes/origin/master",
  "refs/heads/main",
  "refs/heads/master",
];

/** The upstream's default branch as far as this clone knows it, a full ref; null when none of the usual names exists. */
export async function findDefaultBranch(repoDir: string): Promise<string | null> {
  const found = await ask(repoDir, ["for-each-ref", "--format=%(refname)", ...DEFAULT_BRANCHES]);
  const refs = new Set((found ?? "").split("\n"));
  return DEFAULT_BRANCHES.find((ref) => refs.has(ref)) ?? null;
}

/** Files that differ from HEAD, and files that git does not know; both 0 in a bare repository. */
export async function countUncommitted(
  repoDir: string,
  excludesFile: string | null,
): Promise<{ changed: number; untracked: number }> {
  const text = await ask(repoDir, listUncommitted(excludesFile).args);
  const entries = (text ?? "").split("\0").filter((entry) => entry !== "");
  const untracked = entries.filter((entry) => entry.startsWith("?? ")).length;
  return { changed: entries.length - untracked, untracked };
}

/**
 * The file of names that this user never commits anywhere, such as an editor's folder; null when there is none. It is the
 * one personal setting that counts here: without it, what git hides from its user would be reviewed.
 * https://git-scm.com/docs/gitignore
 */
export async function findExcludesFile(repoDir: string, home: string): Promise<string | null> {
  for (const file of [join(home, ".gitconfig"), join(home, ".config/git/config")]) {
    if (!existsSync(file)) continue;
    const named = await ask(repoDir, ["config", "--file", file, "--includes", "--get", "core.excludesFile"]);
    if (named !== null) return named.trim().replace(/^~(?=\/)/, home);
  }
  const usual = join(home, ".config/git/ignore");
  return existsSync(usual) ? usual : null;
}

/**
 * A committed file as text; null when the commit, or the file in it, does not exist. Throws what `gitFailure` makes of a
 * file that is there and cannot be read.
 */
export async function readCommittedFile(repoDir: string, commit: string, path: string): Promise<string | null> {
  const isThere = await ask(repoDir, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}:${path}`]);
  if (isThere === null) return null;
  const context = contextOf(repoDir);
  return (await git(context, { args: ["cat-file", "blob", isThere.trim()], network: false })).toString("utf8");
}

/** Folder name of the repository, for texts that need one. */
export async function repositoryName(repoDir: string): Promise<string> {
  const top = (await ask(repoDir, ["rev-parse", "--show-toplevel"])) ?? repoDir;
  return (top.trim().split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9._-]+/g, "-") || "repository";
}

/** The answer, or null when git says no. */
async function ask(repoDir: string, args: readonly string[]): Promise<string | null> {
  const result = await tryGit(contextOf(repoDir), { args, network: false });
  return result.ending.kind === "completed" ? result.stdout.toString("utf8") : null;
}

function contextOf(repoDir: string): GitContext {
  return localContext(repoDir, { signal: new AbortController().signal, timeoutMs: TIMEOUT_MS });
}
