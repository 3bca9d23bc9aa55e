// Events that mean the same in every state: closing, aborting, extending, drafts, lost workers, deleted comments.
import { answer, reply } from "./answer.ts";
import { decide } from "./decide.ts";
import type { Effect } from "./effect.ts";
import type { RoundEvent } from "./event.ts";
import { type Armed, abandon, mayExist } from "./outbox.ts";
import { exhaustBudget } from "./exhaust-budget.ts";
import { dropPending, endRound } from "./replace-round.ts";
import { checkOn } from "./shared-head.ts";
import type { PullRequestRecord } from "./round.ts";
import { acceptTrigger } from "./start-round.ts";
import { fail } from "./conclude.ts";
import { exclude, loseAccess } from "./stranger.ts";
import { common, currentRound, type Step, stay, take } from "./step.ts";
import { pause, pauseByCommand, resumeByCommand } from "./pause.ts";
import { changeThread } from "./resolve-thread.ts";
import { rows } from "./rows.ts";

/** Answers an event that does not depend on the state, or undefined when the state has to answer it. */
export function changeRecord(record: PullRequestRecord, event: RoundEvent): Step | undefined {
  switch (event.kind) {
    case "closed":
      return close(record, event);
    case "abortRequested":
      return abort(record, event);
    case "extendRequested":
      return extend(record, event);
    case "convertedToDraft":
      return pause(record, event);
    case "objectRemoved":
      return forget(record, event);
    case "leaseTakenOver":
      return takeOver(record, event);
    case "pauseRequested":
      return pauseByCommand(record, event);
    case "resumeRequested":
      return resumeByCommand(record, event);
    case "answerRequested":
      return take("R9", record, [...answer(record, event.comment, "+1"), reply(event.topic, event.argument)]);
    case "commandRefused":
      return take("R8", record, [
        ...answer(record, event.comment, "confused"),
        ...(event.why === undefined ? [] : [reply("refused", event.why)]),
      ]);
    case "excluded":
      return exclude(record, event);
    case "accessLost":
      return loseAccess(record, event);
    case "commandsFlooded":
      return take("R24", record, [{ effect: { kind: "notice", round: record.round, about: "flood" } }]);
    case "externalReviewSeen":
      return stay(record, rows.T14.notYet);
    case "decisionRecorded":
      return decide(record, event);
    case "threadChanged":
      return changeThread(record, event);
    case "fixRequested":
    case "fixLanded":
    case "fixFailed":
      return stay(record, rows.T25.notYet);
    case "budgetExhausted":
      return exhaustBudget(record, event);
    default:
      return undefined;
  }
}

/** T33: nothing new is posted; what says "running" is corrected. */
function close(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "closed" }>): Step {
  const reason = event.isMerged ? "merged" : "closed";
  if (record.state === "ABORTED" && record.reason !== "command") return stay(record, "closed already");
  const stopped = stop(record, event.at);
  const next: PullRequestRecord = {
    ...common(stopped.record),
    state: "ABORTED",
    reason,
    aborted: { by: event.actor, text: null, at: event.at },
    fence: record.fence + 1,
  };
  return take("T33", next, [...stopped.armed, ...finishedCheck(record, stopped.armed)]);
}

/** A finished check stays as it is, but the commit may be the head of another pull request that had to wait for this one. */
function finishedCheck(record: PullRequestRecord, armed: readonly Armed[]): Armed[] {
  const check = record.head_sha_seen === null ? undefined : checkOn(record, record.head_sha_seen);
  if (check === undefined || check.entry.id === null || armed.some(({ effect }) => effect.kind === "check")) return [];
  return [{ effect: check.entry.effect }];
}

/** T32 */
function abort(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "abortRequested" }>): Step {
  if (record.state === "ABORTED") return stay(record, "aborted already");
  const stopped = stop(record, event.at);
  const headSha = record.pending?.head_sha ?? record.head_sha_seen ?? record.head_sha;
  const next: PullRequestRecord = {
    ...common(stopped.record),
    state: "ABORTED",
    reason: "command",
    aborted: { by: event.actor, text: event.text, at: event.at },
    fence: record.fence + 1,
  };
  const ready: Effect[] =
    record.state === "READY"
      ? (["ready", "thumbs"] as const)
          .filter((kind) => mayExist(record, kind, record.round))
          .map((kind) => ({ kind, round: record.round }))
      : [];
  const check: Effect[] =
    headSha === null ? [] : [{ kind: "check", round: record.pending?.n ?? record.round, head_sha: headSha }];
  const effects: Effect[] = [...ready, { kind: "notice", round: record.round, about: "aborted" }, ...check];
  return take("T32", next, [
    ...answer(record, event.comment, "+1"),
    ...stopped.armed,
    ...effects.map((effect): Armed => ({ effect })),
  ]);
}

/** Stops whatever runs or waits, and corrects the texts that say so. */
function stop(record: PullRequestRecord, at: string): { record: PullRequestRecord; armed: Armed[] } {
  const dropped = dropPending(record, null);
  const effects: Effect[] = [];
  const pending = record.pending;
  if (pending !== null) {
    effects.push({ kind: "check", round: pending.n, head_sha: pending.head_sha });
    if (mayExist(record, "eyes", pending.n)) effects.push({ kind: "eyes", round: pending.n });
  }
  const round = currentRound(record);
  const isRunning = round !== undefined && round.outcome === null && pending === null;
  if (!isRunning) return { record: dropped.record, armed: effects.map((effect) => ({ effect })) };
  const ended = endRound(dropped.record, at, "aborted");
  for (const kind of ["round", "result"] as const) {
    if (mayExist(record, kind, round.n)) effects.push({ kind, round: round.n });
  }
  effects.push({ kind: "check", round: round.n, head_sha: round.head_sha });
  if (mayExist(record, "eyes", round.n)) effects.push({ kind: "eyes", round: round.n });
  return { record: ended, armed: effects.map((effect) => ({ effect })) };
}

/** T34, T35, T38b: more rounds; in a state that waited for them, the next one starts. */
function extend(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "extendRequested" }>): Step {
  if (record.state === "ABORTED" && record.reason !== "command") return stay(record, "the pull request is closed");
  const raised = { ...record, extended: record.extended + event.rounds };
  const thanks = answer(record, event.comment, "+1");
  const isWaiting = record.state === "BUDGET_EXCEEDED" && record.reason === "rounds";
  if (!isWaiting && record.state !== "ABORTED") return take("T34", raised, thanks);
  const accepted = acceptTrigger(raised, {
    headSha: event.heads.headSha,
    trigger: event.trigger,
    reason: "manual",
    at: event.at,
    debounceMs: 0,
  });
  return take(isWaiting ? "T35" : "T38b", accepted.record, [...thanks, ...accepted.armed]);
}

/** T47: what a person deleted stays deleted. */
function forget(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "objectRemoved" }>): Step {
  const isOurs = Object.values(record.effects).some((entry) => entry.id === event.id && isComment(entry.effect));
  if (!isOurs) return stay(record, "not one of ours");
  const effects = Object.fromEntries(
    Object.entries(record.effects).map(([key, entry]) => [
      key,
      entry.id === event.id && isComment(entry.effect)
        ? { ...entry, status: "abandoned" as const, note: "deleted or dismissed by a person" }
        : entry,
    ]),
  );
  return take("T47", { ...record, effects });
}

const WITH_TEXT: ReadonlySet<string> = new Set([
  "round",
  "kickoff",
  "result",
  "evaluation",
  "review",
  "ready",
  "notice",
  "reply",
  "skip",
]);

function isComment(effect: Effect): boolean {
  return WITH_TEXT.has(effect.kind);
}

/** T44, T45: a dead worker's round goes on, but not for ever. */
function takeOver(record: PullRequestRecord, event: Extract<RoundEvent, { kind: "leaseTakenOver" }>): Step {
  if (record.claims === event.claims) return stay(record, "counted already");
  const counted = { ...record, claims: event.claims };
  const round = currentRound(record);
  if (event.claims <= event.cap || round === undefined || round.outcome !== null || record.pending !== null)
    return take("T44", counted);
  const stopped = abandon(counted, (entry) => entry.effect.kind === "run", "the worker was lost too often");
  return fail(
    {
      ...stopped,
      fence: record.fence + 1,
      rounds: stopped.rounds.map((r) =>
        r.n === round.n
          ? {
              ...r,
              verdict: "ERROR",
              verdict_source: "none",
              failure: `worker_lost: ${event.claims} workers died in this round`,
            }
          : r,
      ),
    },
    "T45",
    "worker_lost",
    event.at,
  );
}
