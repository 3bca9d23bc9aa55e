// After a push, review comments follow their line: where it still stands in the new diff the comment gets the new line,
// position and commit; where it is gone the comment becomes outdated (null line). Approvals move to the new head when the
// diff stayed the same. Observed behaviour: https://github.com/max-sixty/tend/pull/884, https://github.com/apache/maka/pull/5068
import { diffFiles, diffText } from "../git/diff-files.ts";
import { findPatchLine, readPatchLines } from "../git/patch-lines.ts";
import type { PatchLine } from "../git/patch-lines.ts";
import { runGit } from "../git/run-git.ts";
import type { PullRequest, Repository, ReviewComment } from "../state.ts";
import { repositoryOf } from "../world.ts";
import type { World } from "../world.ts";
import { pullRequestRange } from "./pull-request-range.ts";

/** Re-anchors all comments of a pull request whose head or base moved; `oldHead` is the head before. */
export async function reanchor(world: World, pull: PullRequest, oldHead: string): Promise<void> {
  const repository = repositoryOf(world, pull.repoId);
  const comments = [...world.state.reviewComments.values()].filter(
    (comment) => comment.repoId === pull.repoId && comment.number === pull.number,
  );
  const { mergeBaseSha } = await pullRequestRange(world, pull);
  if (comments.length > 0) {
    const files = await diffFiles(repository.gitDir, mergeBaseSha, pull.headSha);
    for (const comment of comments) {
      const file = files.find((candidate) => candidate.path === comment.path);
      await reanchorComment(repository, pull, comment, file === undefined ? null : readPatchLines(file.patch));
    }
  }
  await moveApprovals(world, pull, oldHead);
}

async function reanchorComment(
  repository: Repository,
  pull: PullRequest,
  comment: ReviewComment,
  lines: PatchLine[] | null,
): Promise<void> {
  if (comment.subjectType === "file") {
    if (lines !== null) comment.commitSha = pull.headSha;
    return;
  }
  if (comment.current.line === null) return;
  const follow = async (line: number, side: "LEFT" | "RIGHT"): Promise<PatchLine | undefined> => {
    if (lines === null) return undefined;
    const moved = side === "LEFT" ? line : await followLine(repository.gitDir, comment, pull.headSha, line);
    const found = moved === null ? undefined : findPatchLine(lines, side, moved);
    return found;
  };
  const end = await follow(comment.current.line, comment.side);
  const start =
    comment.current.startLine === null
      ? undefined
      : await follow(comment.current.startLine, comment.startSide ?? comment.side);
  const isLeftTextSame = comment.side === "RIGHT" || end?.text === lastText(comment.diffHunk);
  if (end === undefined || !isLeftTextSame || (comment.current.startLine !== null && start === undefined)) {
    comment.current = { line: null, startLine: null, position: null };
    return;
  }
  comment.current = { line: end.line, startLine: start?.line ?? null, position: end.position };
  comment.commitSha = pull.headSha;
}

// New number of an unchanged line of the new file between two commits; null when it was changed, deleted or the file is gone.
async function followLine(
  gitDir: string,
  comment: ReviewComment,
  headSha: string,
  line: number,
): Promise<number | null> {
  if (comment.commitSha === headSha) return line;
  const args = [
    "diff",
    "-U0",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    comment.commitSha,
    headSha,
    "--",
    comment.path,
  ];
  const printed = (await runGit(gitDir, args)).toString("utf8");
  if (/^(?:deleted file mode|Binary files)/m.test(printed)) return null;
  let shift = 0;
  for (const header of printed.matchAll(/^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/gm)) {
    const [, start = "0", removed = "1", added = "1"] = header;
    const [from, oldCount, newCount] = [Number(start), Number(removed), Number(added)];
    // With no old lines the hunk stands after line `from`.
    const first = oldCount === 0 ? from + 1 : from;
    if (line < first) break;
    if (line < first + oldCount) return null;
    shift += newCount - oldCount;
  }
  return line + shift;
}

function lastText(diffHunk: string): string {
  return (diffHunk.split("\n").at(-1) ?? "").slice(1);
}

async function moveApprovals(world: World, pull: PullRequest, oldHead: string): Promise<void> {
  const approvals = [...world.state.reviews.values()].filter(
    (review) =>
      review.repoId === pull.repoId &&
      review.number === pull.number &&
      review.state === "APPROVED" &&
      review.commitSha === oldHead,
  );
  if (approvals.length === 0) return;
  const { gitDir } = repositoryOf(world, pull.repoId);
  const before = await pullRequestRange(world, { ...pull, headSha: oldHead });
  const after = await pullRequestRange(world, pull);
  const [oldDiff, newDiff] = await Promise.all([
    diffText(gitDir, before.mergeBaseSha, oldHead),
    diffText(gitDir, after.mergeBaseSha, pull.headSha),
  ]);
  if (oldDiff !== newDiff) return;
  for (const review of approvals) review.commitSha = pull.headSha;
}
