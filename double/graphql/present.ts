// Records of the state as GraphQL objects. Connections are functions, so nothing is read that was not asked for.
// Bots have their login without "[bot]" here, unlike in REST: https://docs.github.com/en/graphql/reference/objects#bot
import { commentsOfThread } from "../actions/threads.ts";
import type {
  IssueComment,
  MinimizedReason,
  PullRequest,
  Reaction,
  ReactionContent,
  Repository,
  Review,
  ReviewComment,
  ReviewThread,
  User,
} from "../state.ts";
import { findPullRequest, fullName, isoTime, repositoryOf, userOf } from "../world.ts";
import { connect, type PageArguments } from "./connection.ts";
import type { Caller } from "./caller.ts";

/** A GraphQL object: `__typename` tells graphql which type of an interface it is. */
export type Shown = { __typename: string; id: string } & Record<string, unknown>;

export function presentActor({ type, nodeId, id, login }: User): Shown {
  return { __typename: type, id: nodeId, databaseId: id, login: login.replace(/\[bot\]$/, "") };
}

export function presentRepository(caller: Caller, repository: Repository): Shown {
  const { world } = caller;
  return {
    __typename: "Repository",
    id: repository.nodeId,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(world, repository),
    owner: presentActor(userOf(world, repository.ownerId)),
    pullRequest: ({ number }: { number: number }) => {
      caller.demandRead(repository);
      const pull = findPullRequest(world, repository.id, number);
      if (!pull) throw caller.missing(`Could not resolve to a PullRequest with the number of ${number}.`);
      return presentPull(caller, pull);
    },
  };
}

export function presentPull(caller: Caller, pull: PullRequest): Shown {
  const { world } = caller;
  const repository = repositoryOf(world, pull.repoId);
  return {
    __typename: "PullRequest",
    id: pull.nodeId,
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    state: pull.mergedAt === null ? pull.state.toUpperCase() : "MERGED",
    isDraft: pull.isDraft,
    author: presentActor(userOf(world, pull.authorId)),
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    repository: () => presentRepository(caller, repository),
    url: pullUrl(caller, pull),
    reviewThreads: (asked: PageArguments) => {
      const threads = [...world.state.threads.values()].filter(
        (thread) => thread.repoId === pull.repoId && thread.number === pull.number && isVisible(caller, thread),
      );
      const page = connect("reviewThreads", threads, asked);
      return { ...page, nodes: page.nodes.map((thread) => presentThread(caller, thread)) };
    },
  };
}

export function presentThread(caller: Caller, thread: ReviewThread): Shown {
  const { world } = caller;
  const comments = commentsOfThread(world, thread);
  const [first] = comments;
  if (!first) throw caller.missing(`Could not resolve to a node with the global id of '${thread.nodeId}'.`);
  const isOutdated = first.subjectType === "line" && first.current.line === null;
  return {
    __typename: "PullRequestReviewThread",
    id: thread.nodeId,
    isResolved: thread.isResolved,
    isOutdated,
    isCollapsed: thread.isResolved || isOutdated,
    path: first.path,
    line: first.current.line,
    startLine: first.current.startLine,
    originalLine: first.original.line,
    originalStartLine: first.original.startLine,
    diffSide: first.side,
    startDiffSide: first.startSide,
    subjectType: first.subjectType.toUpperCase(),
    resolvedBy: thread.resolvedById === null ? null : presentActor(userOf(world, thread.resolvedById)),
    pullRequest: () => presentPull(caller, pullOf(caller, thread)),
    repository: () => presentRepository(caller, repositoryOf(world, thread.repoId)),
    comments: (asked: PageArguments) => {
      const page = connect("comments", comments, asked);
      return { ...page, nodes: page.nodes.map((comment) => presentReviewComment(caller, comment)) };
    },
  };
}

export function presentReviewComment(caller: Caller, comment: ReviewComment): Shown {
  const { reviews, reviewComments } = caller.world.state;
  const parent = comment.inReplyToId === null ? undefined : reviewComments.get(comment.inReplyToId);
  const review = reviews.get(comment.reviewId);
  return {
    __typename: "PullRequestReviewComment",
    ...presentText(caller, comment),
    outdated: comment.subjectType === "line" && comment.current.line === null,
    path: comment.path,
    pullRequestReview: () => (review ? presentReview(caller, review) : null),
    replyTo: () => (parent ? presentReviewComment(caller, parent) : null),
    url: `${pullUrl(caller, comment)}#discussion_r${comment.id}`,
  };
}

export function presentReview(caller: Caller, review: Review): Shown {
  const url = `${pullUrl(caller, review)}#pullrequestreview-${review.id}`;
  return { __typename: "PullRequestReview", ...presentText(caller, review), state: review.state, url };
}

export function presentIssueComment(caller: Caller, comment: IssueComment): Shown {
  const url = `${pullUrl(caller, comment)}#issuecomment-${comment.id}`;
  return { __typename: "IssueComment", ...presentText(caller, comment), url };
}

export function presentReaction(caller: Caller, reaction: Reaction): Shown {
  return {
    __typename: "Reaction",
    id: reaction.nodeId,
    databaseId: reaction.id,
    content: CONTENT_WORDS[reaction.content],
    createdAt: isoTime(reaction.createdAt),
    user: presentActor(userOf(caller.world, reaction.userId)),
  };
}

/** REST's reaction contents in GraphQL's words. */
export const CONTENT_WORDS: Record<ReactionContent, string> = {
  "+1": "THUMBS_UP",
  "-1": "THUMBS_DOWN",
  laugh: "LAUGH",
  hooray: "HOORAY",
  confused: "CONFUSED",
  heart: "HEART",
  rocket: "ROCKET",
  eyes: "EYES",
};

type Written = {
  id: number;
  nodeId: string;
  authorId: number;
  body: string;
  createdAt: Date;
  minimizedReason: MinimizedReason | null;
};

function presentText({ world }: Caller, written: Written): { id: string } & Record<string, unknown> {
  return {
    id: written.nodeId,
    databaseId: written.id,
    author: presentActor(userOf(world, written.authorId)),
    body: written.body,
    createdAt: isoTime(written.createdAt),
    isMinimized: written.minimizedReason !== null,
    minimizedReason: written.minimizedReason?.toLowerCase().replace("_", "-") ?? null,
  };
}

function pullUrl({ world }: Caller, { repoId, number }: { repoId: number; number: number }): string {
  return `${world.url}/${fullName(world, repositoryOf(world, repoId))}/pull/${number}`;
}

function pullOf({ world }: Caller, { repoId, number }: ReviewThread): PullRequest {
  const pull = findPullRequest(world, repoId, number);
  if (!pull) throw new Error(`the double lost pull request ${number}: a thread points to it`);
  return pull;
}

/** Threads of a pending review are seen by its author only. */
function isVisible({ world, user }: Caller, thread: ReviewThread): boolean {
  const [first] = commentsOfThread(world, thread);
  const review = first && world.state.reviews.get(first.reviewId);
  return first !== undefined && (review?.state !== "PENDING" || review.authorId === user.id);
}
