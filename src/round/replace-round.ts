// How a round loses its meaning: another head came, somebody aborted, the pull request was closed. What it has on
// GitHub is taken back (edited, never deleted), what it had not posted yet is not posted any more.
import { type Armed, abandon, mayExist } from "./outbox.ts";
import type { Effect } from "./effect.ts";
import type { PullRequestRecord, RoundRecord } from "./round.ts";
import { changeRound, currentRound } from "./step.ts";

type Replaced = { record: PullRequestRecord; armed: Armed[] };

/** Marks the round in hand (or the trigger that waits) as replaced by `headSha`, and takes back what it shows. */
export function replaceRound(record: PullRequestRecord, by: { headSha: string; at: string }): Replaced {
  const waiting = dropPending(record, by.headSha);
  const round = currentRound(record);
  if (round === undefined || round.superseded_by !== null || record.pending !== null) return waiting;
  const ended = endRound(waiting.record, by.at, "superseded");
  const marked = changeRound(ended, round.n, (current) => ({ ...current, superseded_by: by.headSha }));
  return { record: marked, armed: [...waiting.armed, ...takeBack(record, round, by.headSha)] };
}

/**
 * Ends the round in hand: reviewers that still run count as replaced, and its open effects are given up. A round that
 * ended before keeps its outcome.
 */
export function endRound(
  record: PullRequestRecord,
  at: string,
  outcome: NonNullable<RoundRecord["outcome"]>,
): PullRequestRecord {
  const round = currentRound(record);
  if (round === undefined) return record;
  const stopped = abandon(
    record,
    (entry) => entry.effect.round === round.n && entry.effect.kind !== "check",
    `round ended: ${outcome}`,
  );
  return changeRound(stopped, round.n, (current) => ({
    ...current,
    ended_at: current.ended_at ?? at,
    outcome: current.outcome ?? outcome,
    reviewers: current.reviewers.map((reviewer) =>
      reviewer.status === "pending" || reviewer.status === "running" ? { ...reviewer, status: "superseded" } : reviewer,
    ),
  }));
}

/** A trigger that waits gives way: its start is given up, and a check it queued on another commit is closed. */
export function dropPending(record: PullRequestRecord, headSha: string | null): Replaced {
  const pending = record.pending;
  if (pending === null) return { record, armed: [] };
  const dropped = abandon(
    { ...record, pending: null },
    (entry) => entry.effect.round === pending.n && (entry.effect.kind === "start" || entry.effect.kind === "eyes"),
    "replaced before it started",
  );
  const isElsewhere = headSha !== null && pending.head_sha !== headSha;
  return {
    record: dropped,
    armed: isElsewhere ? [{ effect: { kind: "check", round: pending.n, head_sha: pending.head_sha } }] : [],
  };
}

/** Edits of what the round has on GitHub, so that everything says that it is about an older commit. */
function takeBack(record: PullRequestRecord, round: RoundRecord, headSha: string): Armed[] {
  const effects: Effect[] = [];
  for (const kind of ["round", "result", "ready"] as const) {
    if (mayExist(record, kind, round.n)) effects.push({ kind, round: round.n });
  }
  // A RESULT that was never posted is owed to a KICKOFF that stands.
  if (mayExist(record, "kickoff", round.n) && !mayExist(record, "result", round.n))
    effects.push({ kind: "result", round: round.n });
  if (round.head_sha !== headSha && round.outcome !== "aborted")
    effects.push({ kind: "check", round: round.n, head_sha: round.head_sha });
  for (const kind of ["eyes", "thumbs"] as const) {
    if (mayExist(record, kind, round.n)) effects.push({ kind, round: round.n });
  }
  return effects.map((effect) => ({ effect }));
}
