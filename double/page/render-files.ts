// "Files changed": every file of the diff with line numbers; annotations of the checks and threads stand under their line.
import { diffFiles, type FileDiff } from "../git/diff-files.ts";
import { pullRequestRange } from "../actions/pull-request-range.ts";
import type { Annotation, CheckRun, DiffSide, PullRequest } from "../state.ts";
import { repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import { renderAnnotation } from "./render-checks.ts";
import { renderHunk } from "./render-hunk.ts";
import { renderLogin } from "./render-parts.ts";
import { threadState } from "./render-thread.ts";
import { readThreads, type ThreadView } from "./timeline.ts";

/** Files of the pull request as its diff stands now. */
export async function readFiles(world: World, pull: PullRequest): Promise<FileDiff[]> {
  const { mergeBaseSha, headSha } = await pullRequestRange(world, pull);
  return diffFiles(repositoryOf(world, pull.repoId).gitDir, mergeBaseSha, headSha);
}

export function renderFiles(
  world: World,
  pull: PullRequest,
  files: readonly FileDiff[],
  runs: readonly CheckRun[],
): Html {
  const annotations = runs.flatMap((run) => run.annotations);
  const threads = readThreads(world, pull);
  const plus = files.reduce((sum, file) => sum + file.additions, 0);
  const minus = files.reduce((sum, file) => sum + file.deletions, 0);
  return markup`<section class="files" id="files">
    <h2>
      Files changed <span class="count">${files.length}</span> <span class="plus">+${plus}</span>
      <span class="minus">−${minus}</span>
    </h2>
    ${files.map((file) => renderFile(world, file, { annotations, threads }))}
  </section>`;
}

type Remarks = { annotations: readonly Annotation[]; threads: readonly ThreadView[] };

function renderFile(world: World, file: FileDiff, remarks: Remarks): Html {
  const own: Remarks = {
    annotations: remarks.annotations.filter(({ path }) => path === file.path),
    threads: remarks.threads.filter(({ comments }) => comments[0]?.path === file.path),
  };
  const name = file.previousPath === null ? file.path : `${file.previousPath} → ${file.path}`;
  const body =
    file.patch === null
      ? markup`<p class="muted none">${file.isTooLarge ? "Large diffs are not shown." : "No text to show."}</p>`
      : renderHunk(file.path, file.patch, (side, line) => renderRemarks(world, own, side, line));
  return markup`<details class="file" open>
    <summary>
      <span class="path">${name}</span><span class="tag">${file.status}</span>
      <span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span>
    </summary>
    ${body}
  </details>`;
}

function renderRemarks(world: World, { annotations, threads }: Remarks, side: DiffSide, line: number): Html | null {
  const notes = annotations
    .filter((one) => side === "RIGHT" && one.endLine === line)
    .map((one) => renderAnnotation(one));
  const links = threads.flatMap(({ thread, comments }) => {
    const [first] = comments;
    if (!first || first.side !== side || first.current.line !== line) return [];
    const state = threadState(first, thread.isResolved);
    const replies = comments.length === 1 ? "1 comment" : `${comments.length} comments`;
    return [
      markup`<a class="thread-link" href="#discussion_r${first.id}">
        ${renderLogin(userOf(world, first.authorId))} ${titleOf(first.body)} <span class="muted">${replies}</span>
        ${state && markup`<span class="tag ${state.toLowerCase()}">${state}</span>`}
      </a>`,
    ];
  });
  return notes.length + links.length > 0 ? markup`${links}${notes}` : null;
}

/** First line of a comment as plain text: tags, images and emphasis removed. */
function titleOf(body: string): string {
  const line = body.split("\n").find((one) => one.trim() !== "") ?? "";
  return line
    .replace(/!\[[^\]]*\]\([^)]*\)|<[^>]*>|\*\*/g, "")
    .trim()
    .slice(0, 120);
}
