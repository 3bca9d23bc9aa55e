// The two fetches of a checkout, and what is found out when one of them fails.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError, RetryableError } from "../errors.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { CheckoutLimits } from "./classify.ts";
import { objectSizes } from "./objects.ts";
import { BASE_REF, fetchBlobs, fetchCommits, HEAD_REF, listBranches, pointHead, TIP_REF } from "./plan.ts";
import { git, gitFailure, tryGit, type GitContext } from "./run-git.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Fetches both commits in one request, without history and file contents, and points HEAD at the head. When the server does
 * not have them, finds out which one is gone: PermanentError HEAD_GONE, BASE_GONE or REPOSITORY_EMPTY.
 */
export async function fetchBoth(
  context: GitContext,
  ref: PullRequestRef,
  headSha: string,
  mergeBaseSha: string,
): Promise<void> {
  const head = { source: headSha, ref: HEAD_REF };
  const base = { source: mergeBaseSha, ref: BASE_REF };
  const both = fetchCommits(headSha === mergeBaseSha ? [head] : [head, base]);
  const result = await tryGit(context, both);
  if (result.ending.kind !== "completed") {
    if (!isMissing(result.stderr)) throw gitFailure(both, result, context.network);
    const branches = await git(context, listBranches());
    if (branches.length === 0) {
      throw new PermanentError("The repository is empty.", { code: "REPOSITORY_EMPTY" });
    }
    // A server that gives no commit by its id still gives the pull request's own ref.
    const byRef = { source: `refs/pull/${ref.number}/head`, ref: HEAD_REF };
    if (!(await isFetched(context, [head])) && !(await isFetched(context, [byRef]))) throw headGone(headSha);
    if (!(await isFetched(context, [base]))) {
      throw new PermanentError(`The merge base ${mergeBaseSha} is no longer on the server.`, { code: "BASE_GONE" });
    }
  }
  const found = await objectSizes(context, [headSha, mergeBaseSha]);
  // After the fallback: the ref may have moved on to another commit.
  if (found.get(headSha)?.type !== "commit") throw headGone(headSha);
  if (found.get(mergeBaseSha)?.type !== "commit") throw noMergeBase();
  await git(context, pointHead(headSha));
}

/**
 * Fetches the tip of the base branch too, for what the project says there, and returns it. When the server no longer has
 * it, the merge base stands in: it was on the base branch as well.
 */
export async function fetchTip(context: GitContext, baseSha: string, mergeBaseSha: string): Promise<string> {
  if (baseSha === mergeBaseSha || (await objectSizes(context, [baseSha])).has(baseSha)) return baseSha;
  return (await isFetched(context, [{ source: baseSha, ref: TIP_REF }])) ? baseSha : mergeBaseSha;
}

function headGone(headSha: string): PermanentError {
  return new PermanentError(`The head commit ${headSha} is no longer on the server.`, {
    code: "HEAD_GONE",
    hint: "The branch was probably force-pushed or deleted; the next push starts a new round.",
  });
}

async function isFetched(context: GitContext, sources: readonly { source: string; ref: string }[]): Promise<boolean> {
  const command = fetchCommits(sources);
  const result = await tryGit(context, command);
  if (result.ending.kind === "completed") return true;
  if (isMissing(result.stderr)) return false;
  throw gitFailure(command, result, context.network);
}

function isMissing(stderr: Buffer): boolean {
  return /not our ref|unadvertised object|couldn't find remote ref|no such remote ref|bad object/i.test(
    stderr.toString("utf8"),
  );
}

/** Fetches all blobs in one request, stopped with CHANGE_TOO_LARGE when it puts more on the disk than it may. */
export async function fetchCapped(
  context: GitContext,
  workspace: Workspace,
  ids: readonly string[],
  limits: CheckoutLimits,
): Promise<void> {
  const tooMuch = new AbortController();
  const packs = join(workspace.gitDir, "objects", "pack");
  const look = async (): Promise<void> => {
    if ((await folderBytes(packs)) > limits.maxFetchBytes) tooMuch.abort();
  };
  const watchdog = setInterval(() => void look(), 200);
  const command = fetchBlobs();
  try {
    await git(context, command, { stdin: ids.map((id) => `${id}\n`).join(""), signal: tooMuch.signal });
    await look();
  } catch (error) {
    if (!(tooMuch.signal.aborted && error instanceof RetryableError)) throw error;
  } finally {
    clearInterval(watchdog);
  }
  if (tooMuch.signal.aborted) {
    throw new PermanentError(`The changed files are more than ${limits.maxFetchBytes} bytes, packed.`, {
      code: "CHANGE_TOO_LARGE",
      hint: "Large files belong into a release or a large file storage.",
    });
  }
}

/** Sum of the sizes of a folder's files; a file that goes away meanwhile counts nothing. */
async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The error for histories that never met. */
export function noMergeBase(): PermanentError {
  return new PermanentError("The head and its base share no history, so there is no difference to review.", {
    code: "NO_MERGE_BASE",
    hint: "Rebase the branch onto the base branch.",
  });
}
