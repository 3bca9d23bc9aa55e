// Too many rounds by themselves in too short a time: somebody, or something, pushes faster than anybody reads. The pull
// request is paused, with one notice, until a person says how to go on.
import type { RoundEvent } from "./event.ts";
import { pausedCheck } from "./pause.ts";
import { replaceRound } from "./replace-round.ts";
import type { PullRequestRecord } from "./round.ts";
import { enter, type Step, take } from "./step.ts";

type Moved = Extract<RoundEvent, { kind: "headMoved" }>;

/** True when the newest `rounds` rounds all started by themselves within the last `minutes`. */
export function isChurning(record: PullRequestRecord, event: Pick<Moved, "at" | "churn">): boolean {
  if (event.churn === undefined) return false;
  const { rounds: limit, minutes } = event.churn;
  const since = Date.parse(event.at) - minutes * 60_000;
  const newest = record.rounds.slice(-limit);
  const isAutomatic = newest.every((round) => round.reason !== "manual" && Date.parse(round.started_at) >= since);
  return newest.length === limit && isAutomatic;
}

/** R23: the push is remembered, the check says why nothing starts. */
export function pauseForChurn(record: PullRequestRecord, event: Moved): Step {
  const { headSha } = event.heads;
  const replaced = replaceRound(record, { headSha, at: event.at });
  const next: PullRequestRecord = {
    ...enter(replaced.record, "INIT"),
    fence: record.fence + 1,
    head_sha_seen: headSha,
    paused: { reason: "churn", by: null },
  };
  return take("R23", next, [
    ...replaced.armed,
    { effect: { kind: "notice", round: record.round, about: "churn" } },
    pausedCheck(next, headSha),
  ]);
}
