// A round with two reviewers' worth of facts, for the tests of texts. Every builder takes what differs.
import type { Finding } from "../../../src/findings/finding.ts";
import type { TrackedFinding } from "../../../src/findings/tracked-finding.ts";
import type { ReportOptions } from "../../../src/report/report-options.ts";
import { newRecord, PullRequestRecord } from "../../../src/round/round.ts";
import type { ReviewerRecord, RoundRecord } from "../../../src/round/round.ts";

export const HEAD = "0123456789abcdef0123456789abcdef01234567";
export const BASE = "89abcdef0123456789abcdef0123456789abcdef";
export const NEXT = "fedcba9876543210fedcba9876543210fedcba98";

export const options: ReportOptions = {
  transcript: "full",
  aliases: ["codex", "rondo"],
  publicUrl: null,
  serverUrl: "https://github.com",
  version: "0.1.0",
  botLogin: "rondo[bot]",
  badges: true,
  blocking: ["P0", "P1", "P2"],
  hasFixer: false,
  canDecide: true,
  now: "2026-06-05T23:42:14.500Z",
};

export function finding(change: Partial<TrackedFinding> = {}): TrackedFinding {
  return {
    priority: "P1",
    title: "Close the file when the read fails",
    body: "When `read` throws, the handle stays open and the worker runs out of descriptors.",
    path: "src/read.ts",
    startLine: 12,
    endLine: 14,
    side: "RIGHT",
    reviewer: "codex",
    rule: null,
    fingerprint: "00112233aabbccdd",
    id: "RD-1",
    status: "open",
    age: 1,
    comment_id: null,
    comment_url: null,
    decision: null,
    ...change,
  };
}

export function claimOf(change: Partial<Finding> = {}): Finding {
  const { id: _id, status: _s, age: _a, comment_id: _c, comment_url: _u, decision: _d, ...claim } = finding();
  return { ...claim, ...change };
}

export function reviewer(change: Partial<ReviewerRecord> = {}): ReviewerRecord {
  return {
    name: "codex",
    run_id: "6-r1.1-codex-0a1b2c3d",
    label: "codex review (configured codex CLI default)",
    attempt: 1,
    status: "done",
    exit: "0",
    failure: null,
    duration_s: 116.04,
    verdict: "REQUEST_CHANGES",
    verdict_source: "final_line",
    contradiction: null,
    output: "The change leaks a handle.\n\nREQUEST_CHANGES",
    not_analysed: [],
    findings: [],
    cost_usd: null,
    ...change,
  };
}

export const STATIC_PASS = {
  name: "static",
  run_id: "6-r1.1-static-0a1b2c3d",
  label: "static rules 1.0 (120 rules)",
  verdict: "APPROVE",
  verdict_source: "structured",
  output: '{"findings":[],"overall_correctness":"patch is correct"}',
} as const;

export function round(change: Partial<RoundRecord> = {}): RoundRecord {
  return {
    n: 1,
    attempt: 1,
    reason: "automatic",
    trigger: { kind: "opened", actor: "octocat", delivery: null, comment: null, focus: null },
    head_sha: HEAD,
    base_ref: "main",
    base_sha: BASE,
    merge_base_sha: BASE,
    prompt: "Review pull request acme/shop#6. Mention @nobody, keep ```this```.",
    prompt_sha256: "0".repeat(64),
    started_at: "2026-06-05T23:40:16.123Z",
    ended_at: "2026-06-05T23:42:14.999Z",
    reviewers: [reviewer()],
    verdict: "REQUEST_CHANGES",
    verdict_source: "final_line",
    findings: [finding()],
    resolved: [],
    omitted: [],
    changed_files: 3,
    external: { policy: "off", outcome: "off", reviews: [] },
    failure: null,
    base_moved_to: null,
    outcome: "blockers",
    superseded_by: null,
    config: {
      source: "defaults",
      problems: [],
      settings: {
        transcript: "full",
        aliases: ["codex", "rondo"],
        badges: true,
        blocking_priorities: ["P0", "P1", "P2"],
        external_policy: "off",
        external_deadline_minutes: 30,
        request_changes: false,
        on_base_change: "note",
      },
    },
    record_uuid: "6f1c0d3e-0000-4000-8000-000000000001",
    ...change,
  };
}

/** The round before its reviewers answered. */
export function runningRound(): RoundRecord {
  const pending: Partial<ReviewerRecord> = {
    status: "running",
    exit: null,
    duration_s: null,
    verdict: null,
    verdict_source: null,
    output: null,
  };
  return round({
    ended_at: null,
    reviewers: [reviewer(pending)],
    verdict: null,
    verdict_source: null,
    findings: [],
    outcome: null,
  });
}

/** A round that found nothing, with the verdict of codex. */
export function cleanRound(change: Partial<RoundRecord> = {}): RoundRecord {
  return round({
    reviewers: [reviewer({ verdict: "APPROVE", output: "No issues found.\n\nAPPROVE" })],
    verdict: "APPROVE",
    findings: [],
    outcome: "ready",
    ...change,
  });
}

export function record(one: RoundRecord | null, change: Partial<PullRequestRecord> = {}): PullRequestRecord {
  const ref = { installationId: 1, repoId: 42, owner: "acme", repo: "shop", number: 6 };
  const rounds = one === null ? [] : [one];
  const base = { ...newRecord(ref), round: one?.n ?? 0, head_sha: one?.head_sha ?? null, rounds };
  return PullRequestRecord.parse({ ...base, ...change });
}

export const ownerAction = { state: "OWNER_ACTION", reason: "blockers" } as const;
