// How a pull request is followed: what every state does alike when its head or base moves, when somebody asks for a
// round, when a draft comes or goes.
import type { RoundEvent } from "./event.ts";
import { isChurning, pauseForChurn } from "./churn.ts";
import { mayExist } from "./outbox.ts";
import { pausedCheck } from "./pause.ts";
import { replaceRound } from "./replace-round.ts";
import type { PullRequestRecord } from "./round.ts";
import type { RowName } from "./rows.ts";
import { type Acceptance, acceptTrigger } from "./start-round.ts";
import { changeRound, currentRound, enter, type Step, stay, take } from "./step.ts";

type Asking = { heads: { headSha: string }; trigger: Acceptance["trigger"]; at: string; debounceMs: number };

export function asked(event: Asking, reason: Acceptance["reason"]): Acceptance {
  return { headSha: event.heads.headSha, trigger: event.trigger, reason, at: event.at, debounceMs: event.debounceMs };
}

export function accept(row: RowName, record: PullRequestRecord, acceptance: Acceptance): Step {
  const accepted = acceptTrigger(record, acceptance);
  return take(row, accepted.record, accepted.armed);
}

type Requested = Extract<RoundEvent, { kind: "reviewRequested" }>;

/** A person asked: the round starts at once. */
export function request(row: RowName, record: PullRequestRecord, event: Requested): Step {
  return accept(row, record, asked({ ...event, debounceMs: 0 }, "manual"));
}

/** T28 and T30b: once more, on the same head or on one that nobody told us about. */
export function again(record: PullRequestRecord, event: Requested): Step {
  return request(isSameHead(record, event) ? "T28" : "T30b", record, event);
}

/** T30 and T4: a push. Compared with everything that is known, so that the same push twice is one push. */
export function followHead(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "headMoved" }>): Step {
  const known =
    record.pending?.head_sha ??
    (record.paused === null ? record.head_sha : record.head_sha_seen) ??
    record.head_sha_seen;
  if (known === event.heads.headSha) return stay(record, "this head is known");
  if (!event.isDraft && record.paused === null && isChurning(record, event)) return pauseForChurn(record, event);
  if (!event.isDraft && record.paused === null) return accept("T30", record, asked(event, "automatic"));
  const replaced = replaceRound(record, { headSha: event.heads.headSha, at: event.at });
  const next: PullRequestRecord = {
    ...enter(replaced.record, "INIT"),
    fence: record.fence + 1,
    head_sha_seen: event.heads.headSha,
    paused: record.paused ?? { reason: "draft", by: null },
  };
  return take(
    "T4",
    next,
    next.paused?.reason === "draft" ? replaced.armed : [...replaced.armed, pausedCheck(next, event.heads.headSha)],
  );
}

/** T31: in an end state a new head is remembered and gets a check that names the way back. */
export function rememberHead(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "headMoved" }>): Step {
  if (record.head_sha_seen === event.heads.headSha) return stay(record, "this head is known");
  const next = { ...record, head_sha_seen: event.heads.headSha };
  return take("T31", next, [{ effect: { kind: "check", round: record.round, head_sha: event.heads.headSha } }]);
}

/** T40, T41, T42 */
export function followBase(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "baseChanged" }>): Step {
  const known = event.isRetarget ? record.base_sha : (record.base_tip ?? record.base_sha);
  if (record.base_ref === event.heads.baseRef && known === event.heads.baseSha)
    return stay(record, "this base is known");
  const moved = {
    ...record,
    base_ref: event.heads.baseRef,
    base_sha: event.heads.baseSha,
    base_tip: event.heads.baseSha,
  };
  const round = currentRound(record);
  const isRerun = record.state === "READY" && round?.config.settings.on_base_change === "rerun";
  const hasStarted = record.round > 0 || record.pending !== null;
  if ((event.isRetarget || isRerun) && hasStarted && record.paused === null) {
    return accept("T41", moved, asked({ ...event, debounceMs: event.debounceMs ?? 0 }, "base_changed"));
  }
  // The note is written once: a busy base branch would edit every READY notice with every merge.
  const isNoted = round?.base_moved_to !== null && round?.base_moved_to !== undefined;
  if (record.state !== "READY" || isNoted || !mayExist(record, "ready", record.round)) return take("T42", moved);
  const noted = changeRound(moved, record.round, (current) => ({ ...current, base_moved_to: event.heads.baseSha }));
  return take("T40", noted, [{ effect: { kind: "ready", round: record.round } }]);
}

/** T29, or T30b when the request shows a head that nobody told us about. */
export function whileRunning(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "reviewRequested" }>): Step {
  if (!isSameHead(record, event)) return request("T30b", record, event);
  const comment = event.trigger.comment;
  const answer =
    comment === null
      ? []
      : [
          {
            effect: {
              kind: "answer",
              round: record.round,
              comment_source: comment.source,
              comment_id: comment.id,
              content: "eyes",
            } as const,
          },
        ];
  return take("T29", record, answer);
}

/** A draft that became ready again: a new round only when its head was not reviewed. */
export function resume(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "markedReady" }>): Step {
  if (isPausedByPerson(record)) return stay(record, "paused by a command");
  if (!isSameHead(record, event)) return accept("T3c", record, asked(event, "automatic"));
  return take("R7", { ...record, paused: null });
}

/** A pause that a draft's end does not end. */
export function isPausedByPerson(record: PullRequestRecord): boolean {
  return record.paused !== null && record.paused.reason !== "draft";
}

export function skipDraft(
  record: PullRequestRecord,
  event: Extract<RoundEvent, { kind: "opened" }>,
  row: "T2" | "T39b",
): Step {
  const next: PullRequestRecord = {
    ...enter(record, "INIT"),
    skipped: "draft",
    paused: { reason: "draft", by: null },
    head_sha_seen: event.heads.headSha,
  };
  return take(
    row,
    next,
    event.skipComment ? [{ effect: { kind: "skip", round: 0, head_sha: event.heads.headSha } }] : [],
  );
}

export function isSameHead(record: PullRequestRecord, event: { heads: { headSha: string } }): boolean {
  return record.head_sha === event.heads.headSha;
}

export function withFailure(record: PullRequestRecord, failure: string): PullRequestRecord {
  return changeRound(record, record.round, (round) => ({
    ...round,
    verdict: "ERROR",
    verdict_source: "none",
    failure,
  }));
}
