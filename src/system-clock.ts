// The real clocks behind the Clock port; tests bring their own.
// Two, because a machine's clock can be wrong and can be set while a round runs. What is compared with the times of files
// follows the machine. Everything that the loop decides by (retries, waits, deadlines, GitHub's tokens) follows GitHub:
// its time as last heard, moved on by the counter that nobody can set. So setting the machine's clock moves no deadline.
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./ports.ts";

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** A clock that is put right by what it hears. */
export type TaughtClock = Clock & {
  /** Tells it the time that GitHub gave: the `Date` of an answer, in whole seconds and perhaps some seconds old. */
  hear(date: string): void;
};

/** Starts with the time of `clock`; afterwards only `hear` puts it right, by as much as it is wrong. */
export function taughtClock(clock: Clock): TaughtClock {
  let aheadMs = clock.now().getTime() - clock.monotonicMs();
  return {
    ...clock,
    now: () => new Date(aheadMs + clock.monotonicMs()),
    hear(date) {
      const heardMs = Date.parse(date);
      if (Number.isNaN(heardMs)) return;
      const wrongMs = aheadMs + clock.monotonicMs() - heardMs;
      if (Math.abs(wrongMs) > TOLERANCE_MS) aheadMs -= wrongMs;
    },
  };
}

/**
 * An answer may be under way for 15 s (src/github/timed-fetch.ts), so less than that proves nothing; and GitHub takes a
 * JWT whose `iat`, set 30 s back, is not in its future.
 */
const TOLERANCE_MS = 20_000;

/** The time by which this process decides; taught by every answer of GitHub. */
export const githubClock: TaughtClock = taughtClock(systemClock);
