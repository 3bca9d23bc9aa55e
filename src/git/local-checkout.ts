// The same checkout for a repository on this machine, without any network: what `rondo review` looks at. With `worktree`
// the files as they stand count, committed or not: they become a commit of the throw-away repository.
// The user's repository is only read: its objects are borrowed, its configuration, hooks and filters are never used.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { Checkout } from "../checkouts.ts";
import { contextFor } from "./checkout.ts";
import { DEFAULT_LIMITS, type CheckoutLimits } from "./classify.ts";
import { noMergeBase } from "./fetch.ts";
import { findMergeBase, findObjects, pointHead, resolveCommit } from "./plan.ts";
import { prepareChange } from "./prepare-change.ts";
import { git, gitFailure, tryGit, type GitContext } from "./run-git.ts";
import { prepareTree } from "./tree.ts";
import { commitWorktree } from "./worktree.ts";
import { createWorkspace, removeWorkspace } from "./workspace.ts";

/** What to compare: anything that names a commit (branch, tag, id, HEAD~3), in the repository around `repoDir`. */
export type LocalChange = {
  repoDir: string;
  base: string;
  head: string;
  /** Review the working tree on top of `head`. `excludesFile` names what is ignored besides .gitignore. */
  worktree?: { excludesFile: string | null };
  /** True: all files of the reviewed commit are wanted too. */
  needsTree?: boolean;
  tmpDir: string;
  limits?: Partial<CheckoutLimits>;
  signal?: AbortSignal;
};

/**
 * Prepares the change from the merge base of `base` and `head` to `head`. Only committed content is seen,
 * unless `worktree` is given; `headSha` is then a commit that exists in the throw-away repository alone, on top of
 * `committedSha`.
 * Throws UserError NOT_A_REPOSITORY, UNKNOWN_REVISION or NO_WORKTREE, PermanentError NO_MERGE_BASE and those of
 * `gitCheckouts`.
 * Give the result to `disposeLocalCheckout` when done.
 */
export async function localCheckout(change: LocalChange): Promise<Checkout & { committedSha: string }> {
  const limits = { ...DEFAULT_LIMITS, ...change.limits };
  const signal = change.signal ?? new AbortController().signal;
  const source = localContext(change.repoDir, { signal, timeoutMs: limits.timeoutMs });
  const commits = Promise.all([resolve(source, change.head), resolve(source, change.base)]);
  // Outside of a repository both fail; this error says more.
  commits.catch(() => {});
  const objects = await requireRepository(change.repoDir);
  const [committedSha, baseSha] = await commits;
  const merge = await tryGit(source, findMergeBase(baseSha, committedSha));
  if (merge.ending.kind !== "completed") throw noMergeBase();
  const mergeBaseSha = merge.stdout.toString("latin1").trim();
  const workspace = await createWorkspace(change.tmpDir, objects);
  try {
    const context = contextFor(workspace, limits, signal, null);
    const headSha =
      change.worktree === undefined
        ? committedSha
        : await commitWorktree({ source, context, workspace }, committedSha, change.worktree.excludesFile);
    await git(context, pointHead(headSha));
    const prepared = await prepareChange(
      context,
      { workspace, headSha, mergeBaseSha, limits, rulesFrom: mergeBaseSha },
      async () => {},
    );
    const tree = change.needsTree === true ? await prepareTree(context, workspace, headSha, limits) : null;
    return { ...prepared, committedSha, tree };
  } catch (error) {
    await removeWorkspace(workspace.gitDir);
    throw error;
  }
}

/** Removes what `localCheckout` made; safe to call twice. The user's repository is not touched. */
export async function disposeLocalCheckout(checkout: Checkout): Promise<void> {
  await removeWorkspace(checkout.gitDir);
}

/** The folder of the repository's objects. Throws UserError NOT_A_REPOSITORY, PermanentError GIT_NOT_INSTALLED. */
export async function requireRepository(repoDir: string): Promise<string> {
  const context = localContext(repoDir, { signal: new AbortController().signal, timeoutMs: DEFAULT_LIMITS.timeoutMs });
  const objects = await tryGit(context, findObjects());
  if (objects.ending.kind === "notInstalled") throw gitFailure(findObjects(), objects);
  if (objects.ending.kind === "completed") return objects.stdout.toString("utf8").trim();
  throw new UserError(`${repoDir} is not inside a git repository.`, { code: "NOT_A_REPOSITORY" });
}

/** How git is asked about a repository on this machine: without the network, from `repoDir`. */
export function localContext(
  repoDir: string,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): GitContext {
  return { gitDir: bareRepository(repoDir), cwd: repoDir, signal, network: null, timeoutMs };
}

/**
 * The folder itself when the caller points at a bare repository. Git would refuse to find one on its own, and rightly:
 * a bare repository embedded in somebody's checkout can bring settings that run commands.
 */
function bareRepository(repoDir: string): string | null {
  const isBare = ["HEAD", "objects", "refs"].every((name) => existsSync(join(repoDir, name)));
  return isBare ? repoDir : null;
}

async function resolve(source: GitContext, revision: string): Promise<string> {
  const result = await tryGit(source, resolveCommit(revision));
  if (result.ending.kind === "completed") return result.stdout.toString("latin1").trim();
  throw new UserError(`${revision} names no commit in ${source.cwd}.`, {
    code: "UNKNOWN_REVISION",
    hint: "Give a branch, a tag or a commit id that exists here.",
  });
}
