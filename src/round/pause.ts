// Pauses: a draft, or a person who wants no rounds for a while. What runs ends normally, what was said about a commit
// stays said, and pushes are only remembered until the pause ends.
import { answer } from "./answer.ts";
import type { Effect } from "./effect.ts";
import type { RoundEvent } from "./event.ts";
import type { Armed } from "./outbox.ts";
import { dropPending } from "./replace-round.ts";
import type { PullRequestRecord } from "./round.ts";
import { acceptTrigger } from "./start-round.ts";
import { currentRound, type Step, stay, take } from "./step.ts";

/** T46: a running round ends normally; the next automatic one waits. A round that only waits to start is dropped. */
export function pause(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "convertedToDraft" }>): Step {
  if (record.paused !== null || record.state === "ABORTED" || record.state === "BUDGET_EXCEEDED")
    return stay(record, "nothing to pause");
  const paused: PullRequestRecord = { ...record, paused: { reason: "draft", by: event.actor } };
  const dropped = dropAutomatic(paused);
  return take("T46", dropped.record, dropped.armed);
}

/** R10: the same by a person's command; in a state that starts nothing by itself there is nothing to pause. */
export function pauseByCommand(
  record: PullRequestRecord,
  event: Extract<RoundEvent, { kind: "pauseRequested" }>,
): Step {
  if (record.state === "ABORTED" || record.state === "BUDGET_EXCEEDED")
    return take("R10b", record, answer(record, event.comment, "confused"));
  const paused: PullRequestRecord = {
    ...record,
    head_sha_seen: record.head_sha_seen ?? event.heads.headSha,
    paused: { reason: "command", by: event.actor },
  };
  const dropped = dropAutomatic(paused);
  const isDraft = record.paused?.reason === "draft";
  const isIdle =
    !isDraft && dropped.record.state === "INIT" && dropped.record.pending === null && dropped.armed.length === 0;
  return take("R10", dropped.record, [
    ...answer(record, event.comment, "+1"),
    ...dropped.armed,
    ...(isIdle ? [pausedCheck(dropped.record, event.heads.headSha)] : []),
  ]);
}

/** R11, R12: the end of any pause. */
export function resumeByCommand(
  record: PullRequestRecord,
  event: Extract<RoundEvent, { kind: "resumeRequested" }>,
): Step {
  const { comment } = event.trigger;
  if (record.state === "ABORTED" || record.state === "BUDGET_EXCEEDED")
    return take("R12", record, answer(record, comment, "confused"));
  const thanks = answer(record, comment, "+1");
  if (record.paused === null) return take("R12", record, thanks);
  const round = currentRound(record);
  const isReviewed = round !== undefined && round.head_sha === event.heads.headSha && round.superseded_by === null;
  if (isReviewed || record.pending !== null) return take("R12", { ...record, paused: null }, thanks);
  const accepted = acceptTrigger(record, {
    headSha: event.heads.headSha,
    trigger: event.trigger,
    reason: "manual",
    at: event.at,
    debounceMs: 0,
  });
  return take("R11", accepted.record, accepted.armed);
}

/** The check on a commit that gets no round while the pause lasts. Drafts get none: nothing is pending there. */
export function pausedCheck(record: PullRequestRecord, headSha: string): Armed {
  return { effect: { kind: "check", round: record.round, head_sha: headSha } };
}

/** A round that starts by itself and only waits is dropped; one that somebody asked for is not. */
function dropAutomatic(record: PullRequestRecord): { record: PullRequestRecord; armed: Armed[] } {
  const pending = record.pending;
  if (pending === null || pending.reason === "manual") return { record, armed: [] };
  const dropped = dropPending(record, null);
  const effects: Effect[] = [
    { kind: "check", round: pending.n, head_sha: pending.head_sha },
    { kind: "eyes", round: pending.n },
  ];
  return { record: { ...dropped.record, fence: record.fence + 1 }, armed: effects.map((effect) => ({ effect })) };
}
