// Intent → event: what a webhook claims is compared with what GitHub says now, and with who may ask for it. Answers
// with one word for the delivery's log line; everything that follows is in the state file.
import { PermanentError, RetryableError } from "../errors.ts";
import { parseCommand } from "../intent/command.ts";
import { HANDLED } from "../intent/handled.ts";
import type { Intent } from "../intent/intent.ts";
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { isCheckboxTicked } from "../report/skip.ts";
import { parseEffectKey } from "../round/effect-key.ts";
import type { Heads, RoundEvent } from "../round/event.ts";
import type { Trigger } from "../round/round.ts";
import { apply } from "./apply.ts";
import type { Deps } from "./deps.ts";
import { isExcluded } from "./exclude.ts";
import { mayCommand } from "./may-command.ts";
import { type ConfigInForce, maxRoundsOf, readConfig } from "./read-config.ts";

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

/** A comment that may hold a command. The live comment counts, not the one of the webhook. */
async function commentEvent(
  intent: About<"commentCreated">,
  ref: PullRequestRef,
  live: LivePullRequest,
  deps: Deps,
): Promise<RoundEvent | string> {
  if (intent.actorIsBot) return "ignored: bots do not command";
  const comment = await deps.pullRequests.fetchComment(ref, intent.source, intent.commentId);
  if (comment === null) return "ignored: the comment is gone";
  if (comment.authorIsBot) return "ignored: bots do not command";
  if (comment.updatedAt !== comment.createdAt) return "ignored: edited comments do not command";
  const inForce = await readConfig(ref, live.baseSha, deps);
  const aliases = [...inForce.config.aliases, deps.installation.appSlug];
  const command = parseCommand(comment.body, aliases);
  if (command === undefined) return "ignored: no command";
  const at = deps.clock.now().toISOString();
  const where = { source: intent.source, id: intent.commentId };
  if (live.state === "closed") return "ignored: the pull request is closed";
  if (!(await mayCommand(ref, comment.author, live, inForce.config, deps)))
    return { kind: "commandRefused", at, comment: where };
  if (command.name === "help") return { kind: "helpRequested", at, heads: headsOf(live), comment: where };
  if (command.name === "not understood") return { kind: "commandRefused", at, comment: where };
  if (command.name === "abort")
    return { kind: "abortRequested", at, actor: comment.author, text: command.reason, comment: where };
  const trigger: Trigger = {
    kind: "comment",
    actor: comment.author,
    delivery: null,
    comment: where,
    focus: command.name === "review" ? command.focus : null,
  };
  if (command.name === "extend") {
    return {
      kind: "extendRequested",
      at,
      actor: comment.author,
      rounds: command.rounds,
      heads: headsOf(live),
      comment: where,
      trigger,
    };
  }
  if (!inForce.config.triggers.comment) return "ignored: triggers.comment is off";
  return { kind: "reviewRequested", at, heads: headsOf(live), trigger, maxRounds: maxRoundsOf(inForce.config) };
}

/** The skip comment's checkbox: ticked by a person who may command, in Rondo's own comment. */
async function checkboxEvent(
  intent: About<"commentEdited">,
  ref: PullRequestRef,
  live: LivePullRequest,
  delivery: Delivery,
  deps: Deps,
): Promise<RoundEvent | string> {
  if (intent.actorIsBot || live.state === "closed") return "ignored: nobody ticked a box";
  const comment = await deps.pullRequests.fetchComment(ref, intent.source, intent.commentId);
  if (comment === null || comment.author !== deps.installation.botLogin) return "ignored: not Rondo's comment";
  if (!isCheckboxTicked(comment.body)) return "ignored: the box is not ticked";
  const { config } = await readConfig(ref, live.baseSha, deps);
  if (!(await mayCommand(ref, intent.actor, live, config, deps)))
    return `refused: ${intent.actor} may not ask for a round`;
  const at = deps.clock.now().toISOString();
  const trigger: Trigger = {
    kind: "checkbox",
    actor: intent.actor,
    delivery: delivery.guid,
    comment: null,
    focus: null,
  };
  return { kind: "reviewRequested", at, heads: headsOf(live), trigger, maxRounds: maxRoundsOf(config) };
}

/** A label, "Re-run" on the check, or one of its buttons: the same as a `review` command, by the same people. */
async function requestEvent(
  intent: About<"labeled" | "checkRerequested" | "buttonPressed">,
  ref: PullRequestRef,
  live: LivePullRequest,
  delivery: Delivery,
  deps: Deps,
): Promise<RoundEvent | string> {
  if (live.state === "closed") return "ignored: the pull request is closed";
  const inForce = await readConfig(ref, live.baseSha, deps);
  const unwanted = unwantedRequest(intent, live, inForce);
  if (unwanted !== null) return `ignored: ${unwanted}`;
  if (!(await mayCommand(ref, intent.actor, live, inForce.config, deps)))
    return `refused: ${intent.actor} may not ask for a round`;
  const at = deps.clock.now().toISOString();
  const trigger: Trigger = {
    kind: intent.kind === "labeled" ? "label" : "check_button",
    actor: intent.actor,
    delivery: delivery.guid,
    comment: null,
    focus: null,
  };
  if (intent.kind === "buttonPressed" && intent.identifier.startsWith("abort")) {
    return { kind: "abortRequested", at, actor: intent.actor, text: "by the button of the check", comment: null };
  }
  if (intent.kind === "buttonPressed" && intent.identifier.startsWith("extend")) {
    return {
      kind: "extendRequested",
      at,
      actor: intent.actor,
      rounds: BUTTON_ROUNDS,
      heads: headsOf(live),
      comment: null,
      trigger,
    };
  }
  return { kind: "reviewRequested", at, heads: headsOf(live), trigger, maxRounds: maxRoundsOf(inForce.config) };
}

/** Rounds that the button "Extend" adds. */
const BUTTON_ROUNDS = 5;

function unwantedRequest(
  intent: About<"labeled" | "checkRerequested" | "buttonPressed">,
  live: LivePullRequest,
  { config }: ConfigInForce,
): string | null {
  if (intent.kind === "labeled") return intent.label === config.triggers.label ? null : "another label";
  // A button acts on what the person saw: its identifier carries that commit, `abort:0123abc`.
  const shown = intent.kind === "buttonPressed" ? intent.identifier.split(":", 2)[1] : undefined;
  if (intent.headSha !== live.headSha || (shown !== undefined && !live.headSha.startsWith(shown)))
    return "the check was about an older commit";
  return null;
}

function headsOf(live: LivePullRequest): Heads {
  return { headSha: live.headSha, baseRef: live.baseRef, baseSha: live.baseSha };
}
