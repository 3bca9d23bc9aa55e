// Pull requests as REST and webhooks show them. The full form asks git for counts and mergeability.
import { apiUrl, fullName, isoTime, repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import type { PullRequest, Repository } from "../state.ts";
import { commitsBetween, diffFiles } from "../git/diff-files.ts";
import { mergeability } from "../git/mergeability.ts";
import { pullRequestRange } from "../actions/pull-request-range.ts";
import { authorAssociation } from "./author-association.ts";
import { presentLabelsOf } from "./label.ts";
import { presentRepository } from "./repository.ts";
import { presentUser, presentUserId } from "./user.ts";

/** Schema `pull-request-simple`: list items. */
export function presentPullRequestItem(world: World, pull: PullRequest): Record<string, unknown> {
  const repository = repositoryOf(world, pull.repoId);
  return {
    ...urls(world, repository, pull),
    id: pull.id,
    node_id: pull.nodeId,
    number: pull.number,
    state: pull.state,
    locked: pull.isLocked,
    active_lock_reason: pull.lockReason,
    title: pull.title,
    user: presentUser(world, userOf(world, pull.authorId)),
    body: pull.body,
    labels: presentLabelsOf(world, repository, pull),
    milestone: null,
    created_at: isoTime(pull.createdAt),
    updated_at: isoTime(pull.updatedAt),
    closed_at: pull.closedAt === null ? null : isoTime(pull.closedAt),
    merged_at: pull.mergedAt === null ? null : isoTime(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: presentEnd(
      world,
      pull.headRepoId === null ? undefined : repositoryOf(world, pull.headRepoId),
      pull.headRef,
      pull.headSha,
    ),
    base: presentEnd(world, repository, pull.baseRef, pull.baseSha),
    author_association: authorAssociation(world, repository, pull.authorId),
    auto_merge: null,
    draft: pull.isDraft,
  };
}

/** Schema `pull-request`: the single one, also the `pull_request` of `pull_request` webhooks. */
export async function presentPullRequest(world: World, pull: PullRequest): Promise<Record<string, unknown>> {
  const repository = repositoryOf(world, pull.repoId);
  const range = await pullRequestRange(world, pull);
  const [files, commits, merge] = await Promise.all([
    diffFiles(repository.gitDir, range.mergeBaseSha, pull.headSha),
    commitsBetween(repository.gitDir, range.mergeBaseSha, pull.headSha),
    pull.state === "open" ? mergeability(repository.gitDir, pull.baseRef, pull.headSha) : Promise.resolve(null),
  ]);
  const has = (item: { repoId: number; number: number }): boolean =>
    item.repoId === pull.repoId && item.number === pull.number;
  return {
    ...presentPullRequestItem(world, pull),
    merged: pull.mergedAt !== null,
    mergeable: merge,
    rebaseable: merge,
    mergeable_state: mergeableState(pull, merge),
    merged_by: presentUserId(world, pull.mergedById),
    comments: [...world.state.issueComments.values()].filter(has).length,
    review_comments: [...world.state.reviewComments.values()].filter(has).length,
    maintainer_can_modify: pull.maintainerCanModify,
    commits: commits.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

/** Schema `pull-request-minimal`, as check runs and suites list it. */
export function presentPullRequestMinimal(world: World, pull: PullRequest): Record<string, unknown> {
  const base = repositoryOf(world, pull.repoId);
  const head = repositoryOf(world, pull.headRepoId ?? pull.repoId);
  const tiny = (repository: Repository): Record<string, unknown> => ({
    id: repository.id,
    url: `${apiUrl(world)}/repos/${fullName(world, repository)}`,
    name: repository.name,
  });
  return {
    id: pull.id,
    number: pull.number,
    url: `${apiUrl(world)}/repos/${fullName(world, base)}/pulls/${pull.number}`,
    head: { ref: pull.headRef, sha: pull.headSha, repo: tiny(head) },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo: tiny(base) },
  };
}

function mergeableState(pull: PullRequest, isMergeable: boolean | null): string {
  if (pull.isDraft) return "draft";
  if (isMergeable === null) return "unknown";
  return isMergeable ? "clean" : "dirty";
}

function presentEnd(
  world: World,
  repository: Repository | undefined,
  ref: string,
  sha: string,
): Record<string, unknown> {
  const owner = repository === undefined ? null : userOf(world, repository.ownerId);
  return {
    label: owner === null ? `unknown repository:${ref}` : `${owner.login}:${ref}`,
    ref,
    sha,
    user: owner === null ? null : presentUser(world, owner),
    repo: repository === undefined ? null : presentRepository(world, repository),
  };
}

function urls(world: World, repository: Repository, pull: PullRequest): Record<string, unknown> {
  const repo = `${apiUrl(world)}/repos/${fullName(world, repository)}`;
  const html = `${world.url}/${fullName(world, repository)}/pull/${pull.number}`;
  const found = {
    url: `${repo}/pulls/${pull.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: `${repo}/issues/${pull.number}`,
    commits_url: `${repo}/pulls/${pull.number}/commits`,
    review_comments_url: `${repo}/pulls/${pull.number}/comments`,
    review_comment_url: `${repo}/pulls/comments{/number}`,
    comments_url: `${repo}/issues/${pull.number}/comments`,
    statuses_url: `${repo}/statuses/${pull.headSha}`,
  };
  return {
    ...found,
    _links: {
      self: link(found.url),
      html: link(html),
      issue: link(found.issue_url),
      comments: link(found.comments_url),
      review_comments: link(found.review_comments_url),
      review_comment: link(found.review_comment_url),
      commits: link(found.commits_url),
      statuses: link(found.statuses_url),
    },
  };
}

function link(href: string): { href: string } {
  return { href };
}
