// Outcomes of reviewers that were never started: there was nothing to look at, or the server no longer has the reviewer.
import type { ReviewerOutcome } from "../round/event.ts";
import type { RoundRecord } from "../round/round.ts";

const NOT_RUN = {
  isRetryable: false,
  durationMs: 0,
  contradiction: null,
  findings: [],
  notAnalysed: [],
  costUsd: null,
} as const;

/** An empty diff, or one with nothing but files that are skipped by rule, is approved without asking anybody. */
export function nothingToReview(name: string, runId: string, round: RoundRecord, files: number): ReviewerOutcome {
  const what = files === 0 ? "the diff is empty" : "every changed file is skipped by rule";
  return {
    ...NOT_RUN,
    name,
    runId,
    label: round.reviewers.find((reviewer) => reviewer.name === name)?.label ?? name,
    exit: "0",
    failure: null,
    verdict: "APPROVE",
    verdictSource: "derived",
    output: `Nothing to review: ${what}.`,
  };
}

/** The server was configured anew between the start of the round and this run. */
export function unavailable(name: string, runId: string): ReviewerOutcome {
  return {
    ...NOT_RUN,
    name,
    runId,
    label: name,
    exit: "none (not started)",
    failure: `not_installed: this server no longer offers the reviewer ${name}.`,
    verdict: "ERROR",
    verdictSource: "none",
    output: "",
  };
}
