// The one way from an event to a changed state file: under the write lock, load → transition → save. Whoever changed
// something tells everybody at once, so that a reviewer whose round is over dies now and not at its next look.
import type { PullRequestRef } from "../pull-request.ts";
import { formatPullRequestRef } from "../pull-request.ts";
import type { RoundEvent } from "../round/event.ts";
import { prune } from "../round/outbox.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { type Transition, transition } from "../round/transition.ts";
import type { Deps } from "./deps.ts";

/** Rounds whose finished effects stay in the state file: the ones that may still be edited. */
const KEPT_EFFECT_ROUNDS = 3;

/** What became of an event: the record afterwards, and the row it took (null when nothing changed, `why` says why). */
export type Applied = { record: PullRequestRecord; row: string | null; why: string };

/**
 * Applies one event. `first` is a change of the outbox that belongs to the same write (an effect is done *and* this is
 * what it told us); an event that depends on it is a function, called after it. Throws what the store throws; then nothing happened.
 */
export async function apply(
  ref: PullRequestRef,
  event: RoundEvent | (() => RoundEvent),
  deps: Pick<Deps, "rounds" | "jobs" | "log">,
  first: (record: PullRequestRecord) => PullRequestRecord = (record) => record,
): Promise<Applied> {
  let taken: Transition | undefined;
  let happened: RoundEvent | undefined;
  let before: PullRequestRecord["state"] = "INIT";
  const record = await deps.rounds.update(ref, (current) => {
    before = current.state;
    const settled = first(current);
    happened = typeof event === "function" ? event() : event;
    taken = transition(settled, happened);
    if (taken.row === null)
      return { record: settled, event: { kind: "effectDone", detail: { ignored: happened.kind, why: taken.why } } };
    return {
      record: prune(taken.record, KEPT_EFFECT_ROUNDS),
      event: {
        kind: happened.kind,
        detail: { row: taken.row, from: before, to: taken.record.state, round: taken.record.round },
      },
    };
  });
  const { row = null, why = "" } = taken ?? {};
  const fields = {
    pr: formatPullRequestRef(ref),
    event: happened?.kind,
    row,
    from: before,
    to: record.state,
    round: record.round,
  };
  if (row === null) {
    deps.log.debug("event changed nothing", { ...fields, why });
  } else {
    deps.log.info("round moved", fields);
    await deps.jobs.announce(ref);
  }
  return { record, row, why };
}
