// Everything that can happen to a round. Events are facts: whoever makes one has already asked GitHub, checked
// permissions and read the clock. `at` is a UTC ISO time and the only time a transition knows.
import type { CommentSource } from "../intent/intent.ts";
import type { Finding } from "../findings/finding.ts";
import type { Decision } from "../findings/tracked-finding.ts";
import type { Verdict, VerdictSource } from "../findings/verdict-word.ts";
import type { Spend } from "../reviewer.ts";
import type { Given } from "./given.ts";
import type { RoundRecord, Trigger } from "./round.ts";
import type { RoundSettings } from "./round-settings.ts";

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
  /** Why it gave no verdict, for the second question; absent when it gave one or cannot be asked again. */
  unclear?: string;
  /** Why no verdict could be read from its answer, redacted; absent when one was, or when it failed. */
  problem?: string;
  output: string;
  /** Secrets that were taken out of its words. */
  redactions?: number;
  findings: readonly Finding[];
  notAnalysed: readonly { path: string; reason: string }[];
  costUsd: number | null;
  /** What this run used up; absent for a reviewer without a model. */
  spend?: Spend;
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
  | {
      kind: "headMoved";
      at: string;
      heads: Heads;
      isDraft: boolean;
      trigger: Trigger;
      debounceMs: number;
      /** So many rounds by themselves in so many minutes are enough; left out: any number. */
      churn?: { rounds: number; minutes: number };
    }
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
      /** What the pull request does to the configuration file itself; left out: nothing. */
      configChange?: string;
      reviewers: readonly { name: string; label: string }[];
      prompt: string;
      promptSha256: string;
      recordUuid: string;
      /** Reviewers that cost money and were not asked, because nobody with write permission asked for the round. */
      withheld?: readonly string[];
      /** Tip of the base branch, where its moves start new rounds. */
      baseTip?: string | null;
    }
  /** The round could not be prepared: head gone, no merge base, no reviewer. Ends the round with its cause. */
  | { kind: "preparationFailed"; at: string; round: number; failure: string }
  /** What the checkout showed, before the reviewers start. */
  | {
      kind: "checkedOut";
      at: string;
      round: number;
      changedFiles: number;
      omitted: RoundRecord["omitted"];
      /** What the reviewers are told beside the change; left out: nobody wants it. */
      given?: Given;
    }
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
  | {
      kind: "decisionRecorded";
      at: string;
      /** Of one comment, one for each finding. `hasFact`: a dispute's reason points at something in the project. */
      decisions: readonly { findingId: string; decision: Decision; hasFact: boolean }[];
      /** By somebody who may not decide: kept beside the finding, without effect. */
      isProposal: boolean;
      /** The finding in whose own thread it was said: there it need not be repeated. */
      here: string | null;
      comment: NonNullable<Trigger["comment"]>;
    }
  /** E10 as well: the finding's thread was resolved, or opened again, by somebody who may decide. It gives no reason. */
  | { kind: "threadChanged"; at: string; findingId: string; isResolved: boolean; by: string }
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
  | { kind: "baseChanged"; at: string; heads: Heads; isRetarget: boolean; trigger: Trigger; debounceMs?: number }
  /** E19: a dead owner's lease was taken over. */
  | { kind: "leaseTakenOver"; at: string; claims: number; cap: number }
  /**
   * E20: the time of the round is used up. `limit`: which limit, its value and the elapsed time; `exit` and `failure`: the
   * same as fields of the reviewers that were stopped.
   */
  | { kind: "budgetExhausted"; at: string; round: number; limit: string; exit: string; failure: string }
  /** E21 */
  | { kind: "objectRemoved"; at: string; source: CommentSource; id: number }
  /** By command: no round starts by itself any more. */
  | { kind: "pauseRequested"; at: string; actor: string; heads: Heads; comment: NonNullable<Trigger["comment"]> }
  /** By command: the end of a pause, with a round when this head has none. */
  | { kind: "resumeRequested"; at: string; heads: Heads; trigger: Trigger }
  /** `status`, `help` and the like: one comment a topic, written anew each time somebody asks. */
  | {
      kind: "answerRequested";
      at: string;
      topic: string;
      argument: string | null;
      comment: NonNullable<Trigger["comment"]>;
    }
  /** The repository's settings exclude the pull request. `isPass`: it gets a neutral check, which lets it merge. */
  | { kind: "excluded"; at: string; heads: Heads; why: string; isPass: boolean }
  /** Every reviewer of this server costs money, and nobody who may spend it has asked. */
  | { kind: "reviewWithheld"; at: string; round: number; heads: Heads }
  /** Nothing can be read or written any more: `class: message`. */
  | { kind: "accessLost"; at: string; why: string }
  /** The first command above what one person may send: one notice, no answer. */
  | { kind: "commandsFlooded"; at: string; comment: NonNullable<Trigger["comment"]> }
  /** A command that is not obeyed: one reaction, and for people who may command the reason why. */
  | { kind: "commandRefused"; at: string; comment: NonNullable<Trigger["comment"]>; why?: string };

export type EventKind = RoundEvent["kind"];
