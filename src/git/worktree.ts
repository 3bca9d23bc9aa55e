// The working tree as a commit, for `rondo review --worktree`. It is made the way `git add --all` and `git commit` would
// make it, but from a copy of the index and into the throw-away repository: the user's index, refs and objects stay as
// they are, and no hook or filter of a configuration runs (src/git/environment.ts).
import { constants, copyFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { addWorktree, findIndex, findTopFolder, writeCommit, writeIndexTree } from "./plan.ts";
import { git, tryGit, type GitContext } from "./run-git.ts";
import { asDiskError, type Workspace } from "./workspace.ts";

/** The user's repository, and the throw-away one that borrows its objects. */
export type WorktreePlaces = { source: GitContext; context: GitContext; workspace: Workspace };

/**
 * Writes the commit, with `headSha` as its parent, and gives its id: the same for the same content. Throws UserError
 * NO_WORKTREE in a bare repository, PermanentError GIT_FAILED for a file that cannot be read, DISK_FULL.
 */
export async function commitWorktree(
  { source, context, workspace }: WorktreePlaces,
  headSha: string,
  excludesFile: string | null,
): Promise<string> {
  const top = await tryGit(source, findTopFolder());
  // Told to use a folder as repository, git takes the current one for its working tree.
  if (source.gitDir !== null || top.ending.kind !== "completed")
    throw new UserError(`${source.cwd} has no working tree to review.`, {
      code: "NO_WORKTREE",
      hint: "Leave --worktree out: commits can be reviewed in a bare repository too.",
    });
  const indexFile = join(workspace.root, "index-worktree");
  await copyIndex((await git(source, findIndex())).toString("utf8").replace(/\n$/, ""), indexFile);
  const there = { ...source, cwd: top.stdout.toString("utf8").replace(/\n$/, "") };
  const objectDir = join(workspace.gitDir, "objects");
  await git(there, addWorktree(excludesFile), { indexFile, objectDir });
  const tree = (await git(there, writeIndexTree(), { indexFile, objectDir })).toString("latin1").trim();
  const who = "Working tree <worktree@localhost> 0 +0000";
  const commit = `tree ${tree}\nparent ${headSha}\nauthor ${who}\ncommitter ${who}\n\nThe working tree\n`;
  return (await git(context, writeCommit(), { stdin: commit })).toString("latin1").trim();
}

/**
 * With the copy git knows which files did not change, and hashes only the others. It keeps its age: git looks into every
 * file that is as young as the index, because a file may change twice within one tick of the clock.
 * https://git-scm.com/docs/racy-git
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch((error: unknown) => {
    // A repository into which nothing was added yet has none.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (found === null) return;
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    const age = Math.floor(found.mtimeMs / 1000);
    await utimes(to, age, age);
  } catch (error) {
    throw asDiskError(error);
  }
}
