// Intent → event: what a webhook claims is compared with what GitHub says now, and with who may ask for it. Answers
// with one word for the delivery's log line; everything that follows is in the state file.
import { PermanentError, RetryableError } from "../errors.ts";
import { HANDLED } from "../intent/handled.ts";
import type { Intent } from "../intent/intent.ts";
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { parseEffectKey } from "../round/effect-key.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Trigger } from "../round/round.ts";
import { apply } from "./apply.ts";
import type { Deps } from "./deps.ts";
import { isExcluded } from "./exclude.ts";
import { headsOf } from "./live-head.ts";
import { readConfig } from "./read-config.ts";
import { checkboxEvent, commentEvent, requestEvent } from "./read-request.ts";

/** Which delivery, and how often it was tried: a read that seems to lag is repeated a few times. */
export type Delivery = { guid: string; attempt: number };

type About<K extends Intent["kind"]> = Extract<Intent, { kind: K }>;

/**
 * Acts on one intent. Resolves to what became of it, for the log. Throws RetryableError when GitHub cannot be read now
 * or does not show yet what the webhook says; the queue brings the delivery back.
 */
export async function receive(intent: Intent, delivery: Delivery, deps: Deps): Promise<string> {
  const handled = HANDLED[intent.kind];
  if (handled !== "acted on") return `not yet: ${handled.notYet}`;
  if (intent.kind === "repositoryMoved") {
    const { repoId, owner, repo } = intent.repo;
    await deps.rounds.move(repoId, { owner, repo });
    return `moved: the state files are under ${owner}/${repo}`;
  }
  const ref = refOf(intent);
  if (ref === undefined) return "ignored: not about one of Rondo's pull requests";
  const event = await eventOf(intent, ref, delivery, deps).catch((error: unknown) => notThere(error, delivery, deps));
  if (typeof event === "string") return event;
  const applied = await apply(ref, event, deps);
  await deps.jobs.wake(ref);
  return applied.row === null ? `unchanged: ${applied.why}` : `${applied.row}: ${applied.record.state}`;
}

/** GitHub may answer 404 right after the event; later on it means that there is nothing to do. */
function notThere(error: unknown, delivery: Delivery, deps: Pick<Deps, "installation">): string {
  if (!(error instanceof PermanentError) || error.code !== "GITHUB_NOT_FOUND") throw error;
  const wait = deps.installation.staleReadMs[delivery.attempt - 1];
  if (wait === undefined) return "ignored: GitHub shows no such pull request to this App";
  throw new RetryableError(error.message, { code: "NOT_THERE_YET", retryAfterMs: wait, cause: error });
}

/** Buttons and re-runs name no pull request; the check run's `external_id` does. */
function refOf(intent: Intent): PullRequestRef | undefined {
  if ("pr" in intent) return intent.pr;
  if (intent.kind !== "checkRerequested" && intent.kind !== "buttonPressed") return undefined;
  const key = intent.externalId === null ? undefined : parseEffectKey(intent.externalId);
  return key === undefined || key.repoId !== intent.repo.repoId ? undefined : { ...intent.repo, number: key.pr };
}

async function eventOf(
  intent: Intent,
  ref: PullRequestRef,
  delivery: Delivery,
  deps: Deps,
): Promise<RoundEvent | string> {
  const live = await deps.pullRequests.fetchPullRequest(ref);
  const at = deps.clock.now().toISOString();
  switch (intent.kind) {
    case "closed":
      return live.state === "closed"
        ? { kind: "closed", at, isMerged: live.isMerged, actor: intent.actor }
        : "ignored: it is open again";
    case "convertedToDraft":
      return live.isDraft ? { kind: "convertedToDraft", at, actor: intent.actor } : "ignored: it is no draft any more";
    case "objectRemoved":
      return { kind: "objectRemoved", at, source: intent.source, id: intent.objectId };
    case "commentCreated":
      return await commentEvent(intent, ref, live, deps);
    case "commentEdited":
      return await checkboxEvent(intent, ref, live, delivery, deps);
    case "labeled":
    case "checkRerequested":
    case "buttonPressed":
      return await requestEvent(intent, ref, live, delivery, deps);
    case "opened":
    case "headMoved":
    case "baseChanged":
      return await pushEvent(intent, ref, live, delivery, deps);
    default:
      return "ignored: nothing to do";
  }
}

/** What happened to the pull request itself: an automatic start, if the repository wants one. */
async function pushEvent(
  intent: About<"opened" | "headMoved" | "baseChanged">,
  ref: PullRequestRef,
  live: LivePullRequest,
  delivery: Delivery,
  deps: Deps,
): Promise<RoundEvent | string> {
  if (live.state === "closed") return "ignored: the pull request is closed";
  if (intent.kind === "headMoved") await refuseStaleRead(intent, ref, live, delivery, deps);
  const inForce = await readConfig(ref, live.baseSha, deps);
  const excluded = isExcluded(live, inForce.config);
  if (excluded !== null) return `ignored: ${excluded}`;
  const { triggers, drafts, status_comment } = inForce.config;
  const at = deps.clock.now().toISOString();
  const heads = headsOf(live);
  const isDraft = live.isDraft && drafts !== "on";
  const debounceMs = deps.installation.debounceMs ?? triggers.debounce_seconds * 1000;
  const trigger = (kind: Trigger["kind"]): Trigger => ({
    kind,
    actor: intent.actor,
    delivery: delivery.guid,
    comment: null,
    focus: null,
  });
  if (intent.kind === "baseChanged")
    return { kind: "baseChanged", at, heads, isRetarget: true, trigger: trigger("base_changed") };
  if (intent.kind === "headMoved") {
    if (!triggers.synchronize) return "ignored: triggers.synchronize is off";
    return { kind: "headMoved", at, heads, isDraft, trigger: trigger("synchronize"), debounceMs };
  }
  if (!triggers[intent.action]) return `ignored: triggers.${intent.action} is off`;
  if (intent.action === "ready_for_review") {
    return live.isDraft
      ? "ignored: it is a draft again"
      : { kind: "markedReady", at, heads, trigger: trigger("ready_for_review"), debounceMs };
  }
  const isReopened = intent.action === "reopened";
  return {
    kind: "opened",
    at,
    heads,
    isDraft,
    isReopened,
    trigger: trigger(intent.action),
    skipComment: status_comment,
    debounceMs,
  };
}

/** GitHub's reads may lag its webhooks: a head that we know already, after news of another one, is read again later. */
async function refuseStaleRead(
  intent: About<"headMoved">,
  ref: PullRequestRef,
  live: LivePullRequest,
  delivery: Delivery,
  deps: Deps,
): Promise<void> {
  if (live.headSha === intent.headSha) return;
  const record = await deps.rounds.load(ref);
  const isKnown = record !== null && (record.head_sha_seen === live.headSha || record.head_sha === live.headSha);
  const wait = deps.installation.staleReadMs[delivery.attempt - 1];
  if (!isKnown || wait === undefined) return;
  throw new RetryableError(`GitHub still shows ${live.headSha.slice(0, 7)} as the head; it is read again.`, {
    code: "STALE_READ",
    retryAfterMs: wait,
  });
}
