// The last look of a round: everything due is posted, and GitHub says what the head is right now.
import type { Step } from "./step.ts";
import { missedEvent } from "./live-head.ts";

/** Answers with `evaluated`, or with the push or close that nobody told us about. Reads the head anew, never from memory. */
export const evaluateRound: Step = async (ref, record, due, deps) => {
  const round = record.rounds.find((candidate) => candidate.n === due.entry.effect.round);
  if (round === undefined) return { object: {}, event: null, note: "no such round", isPostponed: false };
  const missed = await missedEvent(ref, round.head_sha, deps, 0);
  if (missed !== null) return { object: {}, event: missed, note: null, isPostponed: true };
  const at = deps.clock.now().toISOString();
  return {
    object: {},
    event: { kind: "evaluated", at, round: round.n, liveHeadSha: round.head_sha },
    note: null,
    isPostponed: false,
  };
};
