// Review comments and their threads: single ones, replies, edits, deletion. A single comment or a reply also makes its own
// review with state COMMENTED and an empty body, and GitHub announces both.
import { validationFailed } from "../api-error.ts";
import { presentReviewComment } from "../present/comments.ts";
import { presentPullRequestItem } from "../present/pull-request.ts";
import type { PullRequest, Review, ReviewComment, ReviewThread } from "../state.ts";
import { findPullRequest, nodeId, repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import type { Anchored } from "./anchor-comment.ts";
import { demandCommentBody } from "./issue-comments.ts";
import { addReview, announceReview } from "./review-records.ts";

/** Adds a comment to a review, in a new thread; no event (a pending review's comments are announced on submit). */
export function addReviewComment(
  world: World,
  writer: Writer,
  review: Review,
  draft: { body: string; commitSha: string; anchor: Anchored },
): ReviewComment {
  const threadId = world.newId();
  const thread: ReviewThread = {
    id: threadId,
    nodeId: nodeId("PRRT", threadId),
    repoId: review.repoId,
    number: review.number,
    isResolved: false,
    resolvedById: null,
  };
  world.state.threads.set(threadId, thread);
  return insert(world, writer, { ...draft, review, threadId, inReplyToId: null });
}

/** Posts one comment at once. */
export async function createReviewComment(
  world: World,
  writer: Writer,
  pull: PullRequest,
  draft: { body: string; commitSha: string; anchor: Anchored },
): Promise<ReviewComment> {
  demandCommentBody("PullRequestReviewComment", draft.body);
  const review = addReview(world, writer, pull, { body: "", state: "COMMENTED", commitSha: draft.commitSha });
  const comment = addReviewComment(world, writer, review, draft);
  await announceReviewComment(world, writer, comment, "created");
  await announceReview(world, writer, review, "submitted");
  return comment;
}

/** Answers in the thread of a top-level comment. Throws 422 for an answer to an answer. */
export async function replyToComment(
  world: World,
  writer: Writer,
  pull: PullRequest,
  parent: ReviewComment,
  body: string,
): Promise<ReviewComment> {
  demandCommentBody("PullRequestReviewComment", body);
  if (parent.inReplyToId !== null) throw validationFailed("PullRequestReviewComment", "in_reply_to", "invalid");
  const review = addReview(world, writer, pull, { body: "", state: "COMMENTED", commitSha: pull.headSha });
  const { path, side, startSide, subjectType, current, original, diffHunk } = parent;
  const anchor = { path, side, startSide, subjectType, current: { ...current }, original: { ...original }, diffHunk };
  const comment = insert(world, writer, {
    review,
    threadId: parent.threadId,
    inReplyToId: parent.id,
    body,
    commitSha: parent.commitSha,
    anchor,
  });
  await announceReviewComment(world, writer, comment, "created");
  await announceReview(world, writer, review, "submitted");
  return comment;
}

/** Changes a comment's text. */
export async function editReviewComment(
  world: World,
  writer: Writer,
  comment: ReviewComment,
  body: string,
): Promise<void> {
  demandCommentBody("PullRequestReviewComment", body);
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = world.now();
  await announceReviewComment(world, writer, comment, "edited", { changes: { body: { from } } });
}

/** Deletes a comment; a thread without comments goes with it. */
export async function deleteReviewComment(world: World, writer: Writer, comment: ReviewComment): Promise<void> {
  await announceReviewComment(world, writer, comment, "deleted");
  world.state.reviewComments.delete(comment.id);
  const isEmpty = ![...world.state.reviewComments.values()].some(({ threadId }) => threadId === comment.threadId);
  if (isEmpty) world.state.threads.delete(comment.threadId);
}

/** Comments of a review, in order. */
export function commentsOfReview(world: World, review: Review): ReviewComment[] {
  return [...world.state.reviewComments.values()].filter((comment) => comment.reviewId === review.id);
}

/** Sends `pull_request_review_comment`. */
export async function announceReviewComment(
  world: World,
  writer: Writer,
  comment: ReviewComment,
  action: string,
  extra: Record<string, unknown> = {},
): Promise<void> {
  const pull = findPullRequest(world, comment.repoId, comment.number);
  if (pull === undefined) return;
  const payload = {
    ...extra,
    comment: presentReviewComment(world, comment),
    pull_request: presentPullRequestItem(world, pull),
  };
  const repository = repositoryOf(world, comment.repoId);
  await world.emit({ event: "pull_request_review_comment", action, repository, sender: writer.user, payload });
}

interface InsertDraft {
  review: Review;
  threadId: number;
  inReplyToId: number | null;
  body: string;
  commitSha: string;
  anchor: Anchored;
}

function insert(world: World, writer: Writer, draft: InsertDraft): ReviewComment {
  const id = world.newId();
  const comment: ReviewComment = {
    id,
    nodeId: nodeId("PRRC", id),
    repoId: draft.review.repoId,
    number: draft.review.number,
    reviewId: draft.review.id,
    threadId: draft.threadId,
    inReplyToId: draft.inReplyToId,
    authorId: writer.user.id,
    viaAppId: writer.appId,
    body: draft.body,
    ...draft.anchor,
    commitSha: draft.commitSha,
    originalCommitSha: draft.commitSha,
    minimizedReason: null,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  world.state.reviewComments.set(id, comment);
  return comment;
}
