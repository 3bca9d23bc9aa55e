// `floor_after_round`: a pull request that goes round after round should end. After that many rounds only P0 and P1 stop
// the merge. Decided once, when a round starts; the verdict, the check, the prompt and all texts read it from the round.
import type { Priority } from "../findings/finding.ts";
import type { RepoConfig } from "./schema.ts";

/** Priorities that block whatever the round. */
const ALWAYS: ReadonlySet<Priority> = new Set(["P0", "P1"]);

/** What blocks in a round. `floor`: null while the floor changes nothing; `lowered` blocked until `after_round`. */
export type BlockingInRound = {
  blocking: Priority[];
  floor: { after_round: number; lowered: Priority[] } | null;
};

/** Decides for round `n`, counted from 1. What the repository never let block does not begin to. */
export function blockingInRound(
  config: Pick<RepoConfig, "blocking_priorities" | "floor_after_round">,
  n: number,
): BlockingInRound {
  const { blocking_priorities: all, floor_after_round: after } = config;
  const lowered = all.filter((priority) => !ALWAYS.has(priority));
  if (after === null || n <= after || lowered.length === 0) return { blocking: [...all], floor: null };
  return { blocking: all.filter((priority) => ALWAYS.has(priority)), floor: { after_round: after, lowered } };
}
