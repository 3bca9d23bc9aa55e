// A thread of review comments with the part of the diff it stands on. Resolved and outdated threads are folded.
import type { ReviewComment } from "../state.ts";
import { userOf } from "../world.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import { renderHunk } from "./render-hunk.ts";
import { renderAvatar, renderBody, renderLogin, renderMinimized, renderReactions, renderTime } from "./render-parts.ts";
import type { ThreadView } from "./timeline.ts";

/** GitHub shows the last four lines above a comment. */
const CONTEXT_LINES = 4;

export function renderThread(world: World, { thread, comments }: ThreadView): Html {
  const [first] = comments;
  if (!first) return markup``;
  const state = threadState(first, thread.isResolved);
  const resolver = thread.isResolved && thread.resolvedById !== null ? userOf(world, thread.resolvedById) : undefined;
  const hunk = first.subjectType === "line" && renderHunk(first.path, lastLines(first.diffHunk));
  const inside = markup`${hunk}
    <div class="replies">${comments.map((one) => renderReviewComment(world, one))}</div>
    ${resolver && markup`<p class="resolver">${renderLogin(resolver)} marked this conversation as resolved.</p>`}`;
  const title = markup`<span class="path">${first.path}</span> <span class="muted">${placeOf(first)}</span>
    ${state && markup`<span class="tag ${state.toLowerCase()}">${state}</span>`}`;
  return markup`<details class="thread" id="thread-${thread.id}" ${state === "" && "open"}>
    <summary>${title}</summary>
    ${inside}
  </details>`;
}

/** Word for a folded thread, empty for one that is open. */
export function threadState(first: ReviewComment, isResolved: boolean): "Resolved" | "Outdated" | "" {
  if (isResolved) return "Resolved";
  return first.subjectType === "line" && first.current.line === null ? "Outdated" : "";
}

function placeOf({ subjectType, current, original, side }: ReviewComment): string {
  if (subjectType === "file") return "whole file";
  const { line, startLine } = current.line === null ? original : current;
  const where = side === "LEFT" ? " (removed)" : "";
  return startLine === null ? `line ${line ?? "?"}${where}` : `lines ${startLine}–${line ?? "?"}${where}`;
}

function renderReviewComment(world: World, comment: ReviewComment): Html {
  const author = userOf(world, comment.authorId);
  const body = markup`${renderBody(comment.body)}${renderReactions(world, { kind: "reviewComment", id: comment.id })}`;
  return markup`<div class="reply" id="discussion_r${comment.id}">
    ${renderAvatar(author)}
    <div>
      <header>${renderLogin(author)} <span class="muted">${renderTime(comment.createdAt)}</span></header>
      ${renderMinimized(comment.minimizedReason, body)}
    </div>
  </div>`;
}

/** Keeps the end of a hunk and moves the numbers of its header along. */
function lastLines(diffHunk: string): string {
  const [header = "", ...rows] = diffHunk.split("\n");
  const skipped = rows.slice(0, Math.max(0, rows.length - CONTEXT_LINES));
  const numbers = /^@@ -(?<old>\d+)(?:,\d+)? \+(?<new>\d+)/.exec(header)?.groups;
  if (!numbers || skipped.length === 0) return diffHunk;
  const old = Number(numbers["old"]) + skipped.filter((row) => !row.startsWith("+")).length;
  const now = Number(numbers["new"]) + skipped.filter((row) => !row.startsWith("-")).length;
  return [`@@ -${old} +${now} @@`, ...rows.slice(skipped.length)].join("\n");
}
