// Whether a head merges into a branch without conflicts, by git's own merge machinery (git 2.38 or newer).
import { branchTip } from "./bare-repository.ts";
import { GitFailed, runGit } from "./run-git.ts";

const kept = new Map<string, boolean>();

/** True: clean; false: conflicts; null: unknown (no such branch, unrelated histories). */
export async function mergeability(gitDir: string, baseBranch: string, headSha: string): Promise<boolean | null> {
  const base = await branchTip(gitDir, baseBranch);
  if (base === undefined) return null;
  const key = `${gitDir}\n${base}\n${headSha}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const merged = await mergeTree(gitDir, base, headSha);
  if (merged !== null) kept.set(key, merged.isClean);
  return merged === null ? null : merged.isClean;
}

/** Merges two commits in memory; null when they share no history. */
export async function mergeTree(
  gitDir: string,
  base: string,
  head: string,
): Promise<{ isClean: boolean; treeSha: string } | null> {
  try {
    const printed = await runGit(gitDir, ["merge-tree", "--write-tree", base, head]);
    return { isClean: true, treeSha: printed.toString("utf8").split("\n")[0] ?? "" };
  } catch (error) {
    // Exit code 1 is "conflicts"; anything else could not be merged at all.
    if (error instanceof GitFailed) return error.exitCode === 1 ? { isClean: false, treeSha: "" } : null;
    throw error;
  }
}
