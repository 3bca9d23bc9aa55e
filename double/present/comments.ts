// Comments, reviews, reactions as REST and webhooks show them.
import { apiUrl, fullName, isoTime, repositoryOf } from "../world.ts";
import type { World } from "../world.ts";
import type { IssueComment, Reaction, Review, ReviewComment } from "../state.ts";
import { authorAssociation } from "./author-association.ts";
import { presentUserId, presentViaApp } from "./user.ts";

/** Schema `issue-comment`. */
export function presentIssueComment(world: World, comment: IssueComment): Record<string, unknown> {
  const repository = repositoryOf(world, comment.repoId);
  const repo = `${apiUrl(world)}/repos/${fullName(world, repository)}`;
  const url = `${repo}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: comment.nodeId,
    url,
    html_url: `${world.url}/${fullName(world, repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${repo}/issues/${comment.number}`,
    user: presentUserId(world, comment.authorId),
    body: comment.body,
    created_at: isoTime(comment.createdAt),
    updated_at: isoTime(comment.updatedAt),
    author_association: authorAssociation(world, repository, comment.authorId),
    performed_via_github_app: presentViaApp(world, comment.viaAppId),
    reactions: presentReactionRollup(world, { kind: "issueComment", id: comment.id }, url),
  };
}

/** Schema `pull-request-review`. State is upper case here, lower case in webhooks. */
export function presentReview(world: World, review: Review): Record<string, unknown> {
  const repository = repositoryOf(world, review.repoId);
  const pull = `${apiUrl(world)}/repos/${fullName(world, repository)}/pulls/${review.number}`;
  const html = `${world.url}/${fullName(world, repository)}/pull/${review.number}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: review.nodeId,
    user: presentUserId(world, review.authorId),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: authorAssociation(world, repository, review.authorId),
    _links: { html: { href: html }, pull_request: { href: pull } },
    ...(review.submittedAt === null ? {} : { submitted_at: isoTime(review.submittedAt) }),
    commit_id: review.commitSha,
  };
}

/** Schemas `pull-request-review-comment` and `review-comment`. */
export function presentReviewComment(world: World, comment: ReviewComment): Record<string, unknown> {
  const repository = repositoryOf(world, comment.repoId);
  const repo = `${apiUrl(world)}/repos/${fullName(world, repository)}`;
  const url = `${repo}/pulls/comments/${comment.id}`;
  const html = `${world.url}/${fullName(world, repository)}/pull/${comment.number}#discussion_r${comment.id}`;
  const pull = `${repo}/pulls/${comment.number}`;
  return {
    url,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: comment.nodeId,
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitSha,
    original_commit_id: comment.originalCommitSha,
    user: presentUserId(world, comment.authorId),
    body: comment.body,
    created_at: isoTime(comment.createdAt),
    updated_at: isoTime(comment.updatedAt),
    html_url: html,
    pull_request_url: pull,
    author_association: authorAssociation(world, repository, comment.authorId),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    reactions: presentReactionRollup(world, { kind: "reviewComment", id: comment.id }, url),
    // The schema forbids null in some of these, so absent and null follow it: lines may be null, in_reply_to_id may not.
    ...(comment.inReplyToId === null ? {} : { in_reply_to_id: comment.inReplyToId }),
    ...presentAnchor(comment),
  };
}

function presentAnchor(comment: ReviewComment): Record<string, unknown> {
  return {
    start_line: comment.current.startLine,
    original_start_line: comment.original.startLine,
    start_side: comment.startSide,
    line: comment.current.line,
    original_line: comment.original.line,
    side: comment.side,
    position: comment.current.position,
    original_position: comment.original.position ?? 1,
    subject_type: comment.subjectType,
  };
}

/** Schema `reaction`. */
export function presentReaction(world: World, reaction: Reaction): Record<string, unknown> {
  return {
    id: reaction.id,
    node_id: reaction.nodeId,
    user: presentUserId(world, reaction.userId),
    content: reaction.content,
    created_at: isoTime(reaction.createdAt),
  };
}

/** Schema `reaction-rollup`: the counts on a comment. */
export function presentReactionRollup(
  world: World,
  subject: Reaction["subject"],
  url: string,
): Record<string, unknown> {
  const counts = { "+1": 0, "-1": 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 };
  let total = 0;
  for (const reaction of world.state.reactions.values()) {
    if (reaction.subject.kind !== subject.kind || reaction.subject.id !== subject.id) continue;
    counts[reaction.content] += 1;
    total += 1;
  }
  return { url: `${url}/reactions`, total_count: total, ...counts };
}
