// What a transition answers: the record after it, the effects it asks for, and the row of the table it took.
import type { Armed } from "./outbox.ts";
import type { In, PullRequestRecord, RoundRecord, StateName } from "./round.ts";
import type { RowName } from "./rows.ts";

/** `row` is null when the event changes nothing in this state; `why` then says so in the journal. */
export type Step = { record: PullRequestRecord; armed: readonly Armed[]; row: RowName | null; why: string };

/** A step that takes a row of the table. */
export function take(row: RowName, record: PullRequestRecord, armed: readonly Armed[] = []): Step {
  return { record, armed, row, why: "" };
}

/** A step that changes nothing, with the reason. */
export function stay(record: PullRequestRecord, why: string): Step {
  return { record, armed: [], row: null, why };
}

type Reason<S extends StateName> = In<S>["reason"];
/** The fields that stand only in some states; they are taken off before a record enters another one. */
type Common = Omit<In<"INIT">, "state" | "reason">;

/** The record's common part, without what is true only in its present state. */
export function common(record: PullRequestRecord): Common {
  const { state: _state, reason: _reason, ...rest } = record;
  if ("aborted" in rest) {
    const { aborted: _aborted, ...kept } = rest;
    return kept;
  }
  if ("limit" in rest) {
    const { limit: _limit, ...kept } = rest;
    return kept;
  }
  return rest;
}

/** Puts a record into one of the states that carry nothing of their own. */
export function enter(
  record: PullRequestRecord,
  state: "INIT" | "KICKOFF" | "WAIT_FOR_BOTH_REVIEWS" | "EVALUATE" | "READY",
): PullRequestRecord {
  return { ...common(record), state, reason: null };
}

/** Puts a record into OWNER_ACTION with its reason. */
export function ownerAction(record: PullRequestRecord, reason: Reason<"OWNER_ACTION">): PullRequestRecord {
  return { ...common(record), state: "OWNER_ACTION", reason };
}

/** The round in hand, or undefined before the first. */
export function currentRound(record: PullRequestRecord): RoundRecord | undefined {
  return record.rounds.find((round) => round.n === record.round);
}

/** Changes the round with number `n`; leaves every other one alone. */
export function changeRound<R extends PullRequestRecord>(
  record: R,
  n: number,
  change: (round: RoundRecord) => RoundRecord,
): R {
  return { ...record, rounds: record.rounds.map((round) => (round.n === n ? change(round) : round)) };
}
