// How a round comes to be: a trigger is accepted (the round number is fixed, the check is queued), a worker claims it
// (KICKOFF, or the limit that says no).
import type { Effect } from "./effect.ts";
import type { RoundEvent } from "./event.ts";
import { type Armed, abandon, mayExist } from "./outbox.ts";
import { replaceRound } from "./replace-round.ts";
import type { PullRequestRecord, RoundRecord, Trigger } from "./round.ts";
import { common, enter, ownerAction, type Step, take } from "./step.ts";

type Claimed = Extract<RoundEvent, { kind: "roundClaimed" }>;

/** What was asked for, and about which head. `debounceMs` counts from the start of the last round. */
export type Acceptance = {
  headSha: string;
  trigger: Trigger;
  reason: RoundRecord["reason"];
  at: string;
  debounceMs: number;
};

/**
 * Accepts a trigger: whatever runs or waits is replaced, the next round gets its number, check and 👀 say so at once.
 * The number is the next one after the last round that started; a trigger that never started leaves no gap.
 */
export function acceptTrigger(
  record: PullRequestRecord,
  asked: Acceptance,
): { record: PullRequestRecord; armed: Armed[] } {
  const replaced = replaceRound(record, { headSha: asked.headSha, at: asked.at });
  const n = record.round + 1;
  const next: PullRequestRecord = {
    ...enter(replaced.record, "INIT"),
    fence: record.fence + 1,
    skipped: null,
    paused: null,
    failure: null,
    claims: 0,
    deadline_at: null,
    head_sha_seen: asked.headSha,
    pending: { n, head_sha: asked.headSha, trigger: asked.trigger, reason: asked.reason, accepted_at: asked.at },
  };
  const notBefore = debounceEnd(record, asked);
  const eyes: Armed = { effect: { kind: "eyes", round: n } };
  return {
    record: next,
    // Somebody who asked sees first that they were heard; then what is no longer true is taken back.
    armed: [
      ...(asked.reason === "manual" ? [eyes] : []),
      ...replaced.armed,
      { effect: { kind: "check", round: n, head_sha: asked.headSha } },
      ...(asked.reason === "manual" ? [] : [eyes]),
      { effect: { kind: "start", round: n }, ...(notBefore === undefined ? {} : { notBefore }) },
    ],
  };
}

/** An automatic round starts at the earliest `debounceMs` after the last start; a person's request at once. */
function debounceEnd(record: PullRequestRecord, asked: Acceptance): string | undefined {
  if (asked.reason === "manual" || record.last_start_at === null || asked.debounceMs === 0) return undefined;
  const end = new Date(Date.parse(record.last_start_at) + asked.debounceMs).toISOString();
  return end > asked.at ? end : undefined;
}

/** T7 and T8: a worker has a slot and knows everything. */
export function claimRound(record: PullRequestRecord, event: Claimed): Step {
  const limit = event.maxRounds === null ? null : event.maxRounds + record.extended;
  if (limit !== null && event.round > limit)
    return exceedRounds({ ...record, max_rounds: event.maxRounds }, event, limit);
  const round = newRound(record, event);
  const previous = record.rounds.at(-1);
  const kept = record.rounds.slice(-KEPT_ROUNDS + 1);
  const next: PullRequestRecord = {
    ...enter(record, "KICKOFF"),
    round: event.round,
    attempt: 1,
    max_rounds: event.maxRounds,
    head_sha: event.heads.headSha,
    base_ref: event.heads.baseRef,
    base_sha: event.heads.baseSha,
    pending: null,
    last_start_at: event.at,
    ...(typeof event.baseTip === "string" ? { base_tip: event.baseTip } : {}),
    rounds: [...kept, round],
  };
  const comment: Effect = { kind: event.settings.transcript === "compact" ? "round" : "kickoff", round: event.round };
  return take("T8", next, [
    { effect: { kind: "check", round: event.round, head_sha: event.heads.headSha } },
    { effect: comment },
    { effect: { kind: "run", round: event.round, attempt: 1 } },
    ...(previous !== undefined && hasComment(record, previous)
      ? [{ effect: { kind: "minimise", round: previous.n } as const }]
      : []),
  ]);
}

/** Rounds whose full record stays in the state file; older ones live on in the journal and on GitHub. */
const KEPT_ROUNDS = 20;

function hasComment(record: PullRequestRecord, round: RoundRecord): boolean {
  return mayExist(record, "round", round.n) || mayExist(record, "kickoff", round.n);
}

function exceedRounds(record: PullRequestRecord, event: Claimed, limit: number): Step {
  const next: PullRequestRecord = {
    ...common(record),
    state: "BUDGET_EXCEEDED",
    reason: "rounds",
    limit: `max_rounds ${limit} reached`,
    head_sha: event.heads.headSha,
    base_ref: event.heads.baseRef,
    base_sha: event.heads.baseSha,
  };
  return take("T7", next, [
    { effect: { kind: "notice", round: event.round, about: "budget" } },
    { effect: { kind: "check", round: event.round, head_sha: event.heads.headSha } },
    { effect: { kind: "eyes", round: event.round } },
  ]);
}

/** R1: nothing can be said about the change, and the reason is known before anything was posted. */
export function failToStart(
  record: PullRequestRecord,
  event: Extract<RoundEvent, { kind: "preparationFailed" }>,
): Step {
  const headSha = record.pending?.head_sha ?? record.head_sha_seen ?? "";
  const next: PullRequestRecord = {
    ...ownerAction(
      abandon(record, (entry) => entry.effect.kind === "start", "the round could not be prepared"),
      "reviewer_error",
    ),
    failure: event.failure,
    head_sha: headSha,
  };
  return take("R1", next, [
    { effect: { kind: "notice", round: event.round, about: "not_reviewed" } },
    { effect: { kind: "check", round: event.round, head_sha: headSha } },
    { effect: { kind: "eyes", round: event.round } },
  ]);
}

function newRound(record: PullRequestRecord, event: Claimed): RoundRecord {
  const pending = record.pending;
  return {
    n: event.round,
    attempt: 1,
    reason: pending?.reason ?? "automatic",
    trigger: pending?.trigger ?? { kind: "reconcile", actor: null, delivery: null, comment: null, focus: null },
    head_sha: event.heads.headSha,
    base_ref: event.heads.baseRef,
    base_sha: event.heads.baseSha,
    merge_base_sha: event.mergeBaseSha,
    prompt: event.prompt,
    prompt_sha256: event.promptSha256,
    started_at: event.at,
    ended_at: null,
    reviewers: event.reviewers.map((reviewer) => ({
      name: reviewer.name,
      run_id: null,
      label: reviewer.label,
      attempt: 1,
      status: "pending",
      exit: null,
      failure: null,
      duration_s: null,
      verdict: null,
      verdict_source: null,
      contradiction: null,
      output: null,
      not_analysed: [],
      findings: [],
      cost_usd: null,
    })),
    verdict: null,
    verdict_source: null,
    findings: [],
    resolved: [],
    omitted: [],
    changed_files: null,
    external: { policy: event.settings.external_policy, outcome: event.settings.external_policy, reviews: [] },
    failure: null,
    base_moved_to: null,
    outcome: null,
    superseded_by: null,
    config: {
      source: event.configSource,
      problems: [...event.configProblems],
      settings: event.settings,
      ...(event.configChange !== undefined && { change: event.configChange }),
    },
    record_uuid: event.recordUuid,
    ...(event.withheld === undefined || event.withheld.length === 0 ? {} : { withheld: [...event.withheld] }),
  };
}
