// Resolving and reopening threads of review comments. Who may do it is the caller's question (GraphQL asks for
// `contents: write` of an App); https://github.com/github/gh-aw/issues/35726
import { presentReviewComment } from "../present/comments.ts";
import { presentPullRequestItem } from "../present/pull-request.ts";
import type { ReviewComment, ReviewThread } from "../state.ts";
import { findPullRequest, repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";

/** Resolves or unresolves a thread; sends `pull_request_review_thread` when that changed something. */
export async function setThreadResolved(
  world: World,
  writer: Writer,
  thread: ReviewThread,
  isResolved: boolean,
): Promise<void> {
  if (thread.isResolved === isResolved) return;
  thread.isResolved = isResolved;
  thread.resolvedById = isResolved ? writer.user.id : null;
  const pull = findPullRequest(world, thread.repoId, thread.number);
  if (pull === undefined) return;
  const comments = commentsOfThread(world, thread).map((comment) => presentReviewComment(world, comment));
  await world.emit({
    event: "pull_request_review_thread",
    action: isResolved ? "resolved" : "unresolved",
    repository: repositoryOf(world, thread.repoId),
    sender: writer.user,
    payload: { pull_request: presentPullRequestItem(world, pull), thread: { node_id: thread.nodeId, comments } },
  });
}

/** Comments of a thread, oldest first; the first one carries the anchor. */
export function commentsOfThread(world: World, thread: ReviewThread): ReviewComment[] {
  return [...world.state.reviewComments.values()].filter((comment) => comment.threadId === thread.id);
}
