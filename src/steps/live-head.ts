// The last look before something about a commit is posted: is that commit still the head? A webhook that got lost shows
// up here, and becomes the event it should have been.
import type { PullRequestRef } from "../pull-request.ts";
import type { Heads, RoundEvent } from "../round/event.ts";
import type { LivePullRequest } from "../ports.ts";
import type { Deps } from "./deps.ts";

/** How old an answer about the head may be when something is posted (milliseconds). */
export const FRESH_MS = 2000;

/** The event that the live pull request makes of a round about `headSha`; null while that is still its head. */
export async function missedEvent(
  ref: PullRequestRef,
  headSha: string,
  deps: Pick<Deps, "pullRequests" | "clock">,
  maxAgeMs: number = FRESH_MS,
): Promise<RoundEvent | null> {
  const live = await fetchLive(ref, headSha, deps, maxAgeMs);
  return eventOf(live, headSha, deps.clock.now().toISOString());
}

/**
 * The pull request for a round about `headSha`. An answer from memory may only confirm that head: another worker may
 * have heard of a push that this one does not remember yet, and must not be contradicted by what was true before.
 */
export async function fetchLive(
  ref: PullRequestRef,
  headSha: string,
  deps: Pick<Deps, "pullRequests">,
  maxAgeMs: number = FRESH_MS,
): Promise<LivePullRequest> {
  const live = await deps.pullRequests.fetchPullRequest(ref, maxAgeMs);
  const isConfirmed = live.state === "open" && live.headSha === headSha;
  return isConfirmed || maxAgeMs === 0 ? live : await deps.pullRequests.fetchPullRequest(ref);
}

/** The same for a pull request that was read already. */
export function eventOf(live: LivePullRequest, headSha: string, at: string): RoundEvent | null {
  if (live.state === "closed") return { kind: "closed", at, isMerged: live.isMerged, actor: null };
  if (live.headSha === headSha) return null;
  return {
    kind: "headMoved",
    at,
    heads: headsOf(live),
    isDraft: live.isDraft,
    trigger: { kind: "reconcile", actor: null, delivery: null, comment: null, focus: null },
    debounceMs: 0,
  };
}

/** The commits of a live pull request, as events carry them. */
export function headsOf(live: LivePullRequest): Heads {
  return { headSha: live.headSha, baseRef: live.baseRef, baseSha: live.baseSha };
}
