// GitHub reviews with inline comments. A review is all or nothing: one comment that GitHub cannot place refuses all of
// them, without naming it. https://docs.github.com/en/rest/pulls/reviews
import { isExpectedError, PermanentError, RetryableError } from "../errors.ts";
import type { PublishedReview, ReviewWrite } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { genuineKey } from "../report/marker.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import { outgoingBody } from "./outgoing.ts";
import { demandObject } from "./own-answer.ts";
import type { WriteContext } from "./publisher.ts";
import { retireReview } from "./retire-review.ts";
import { goneError, keepOldest, ownWith } from "./twins.ts";

type Review = {
  id: number | bigint;
  node_id: string;
  html_url: string;
  body: string;
  state: string;
  user: { login: string } | null;
};

/**
 * Posts the review, or adopts the one an unclear send left behind. Throws ANCHOR_REFUSED for a place GitHub refuses, and
 * OBJECT_GONE when it is known and not listed.
 */
export async function upsertReview(
  context: WriteContext,
  ref: PullRequestRef,
  write: ReviewWrite,
): Promise<PublishedReview> {
  const octokit = await context.client(ref.installationId);
  if (write.isRetry) {
    const own = await listOwn(context, octokit, ref);
    const found = await keepOldest(ownWith(context, write.key, own.filter(isSubmitted)), (twin, kept) =>
      retireReview({ context, octokit, ref }, twin, kept),
    );
    if (found !== undefined) return await withComments(context, octokit, ref, found);
  }
  if (write.knownId !== null) throw goneError("review");
  const review = await send(context, octokit, ref, write);
  return { ...(await withCommentsOfSent(context, octokit, ref, review)), isResent: write.isRetry };
}

/** The review stands, whatever reading its comments says: the next try must look for it and not send it again. */
async function withCommentsOfSent(...about: Parameters<typeof withComments>): Promise<PublishedReview> {
  try {
    return await withComments(...about);
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    throw new RetryableError(`The review is posted. ${error.message}`, {
      code: error.code,
      publicMessage: `The review is posted. ${error.publicMessage}`,
      isAmbiguous: true,
      ...(error instanceof RetryableError && error.retryAfterMs !== undefined
        ? { retryAfterMs: error.retryAfterMs }
        : {}),
      cause: error,
    });
  }
}

/**
 * True when GitHub takes these comments: a review without an event stays pending, which only its author sees, and is
 * removed at once. One that a crash leaves behind is removed before the next review is sent.
 */
export async function probeReview(context: WriteContext, ref: PullRequestRef, write: ReviewWrite): Promise<boolean> {
  const octokit = await context.client(ref.installationId);
  try {
    await send(context, octokit, ref, { ...write, event: undefined });
  } catch (error) {
    if (error instanceof PermanentError && error.code === "ANCHOR_REFUSED") return false;
    throw error;
  }
  await deletePending(context, octokit, ref);
  return true;
}

/** A review to post; without `event` it stays pending. */
type Sent = Omit<ReviewWrite, "event"> & { event: ReviewWrite["event"] | undefined };

async function send(context: WriteContext, octokit: GithubClient, ref: PullRequestRef, write: Sent): Promise<Review> {
  try {
    return await post(context, octokit, ref, write);
  } catch (error) {
    if (!isPendingLeft(error)) throw anchorRefusedOr(error, write);
  }
  // Left behind by a send that broke off; only its author sees it, and it blocks every further review.
  await deletePending(context, octokit, ref);
  try {
    return await post(context, octokit, ref, write);
  } catch (error) {
    throw anchorRefusedOr(error, write);
  }
}

async function post(context: WriteContext, octokit: GithubClient, ref: PullRequestRef, write: Sent): Promise<Review> {
  const what = "Posting a review";
  const { data } = await callGithub(what, () =>
    octokit.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
      commit_id: write.headSha,
      ...(write.event === undefined ? {} : { event: write.event }),
      body: outgoingBody(context, write.body, write.key),
      comments: write.comments.map((comment) => ({
        path: comment.path,
        body: outgoingBody(context, comment.body, comment.key),
        line: comment.line,
        side: comment.side,
        ...(comment.startLine === null
          ? {}
          : { start_line: comment.startLine, start_side: comment.startSide ?? comment.side }),
      })),
    }),
  );
  return demandObject(what, data);
}

/** Inline comments are known by their own markers; the answer to the POST does not list them. */
async function withComments(
  context: WriteContext,
  octokit: GithubClient,
  ref: PullRequestRef,
  review: Review,
): Promise<PublishedReview> {
  const comments = await callGithub("Reading a review's comments", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments", {
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
      review_id: Number(review.id),
      per_page: 100,
    }),
  );
  return {
    id: Number(review.id),
    url: review.html_url,
    nodeId: review.node_id,
    comments: comments.flatMap((comment) => {
      const key = genuineKey(comment.body, context.markerKeys);
      return key === undefined ? [] : [{ key, id: comment.id, url: comment.html_url }];
    }),
  };
}

/** A pending review is seen by its author only, and holds no key that counts. */
function isSubmitted(review: Review): boolean {
  return review.state !== "PENDING";
}

async function listOwn(context: WriteContext, octokit: GithubClient, ref: PullRequestRef): Promise<Review[]> {
  const all = await callGithub("Looking for a review", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
      per_page: 100,
    }),
  );
  return all.filter((review) => review.user?.login === context.botLogin);
}

async function deletePending(context: WriteContext, octokit: GithubClient, ref: PullRequestRef): Promise<void> {
  const own = await listOwn(context, octokit, ref);
  for (const review of own.filter((one) => one.state === "PENDING")) {
    await callGithub("Removing a pending review", () =>
      octokit.request("DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", {
        owner: ref.owner,
        repo: ref.repo,
        pull_number: ref.number,
        review_id: Number(review.id),
      }),
    );
  }
}

function isPendingLeft(error: unknown): boolean {
  return (
    error instanceof PermanentError && error.code === "GITHUB_REFUSED" && /one pending review/i.test(error.message)
  );
}

/** GitHub's wording for a place it cannot resolve, old and new. */
const REFUSED_PLACE = /could not be resolved|must be part of the|diff hunk can't be blank|must precede the end line/i;

function anchorRefusedOr(error: unknown, write: Sent): unknown {
  const isRefused =
    error instanceof PermanentError && error.code === "GITHUB_REFUSED" && REFUSED_PLACE.test(error.message);
  if (!isRefused || write.comments.length === 0) return error;
  return new PermanentError("GitHub refused a place in the diff.", { code: "ANCHOR_REFUSED", cause: error });
}
