// Where may a review comment stand? Computed from the real diff, refused in GitHub's words. The OpenAPI description says
// nothing of this. https://docs.github.com/en/rest/pulls/comments, https://github.com/parkerbxyz/suggest-changes/issues/64
import { diffFiles } from "../git/diff-files.ts";
import { findPatchLine, readPatchLines } from "../git/patch-lines.ts";
import type { PatchLine } from "../git/patch-lines.ts";
import { tryGitText } from "../git/run-git.ts";
import type { DiffSide, PullRequest, ReviewComment } from "../state.ts";
import { repositoryOf } from "../world.ts";
import type { World } from "../world.ts";
import { pullRequestRange } from "./pull-request-range.ts";

/** Where a comment wants to stand. Lines are 1-based; `position` is the old scheme. */
export interface WantedAnchor {
  path: string;
  line?: number | undefined;
  side?: DiffSide | undefined;
  startLine?: number | undefined;
  startSide?: DiffSide | undefined;
  position?: number | undefined;
  subjectType?: "line" | "file" | undefined;
}

/** The part of a review comment that says where it stands. */
export type Anchored = Pick<
  ReviewComment,
  "path" | "side" | "startSide" | "subjectType" | "current" | "original" | "diffHunk"
>;

/** A place that does not exist, by the field that is wrong. */
export interface AnchorProblem {
  field: "line" | "path" | "start_line" | "position";
  /** GitHub's sentence, e.g. "Line could not be resolved". */
  sentence: string;
}

/** Finds the place in the diff of `commitSha`, or says which parts of it do not exist. */
export async function anchorComment(
  world: World,
  pull: PullRequest,
  commitSha: string,
  wanted: WantedAnchor,
): Promise<Anchored | AnchorProblem[]> {
  const { gitDir } = repositoryOf(world, pull.repoId);
  const { mergeBaseSha } = await pullRequestRange(world, { ...pull, headSha: commitSha });
  const files = await diffFiles(gitDir, mergeBaseSha, commitSha);
  const file = files.find((candidate) => candidate.path === wanted.path);
  if (file === undefined) {
    const isLineComment = wanted.subjectType !== "file";
    const path: AnchorProblem = { field: "path", sentence: "Path could not be resolved" };
    return isLineComment ? [{ field: "line", sentence: "Line could not be resolved" }, path] : [path];
  }
  if (wanted.subjectType === "file") return fileAnchor(wanted.path);
  return lineAnchor(readPatchLines(file.patch), wanted);
}

/** Whether a commit belongs to the pull request (its head, or an ancestor above the merge base). */
export async function isCommitOfPull(world: World, pull: PullRequest, sha: string): Promise<boolean> {
  if (sha === pull.headSha) return true;
  if (!/^[0-9a-f]{40}$/.test(sha)) return false;
  const { gitDir } = repositoryOf(world, pull.repoId);
  const { mergeBaseSha } = await pullRequestRange(world, pull);
  const isBefore = await tryGitText(gitDir, "merge-base", "--is-ancestor", sha, pull.headSha);
  const isOld = await tryGitText(gitDir, "merge-base", "--is-ancestor", sha, mergeBaseSha);
  return isBefore !== undefined && isOld === undefined;
}

function fileAnchor(path: string): Anchored {
  const nowhere = { line: null, startLine: null, position: 1 };
  return {
    path,
    side: "RIGHT",
    startSide: null,
    subjectType: "file",
    current: nowhere,
    original: { ...nowhere },
    diffHunk: "",
  };
}

function lineAnchor(lines: PatchLine[], wanted: WantedAnchor): Anchored | AnchorProblem[] {
  const end =
    wanted.line === undefined
      ? lines.find((candidate) => candidate.position === wanted.position)
      : findPatchLine(lines, wanted.side ?? "RIGHT", wanted.line);
  if (end === undefined) {
    return wanted.line === undefined
      ? [{ field: "position", sentence: "Position could not be resolved" }]
      : [{ field: "line", sentence: "Line could not be resolved" }];
  }
  const startSide = wanted.startSide ?? (wanted.startLine === undefined ? null : end.side);
  const problem =
    wanted.startLine === undefined ? undefined : rangeProblem(lines, end, wanted.startLine, startSide ?? end.side);
  if (problem !== undefined) return [problem];
  const place = { line: end.line, startLine: wanted.startLine ?? null, position: end.position };
  return {
    path: wanted.path,
    side: end.side,
    startSide,
    subjectType: "line",
    current: place,
    original: { ...place },
    diffHunk: end.diffHunk,
  };
}

function rangeProblem(
  lines: PatchLine[],
  end: PatchLine,
  startLine: number,
  startSide: DiffSide,
): AnchorProblem | undefined {
  const start = findPatchLine(lines, startSide, startLine);
  if (start === undefined) return { field: "start_line", sentence: "Start line could not be resolved" };
  if (start.hunk !== end.hunk)
    return { field: "start_line", sentence: "Start line must be part of the same hunk as the line." };
  if (start.position >= end.position) return { field: "start_line", sentence: "Start line must precede the end line." };
  return undefined;
}
