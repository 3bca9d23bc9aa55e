// How a reviewer's end is told: the `Codex exit code` field, the class, and one sentence that a person understands.
import type { FailureKind, ReviewEnding } from "../reviewer.ts";

/** Stable words for why a run failed; the first word of a failure's line. */
export type FailureClass =
  | "reviewer_crashed"
  | "reviewer_killed"
  | "timeout"
  | "output_too_large"
  | "not_installed"
  | "cancelled"
  | "empty_output"
  | FailureKind;

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
    case "failed":
      return {
        exit: ending.exitCode === null ? `none (${ending.failure})` : String(ending.exitCode),
        class: ending.failure,
        message: ending.message ?? FAILURE_WORDS[ending.failure],
      };
    default:
      return {
        exit: "none (cancelled)",
        class: "cancelled",
        message: "the run was stopped because it no longer counted.",
      };
  }
}

/** What another try is good for: the same again, something else first, or nothing until a person acts. */
export type RetryClass = "retry" | "retry_different" | "skip";

/** A run's end by what to do about it. A time-out of our own is `skip`: it would only take as long again. */
export function retryClass(ending: ReviewEnding): RetryClass {
  if (ending.kind === "killedBy") return "retry";
  if (ending.kind !== "failed") return "skip";
  if (PASSES.has(ending.failure)) return "retry";
  return CHANGES.has(ending.failure) ? "retry_different" : "skip";
}

const PASSES: ReadonlySet<FailureKind> = new Set(["rate_limit", "overloaded", "network", "timeout"]);
/** A smaller change, or another question. */
const CHANGES: ReadonlySet<FailureKind> = new Set(["context", "output_limit", "bad_output"]);

const ASK = "An administrator can check with `rondo doctor`.";

/** Public words: no host, no model, nothing that the endpoint said. */
const FAILURE_WORDS: Readonly<Record<FailureKind, string>> = {
  auth: `the model's endpoint did not accept the server's key. ${ASK}`,
  quota: `the account behind the server's key has no money or quota left. ${ASK}`,
  budget: "the review would have cost more than one run may use, and was stopped before it did.",
  rate_limit: "the model's endpoint is asked too often at the moment.",
  overloaded: "the model's endpoint is overloaded or has an error of its own.",
  network: "the model's endpoint could not be reached, or the connection broke off.",
  timeout: "the model's endpoint did not answer in time.",
  context: "the change is too large for the model.",
  output_limit: "the model's answer was longer than an answer may be, and was cut.",
  bad_output: "the answer was no review.",
  refused: "the model refused to review this change.",
  needs_input: "the reviewer asked a question instead of reviewing.",
  sandbox: `the reviewer's commands could not be shut in. ${ASK}`,
  config: `the server's settings for the model do not fit. ${ASK}`,
  unknown: "the reviewer ended without a review, and did not say why.",
};

const LIMIT_WORDS = {
  phase_cap: "the time limit for one run",
  run_budget: "the time budget of the round",
  silence: "the limit for time without any output",
} as const;

function wholeSeconds(ms: number): number {
  return Math.round(ms / 1000);
}
