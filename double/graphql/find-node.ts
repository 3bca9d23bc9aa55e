// Global ids: the same `node_id` that REST gives out leads to the same record here.
import type { IssueComment, PullRequest, Repository, Review, ReviewComment, ReviewThread } from "../state.ts";
import { repositoryOf } from "../world.ts";
import type { Caller } from "./caller.ts";
import {
  presentActor,
  presentIssueComment,
  presentPull,
  presentReaction,
  presentRepository,
  presentReview,
  presentReviewComment,
  presentThread,
  type Shown,
} from "./present.ts";
import { noSuchNode } from "./refusal.ts";

/** A record with its kind and the repository it belongs to. */
export type Found = { repository: Repository } & (
  | { kind: "issueComment"; record: IssueComment }
  | { kind: "reviewComment"; record: ReviewComment }
  | { kind: "review"; record: Review }
  | { kind: "pull"; record: PullRequest }
  | { kind: "thread"; record: ReviewThread }
);

/** The record behind a global id. Throws NOT_FOUND for unknown ids and for what the caller may not see. */
export function findRecord(caller: Caller, id: string): Found {
  const { state } = caller.world;
  const found =
    pick("issueComment", state.issueComments, id) ??
    pick("reviewComment", state.reviewComments, id) ??
    pick("review", state.reviews, id) ??
    pick("pull", state.pullRequests, id) ??
    pick("thread", state.threads, id);
  if (!found) throw noSuchNode(id);
  const repository = repositoryOf(caller.world, found.record.repoId);
  if (!caller.sees(repository)) throw noSuchNode(id);
  return { ...found, repository };
}

/** What `node(id)` answers. */
export function findNode(caller: Caller, id: string): Shown {
  const { state } = caller.world;
  const user = [...state.users.values()].find(({ nodeId }) => nodeId === id);
  if (user) return presentActor(user);
  const repository = [...state.repositories.values()].find(({ nodeId }) => nodeId === id);
  if (repository && caller.sees(repository)) return presentRepository(caller, repository);
  const reaction = [...state.reactions.values()].find(({ nodeId }) => nodeId === id);
  if (reaction) return presentReaction(caller, reaction);
  return presentFound(caller, findRecord(caller, id));
}

/** The GraphQL object of a found record. */
export function presentFound(caller: Caller, found: Found): Shown {
  switch (found.kind) {
    case "issueComment":
      return presentIssueComment(caller, found.record);
    case "reviewComment":
      return presentReviewComment(caller, found.record);
    case "review":
      return presentReview(caller, found.record);
    case "pull":
      return presentPull(caller, found.record);
    default:
      return presentThread(caller, found.record);
  }
}

type Picked<Kind, Item> = { kind: Kind; record: Item };

function pick<const Kind extends string, Item extends { nodeId: string }>(
  kind: Kind,
  items: Map<number, Item>,
  id: string,
): Picked<Kind, Item> | undefined {
  for (const record of items.values()) if (record.nodeId === id) return { kind, record };
  return undefined;
}
