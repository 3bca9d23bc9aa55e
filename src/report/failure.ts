// How a reviewer's end is told: the `Codex exit code` field, the class, and one sentence that a person understands.
import type { ReviewEnding } from "../reviewer.ts";

/** Stable words for why a run failed; the first word of a failure's line. */
export type FailureClass =
  | "reviewer_crashed"
  | "reviewer_killed"
  | "timeout"
  | "output_too_large"
  | "not_installed"
  | "cancelled"
  | "empty_output";

/** A run's end in words. `exit` is the exit code field; `failure` is `class: message`, null when the run completed. */
export type DescribedEnding = { exit: string; class: FailureClass | null; failure: string | null };

/**
 * Describes how a reviewer ended. `elapsedMs` is the monotonic duration of the run, so that a time-out names the limit
 * that fired, its value and the time that really passed.
 */
export function describeEnding(ending: ReviewEnding, elapsedMs: number): DescribedEnding {
  const described = describe(ending, elapsedMs);
  return { ...described, failure: described.class === null ? null : `${described.class}: ${described.message}` };
}

/** `phase_cap 900 s` from the exit field of a run that a time limit ended; null for every other end. */
export function limitThatFired(exit: string | null): string | null {
  const fired = /^none \(timeout (?<seconds>[0-9]{1,9}) s, (?<limit>[a-z_]{1,40})\)$/.exec(exit ?? "")?.groups;
  return fired === undefined ? null : `${fired["limit"]} ${fired["seconds"]} s`;
}

/** The failure of a reviewer that ended well and said nothing. */
export const EMPTY_OUTPUT = "empty_output: the reviewer ended without an error and without a word.";

function describe(
  ending: ReviewEnding,
  elapsedMs: number,
): { exit: string; class: FailureClass | null; message: string } {
  switch (ending.kind) {
    case "completed":
      return { exit: "0", class: null, message: "" };
    case "exitedWith":
      return {
        exit: String(ending.exitCode),
        class: "reviewer_crashed",
        message: `the reviewer ended with exit code ${ending.exitCode}.`,
      };
    case "killedBy":
      return {
        exit: `none (signal ${ending.signal})`,
        class: "reviewer_killed",
        message: `the reviewer was killed by ${ending.signal}${ending.signal === "SIGKILL" ? ", perhaps for want of memory" : ""}.`,
      };
    case "timedOut":
      return {
        exit: `none (timeout ${wholeSeconds(ending.limitMs)} s, ${ending.limit})`,
        class: "timeout",
        message: `${LIMIT_WORDS[ending.limit]} of ${wholeSeconds(ending.limitMs)} s (${ending.limit}) fired after ${(elapsedMs / 1000).toFixed(1)} s.`,
      };
    case "outputTooLarge":
      return {
        exit: "none (output too large)",
        class: "output_too_large",
        message: `the reviewer printed more than ${ending.limitBytes} bytes and was stopped.`,
      };
    case "notInstalled":
      return {
        exit: "127",
        class: "not_installed",
        message: `\`${ending.command}\` is not installed on the server. An administrator can check with \`rondo doctor\`.`,
      };
    default:
      return {
        exit: "none (cancelled)",
        class: "cancelled",
        message: "the run was stopped because it no longer counted.",
      };
  }
}

const LIMIT_WORDS = {
  phase_cap: "the time limit for one run",
  run_budget: "the time budget of the round",
  silence: "the limit for time without any output",
} as const;

function wholeSeconds(ms: number): number {
  return Math.round(ms / 1000);
}
