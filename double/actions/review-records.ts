// The review record and its event, shared by batches (reviews.ts) and by single comments and replies (review-comments.ts),
// which make a review of their own.
import { presentReview } from "../present/comments.ts";
import { presentPullRequestItem } from "../present/pull-request.ts";
import type { PullRequest, Review, ReviewState } from "../state.ts";
import { findPullRequest, nodeId, repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";

/** Adds a review record; no rules, no event. */
export function addReview(
  world: World,
  writer: Writer,
  pull: PullRequest,
  draft: { body: string; state: ReviewState; commitSha: string },
): Review {
  const id = world.newId();
  const review: Review = {
    id,
    nodeId: nodeId("PRR", id),
    repoId: pull.repoId,
    number: pull.number,
    authorId: writer.user.id,
    viaAppId: writer.appId,
    ...draft,
    minimizedReason: null,
    createdAt: world.now(),
    submittedAt: draft.state === "PENDING" ? null : world.now(),
    updatedAt: world.now(),
  };
  world.state.reviews.set(id, review);
  pull.updatedAt = world.now();
  return review;
}

/** Sends `pull_request_review`; the state is lower case there. */
export async function announceReview(
  world: World,
  writer: Writer,
  review: Review,
  action: string,
  extra: Record<string, unknown> = {},
): Promise<void> {
  const pull = findPullRequest(world, review.repoId, review.number);
  if (pull === undefined) return;
  const shown = {
    ...presentReview(world, review),
    state: review.state.toLowerCase(),
    updated_at: review.updatedAt.toISOString(),
  };
  await world.emit({
    event: "pull_request_review",
    action,
    repository: repositoryOf(world, review.repoId),
    sender: writer.user,
    payload: { ...extra, review: shown, pull_request: presentPullRequestItem(world, pull) },
  });
}
