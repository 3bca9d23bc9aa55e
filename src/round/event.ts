// Everything that can happen to a round. Events are facts: whoever makes one has already asked GitHub, checked
// permissions and read the clock. `at` is a UTC ISO time and the only time a transition knows.
import type { CommentSource } from "../intent/intent.ts";
import type { Finding } from "../findings/finding.ts";
import type { Verdict, VerdictSource } from "../findings/verdict-word.ts";
import type { RoundRecord, RoundSettings, Trigger } from "./round.ts";

/** What GitHub said about the pull request when the event was made. */
export type Heads = { headSha: string; baseRef: string; baseSha: string };

/** How one reviewer's run ended, already judged. */
export type ReviewerOutcome = {
  name: string;
  runId: string;
  label: string;
  /** `0`, `3`, `none (signal SIGKILL)`, … as RESULT prints it. */
  exit: string;
  /** `class: message` when it failed; null when it delivered. */
  failure: string | null;
  /** True when trying again may help (crash, time-out of the infrastructure). */
  isRetryable: boolean;
  durationMs: number;
  verdict: Verdict;
  verdictSource: VerdictSource;
  contradiction: string | null;
  output: string;
  /** Secrets that were taken out of its words. */
  redactions?: number;
  findings: readonly Finding[];
  notAnalysed: readonly { path: string; reason: string }[];
  costUsd: number | null;
};

export type RoundEvent =
  /** E1 */
  | {
      kind: "opened";
      at: string;
      heads: Heads;
      isDraft: boolean;
      isReopened: boolean;
      trigger: Trigger;
      skipComment: boolean;
      debounceMs: number;
    }
  /** E2 */
  | { kind: "markedReady"; at: string; heads: Heads; trigger: Trigger; debounceMs: number }
  /** E3. `debounceMs` counts from the start of the last round. */
  | { kind: "headMoved"; at: string; heads: Heads; isDraft: boolean; trigger: Trigger; debounceMs: number }
  /** E4: by a person who may. `maxRounds` is the limit as configured now. */
  | { kind: "reviewRequested"; at: string; heads: Heads; trigger: Trigger; maxRounds: number | null }
  /** E5: a worker has a slot and has read everything a round needs. */
  | {
      kind: "roundClaimed";
      at: string;
      round: number;
      heads: Heads;
      mergeBaseSha: string;
      maxRounds: number | null;
      settings: RoundSettings;
      configSource: string;
      configProblems: readonly string[];
      reviewers: readonly { name: string; label: string }[];
      prompt: string;
      promptSha256: string;
      recordUuid: string;
    }
  /** The round could not be prepared: head gone, no merge base, no reviewer. Ends the round with its cause. */
  | { kind: "preparationFailed"; at: string; round: number; failure: string }
  /** What the checkout showed, before the reviewers start. */
  | { kind: "checkedOut"; at: string; round: number; changedFiles: number; omitted: RoundRecord["omitted"] }
  /** E6 and E7 */
  | { kind: "reviewFinished"; at: string; round: number; attempt: number; outcome: ReviewerOutcome }
  /** Everything due in EVALUATE is posted, and this is the live head now. */
  | { kind: "evaluated"; at: string; round: number; liveHeadSha: string }
  /** Something that the verdict needs could not be posted for good. */
  | { kind: "publishingFailed"; at: string; round: number; failure: string }
  /** E8 */
  | { kind: "externalReviewSeen"; at: string; headSha: string; who: string; reviewId: number }
  /** E9 */
  | { kind: "waitDeadlinePassed"; at: string; round: number }
  /** E10 */
  | { kind: "decisionRecorded"; at: string; findingId: string }
  /** E11, E12, E13 */
  | { kind: "fixRequested"; at: string; actor: string }
  | { kind: "fixLanded"; at: string; headSha: string }
  | { kind: "fixFailed"; at: string; category: string }
  /** E14 */
  | { kind: "abortRequested"; at: string; actor: string; text: string | null; comment: Trigger["comment"] }
  /** E15 */
  | {
      kind: "extendRequested";
      at: string;
      actor: string;
      rounds: number;
      heads: Heads;
      comment: Trigger["comment"];
      trigger: Trigger;
    }
  /** E16 */
  | { kind: "closed"; at: string; isMerged: boolean; actor: string | null }
  /** E17 */
  | { kind: "convertedToDraft"; at: string; actor: string | null }
  /** E18: retarget (`isRetarget`) or the base branch moved. */
  | { kind: "baseChanged"; at: string; heads: Heads; isRetarget: boolean; trigger: Trigger }
  /** E19: a dead owner's lease was taken over. */
  | { kind: "leaseTakenOver"; at: string; claims: number; cap: number }
  /** E20 */
  | { kind: "budgetExhausted"; at: string; round: number; limit: string }
  /** E21 */
  | { kind: "objectRemoved"; at: string; source: CommentSource; id: number }
  /** `help`: the list of commands, once a head and round. */
  | { kind: "helpRequested"; at: string; heads: Heads; comment: NonNullable<Trigger["comment"]> }
  /** A command that may not be obeyed: one reaction, nothing else. */
  | { kind: "commandRefused"; at: string; comment: NonNullable<Trigger["comment"]> };

export type EventKind = RoundEvent["kind"];
