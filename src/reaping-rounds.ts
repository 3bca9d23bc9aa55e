// Whoever takes a round over from a dead worker first ends what that worker left running: its reviewers and its git. They
// would go on beside the new ones, cost the same again and hold the machine back.
import type { Log, Rounds } from "./ports.ts";

/** The same port; `reap` runs before a lease that was taken from a dead owner is handed out, and returns how many it ended. */
export function reapingRounds(rounds: Rounds, reap: () => number, log: Log): Rounds {
  return {
    ...rounds,
    async acquireLease(ref) {
      const held = await rounds.acquireLease(ref);
      if (held === undefined || held.takenOverFrom === null) return held;
      const processes = reap();
      if (processes > 0) log.warn("Ended programs that a dead worker had left running", { processes });
      return held;
    },
  };
}
