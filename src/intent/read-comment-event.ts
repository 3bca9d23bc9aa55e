// Webhooks about what people and bots write: issue comments, review comments, reviews, and threads being resolved.
// Bots never give commands, edits never give commands; a comment travels by its id and is read again by the worker.
// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
import type { CommentSource, Ignored, Intent } from "./intent.ts";
import type { Payload } from "./payload.ts";
import { isBot, pullRequestOf, unusedAction } from "./payload-parts.ts";

/** Reads one `issue_comment` payload. The event also fires for plain issues: those have no `issue.pull_request`. */
export function readIssueComment(payload: Payload<"issue_comment">): Intent | Ignored {
  if (payload.issue?.pull_request === undefined)
    return { ignored: "the comment is on an issue, not on a pull request" };
  const about = pullRequestOf(payload, payload.issue.number);
  if ("ignored" in about) return about;
  return readComment({ ...payload, event: "issue_comment", source: "issue_comment" }, about);
}

/** Reads one `pull_request_review_comment` payload. */
export function readReviewComment(payload: Payload<"pull_request_review_comment">): Intent | Ignored {
  const about = pullRequestOf(payload, payload.pull_request?.number);
  if ("ignored" in about) return about;
  return readComment({ ...payload, event: "pull_request_review_comment", source: "review_comment" }, about);
}

/**
 * Reads one `pull_request_review` payload. A person's review with a line that may be a command is read as a comment;
 * a `commented` review without a text is only the container that GitHub makes for a single review comment.
 */
export function readReview(payload: Payload<"pull_request_review">): Intent | Ignored {
  const about = pullRequestOf(payload, payload.pull_request?.number);
  if ("ignored" in about) return about;
  const review = payload.review;
  if (review === undefined) return { ignored: "the payload names no review" };
  switch (payload.action) {
    case "submitted":
      return readSubmitted(review, about);
    case "edited":
      return { kind: "reviewSubmitted", reviewId: review.id, ...about };
    case "dismissed":
      return { kind: "objectRemoved", source: "review", objectId: review.id, ...about };
    case undefined:
    default:
      return unusedAction("pull_request_review", payload.action);
  }
}

/** Reads one `pull_request_review_thread` payload; the thread is named by its first comment. */
export function readReviewThread(payload: Payload<"pull_request_review_thread">): Intent | Ignored {
  const about = pullRequestOf(payload, payload.pull_request?.number);
  if ("ignored" in about) return about;
  const threadId = payload.thread?.node_id;
  const commentId = payload.thread?.comments[0]?.id;
  if (threadId === undefined || commentId === undefined)
    return { ignored: "the payload names no comment of the thread" };
  if (payload.action !== "resolved" && payload.action !== "unresolved") {
    return unusedAction("pull_request_review_thread", payload.action);
  }
  return { kind: "threadChanged", isResolved: payload.action === "resolved", threadId, commentId, ...about };
}

type CommentPayload = Pick<Payload<"pull_request_review_comment">, "action" | "comment"> & {
  event: string;
  source: CommentSource;
};
type Written = NonNullable<CommentPayload["comment"]>;
type About = Exclude<ReturnType<typeof pullRequestOf>, Ignored>;

function readSubmitted(review: Written, about: About): Intent | Ignored {
  if (review.mayHoldCommand === true && !isBot(review.user) && !about.actorIsBot) {
    return { kind: "commentCreated", source: "review", commentId: review.id, ...about };
  }
  if (review.isEmpty === true && review.state?.toLowerCase() === "commented") {
    return { ignored: "the review is only the container of its comments" };
  }
  return { kind: "reviewSubmitted", reviewId: review.id, ...about };
}

function readComment(payload: CommentPayload, about: About): Intent | Ignored {
  const { comment, source } = payload;
  if (comment === undefined) return { ignored: "the payload names no comment" };
  const ids = { source, commentId: comment.id };
  switch (payload.action) {
    case "created":
      return readCreated(comment, source, about);
    case "edited":
      if (about.actorIsBot) return { ignored: "a bot edited the comment" };
      return comment.holdsTriggerBox === true
        ? { kind: "commentEdited", ...ids, ...about }
        : { ignored: "edited comments start nothing" };
    case "deleted":
      return isBot(comment.user)
        ? { kind: "objectRemoved", source, objectId: comment.id, ...about }
        : { ignored: "a person's comment was deleted" };
    case undefined:
    default:
      return unusedAction(payload.event, payload.action);
  }
}

function readCreated(comment: Written, source: CommentSource, about: About): Intent | Ignored {
  if (about.actorIsBot || isBot(comment.user)) return { ignored: "a bot wrote the comment" };
  // A reply in a thread may be a decision ("DISPUTE: …"), which needs no mention.
  const isReply = source === "review_comment" && typeof comment.in_reply_to_id === "number";
  return comment.mayHoldCommand === true || isReply
    ? { kind: "commentCreated", source, commentId: comment.id, ...about }
    : { ignored: "no line of the comment starts with @ or /rondo" };
}
