// Translates how a program ended into how a review ended. Both reviewers that start programs share it.
import type { ReviewEnding, ReviewLimits } from "../reviewer.ts";
import type { Ending } from "../subprocess/run.ts";

/** The time limit of a run is the cap of one phase (`limits.phase_cap_seconds` or the command's own); the rest keeps its kind. */
export function toReviewEnding(ending: Ending, limits: ReviewLimits): ReviewEnding {
  switch (ending.kind) {
    case "completed":
      return { kind: "completed", exitCode: 0 };
    case "notInstalled":
      return { kind: "notInstalled", command: ending.file };
    case "timedOut":
      return ending.limit === "timeout"
        ? { kind: "timedOut", limit: "phase_cap", limitMs: limits.timeoutMs }
        : { kind: "timedOut", limit: "silence", limitMs: ending.limitMs };
    default:
      return ending;
  }
}
