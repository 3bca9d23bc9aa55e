// The issue half of a pull request, as `issue_comment` webhooks and the issues API show it. It has no head SHA.
import { apiUrl, fullName, isoTime, repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import type { PullRequest } from "../state.ts";
import { authorAssociation } from "./author-association.ts";
import { presentReactionRollup } from "./comments.ts";
import { presentLabelsOf } from "./label.ts";
import { presentUser } from "./user.ts";

/** Schema `issue`, with its `pull_request` part. */
export function presentIssue(world: World, pull: PullRequest): Record<string, unknown> {
  const repository = repositoryOf(world, pull.repoId);
  const repo = `${apiUrl(world)}/repos/${fullName(world, repository)}`;
  const url = `${repo}/issues/${pull.number}`;
  const html = `${world.url}/${fullName(world, repository)}/pull/${pull.number}`;
  const comments = [...world.state.issueComments.values()].filter(
    (comment) => comment.repoId === pull.repoId && comment.number === pull.number,
  );
  return {
    url,
    repository_url: repo,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: html,
    id: pull.issueId,
    node_id: pull.nodeId,
    number: pull.number,
    title: pull.title,
    user: presentUser(world, userOf(world, pull.authorId)),
    labels: presentLabelsOf(world, repository, pull),
    state: pull.state,
    state_reason: null,
    locked: pull.isLocked,
    active_lock_reason: pull.lockReason,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: comments.length,
    created_at: isoTime(pull.createdAt),
    updated_at: isoTime(pull.updatedAt),
    closed_at: time(pull.closedAt),
    author_association: authorAssociation(world, repository, pull.authorId),
    draft: pull.isDraft,
    pull_request: {
      url: `${repo}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: time(pull.mergedAt),
    },
    body: pull.body,
    reactions: presentReactionRollup(world, { kind: "issue", id: pull.issueId }, url),
    performed_via_github_app: null,
  };
}

function time(date: Date | null): string | null {
  return date === null ? null : isoTime(date);
}
