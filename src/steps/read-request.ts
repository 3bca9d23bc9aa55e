// What people ask for by checkbox, label or button: who it is, whether they may, and the event it becomes.
import type { Intent } from "../intent/intent.ts";
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { isCheckboxTicked } from "../report/skip.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Trigger } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { headsOf } from "./live-head.ts";
import { mayCommand } from "./may-command.ts";
import { type ConfigInForce, maxRoundsOf, readConfig } from "./read-config.ts";

type About<K extends Intent["kind"]> = Extract<Intent, { kind: K }>;

/** The skip comment's checkbox: ticked by a person who may command, in Rondo's own comment. */
export async function checkboxEvent(
  intent: About<"commentEdited">,
  ref: PullRequestRef,
  live: LivePullRequest,
  delivery: { guid: string },
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
export async function requestEvent(
  intent: About<"labeled" | "checkRerequested" | "buttonPressed">,
  ref: PullRequestRef,
  live: LivePullRequest,
  delivery: { guid: string },
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
