// Older states for stale reads. GitHub's reads may lag its writes (https://docs.github.com/en/rest, Mergify 2023-07-27);
// copies are kept only once a test asks for stale reads, because each one costs time.
import type { State } from "./state.ts";

/** Copies of the state after each change, from `start` on. */
export interface History {
  /** Begins to keep copies; the first is the state as it is now. */
  start: () => void;
  /** Notes that something changed. */
  note: () => void;
  /** The state as it was `lagMs` ago, or before the last change when undefined. */
  before(lagMs: number | undefined): State;
}

/** Starts empty; `read` gives the live state, `now` the double's clock in milliseconds. */
export function createHistory(read: () => State, now: () => number): History {
  const copies: { at: number; state: State }[] = [];
  const note = (): void => {
    if (copies.length > 0) copies.push({ at: now(), state: structuredClone(read()) });
  };
  return {
    start: () => {
      if (copies.length === 0) copies.push({ at: Number.NEGATIVE_INFINITY, state: structuredClone(read()) });
    },
    note,
    before: (lagMs) => {
      const found = lagMs === undefined ? copies.at(-2) : copies.findLast(({ at }) => at <= now() - lagMs);
      const old = (found ?? copies[0])?.state;
      const live = read();
      // Who may call is never stale: only what the call reads.
      return old === undefined
        ? live
        : { ...old, tokens: live.tokens, installations: live.installations, users: live.users };
    },
  };
}
