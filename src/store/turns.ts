// One at a time inside this process, in the order in which they came. A lock file alone would do, but whoever waits for it
// asks the disk again and again: a hundred changes at once kept the disk so busy with asking that they took ten times as
// long as one after the other.
import type { Clock } from "../ports.ts";

/** Waits for a turn at `name`. Resolves to what ends the turn, or to undefined when nobody moved on for `waitMs`. */
export type TakeTurn = (name: string, waitMs: number) => Promise<(() => void) | undefined>;

type Waiter = { isUp: boolean; wake: () => void };
type Line = { waiting: Waiter[]; movedAtMs: number };

/** Turns of one process. */
export function turns(clock: Pick<Clock, "monotonicMs" | "sleep">): TakeTurn {
  const lines = new Map<string, Line>();

  function end(name: string, line: Line): void {
    line.movedAtMs = clock.monotonicMs();
    const next = line.waiting.shift();
    if (next === undefined) {
      lines.delete(name);
      return;
    }
    next.isUp = true;
    next.wake();
  }

  return async (name, waitMs) => {
    const known = lines.get(name);
    const line = known ?? { waiting: [], movedAtMs: clock.monotonicMs() };
    if (known === undefined) lines.set(name, line);
    else if (!(await comesUp(line, waitMs, clock))) return undefined;
    return () => end(name, line);
  };
}

/** However long the line is: only one that stands still is given up. */
async function comesUp(line: Line, waitMs: number, clock: Pick<Clock, "monotonicMs" | "sleep">): Promise<boolean> {
  const own: Waiter = { isUp: false, wake: () => undefined };
  const up = new Promise<void>((resolve) => {
    own.wake = resolve;
  });
  line.waiting.push(own);
  const rested = new AbortController();
  for (;;) {
    const leftMs = line.movedAtMs + waitMs - clock.monotonicMs();
    if (leftMs <= 0) break;
    await Promise.race([up, clock.sleep(leftMs, rested.signal)]);
    if (!own.isUp) continue;
    rested.abort();
    return true;
  }
  line.waiting.splice(line.waiting.indexOf(own), 1);
  return false;
}
