// The port that every reviewer implements: embedded rules, an agent CLI, an HTTP endpoint or any program.
// A reviewer reads a prepared change and returns claims; it never talks to GitHub and never decides a verdict.
import type { Finding } from "./findings/finding.ts";

/** Ids of embedded rules that the repository turns off, and on when they are off by default; off wins. */
export type RuleChoice = { disable: readonly string[]; enable: readonly string[] };

/** What a reviewer is given. All paths are absolute and belong to this run alone. */
export type ReviewRequest = {
  /** `{pr}-r{round}.{attempt}-{reviewer}-{8 hex}`; also the name of the run's artifact folder. */
  runId: string;
  repo: string;
  pr: number;
  headSha: string;
  baseSha: string;
  mergeBaseSha: string;
  /** Bare repository that holds head and merge base (blobs may be fetched lazily until `sealed`). Read it with src/git only. */
  gitDir: string;
  /** Folder with the changed files at the head, as plain files without symlinks; not a git checkout. */
  checkoutDir: string;
  /** Folder with all files at the head, for reviewers that need them; null when they are too many or too large. */
  treeDir?: string | null;
  /** Unified diff merge base..head, UTF-8 where the content is; see src/findings/diff.ts. */
  diffFile: string;
  /** Every changed file, also those whose content was left out. */
  files: readonly ChangedFile[];
  /** Instruction block, word for word as posted in KICKOFF. */
  prompt: string;
  /** Rules from the base commit: path of the file and its text. */
  rules: readonly { path: string; text: string }[];
  /** For the reviewer `static`; absent: the rules that are on by default. */
  embeddedRules?: RuleChoice;
  /** Findings of earlier rounds with their status, for reviewers that can use them. */
  earlierFindings: readonly EarlierFinding[];
  /** The pull request's own words, without hidden characters; absent when there is no pull request. */
  pullRequest?: { title: string; body: string; author: string };
  /** What other checks say about the head; absent when nobody asked. */
  checks?: ChecksAtHead;
  /** What of all this was cut, left out or could not be read, and why. */
  contextLeftOut?: readonly { what: string; reason: string }[];
  /**
   * Asked for the second time: what the reviewer answered first (redacted, at most 20,000 characters) and why no verdict
   * could be read from it, a sentence part. Absent the first time.
   */
  previousAnswer?: { output: string; problem: string };
};

/** A finding of an earlier round, and what a person decided about it. `by` is a login. */
export type EarlierFinding = {
  id: string;
  title: string;
  path: string | null;
  status: string;
  priority?: string;
  decision?: { word: string; by: string; why: string };
};

/** Checks and statuses of others at one commit. `problem`: why they are not known in full, a sentence part; else null. */
export type ChecksAtHead = {
  failing: readonly { name: string; conclusion: string }[];
  pending: readonly string[];
  passed: number;
  problem: string | null;
};

/** One changed file. `omitted` says why its content is not in `checkoutDir`; null when it is. */
export type ChangedFile = {
  path: string;
  /** Path at the merge base when renamed or copied, else null. */
  oldPath: string | null;
  status: "added" | "modified" | "removed" | "renamed" | "copied" | "type_changed";
  isBinary: boolean;
  /** Size at the head in bytes; null when removed. */
  sizeBytes: number | null;
  omitted: OmittedReason | null;
};

/** Skipped by rule (`binary`, `generated`, `vendored`, `excluded`, `submodule`, `symlink`, `removed`) or left out for size (`too_large`, `too_many`). */
export type OmittedReason =
  | "binary"
  | "generated"
  | "vendored"
  | "excluded"
  | "submodule"
  | "symlink"
  | "removed"
  | "too_large"
  | "too_many";

/** Caps of one run. */
export type ReviewLimits = {
  /** Wall clock of the whole run in milliseconds. */
  timeoutMs: number;
  /** Stopped after this long without any output, milliseconds; absent: never for that. */
  silenceMs?: number;
  /** Most bytes of output that are kept. */
  maxOutputBytes: number;
  /** US dollars that the run may cost; null or left out: no limit. */
  costUsd?: number | null;
};

/** How a reviewer's process ended; each has its sentence in src/report/failure.ts. */
export type ReviewEnding =
  | { kind: "completed"; exitCode: 0 }
  | { kind: "exitedWith"; exitCode: number }
  | { kind: "killedBy"; signal: string }
  | { kind: "timedOut"; limit: "phase_cap" | "run_budget" | "silence"; limitMs: number }
  | { kind: "outputTooLarge"; limitBytes: number }
  | { kind: "notInstalled"; command: string }
  /**
   * Ended by itself without a review, and somebody knows why. `exitCode` null: there was no process. `message` is shown on
   * the pull request, a sentence without hosts, settings or the endpoint's own words; null takes the kind's own sentence.
   */
  | {
      kind: "failed";
      failure: FailureKind;
      message: string | null;
      exitCode: number | null;
      retryAfterMs?: number | null;
    }
  | { kind: "cancelled" };

/**
 * Why a model, or a program that uses one, gave no review. `rate_limit`, `overloaded`, `network` and `timeout` may pass by
 * themselves; `budget` is our own limit, `quota` the account's; `needs_input` is a question instead of a review.
 */
export type FailureKind =
  | "auth"
  | "quota"
  | "budget"
  | "rate_limit"
  | "overloaded"
  | "network"
  | "timeout"
  | "context"
  | "output_limit"
  | "bad_output"
  | "refused"
  | "needs_input"
  | "sandbox"
  | "config"
  | "unknown";

/** Tokens by kind. `cachedInput` and `cacheWrite` are part of `input`, `reasoning` is part of `output`. */
export type TokenCount = { input: number; cachedInput: number; cacheWrite: number; output: number; reasoning: number };

/** What a run used up. */
export type Spend = {
  model: string;
  /** Requests that reached the endpoint, failed ones included. */
  requests: number;
  /** The sum of what the answers told. */
  tokens: TokenCount;
  /** Requests whose answer broke off before it told its usage: `tokens` is a lower bound then. */
  unmetered: number;
  /** US dollars; null when the model has no price or something was not metered. Never 0 for "unknown". */
  costUsd: number | null;
};

/** What came back from one run. Never throws for a failing reviewer: the failure is in here. */
export type Review = {
  reviewer: string;
  /** One line for KICKOFF and RESULT: name, version, model or rule count. */
  label: string;
  ending: ReviewEnding;
  /** Final message, verbatim, before redaction; empty when none. */
  output: string;
  /** stderr or the tool's log, for the artifact only; never posted, never parsed. */
  diagnostics: string;
  findings: readonly Finding[];
  /** What the reviewer said in its last line or in `overall_correctness`; null when it said nothing. */
  statedVerdict: "APPROVE" | "REQUEST_CHANGES" | null;
  /**
   * How the output was read: `structured` JSON, `text` findings, `clean` (a recognised no-finding statement),
   * `unreadable` when nothing matched. `unreadable` is never clean.
   */
  reading: "structured" | "text" | "clean" | "unreadable";
  /** Why the output is `unreadable`, a sentence part; absent or null when it is not or nobody knows. */
  problem?: string | null;
  /** Files this reviewer could not look at, with the reason; they are listed in the RESULT. */
  notAnalysed: readonly { path: string; reason: string }[];
  /** Monotonic, milliseconds. */
  durationMs: number;
  /** US dollars; null when unknown or when there is nothing to pay. */
  costUsd: number | null;
  /** Left out by reviewers that use no model, or whose use nobody meters. */
  spend?: Spend;
};

/** Whether a reviewer could run right now. `problem` says what is missing and what to do. */
export type Preflight = { isReady: true; label: string } | { isReady: false; problem: string; hint: string };

/** One reviewer. Add one with a file in src/reviewers/ and a line in src/reviewers/registry.ts. */
export type Reviewer = {
  /** Lower case, `[a-z0-9-]{1,32}`; appears in effect keys and on the pull request. */
  readonly name: string;
  /**
   * True when it understands `ReviewRequest.previousAnswer`: after an answer without a verdict it is asked once more, in
   * the same round, with the same limits. Leave it out for a reviewer that would only say the same again.
   */
  readonly canBeAskedAgain?: boolean;
  /** False: a run costs nothing, and everybody's pull request gets it. Left out counts as true. */
  readonly isPaid?: boolean;
  /** False: it looks at the change alone, and nothing else is read for it. Left out counts as true. */
  readonly usesContext?: boolean;
  /** True when `ReviewRequest.treeDir` would be of use to it; asked before each round. Left out: no. */
  needsTree?(): Promise<boolean>;
  /** Cheap and free of side effects; called at start-up, by `rondo doctor`, and before a round with the round's choice. */
  preflight(rules?: RuleChoice): Promise<Preflight>;
  /** The same by really asking whoever it depends on outside; may cost a fraction of a cent. For `rondo doctor` alone. */
  probe?(): Promise<Preflight>;
  /**
   * Runs once. Resolves also for crashes and time-outs (see `Review.ending`); rejects only for a bug.
   * `signal` kills the whole process group at once and resolves with ending `cancelled`.
   */
  review(request: ReviewRequest, limits: ReviewLimits, signal: AbortSignal): Promise<Review>;
};
