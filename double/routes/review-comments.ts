// Review comments: single ones, replies, lists. https://docs.github.com/en/rest/pulls/comments
import { anchorComment, isCommitOfPull } from "../actions/anchor-comment.ts";
import {
  createReviewComment,
  deleteReviewComment,
  editReviewComment,
  replyToComment,
} from "../actions/review-comments.ts";
import { ApiError, notFound, validationFailed } from "../api-error.ts";
import { paged } from "../paginate.ts";
import { presentReviewComment } from "../present/comments.ts";
import { needString, optionalInteger, optionalString, optionalWord } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { ReviewComment } from "../state.ts";
import { changedSince, demandOwnOrModerator, sorted } from "./issue-comments.ts";

const OF_PULL = "/repos/{owner}/{repo}/pulls/{pull_number}/comments";
const ONE = "/repos/{owner}/{repo}/pulls/comments/{comment_id}";

/** `/pulls/{pull_number}/comments…`, `/pulls/comments…`. */
export const reviewCommentRoutes: Route[] = [
  { method: "GET", path: OF_PULL, access: ["pull_requests:read"], handle: listOfPull },
  { method: "POST", path: OF_PULL, access: ["pull_requests:write"], createsContent: true, handle: create },
  {
    method: "POST",
    path: `${OF_PULL}/{comment_id}/replies`,
    access: ["pull_requests:write"],
    createsContent: true,
    handle: reply,
  },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/pulls/comments",
    access: ["pull_requests:read"],
    handle: listOfRepository,
  },
  {
    method: "GET",
    path: ONE,
    access: ["pull_requests:read"],
    handle: (call) => ({ status: 200, body: presentReviewComment(call.world, commentOf(call)) }),
  },
  { method: "PATCH", path: ONE, access: ["pull_requests:write"], handle: update },
  { method: "DELETE", path: ONE, access: ["pull_requests:write"], handle: remove },
];

function commentOf(call: Call, id: unknown = call.params["comment_id"]): ReviewComment {
  const comment = call.world.state.reviewComments.get(Number(id));
  if (comment === undefined || comment.repoId !== call.repository().id || isPending(call, comment)) throw notFound();
  return comment;
}

// Comments of a pending review are in no list yet.
function isPending({ world }: Call, comment: ReviewComment): boolean {
  return world.state.reviews.get(comment.reviewId)?.state === "PENDING";
}

function listOfPull(call: Call): Promise<Reply> {
  const pull = call.pull();
  const found = [...call.world.state.reviewComments.values()].filter(
    (comment) => comment.repoId === pull.repoId && comment.number === pull.number && !isPending(call, comment),
  );
  return paged(call, sorted(call, changedSince(call, found)), (comment) => presentReviewComment(call.world, comment));
}

function listOfRepository(call: Call): Promise<Reply> {
  const { id } = call.repository();
  const found = [...call.world.state.reviewComments.values()].filter(
    (comment) => comment.repoId === id && !isPending(call, comment),
  );
  return paged(call, sorted(call, changedSince(call, found)), (comment) => presentReviewComment(call.world, comment));
}

async function create(call: Call): Promise<Reply> {
  const { world, body } = call;
  const pull = call.pull();
  const text = needString(body, "body");
  const parentId = optionalInteger(body, "in_reply_to");
  // With `in_reply_to` everything but the body is ignored.
  if (parentId !== undefined)
    return created(call, await replyToComment(world, call.writer(), pull, commentOf(call, parentId), text));
  const commitSha = needString(body, "commit_id");
  if (!(await isCommitOfPull(world, pull, commitSha))) {
    throw validationFailed(
      "PullRequestReviewComment",
      "commit_id",
      "custom",
      "commit_id is not part of the pull request",
    );
  }
  const anchor = await anchorComment(world, pull, commitSha, {
    path: needString(body, "path"),
    line: optionalInteger(body, "line"),
    side: optionalWord(body, "side", ["LEFT", "RIGHT"]),
    startLine: optionalInteger(body, "start_line"),
    startSide: optionalWord(body, "start_side", ["LEFT", "RIGHT"]),
    position: optionalInteger(body, "position"),
    subjectType: optionalWord(body, "subject_type", ["line", "file"]),
  });
  if (Array.isArray(anchor)) {
    throw new ApiError(422, "Validation Failed", {
      errors: anchor.map(({ field, sentence }) => ({
        resource: "PullRequestReviewComment",
        code: "custom",
        field: `pull_request_review_thread.${field}`,
        message: sentence.endsWith("could not be resolved")
          ? "could not be resolved"
          : sentence.replace(/^Start line /, ""),
      })),
    });
  }
  return created(call, await createReviewComment(world, call.writer(), pull, { body: text, commitSha, anchor }));
}

async function reply(call: Call): Promise<Reply> {
  const parent = commentOf(call);
  return created(
    call,
    await replyToComment(call.world, call.writer(), call.pull(), parent, needString(call.body, "body")),
  );
}

function created(call: Call, comment: ReviewComment): Reply {
  const body = presentReviewComment(call.world, comment);
  return { status: 201, body, headers: { location: String(body["url"]) } };
}

async function update(call: Call): Promise<Reply> {
  const comment = commentOf(call);
  demandOwnOrModerator(call, comment);
  await editReviewComment(call.world, call.writer(), comment, optionalString(call.body, "body") ?? "");
  return { status: 200, body: presentReviewComment(call.world, comment) };
}

async function remove(call: Call): Promise<Reply> {
  const comment = commentOf(call);
  demandOwnOrModerator(call, comment);
  await deleteReviewComment(call.world, call.writer(), comment);
  return { status: 204 };
}
