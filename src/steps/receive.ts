// Intent → event: what a webhook claims is compared with what GitHub says now, and with who may ask for it. Answers
// with one word for the delivery's log line; everything that follows is in the state file.
import { PermanentError, RetryableError } from "../errors.ts";
import { HANDLED } from "../intent/handled.ts";
import type { Intent } from "../intent/intent.ts";
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { isServed } from "../repo-config/served.ts";
import { parseEffectKey } from "../round/effect-key.ts";
import type { RoundEvent } from "../round/event.ts";
import { countCommand, isSilenced } from "../round/flood.ts";
import type { Trigger } from "../round/round.ts";
import { answerGroup, GROUP_KIND } from "./answer-merge-group.ts";
import { type Applied, apply } from "./apply.ts";
import type { Deps } from "./deps.ts";
import { excludedEvent } from "./exclude.ts";
import { headsOf } from "./live-head.ts";
import { readConfig } from "./read-config.ts";
import { commentEvent } from "./read-comment.ts";
import { checkboxEvent, requestEvent } from "./read-request.ts";
import { knownPullRequests } from "./known-pull-requests.ts";
import { noteMovedBase } from "./note-moved-base.ts";
import { receiveRepository } from "./receive-repository.ts";
import { threadEvent } from "./thread-event.ts";

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
  const where = repositoryOf(intent);
  if (where !== null && !isServed(where, deps.installation.serverConfig))
    return `ignored: this server does not serve ${where.owner}/${where.repo} (repositories)`;
  switch (intent.kind) {
    case "repositoryMoved":
    case "branchPushed":
    case "mergeGroupRequested":
    case "installationChanged":
      return await receiveRepository(intent, delivery, deps);
    default:
      return await receivePullRequest(intent, delivery, deps);
  }
}

/** The repository that an intent is about; null when it is about an installation. */
function repositoryOf(intent: Intent): { owner: string; repo: string } | null {
  if ("pr" in intent) return intent.pr;
  // A state file follows its repository wherever it goes; nothing starts by that.
  return "repo" in intent && intent.kind !== "repositoryMoved" ? intent.repo : null;
}

async function receivePullRequest(intent: Intent, delivery: Delivery, deps: Deps): Promise<string> {
  const refs = await refsOf(intent, deps);
  if (refs.length === 0) return "ignored: not about one of Rondo's pull requests";
  const words: string[] = [];
  for (const ref of refs) words.push(await receiveOne(intent, ref, delivery, deps));
  return words.join("; ");
}

async function receiveOne(intent: Intent, ref: PullRequestRef, delivery: Delivery, deps: Deps): Promise<string> {
  const isGroup = intent.kind === "checkRerequested" && keyIn(intent)?.kind === GROUP_KIND;
  if (isGroup) return await answerGroup(ref, intent.headSha, deps);
  const at = deps.clock.now().toISOString();
  if (intent.kind === "commentCreated" && isSilenced(await deps.rounds.load(ref), intent.actor, at))
    return `ignored: too many commands by ${intent.actor}`;
  const event = await eventOf(intent, ref, delivery, deps).catch((error: unknown) => notThere(error, delivery, deps));
  if (typeof event === "string") return event;
  const applied =
    intent.kind === "commentCreated" ? await applyCommand(ref, event, intent, deps) : await apply(ref, event, deps);
  await deps.jobs.wake(ref);
  await noteMovedBase(ref, applied.record, deps);
  return applied.row === null ? `unchanged: ${applied.why}` : `${applied.row}: ${applied.record.state}`;
}

/** GitHub may answer 404 right after the event; later on it means that there is nothing to do. */
function notThere(error: unknown, delivery: Delivery, deps: Pick<Deps, "installation">): string {
  if (!(error instanceof PermanentError) || error.code !== "GITHUB_NOT_FOUND") throw error;
  const wait = deps.installation.staleReadMs[delivery.attempt - 1];
  if (wait === undefined) return "ignored: GitHub shows no such pull request to this App";
  throw new RetryableError(error.message, { code: "NOT_THERE_YET", retryAfterMs: wait, cause: error });
}

/**
 * Buttons and re-runs name no pull request; the check run's `external_id` does. "Re-run all checks" names only the commit,
 * and means every pull request that has it as its newest head.
 */
async function refsOf(intent: Intent, deps: Pick<Deps, "rounds" | "log">): Promise<readonly PullRequestRef[]> {
  if ("pr" in intent) return [intent.pr];
  if (intent.kind !== "checkRerequested" && intent.kind !== "buttonPressed") return [];
  if (intent.externalId === null) {
    const { repo, headSha } = intent;
    const known = await knownPullRequests(deps, repo.repoId, (record) => record.head_sha_seen === headSha);
    return known.map(({ ref }) => ({ ...repo, number: ref.number }));
  }
  const key = keyIn(intent);
  return key === undefined || key.repoId !== intent.repo.repoId ? [] : [{ ...intent.repo, number: key.pr }];
}

function keyIn(intent: { externalId: string | null }): ReturnType<typeof parseEffectKey> {
  return intent.externalId === null ? undefined : parseEffectKey(intent.externalId);
}

/** Applies what a comment asks for, and counts it; above the limit there is a notice instead. */
async function applyCommand(
  ref: PullRequestRef,
  event: RoundEvent,
  intent: About<"commentCreated">,
  deps: Deps,
): Promise<Applied> {
  const { at } = event;
  const isRefused = event.kind === "commandRefused";
  const comment = { source: intent.source, id: intent.commentId };
  let isTooMany = false;
  return await apply(
    ref,
    () => (isTooMany ? { kind: "commandsFlooded", at, comment } : event),
    deps,
    (record) => {
      const counted = countCommand(record, { login: intent.actor, commentId: intent.commentId, isRefused, at });
      isTooMany = counted.isTooMany;
      return counted.record;
    },
  );
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
    case "threadChanged":
      return await threadEvent(intent, ref, live, deps);
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
  const excluded = await excludedEvent(live, inForce.config, deps);
  if (excluded !== null) {
    const isKnown = excluded.isPass || (await deps.rounds.load(ref)) !== null;
    return isKnown ? excluded : `ignored: ${excluded.why}`;
  }
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
    const { pause_after_rounds: rounds, pause_window_minutes: minutes } = inForce.config;
    const churn = rounds === null ? {} : { churn: { rounds, minutes } };
    return { kind: "headMoved", at, heads, isDraft, trigger: trigger("synchronize"), debounceMs, ...churn };
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
