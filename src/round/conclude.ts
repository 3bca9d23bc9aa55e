// How a round ends: the last reviewer answers, the findings are matched with the round before, a verdict is computed,
// and EVALUATE turns it into READY or into something a person has to do.
import { mergeFindings } from "../findings/match.ts";
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import { mergeVerdicts, openBlockers, unreadFiles } from "../verdict.ts";
import type { Effect } from "./effect.ts";
import type { EffectRecord } from "./effect-record.ts";
import type { ReviewerOutcome, RoundEvent } from "./event.ts";
import { matchRound } from "./match-round.ts";
import { type Armed, mayExist } from "./outbox.ts";
import { endRound } from "./replace-round.ts";
import type { PullRequestRecord, ReviewerRecord, RoundRecord } from "./round.ts";
import { addSpend } from "./spend.ts";
import { changeRound, currentRound, enter, ownerAction, type Step, stay, take } from "./step.ts";

/** Attempts of one reviewer in one round, the first included, where the round says nothing else. */
const USUAL_ATTEMPTS = 2;
/** Wait before the second attempt. */
const RETRY_MS = 10_000;

type Finished = Extract<RoundEvent, { kind: "reviewFinished" }>;

/** E6 and E7. Answers are kept by the reviewer's name: the same answer twice is one answer. */
export function finishReview(record: PullRequestRecord, event: Finished): Step {
  const round = currentRound(record);
  const known = round?.reviewers.find((reviewer) => reviewer.name === event.outcome.name);
  if (round === undefined || known === undefined)
    return stay(record, `no reviewer ${event.outcome.name} in this round`);
  if (known.status === "done" || known.status === "failed" || known.attempt > event.attempt) {
    return stay(record, `${event.outcome.name} has answered already`);
  }
  const attempts = round.config.settings.reviewer_attempts ?? USUAL_ATTEMPTS;
  const mayRetry = event.outcome.failure !== null && event.outcome.isRetryable && known.attempt < attempts;
  const mayAsk = event.outcome.unclear !== undefined && known.asked_again === undefined;
  const answered = changeRound(record, round.n, (current) => ({
    ...current,
    reviewers: current.reviewers.map((reviewer) =>
      reviewer.name === event.outcome.name ? answer(reviewer, event.outcome, mayRetry || mayAsk) : reviewer,
    ),
  }));
  const reviewers = currentRound(answered)?.reviewers ?? [];
  if (reviewers.some((reviewer) => reviewer.status === "pending" && reviewer.attempt === event.attempt)) {
    return take("R4", answered);
  }
  // The last answer of this attempt: the run is over, whatever its process still does.
  const over = closeRun(answered, event);
  if (reviewers.some((reviewer) => reviewer.status === "pending")) return retry(over, event);
  return conclude(over, event.at);
}

/** `isAgain`: it runs once more, because it failed or because no verdict could be read from what it said. */
function answer(reviewer: ReviewerRecord, outcome: ReviewerOutcome, isAgain: boolean): ReviewerRecord {
  const question = { problem: outcome.unclear ?? "", run_id: outcome.runId };
  return {
    ...reviewer,
    ...(isAgain && outcome.unclear !== undefined ? { asked_again: question } : {}),
    run_id: outcome.runId,
    label: outcome.label,
    attempt: isAgain ? reviewer.attempt + 1 : reviewer.attempt,
    status: isAgain ? "pending" : outcome.failure === null ? "done" : "failed",
    exit: outcome.exit,
    failure: outcome.failure,
    duration_s: Math.round(outcome.durationMs / 100) / 10,
    verdict: outcome.verdict,
    verdict_source: outcome.verdictSource,
    contradiction: outcome.contradiction,
    problem: outcome.problem ?? null,
    output: outcome.output,
    redactions: outcome.redactions ?? 0,
    not_analysed: [...outcome.notAnalysed],
    findings: [...outcome.findings],
    cost_usd: outcome.costUsd,
    ...(outcome.spend && { spend: addSpend(reviewer.spend, outcome.spend) }),
  };
}

function closeRun(record: PullRequestRecord, event: Finished): PullRequestRecord {
  const isThisRun = (entry: EffectRecord): boolean => entry.effect.kind === "run" && entry.effect.round === event.round;
  const effects = Object.entries(record.effects).map(([key, entry]): [string, EffectRecord] => [
    key,
    isThisRun(entry) && entry.status !== "abandoned" ? { ...entry, status: "done", at: event.at } : entry,
  ]);
  return { ...record, effects: Object.fromEntries(effects) };
}

/** A failure gets a moment to pass (T10); a question is asked again at once (T20). */
function retry(record: PullRequestRecord, event: Finished): Step {
  const attempt = event.attempt + 1;
  const pending = currentRound(record)?.reviewers.filter((reviewer) => reviewer.status === "pending") ?? [];
  if (pending.every((reviewer) => reviewer.failure === null)) {
    return take("T20", { ...record, attempt }, [{ effect: { kind: "run", round: event.round, attempt } }]);
  }
  const notBefore = new Date(Date.parse(event.at) + RETRY_MS).toISOString();
  return take("T10", { ...record, attempt }, [{ effect: { kind: "run", round: event.round, attempt }, notBefore }]);
}

/** Every reviewer ended: merge, match, judge. */
function conclude(record: PullRequestRecord, at: string): Step {
  const round = currentRound(record);
  if (round === undefined) return stay(record, "no round in hand");
  const judged = mergeVerdicts(round.reviewers);
  const unread = filesNotRead(round);
  // A clean answer about half of the change is no answer about the change.
  const isPartial = judged.verdict === "APPROVE" && unread.length > 0;
  const { record: matched, findings } = withFindings(record, round);
  const concluded = changeRound(matched, round.n, (current) => ({
    ...current,
    verdict: isPartial ? "UNKNOWN" : judged.verdict,
    verdict_source: judged.source,
    failure: isPartial
      ? `incomplete: ${unread.length} changed ${unread.length === 1 ? "file was" : "files were"} not read`
      : current.failure,
  }));
  if (judged.verdict === "ERROR") return fail(concluded, "T11", "reviewer_error", at);
  const isFull = round.config.settings.transcript === "full";
  const posts: Effect[] = [];
  if (!isPartial && judged.verdict !== "UNKNOWN" && hasNews(findings)) posts.push({ kind: "review", round: round.n });
  if (isFull) posts.push({ kind: "result", round: round.n });
  const armed = posts.map((effect): Armed => ({ effect }));
  return waitForOthers(concluded, round, armed, at);
}

/** What the reviewers that answered found, merged and matched with the rounds before. */
export function withFindings(
  record: PullRequestRecord,
  round: RoundRecord,
): { record: PullRequestRecord; findings: readonly TrackedFinding[] } {
  const current = mergeFindings(round.reviewers.map((reviewer) => reviewer.findings));
  const { nextId, tracked, resolved } = matchRound(record, round, current);
  const next = { ...record, next_finding: nextId };
  return { record: changeRound(next, round.n, (one) => ({ ...one, findings: tracked, resolved })), findings: tracked };
}

/** A review is posted when there is something to anchor that no earlier review said. */
function hasNews(findings: readonly TrackedFinding[]): boolean {
  return findings.some((finding) => finding.status === "open");
}

/** WAIT_FOR_BOTH_REVIEWS is entered in every round; with policy `off` it is recorded and passed at once (T13). */
function waitForOthers(record: PullRequestRecord, round: RoundRecord, armed: Armed[], at: string): Step {
  const settings = round.config.settings;
  if (settings.external_policy === "off") {
    return take("T9", enter(record, "EVALUATE"), [...armed, { effect: { kind: "evaluate", round: round.n } }]);
  }
  const deadline = new Date(Date.parse(at) + settings.external_deadline_minutes * 60_000).toISOString();
  const waiting = { ...enter(record, "WAIT_FOR_BOTH_REVIEWS"), deadline_at: deadline };
  return take("T9", waiting, [...armed, { effect: { kind: "deadline", round: round.n }, notBefore: deadline }]);
}

/** T16 and T17 */
export function passDeadline(
  record: PullRequestRecord,
  event: Extract<RoundEvent, { kind: "waitDeadlinePassed" }>,
): Step {
  const round = currentRound(record);
  if (round === undefined) return stay(record, "no round in hand");
  const waited = changeRound({ ...record, deadline_at: null }, round.n, (current) => ({
    ...current,
    external: { ...current.external, outcome: "none by deadline" },
  }));
  if (round.config.settings.external_policy === "require") return fail(waited, "T17", "external_missing", event.at);
  return take("T16", enter(waited, "EVALUATE"), [{ effect: { kind: "evaluate", round: round.n } }]);
}

/** T18, T19, T21: all is posted, the live head is known. */
export function evaluate(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "evaluated" }>): Step {
  const round = currentRound(record);
  if (round === undefined || round.head_sha !== event.liveHeadSha) return stay(record, "the live head is another one");
  if (round.verdict === "ERROR") return fail(record, "T11", "reviewer_error", event.at);
  if (round.verdict === null || round.verdict === "UNKNOWN") return fail(record, "T21", "unknown_verdict", event.at);
  const comment: Effect = isCompact(round) ? { kind: "round", round: round.n } : { kind: "evaluation", round: round.n };
  const check: Effect = { kind: "check", round: round.n, head_sha: round.head_sha };
  const eyes: Effect = { kind: "eyes", round: round.n };
  if (openBlockers(round.findings, round.config.settings.blocking_priorities).length > 0) {
    const ended = endRound({ ...record, verdict: round.verdict }, event.at, "blockers");
    return take("T19", ownerAction(ended, "blockers"), toArmed([comment, check, eyes]));
  }
  if (round.withheld !== undefined) {
    const ended = endRound({ ...record, verdict: round.verdict }, event.at, "full_review");
    return take("R21b", ownerAction(ended, "full_review"), toArmed([comment, check, eyes]));
  }
  const ended = endRound({ ...record, verdict: round.verdict }, event.at, "ready");
  const thumbs: Effect[] = round.findings.length === 0 ? [{ kind: "thumbs", round: round.n }] : [];
  return take(
    "T18",
    enter(ended, "READY"),
    toArmed([comment, check, { kind: "ready", round: round.n }, eyes, ...thumbs]),
  );
}

type Failing = "T11" | "T17" | "T21" | "T45" | "R2" | "R5";
type FailReason = "reviewer_error" | "external_missing" | "unknown_verdict" | "worker_lost";

/** Ends the round without a green: comment, one notice (an edit notifies nobody), check, 👀 off. */
export function fail(record: PullRequestRecord, row: Failing, reason: FailReason, at: string): Step {
  const round = currentRound(record);
  if (round === undefined) return stay(record, "no round in hand");
  const about = reason === "external_missing" ? "waiting" : reason === "worker_lost" ? "worker_lost" : "not_reviewed";
  const ended = endRound({ ...record, verdict: round.verdict }, at, reason);
  const hasResult = round.verdict !== null && row === "T21";
  const comments: Effect[] = isCompact(round)
    ? [{ kind: "round", round: round.n }]
    : hasResult
      ? [{ kind: "evaluation", round: round.n }]
      : [{ kind: "result", round: round.n }];
  const untrue = (["ready", "thumbs"] as const).filter((kind) => mayExist(record, kind, round.n));
  return take(
    row,
    ownerAction(ended, reason),
    toArmed([
      ...comments,
      ...untrue.map((kind): Effect => ({ kind, round: round.n })),
      { kind: "notice", round: round.n, about },
      { kind: "check", round: round.n, head_sha: round.head_sha },
      { kind: "eyes", round: round.n },
    ]),
  );
}

/** Files that somebody should have read and nobody did: left out for size, or given up by the reviewer. */
function filesNotRead(round: RoundRecord): readonly string[] {
  const leftOut = unreadFiles(round.omitted).map((file) => file.path);
  const givenUp = round.reviewers.flatMap((reviewer) => reviewer.not_analysed.map((file) => file.path));
  return [...new Set([...leftOut, ...givenUp])];
}

function isCompact(round: RoundRecord): boolean {
  return round.config.settings.transcript === "compact";
}

function toArmed(effects: readonly Effect[]): Armed[] {
  return effects.map((effect) => ({ effect }));
}
