// What GraphQL can change. Each function is one field of GitHub's Mutation type; the permissions are those of an App token.
import { addReaction, reactionsOn } from "../actions/reactions.ts";
import { replyToComment } from "../actions/review-comments.ts";
import { commentsOfThread, setThreadResolved } from "../actions/threads.ts";
import { setDraft } from "../actions/pull-requests.ts";
import type { MinimizedReason, PullRequest, Reaction, ReactionContent, ReviewThread } from "../state.ts";
import { findPullRequest } from "../world.ts";
import type { Need } from "../route.ts";
import type { Caller } from "./caller.ts";
import { findRecord, presentFound, type Found } from "./find-node.ts";
import { CONTENT_WORDS, presentPull, presentReaction, presentReviewComment, presentThread } from "./present.ts";
import { noSuchNode, refusal } from "./refusal.ts";

type Input<Fields> = { input: Fields & { clientMutationId?: string | null } };
type Payload = Record<string, unknown>;

/** The resolvers of all mutations for one caller. */
export function mutations(caller: Caller) {
  return {
    resolveReviewThread: ({ input }: Input<{ threadId: string }>) => resolveThread(caller, input, true),
    unresolveReviewThread: ({ input }: Input<{ threadId: string }>) => resolveThread(caller, input, false),
    addPullRequestReviewThreadReply: ({ input }: Input<{ pullRequestReviewThreadId: string; body: string }>) =>
      reply(caller, input),
    minimizeComment: ({ input }: Input<{ subjectId: string; classifier: MinimizedReason }>) => {
      const subject = minimize(caller, input.subjectId, input.classifier);
      return { clientMutationId: input.clientMutationId, minimizedComment: subject };
    },
    unminimizeComment: ({ input }: Input<{ subjectId: string }>) => {
      const subject = minimize(caller, input.subjectId, null);
      return { clientMutationId: input.clientMutationId, unminimizedComment: subject };
    },
    addReaction: ({ input }: Input<{ subjectId: string; content: string }>) => react(caller, input, true),
    removeReaction: ({ input }: Input<{ subjectId: string; content: string }>) => react(caller, input, false),
    markPullRequestReadyForReview: ({ input }: Input<{ pullRequestId: string }>) => changeDraft(caller, input, false),
    convertPullRequestToDraft: ({ input }: Input<{ pullRequestId: string }>) => changeDraft(caller, input, true),
  };
}

/** An App needs `contents: write` here; `pull_requests: write` is not enough. https://github.com/orgs/community/discussions/44650 */
async function resolveThread(
  caller: Caller,
  input: Input<{ threadId: string }>["input"],
  isResolved: boolean,
): Promise<Payload> {
  const { thread, repository } = findThread(caller, input.threadId);
  caller.demand(repository, "contents:write");
  await setThreadResolved(caller.world, caller.writer, thread, isResolved);
  return { clientMutationId: input.clientMutationId, thread: presentThread(caller, thread) };
}

async function reply(
  caller: Caller,
  input: Input<{ pullRequestReviewThreadId: string; body: string }>["input"],
): Promise<Payload> {
  const { thread, repository } = findThread(caller, input.pullRequestReviewThreadId);
  caller.demand(repository, "pull_requests:write");
  const [first] = commentsOfThread(caller.world, thread);
  const pull = findPullRequest(caller.world, thread.repoId, thread.number);
  if (!first || !pull) throw noSuchNode(input.pullRequestReviewThreadId);
  const comment = await replyToComment(caller.world, caller.writer, pull, first, input.body);
  return { clientMutationId: input.clientMutationId, comment: presentReviewComment(caller, comment) };
}

function minimize(caller: Caller, subjectId: string, reason: MinimizedReason | null): Payload {
  const found = findRecord(caller, subjectId);
  if (found.kind === "pull" || found.kind === "thread") throw noSuchNode(subjectId);
  caller.demand(found.repository, ...needsFor(found));
  found.record.minimizedReason = reason;
  return presentFound(caller, found);
}

function react(
  caller: Caller,
  input: Input<{ subjectId: string; content: string }>["input"],
  isAdded: boolean,
): Payload {
  const found = findRecord(caller, input.subjectId);
  const subject = subjectOf(found);
  const content = contentOf(input.content);
  if (!subject || !content) throw noSuchNode(input.subjectId);
  caller.demand(found.repository, ...needsFor(found));
  const reaction = isAdded
    ? addReaction(caller.world, caller.writer, subject, content).reaction
    : removeOwnReaction(caller, subject, content);
  return {
    clientMutationId: input.clientMutationId,
    reaction: reaction ? presentReaction(caller, reaction) : null,
    subject: presentFound(caller, found),
  };
}

async function changeDraft(
  caller: Caller,
  input: Input<{ pullRequestId: string }>["input"],
  isDraft: boolean,
): Promise<Payload> {
  const found = findRecord(caller, input.pullRequestId);
  if (found.kind !== "pull") throw noSuchNode(input.pullRequestId);
  caller.demand(found.repository, "pull_requests:write");
  const pull: PullRequest = found.record;
  if (pull.state !== "open") throw refusal("UNPROCESSABLE", "The pull request is closed.");
  if (pull.isDraft !== isDraft) await setDraft(caller.world, caller.writer, pull, isDraft);
  return { clientMutationId: input.clientMutationId, pullRequest: presentPull(caller, pull) };
}

function findThread(caller: Caller, id: string): { thread: ReviewThread; repository: Found["repository"] } {
  const found = findRecord(caller, id);
  if (found.kind !== "thread") throw noSuchNode(id);
  return { thread: found.record, repository: found.repository };
}

/** Issue comments and the pull request itself belong to both permissions, reviews and their comments to one. */
function needsFor({ kind }: Found): Need[] {
  const isIssueHalf = kind === "issueComment" || kind === "pull";
  return isIssueHalf ? ["issues:write", "pull_requests:write"] : ["pull_requests:write"];
}

function subjectOf(found: Found): Reaction["subject"] | undefined {
  switch (found.kind) {
    case "thread":
      return undefined;
    case "pull":
      return { kind: "issue", id: found.record.issueId };
    default:
      return { kind: found.kind, id: found.record.id };
  }
}

function contentOf(word: string): ReactionContent | undefined {
  const contents: ReactionContent[] = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];
  return contents.find((content) => CONTENT_WORDS[content] === word);
}

function removeOwnReaction(
  caller: Caller,
  subject: Reaction["subject"],
  content: ReactionContent,
): Reaction | undefined {
  const own = reactionsOn(caller.world, subject).find(
    (reaction) => reaction.userId === caller.user.id && reaction.content === content,
  );
  if (own) caller.world.state.reactions.delete(own.id);
  return own;
}
