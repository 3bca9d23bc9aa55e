// The state machine: (what is true, what happened) → (what is true now, what has to be done). Pure and total.
// Start here to understand Rondo: one function per state below, one row of the table (rows.ts) per branch.
import { changeRecord } from "./any-state.ts";
import { evaluate, fail, finishReview, passDeadline } from "./conclude.ts";
import type { RoundEvent } from "./event.ts";
import {
  accept,
  asked,
  isPausedByPerson,
  followBase,
  followHead,
  again,
  request,
  rememberHead,
  resume,
  skipDraft,
  whileRunning,
  withFailure,
} from "./follow.ts";
import { arm } from "./outbox.ts";
import type { In, PullRequestRecord, StateName } from "./round.ts";
import type { RowName } from "./rows.ts";
import { isNews, remember } from "./seen.ts";
import { claimRound, failToStart } from "./start-round.ts";
import { withhold } from "./stranger.ts";
import { changeRound, type Step, stay, take } from "./step.ts";

/** What a transition did, for the journal: the row it took, or why nothing changed. */
export type Transition = { record: PullRequestRecord; row: RowName | null; why: string };

/**
 * Answers one event. The record comes back unchanged (the same object) when the event changes nothing; otherwise its
 * effects are in the outbox already, so that saving the record saves the decision and its consequences in one write.
 */
export function transition(record: PullRequestRecord, event: RoundEvent): Transition {
  if (!isNews(record, event)) return { record, row: null, why: "this delivery or comment was answered already" };
  if ("round" in event && event.round !== roundOf(record, event)) {
    return { record, row: null, why: `about round ${event.round}, not the round in hand` };
  }
  const step = changeRecord(record, event) ?? dispatch(record, event);
  if (step.row === null) return { record, row: null, why: step.why };
  return { record: arm(remember(step.record, event), step.armed), row: step.row, why: step.why };
}

/** An event that answers an effect carries its round; answers to another round are ignored. */
function roundOf(record: PullRequestRecord, event: RoundEvent): number | undefined {
  const isAboutStart =
    event.kind === "roundClaimed" ||
    event.kind === "reviewWithheld" ||
    (event.kind === "preparationFailed" && record.state === "INIT");
  return isAboutStart ? record.pending?.n : record.round;
}

const onEvent: { [S in StateName]: (record: In<S>, event: RoundEvent) => Step } = {
  INIT: onInit,
  KICKOFF: onKickoff,
  WAIT_FOR_BOTH_REVIEWS: onWait,
  EVALUATE: onEvaluate,
  OWNER_ACTION: onOwnerAction,
  READY: onReady,
  ABORTED: onAborted,
  BUDGET_EXCEEDED: onBudgetExceeded,
};

function dispatch<S extends StateName>(record: In<S>, event: RoundEvent): Step {
  const handle = onEvent[record.state] as (record: In<S>, event: RoundEvent) => Step;
  return handle(record, event);
}

function onInit(record: In<"INIT">, event: RoundEvent): Step {
  switch (event.kind) {
    case "opened":
      if (record.pending !== null || record.round > 0) return stay(record, "known already");
      if (event.isDraft && event.trigger.kind !== "comment") return skipDraft(record, event, "T2");
      return accept("T1", record, asked(event, "automatic"));
    case "markedReady":
      if (record.pending !== null) return stay(record, "a round waits to start");
      if (isPausedByPerson(record)) return stay(record, "paused by a command");
      return accept("T3", record, asked(event, "automatic"));
    case "reviewRequested":
      return request(record.pending === null ? "T3b" : "R6", record, event);
    case "headMoved":
      return followHead(record, event);
    case "roundClaimed":
      return claimRound(record, event);
    case "preparationFailed":
      return failToStart(record, event);
    case "reviewWithheld":
      return withhold(record, event);
    case "baseChanged":
      return followBase(record, event);
    default:
      return stay(record, "nothing to do before a round");
  }
}

function onKickoff(record: In<"KICKOFF">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return followHead(record, event);
    case "reviewRequested":
      return whileRunning(record, event);
    case "checkedOut":
      return take(
        "R3",
        changeRound(record, record.round, (round) => ({
          ...round,
          changed_files: event.changedFiles,
          omitted: event.omitted,
          ...(event.given !== undefined && { given: event.given }),
        })),
      );
    case "reviewFinished":
      return finishReview(record, event);
    case "preparationFailed":
      return fail(withFailure(record, event.failure), "R2", "reviewer_error", event.at);
    case "publishingFailed":
      return fail(withFailure(record, event.failure), "R5", "reviewer_error", event.at);
    case "baseChanged":
      return followBase(record, event);
    default:
      return stay(record, "a round is running");
  }
}

function onWait(record: In<"WAIT_FOR_BOTH_REVIEWS">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return followHead(record, event);
    case "reviewRequested":
      return again(record, event);
    case "waitDeadlinePassed":
      return passDeadline(record, event);
    case "publishingFailed":
      return fail(withFailure(record, event.failure), "R5", "reviewer_error", event.at);
    case "baseChanged":
      return followBase(record, event);
    default:
      return stay(record, "waiting for other reviews");
  }
}

function onEvaluate(record: In<"EVALUATE">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return followHead(record, event);
    case "reviewRequested":
      return whileRunning(record, event);
    case "evaluated":
      return evaluate(record, event);
    case "publishingFailed":
      return fail(withFailure(record, event.failure), "R5", "reviewer_error", event.at);
    case "baseChanged":
      return followBase(record, event);
    default:
      return stay(record, "the round is being evaluated");
  }
}

function onOwnerAction(record: In<"OWNER_ACTION">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return followHead(record, event);
    case "reviewRequested":
      return again(record, event);
    case "markedReady":
      return resume(record, event);
    case "baseChanged":
      return followBase(record, event);
    default:
      return stay(record, "a person has to act");
  }
}

function onReady(record: In<"READY">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return followHead(record, event);
    case "reviewRequested":
      return again(record, event);
    case "markedReady":
      return resume(record, event);
    case "publishingFailed":
      return fail(withFailure(record, event.failure), "R5", "reviewer_error", event.at);
    case "baseChanged":
      return followBase(record, event);
    default:
      return stay(record, "READY");
  }
}

/** Only a person leads out of ABORTED: a command, or reopening what was closed. */
function onAborted(record: In<"ABORTED">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return rememberHead(record, event);
    case "reviewRequested":
      if (record.reason !== "command") return stay(record, "the pull request is closed");
      return request("T38", record, event);
    case "opened":
      if (record.reason === "command" || !event.isReopened) return stay(record, "aborted by a person");
      if (event.isDraft) return skipDraft(record, event, "T39b");
      return accept("T39", record, asked({ ...event, debounceMs: 0 }, "automatic"));
    default:
      return stay(record, "aborted");
  }
}

/** Only a person leads out of BUDGET_EXCEEDED: `extend`, or a request once the limit no longer binds. */
function onBudgetExceeded(record: In<"BUDGET_EXCEEDED">, event: RoundEvent): Step {
  switch (event.kind) {
    case "headMoved":
      return rememberHead(record, event);
    case "reviewRequested": {
      const limit = event.maxRounds === null ? Infinity : event.maxRounds + record.extended;
      if (record.reason !== "rounds" || record.round + 1 <= limit) {
        return request("T36", record, event);
      }
      const comment = event.trigger.comment;
      return take(
        "T37",
        record,
        comment === null
          ? []
          : [
              {
                effect: {
                  kind: "answer",
                  round: record.round,
                  comment_source: comment.source,
                  comment_id: comment.id,
                  content: "confused",
                },
              },
            ],
      );
    }
    default:
      return stay(record, "a limit is reached");
  }
}
