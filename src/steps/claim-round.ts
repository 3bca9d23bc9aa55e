// The start of a round: everything it rests on is read from GitHub once, and from then on pinned in its record.
import { isDiskTrouble, isExpectedError, type PermanentError, type RetryableError, type UserError } from "../errors.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import { buildPrompt, promptSha256 } from "../prompt.ts";
import type { Reviewer } from "../reviewer.ts";
import type { EffectRecord } from "../round/effect-record.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Due } from "../round/outbox.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { RoundSettings } from "../round/round-settings.ts";
import { chooseReviewers } from "./choose-reviewers.ts";
import { configChange } from "./config-change.ts";
import type { Deps } from "./deps.ts";
import { excludedEvent } from "./exclude.ts";
import { startAgain } from "./fetch-again.ts";
import { eventOf, fetchLive, headsOf } from "./live-head.ts";
import { maxRoundsOf, readConfig, settingsOf } from "./read-config.ts";

/** What came of the start: an event, or the start as it is kept until its next try. */
type Claimed = { event: RoundEvent; later?: never } | { event?: never; later: EffectRecord };

/**
 * Answers with `roundClaimed`, with the push or close that nobody told us about, or with `preparationFailed` and its
 * cause; with a later time when GitHub may answer then. Throws only what nobody expects.
 */
export async function claimRound(
  ref: PullRequestRef,
  record: PullRequestRecord,
  due: Due,
  deps: Deps,
): Promise<Claimed> {
  const at = deps.clock.now().toISOString();
  const pending = record.pending;
  if (pending === null)
    return { event: { kind: "preparationFailed", at, round: record.round, failure: "internal: no trigger waits" } };
  try {
    return { event: await claim(ref, pending, deps, at) };
  } catch (error) {
    if (isDiskTrouble(error)) throw error;
    const later = startAgain(due, error, deps);
    const pr = formatPullRequestRef(ref);
    if (later !== null) deps.log.warn("the round cannot begin yet", { pr, error, retryAt: later.not_before });
    if (later !== null) return { later };
    if (!isExpectedError(error)) throw error;
    return { event: preparationFailed(error, pending.n, at) };
  }
}

function preparationFailed(error: UserError | RetryableError | PermanentError, round: number, at: string): RoundEvent {
  return { kind: "preparationFailed", at, round, failure: `${error.code.toLowerCase()}: ${error.publicMessage}` };
}

async function claim(
  ref: PullRequestRef,
  pending: NonNullable<PullRequestRecord["pending"]>,
  deps: Deps,
  at: string,
): Promise<RoundEvent> {
  const live = await fetchLive(ref, pending.head_sha, deps);
  const missed = eventOf(live, pending.head_sha, at);
  if (missed !== null) return missed;
  const { config, source, problems } = await readConfig(ref, live.baseSha, deps);
  if (pending.reason !== "manual") {
    const excluded = await excludedEvent(live, config, deps);
    if (excluded !== null) return excluded;
  }
  const chosen = await chooseReviewers(ref, live, { config, pending }, deps);
  if (chosen.reviewers.length === 0) return { kind: "reviewWithheld", at, round: pending.n, heads: headsOf(live) };
  const settings = settingsOf(config, pending.n, deps.installation.serverConfig);
  const labels = await Promise.all(chosen.reviewers.map((reviewer) => labelOf(reviewer, settings)));
  const broken = labels.find((label) => label.problem !== null);
  if (broken !== undefined)
    return { kind: "preparationFailed", at, round: pending.n, failure: `reviewer_unavailable: ${broken.problem}` };
  const mergeBaseSha = await deps.pullRequests.fetchMergeBase(ref, live.baseSha, live.headSha);
  if (mergeBaseSha === null) {
    const failure = `no_merge_base: ${live.baseRef} and the head have no common commit; rebase the branch onto ${live.baseRef}.`;
    return { kind: "preparationFailed", at, round: pending.n, failure };
  }
  const prompt = promptOf(ref, { ...live, mergeBaseSha, focus: pending.trigger.focus }, settings, labels);
  const change = await configChange(ref, { ...live, mergeBaseSha }, deps);
  return {
    kind: "roundClaimed",
    at,
    round: pending.n,
    heads: headsOf(live),
    mergeBaseSha,
    maxRounds: maxRoundsOf(config),
    settings,
    configSource: source,
    configProblems: [...problems, ...chosen.problems],
    ...(change !== null && { configChange: change }),
    reviewers: labels.map(({ name, label }) => ({ name, label })),
    prompt,
    promptSha256: promptSha256(prompt),
    recordUuid: deps.ids.uuid(),
    withheld: chosen.withheld,
    baseTip: config.on_base_change === "rerun" ? await deps.repositories.fetchBranchTip(ref, live.baseRef) : null,
  };
}

type Label = { name: string; label: string; problem: string | null };

async function labelOf(reviewer: Reviewer, { static_rules: rules }: RoundSettings): Promise<Label> {
  const ready = await reviewer.preflight(rules);
  if (ready.isReady) return { name: reviewer.name, label: ready.label, problem: null };
  return { name: reviewer.name, label: reviewer.name, problem: `${reviewer.name}: ${ready.problem} ${ready.hint}` };
}

/** The embedded rules are told nothing; every other reviewer gets the instruction block. */
function promptOf(
  ref: PullRequestRef,
  commits: { headSha: string; baseRef: string; baseSha: string; mergeBaseSha: string; focus: string | null },
  settings: Pick<RoundSettings, "blocking_priorities">,
  labels: readonly Label[],
): string {
  const [only, ...others] = labels;
  if (only?.name === "static" && others.length === 0) {
    // `static rules 1.0 (113 rules)` reads as `static rules 1.0, 113 rules` inside of parentheses.
    return `none (${only.label.replace(/^static rules only: /, "").replace(/ \((?<rules>[0-9]+ rules?)\)$/, ", $<rules>")})`;
  }
  return buildPrompt({
    owner: ref.owner,
    repo: ref.repo,
    pr: ref.number,
    headSha: commits.headSha,
    baseRef: commits.baseRef,
    baseSha: commits.baseSha,
    mergeBaseSha: commits.mergeBaseSha,
    blocking: settings.blocking_priorities,
    answer: "schema",
    focus: commits.focus,
  });
}
