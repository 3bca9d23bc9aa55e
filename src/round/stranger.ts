// Pull requests that get less than a full round by themselves: those the repository excludes, those of people who may not
// spend what a paid reviewer costs, and those whose repository Rondo can no longer see.
import type { RoundEvent } from "./event.ts";
import { type Armed, abandon } from "./outbox.ts";
import { dropPending, endRound, replaceRound } from "./replace-round.ts";
import type { PullRequestRecord } from "./round.ts";
import { common, currentRound, enter, ownerAction, type Step, stay, take } from "./step.ts";

/** R20: nothing starts by itself on this head. Only `on_skip: pass` gives it a check; one that was queued is closed. */
export function exclude(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "excluded" }>): Step {
  if (record.state === "ABORTED" || record.state === "BUDGET_EXCEEDED") return stay(record, "ended by a person");
  if (record.pending?.reason === "manual") return stay(record, "a person asked for a round");
  const { headSha } = event.heads;
  const isNew = record.round === 0 ? record.skipped !== "excluded" : record.head_sha !== headSha;
  const isKnown = record.pending === null && !isNew && (record.round > 0 || record.head_sha_seen === headSha);
  if (isKnown || (record.skipped === "excluded" && record.head_sha_seen === headSha && record.pending === null))
    return stay(record, "this head is excluded already, or was reviewed before");
  const isQueued = record.pending?.head_sha === headSha;
  const replaced = replaceRound(record, { headSha, at: event.at });
  const next: PullRequestRecord = {
    ...enter(replaced.record, "INIT"),
    fence: record.fence + 1,
    skipped: "excluded",
    excluded: { why: event.why, is_pass: event.isPass },
    head_sha_seen: headSha,
  };
  const check: Armed = { effect: { kind: "check", round: record.pending?.n ?? record.round, head_sha: headSha } };
  const eyes: Armed[] = isQueued ? [{ effect: { kind: "eyes", round: record.pending?.n ?? 0 } }] : [];
  return take("R20", next, [...replaced.armed, ...(event.isPass || isQueued ? [check] : []), ...eyes]);
}

/** R21: no reviewer of this server may look at this pull request before a maintainer asks for it. The check says so. */
export function withhold(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "reviewWithheld" }>): Step {
  const headSha = record.pending?.head_sha ?? event.heads.headSha;
  const stopped = abandon(record, (entry) => entry.effect.kind === "start", "a maintainer has to ask for it");
  const next: PullRequestRecord = { ...ownerAction(stopped, "full_review"), head_sha: headSha };
  return take("R21", next, [
    { effect: { kind: "check", round: event.round, head_sha: headSha } },
    { effect: { kind: "eyes", round: event.round } },
  ]);
}

/**
 * R22: the installation was suspended or removed, or the repository taken out of it. Reviewers are killed and nothing
 * more is sent, because nothing could be. When access comes back, the newest head is as new as on the first day.
 */
export function loseAccess(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "accessLost" }>): Step {
  const round = currentRound(record);
  const isRunning = record.pending !== null || (round !== undefined && round.outcome === null);
  if (!isRunning || record.state === "ABORTED") return stay(record, "nothing runs");
  const dropped = dropPending(record, null).record;
  const ended = record.pending === null ? endRound(dropped, event.at, "superseded") : dropped;
  const quiet = abandon(ended, () => true, event.why);
  const next: PullRequestRecord = {
    ...common(quiet),
    state: "INIT",
    reason: null,
    fence: record.fence + 1,
    failure: event.why,
    head_sha: null,
    head_sha_seen: null,
  };
  return take("R22", next);
}
