// What the world just asked for, in Rondo's words: the only thing the rest of the system learns from a webhook.
// A webhook is a hint: every intent is checked against GitHub's live state before anything is done.
import { z } from "zod";
import { PullRequestRef } from "../pull-request.ts";

/** A repository without a pull request, for intents about more than one. */
export const RepositoryRef = PullRequestRef.omit({ number: true });
export type RepositoryRef = z.infer<typeof RepositoryRef>;

/** Where a comment stands. Texts travel by id: the worker reads the live comment, web never parses it. */
export const CommentSource = z.enum(["issue_comment", "review_comment", "review"]);
export type CommentSource = z.infer<typeof CommentSource>;

const about = { pr: PullRequestRef, actor: z.string(), actorIsBot: z.boolean() };

/** Everything that can be asked for. `actor` is a login; whether that person may is decided later. */
export const Intent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("opened"), ...about, action: z.enum(["opened", "reopened", "ready_for_review"]) }),
  /** A push. `headSha` is the payload's head: a hint. */
  z.object({ kind: z.literal("headMoved"), ...about, headSha: z.string() }),
  /** The base ref was changed (retarget). */
  z.object({ kind: z.literal("baseChanged"), ...about }),
  z.object({ kind: z.literal("convertedToDraft"), ...about }),
  z.object({ kind: z.literal("closed"), ...about, isMerged: z.boolean() }),
  z.object({ kind: z.literal("labeled"), ...about, label: z.string() }),
  /** A comment that may hold a command; its text is read later, by id. */
  z.object({ kind: z.literal("commentCreated"), ...about, source: CommentSource, commentId: z.number().int() }),
  /** The skip comment's checkbox may have been ticked; the live comment decides. */
  z.object({ kind: z.literal("commentEdited"), ...about, source: CommentSource, commentId: z.number().int() }),
  /** One of Rondo's own comments or reviews was deleted or dismissed by somebody. */
  z.object({ kind: z.literal("objectRemoved"), ...about, source: CommentSource, objectId: z.number().int() }),
  /** `threadId` is GraphQL's id of the thread, `commentId` its first comment. */
  z.object({
    kind: z.literal("threadChanged"),
    ...about,
    isResolved: z.boolean(),
    threadId: z.string(),
    commentId: z.number().int(),
  }),
  /** A review by a bot or person other than Rondo was submitted or edited. */
  z.object({ kind: z.literal("reviewSubmitted"), ...about, reviewId: z.number().int() }),
  /** "Re-run" on a check; all pull requests with that head are meant when `pr` is null. */
  z.object({
    kind: z.literal("checkRerequested"),
    repo: RepositoryRef,
    actor: z.string(),
    actorIsBot: z.boolean(),
    headSha: z.string(),
    externalId: z.string().nullable(),
  }),
  /** One of the check run's buttons; `identifier` is what Rondo gave it. */
  z.object({
    kind: z.literal("buttonPressed"),
    repo: RepositoryRef,
    actor: z.string(),
    actorIsBot: z.boolean(),
    headSha: z.string(),
    externalId: z.string().nullable(),
    identifier: z.string(),
  }),
  /** A branch moved; pull requests with that base are meant. */
  z.object({ kind: z.literal("branchPushed"), repo: RepositoryRef, ref: z.string(), headSha: z.string() }),
  z.object({ kind: z.literal("mergeGroupRequested"), repo: RepositoryRef, headSha: z.string(), headRef: z.string() }),
  /** Renamed or transferred: the state folder follows by repository id. */
  z.object({ kind: z.literal("repositoryMoved"), repo: RepositoryRef }),
  /** `repositoryIds`: those that were added or removed; null when the whole installation is meant. */
  z.object({
    kind: z.literal("installationChanged"),
    installationId: z.number().int(),
    action: z.string(),
    repositoryIds: z.array(z.number().int()).nullable(),
  }),
]);
export type Intent = z.infer<typeof Intent>;

/** A delivery that asks for nothing, and why: shown in the log line of the delivery. */
export type Ignored = { ignored: string };
