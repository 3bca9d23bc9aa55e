// What a notice is about, taken from the state file at the moment it is sent; null when it is no longer true.
import { limitThatFired } from "../report/failure.ts";
import { lastReviewedOf } from "../report/last-reviewed.ts";
import type { Notice } from "../report/notice.ts";
import type { Effect } from "../round/effect.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";

type Topic = Extract<Effect, { kind: "notice" }>["about"];

/** `n`: the round that the notice belongs to; `round` is null when it never started. */
export function noticeOf(about: Topic, record: PullRequestRecord, round: RoundRecord | null, n: number): Notice | null {
  const headSha = round?.head_sha ?? record.head_sha_seen ?? record.head_sha ?? "";
  switch (about) {
    case "budget":
      if (record.state !== "BUDGET_EXCEEDED") return null;
      return {
        kind: "budgetExceeded",
        round: n,
        ...(round === null ? {} : { hasStarted: true }),
        limit: record.limit,
        key: LIMIT_KEYS[record.reason],
        until: null,
        headSha: record.head_sha_seen ?? headSha,
        last: lastReviewedOf(record),
      };
    case "aborted":
      if (record.state !== "ABORTED") return null;
      return { kind: "aborted", by: record.aborted.by, reason: record.aborted.text };
    case "waiting":
      return {
        kind: "waiting",
        externalNames: ["external reviewer"],
        minutes: round?.config.settings.external_deadline_minutes ?? 30,
      };
    case "churn":
      return record.paused?.reason === "churn" ? { kind: "churn", round: n } : null;
    case "flood":
      return { kind: "flood" };
    case "worker_lost":
      return { kind: "workerLost", round: n, headSha, claims: record.claims };
    case "not_reviewed":
      return notReviewed(record, round, n, headSha);
  }
}

/** The setting behind each limit; null for one that no setting of the repository raises. */
const LIMIT_KEYS: Readonly<Record<Extract<PullRequestRecord, { state: "BUDGET_EXCEEDED" }>["reason"], string | null>> =
  {
    rounds: "max_rounds",
    day_cost: "budget.cost_usd_per_day",
    day_runs: "budget.runs_per_day",
    run_cost: "budget.cost_usd_per_round",
    wall: "budget.minutes_per_round",
  };

function notReviewed(record: PullRequestRecord, round: RoundRecord | null, n: number, headSha: string): Notice {
  const failed = round?.reviewers.find((reviewer) => reviewer.failure !== null);
  const failure = round?.failure ?? failed?.failure ?? record.failure;
  if (round?.verdict === "UNKNOWN" && failure === null) {
    const unclear = round.reviewers.filter((reviewer) => reviewer.verdict === "UNKNOWN");
    const reviewer = unclear.map(({ name }) => name).join(" and ");
    const attempts = unclear.some(({ asked_again }) => asked_again !== undefined) ? 2 : 1;
    return { kind: "unknownVerdict", round: n, headSha, reviewer, attempts };
  }
  // What stopped the round is no reviewer's fault, and no limit of one.
  const isReviewers = round?.failure === null || round?.failure === undefined;
  return {
    kind: "reviewerFailed",
    round: n,
    headSha,
    reviewer: isReviewers ? (failed?.name ?? null) : null,
    failure: failure ?? "unknown: no cause was recorded",
    attempts: failed?.attempt ?? 1,
    limit: isReviewers ? limitThatFired(failed?.exit ?? null) : null,
    elapsedSeconds: failed?.duration_s ?? null,
  };
}
