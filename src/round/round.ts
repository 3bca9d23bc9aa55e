// The state file of one pull request: what is true about its rounds right now.
// The keys are the file's keys (snake_case): operators and other tools read the file, so there is no second spelling.
import { z } from "zod";
import { Finding } from "../findings/finding.ts";
import { TrackedFinding } from "../findings/tracked-finding.ts";
import { Verdict, VerdictSource } from "../findings/verdict-word.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { BaseTip, Commander } from "./side-notes.ts";
import { SpendRecord } from "./spend.ts";
import { EffectRecord } from "./effect-record.ts";
import { Given } from "./given.ts";
import { Lease } from "./lease.ts";
import { RoundSettings } from "./round-settings.ts";

/** Version of the file's shape; a newer file is refused, an older one is migrated by src/store/migrations.ts. */
export const SCHEMA = 1;

/** The eight states of behaviour A30. */
export const StateName = z.enum([
  "INIT",
  "KICKOFF",
  "WAIT_FOR_BOTH_REVIEWS",
  "EVALUATE",
  "OWNER_ACTION",
  "READY",
  "ABORTED",
  "BUDGET_EXCEEDED",
]);
export type StateName = z.infer<typeof StateName>;

/** What started a round. */
export const Trigger = z.object({
  kind: z.enum([
    "opened",
    "ready_for_review",
    "synchronize",
    "reopened",
    "base_changed",
    "comment",
    "label",
    "check_button",
    "checkbox",
    "reconcile",
    "cli",
  ]),
  /** Login of the person, or null for a reconcile. */
  actor: z.string().nullable(),
  /** GUID of the delivery, or null when none. */
  delivery: z.string().nullable(),
  /** The comment to put reactions on, or null for the pull request itself. */
  comment: z.object({ source: z.enum(["issue_comment", "review_comment", "review"]), id: z.number().int() }).nullable(),
  /** Free text after `review`, quoted data for the reviewers. */
  focus: z.string().nullable(),
  /** True: what was said and decided in earlier rounds does not count (`full review`). */
  is_full: z.boolean().optional(),
});
export type Trigger = z.infer<typeof Trigger>;

/** What is kept of one reviewer's run; its output and diagnostics are artifacts of the run folder. */
export const ReviewerRecord = z.object({
  name: z.string(),
  run_id: z.string().nullable(),
  label: z.string(),
  attempt: z.number().int().positive(),
  status: z.enum(["pending", "running", "done", "failed", "superseded"]),
  /** `0`, `3`, `none (signal SIGKILL)`, `none (timeout 900 s, phase_cap)`, as RESULT prints it; null while running. */
  exit: z.string().nullable(),
  /** First line of a failure: `class: message`; null when it did not fail. */
  failure: z.string().nullable(),
  duration_s: z.number().nullable(),
  verdict: Verdict.nullable(),
  verdict_source: VerdictSource.nullable(),
  contradiction: z.string().nullable(),
  /** Why no verdict could be read from its first answer, when it was asked twice, and from its last one. */
  asked_again: z.object({ problem: z.string(), run_id: z.string() }).optional(),
  problem: z.string().nullable().optional(),
  /** Redacted final message, cut at 200,000 characters. */
  output: z.string().nullable(),
  /** Secrets that were taken out of its words; absent in files of older versions. */
  redactions: z.number().int().nonnegative().optional(),
  not_analysed: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** What it claimed, before the reviewers' findings are merged and matched with earlier rounds. */
  findings: z.array(Finding),
  cost_usd: z.number().nullable(),
  /** Absent for a reviewer without a model. */
  spend: SpendRecord.optional(),
});
export type ReviewerRecord = z.infer<typeof ReviewerRecord>;

/** One round, from KICKOFF to its end. */
export const RoundRecord = z.object({
  n: z.number().int().positive(),
  attempt: z.number().int().positive(),
  /** `automatic` or `manual` (a command on the same head) or `base_changed`. */
  reason: z.enum(["automatic", "manual", "base_changed"]),
  trigger: Trigger,
  head_sha: z.string(),
  base_ref: z.string(),
  base_sha: z.string(),
  merge_base_sha: z.string(),
  prompt: z.string(),
  prompt_sha256: z.string(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  reviewers: z.array(ReviewerRecord),
  verdict: Verdict.nullable(),
  verdict_source: VerdictSource.nullable(),
  findings: z.array(TrackedFinding),
  /** Findings of the round before that this head no longer has. */
  resolved: z.array(TrackedFinding),
  /** Files nobody looked at, with the reason (size, binary, …). */
  omitted: z.array(z.object({ path: z.string(), reason: z.string() })),
  changed_files: z.number().int().nonnegative().nullable(),
  /** What reviewers were told beside the change; absent until it was read, and where nobody wanted it. */
  given: Given.optional(),
  external: z.object({
    policy: z.enum(["off", "best_effort", "require"]),
    outcome: z.string(),
    reviews: z.array(z.object({ who: z.string(), review_id: z.number().int(), commit: z.string(), class: z.string() })),
  }),
  /** First line of what stopped the round beside its reviewers: `class: message`; null when nothing did. */
  failure: z.string().nullable(),
  /** Reviewers that were not asked, because nobody who may spend what they cost asked for the round; absent: none. */
  withheld: z.array(z.string()).optional(),
  /** What the base branch became after this round, for the READY notice; null while it did not move. */
  base_moved_to: z.string().nullable(),
  outcome: z
    .enum([
      "ready",
      "blockers",
      "unknown_verdict",
      "reviewer_error",
      "external_missing",
      "worker_lost",
      "full_review",
      "aborted",
      "budget",
      "superseded",
    ])
    .nullable(),
  superseded_by: z.string().nullable(),
  /** The configuration that was in force: where it came from, what was wrong with it, and what the texts need of it. */
  config: z.object({
    source: z.string(),
    problems: z.array(z.string()),
    settings: RoundSettings,
    /** A sentence about a pull request that changes the configuration file itself. */
    change: z.string().optional(),
  }),
  record_uuid: z.string(),
});
export type RoundRecord = z.infer<typeof RoundRecord>;

const common = {
  schema: z.literal(SCHEMA),
  /** Raised by one with every save; also the id of the journal's event. */
  rev: z.number().int().nonnegative(),
  /** `owner/repo`, GitHub's spelling. */
  repo: z.string(),
  repo_id: z.number().int(),
  pr: z.number().int().positive(),
  installation_id: z.number().int(),
  /** Raised whenever what is running must no longer count: push, abort, close, command. */
  fence: z.number().int().nonnegative(),
  paused: z.object({ reason: z.enum(["draft", "command", "churn"]), by: z.string().nullable() }).nullable(),
  skipped: z.enum(["draft", "excluded"]).nullable(),
  /** Number of the newest round, 0 before the first. */
  round: z.number().int().nonnegative(),
  attempt: z.number().int().nonnegative(),
  /** null = unlimited. */
  max_rounds: z.number().int().nullable(),
  /** Rounds that `extend` added. */
  extended: z.number().int().nonnegative(),
  /** Head of the round in hand, null before the first. */
  head_sha: z.string().nullable(),
  /** Newest head that was heard of, also in ABORTED and BUDGET_EXCEEDED. */
  head_sha_seen: z.string().nullable(),
  base_ref: z.string().nullable(),
  base_sha: z.string().nullable(),
  base_tip: BaseTip,
  /** Verdict of the last concluded round. */
  verdict: Verdict.nullable(),
  /** The accepted trigger that waits for its round, and the number that round will have. */
  pending: z
    .object({
      n: z.number().int().positive(),
      head_sha: z.string(),
      trigger: Trigger,
      reason: z.enum(["automatic", "manual", "base_changed"]),
      accepted_at: z.string(),
    })
    .nullable(),
  /** Why the trigger in hand could not even start a round (`class: message`); null otherwise. */
  failure: z.string().nullable(),
  /** When the last round started; the debounce counts from here. */
  last_start_at: z.string().nullable(),
  rounds: z.array(RoundRecord),
  effects: z.record(z.string(), EffectRecord),
  lease: Lease.nullable(),
  /** Takeovers of a dead lease in the round in hand. */
  claims: z.number().int().nonnegative(),
  deadline_at: z.string().nullable(),
  /** Counters behind `effects[].seq` and RD-{n}. */
  next_seq: z.number().int().nonnegative(),
  next_finding: z.number().int().positive(),
  /** The last 200 delivery GUIDs and comment ids that acted. */
  seen_deliveries: z.array(z.string()),
  seen_comments: z.array(z.number().int()),
  /** Why, while `skipped` is `excluded`. */
  excluded: z.object({ why: z.string(), is_pass: z.boolean() }).optional(),
  /** Who commanded how often of late; see flood.ts. */
  commanders: z.array(Commander).optional(),
};

/** The record by state: each state carries what is true only in it. */
export const PullRequestRecord = z.discriminatedUnion("state", [
  z.object({ ...common, state: z.literal("INIT"), reason: z.null() }),
  z.object({ ...common, state: z.literal("KICKOFF"), reason: z.null() }),
  z.object({ ...common, state: z.literal("WAIT_FOR_BOTH_REVIEWS"), reason: z.null() }),
  z.object({ ...common, state: z.literal("EVALUATE"), reason: z.null() }),
  z.object({
    ...common,
    state: z.literal("OWNER_ACTION"),
    reason: z.enum([
      "blockers",
      "reviewer_error",
      "unknown_verdict",
      "external_missing",
      "worker_lost",
      "full_review",
      "fixing",
      "needs_owner",
    ]),
  }),
  z.object({ ...common, state: z.literal("READY"), reason: z.null() }),
  z.object({
    ...common,
    state: z.literal("ABORTED"),
    reason: z.enum(["command", "closed", "merged"]),
    aborted: z.object({ by: z.string().nullable(), text: z.string().nullable(), at: z.string() }),
  }),
  z.object({
    ...common,
    state: z.literal("BUDGET_EXCEEDED"),
    reason: z.enum(["rounds", "day_cost", "day_runs", "run_cost", "wall"]),
    limit: z.string(),
  }),
]);
export type PullRequestRecord = z.infer<typeof PullRequestRecord>;

/** The record of a pull request in one state. */
export type In<S extends StateName> = Extract<PullRequestRecord, { state: S }>;

/** The record of a pull request that was never heard of before. */
export function newRecord(ref: PullRequestRef): In<"INIT"> {
  return {
    schema: SCHEMA,
    rev: 0,
    repo: `${ref.owner}/${ref.repo}`,
    repo_id: ref.repoId,
    pr: ref.number,
    installation_id: ref.installationId,
    state: "INIT",
    reason: null,
    fence: 0,
    paused: null,
    skipped: null,
    round: 0,
    attempt: 0,
    max_rounds: 10,
    extended: 0,
    head_sha: null,
    head_sha_seen: null,
    base_ref: null,
    base_sha: null,
    verdict: null,
    pending: null,
    failure: null,
    last_start_at: null,
    rounds: [],
    effects: {},
    lease: null,
    claims: 0,
    deadline_at: null,
    next_seq: 0,
    next_finding: 1,
    seen_deliveries: [],
    seen_comments: [],
  };
}
