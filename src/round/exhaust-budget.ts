// T12: the time of a round is used up. What the reviewers that answered found is kept and shown; the others count as failed,
// and the limit that stopped them is named. Only a person starts another round: it might take as long again.
import { withFindings } from "./conclude.ts";
import type { Effect } from "./effect.ts";
import type { RoundEvent } from "./event.ts";
import { mayExist } from "./outbox.ts";
import { endRound } from "./replace-round.ts";
import type { PullRequestRecord, ReviewerRecord } from "./round.ts";
import { changeRound, common, currentRound, type Step, stay, take } from "./step.ts";

/** Ends the round in hand in BUDGET_EXCEEDED (wall); anything else than a running round is left alone. */
export function exhaustBudget(
  record: PullRequestRecord,
  event: Extract<RoundEvent, { kind: "budgetExhausted" }>,
): Step {
  const round = currentRound(record);
  if (record.state !== "KICKOFF" || round === undefined || round.n !== event.round)
    return stay(record, "the reviewers have ended");
  const stop = (reviewer: ReviewerRecord): ReviewerRecord =>
    reviewer.status === "pending" || reviewer.status === "running"
      ? { ...reviewer, status: "failed", exit: event.exit, failure: event.failure, verdict: "ERROR" }
      : reviewer;
  const stopped = changeRound(record, round.n, (one) => ({ ...one, reviewers: one.reviewers.map(stop) }));
  const found = withFindings(stopped, round).record;
  const judged = changeRound(found, round.n, (one) => ({
    ...one,
    verdict: "ERROR",
    verdict_source: "none",
    failure: event.failure,
  }));
  const ended = endRound(judged, event.at, "budget");
  const next: PullRequestRecord = {
    ...common({ ...ended, verdict: "ERROR" }),
    state: "BUDGET_EXCEEDED",
    reason: "wall",
    limit: event.limit,
    fence: record.fence + 1,
  };
  const isCompact = round.config.settings.transcript === "compact";
  const untrue = (["ready", "thumbs"] as const).filter((kind) => mayExist(record, kind, round.n));
  const effects: Effect[] = [
    { kind: isCompact ? "round" : "result", round: round.n },
    ...untrue.map((kind): Effect => ({ kind, round: round.n })),
    { kind: "notice", round: round.n, about: "budget" },
    { kind: "check", round: round.n, head_sha: round.head_sha },
    { kind: "eyes", round: round.n },
  ];
  return take(
    "T12",
    next,
    effects.map((effect) => ({ effect })),
  );
}
