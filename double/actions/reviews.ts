// Reviews: create (all or nothing), submit, edit, dismiss, delete. The rules and texts are GitHub's, not in its OpenAPI:
// https://docs.github.com/en/rest/pulls/reviews, https://github.com/max-sixty/tend/issues/1171 (one pending per user),
// https://github.com/Blazity/ai-workflow/issues/180 (own pull request), https://github.com/reviewdog/reviewdog/issues/434
import { unprocessable } from "../api-error.ts";
import { isTooLong } from "../read-body.ts";
import type { PullRequest, Review, ReviewState } from "../state.ts";
import { findPullRequest } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { anchorComment, isCommitOfPull } from "./anchor-comment.ts";
import type { Anchored, WantedAnchor } from "./anchor-comment.ts";
import { addReviewComment, announceReviewComment, commentsOfReview } from "./review-comments.ts";
import { addReview, announceReview } from "./review-records.ts";

/** GitHub's words for submitting. */
export type ReviewEvent = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

/** A review to create; without `event` it stays pending. */
export interface NewReview {
  event?: ReviewEvent | undefined;
  body?: string | undefined;
  /** Default: the head. */
  commitSha?: string | undefined;
  comments?: (WantedAnchor & { body: string })[] | undefined;
}

const STATE_OF: Record<ReviewEvent, ReviewState> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

/** Creates a review with all its comments, or throws 422 and creates nothing. */
export async function createReview(world: World, writer: Writer, pull: PullRequest, draft: NewReview): Promise<Review> {
  demandSubmittable(pull, writer, draft.event, draft.body ?? "");
  const commitSha = draft.commitSha ?? pull.headSha;
  if (!(await isCommitOfPull(world, pull, commitSha)))
    throw unprocessable("The commitOID is not part of the pull request");
  const anchored: { body: string; anchor: Anchored }[] = [];
  const sentences = new Set<string>();
  for (const wanted of draft.comments ?? []) {
    const anchor = await anchorComment(world, pull, commitSha, wanted);
    if (Array.isArray(anchor)) anchor.forEach((problem) => sentences.add(problem.sentence));
    else if (wanted.body.trim() === "") sentences.add("Body can't be blank");
    else if (isTooLong(wanted.body)) sentences.add("Body is too long (maximum is 65536 characters)");
    else anchored.push({ body: wanted.body, anchor });
  }
  if (sentences.size > 0) throw unprocessable([...sentences].join(", "));
  // After the last wait: two requests at once must not both pass.
  demandNoPending(world, writer, pull);
  const state = draft.event === undefined ? "PENDING" : STATE_OF[draft.event];
  const review = addReview(world, writer, pull, { body: draft.body ?? "", state, commitSha });
  for (const { body, anchor } of anchored) addReviewComment(world, writer, review, { body, commitSha, anchor });
  if (state !== "PENDING") await announceWithComments(world, writer, review);
  return review;
}

/** Submits a pending review. */
export async function submitReview(
  world: World,
  writer: Writer,
  review: Review,
  submission: { event: ReviewEvent; body?: string | undefined },
): Promise<void> {
  const pull = findPullRequest(world, review.repoId, review.number);
  if (pull === undefined || review.state !== "PENDING")
    throw unprocessable("Could not submit a review that is not pending.");
  const body = submission.body ?? review.body;
  demandSubmittable(pull, writer, submission.event, body);
  review.body = body;
  review.state = STATE_OF[submission.event];
  review.submittedAt = review.updatedAt = world.now();
  await announceWithComments(world, writer, review);
}

/** Changes a review's text; `pull_request_review.edited` unless pending. */
export async function editReview(world: World, writer: Writer, review: Review, body: string): Promise<void> {
  if (isTooLong(body)) throw unprocessable("Body is too long (maximum is 65536 characters)");
  const from = review.body;
  review.body = body;
  review.updatedAt = world.now();
  if (review.state !== "PENDING")
    await announceReview(world, writer, review, "edited", { changes: { body: { from } } });
}

/** Dismisses an approval or a request for changes. */
export async function dismissReview(world: World, writer: Writer, review: Review): Promise<void> {
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
    throw unprocessable("Can not dismiss a commented pull request review");
  }
  review.state = "DISMISSED";
  review.updatedAt = world.now();
  await announceReview(world, writer, review, "dismissed");
}

/** Deletes a pending review with its comments. Throws 422 for a submitted one. */
export function deletePendingReview(world: World, review: Review): void {
  if (review.state !== "PENDING") throw unprocessable("Can not delete a non-pending pull request review");
  for (const comment of commentsOfReview(world, review)) {
    world.state.reviewComments.delete(comment.id);
    world.state.threads.delete(comment.threadId);
  }
  world.state.reviews.delete(review.id);
}

async function announceWithComments(world: World, writer: Writer, review: Review): Promise<void> {
  await announceReview(world, writer, review, "submitted");
  for (const comment of commentsOfReview(world, review)) await announceReviewComment(world, writer, comment, "created");
}

function demandNoPending(world: World, writer: Writer, pull: PullRequest): void {
  const hasPending = [...world.state.reviews.values()].some(
    (review) =>
      review.repoId === pull.repoId &&
      review.number === pull.number &&
      review.authorId === writer.user.id &&
      review.state === "PENDING",
  );
  if (hasPending) throw unprocessable("User can only have one pending review per pull request");
}

function demandSubmittable(pull: PullRequest, writer: Writer, event: ReviewEvent | undefined, body: string): void {
  if (isTooLong(body)) throw unprocessable("Body is too long (maximum is 65536 characters)");
  const isOwn = pull.authorId === writer.user.id;
  if (event === "APPROVE" && isOwn) throw unprocessable("Review Can not approve your own pull request");
  if (event === "REQUEST_CHANGES" && isOwn)
    throw unprocessable("Review Can not request changes on your own pull request");
  const needsBody = event === "REQUEST_CHANGES" || event === "COMMENT";
  if (needsBody && body.trim() === "") throw unprocessable("Body can't be blank");
}
