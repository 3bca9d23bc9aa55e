// T12: the time of a round is used up while reviewers work; and T10: how often a reviewer is tried.
import { describe, expect, it } from "vitest";
import { checkStatus, plainCheckRun, renderCheckRun } from "../../../src/report/check-run.ts";
import { renderNotice } from "../../../src/report/notice.ts";
import { renderRoundComment } from "../../../src/report/round-comment.ts";
import type { ReviewerOutcome } from "../../../src/round/event.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { transition } from "../../../src/round/transition.ts";
import { noticeOf } from "../../../src/steps/notice-of.ts";
import { claimOf, HEAD, options, record, reviewer, runningRound } from "../report/sample-round.ts";

const AT = "2026-06-05T23:45:00Z";
const WALL = {
  kind: "budgetExhausted",
  at: AT,
  round: 1,
  limit: "run_budget 60 s reached after 60.1 s",
  exit: "none (timeout 60 s, run_budget)",
  failure: "timeout: the time budget of the round of 60 s (run_budget) fired after 60.1 s.",
} as const;

const pending = (name: string) =>
  reviewer({ name, status: "pending", attempt: 1, exit: null, verdict: null, verdict_source: null, output: null });

function kickoff(settings: { transcript?: "compact" | "full"; reviewer_attempts?: number } = {}): PullRequestRecord {
  const base = runningRound();
  const config = {
    ...base.config,
    settings: { ...base.config.settings, transcript: "compact" as const, ...settings },
  };
  const reviewers = [pending("codex"), pending("static")];
  return record({ ...base, reviewers, config }, { state: "KICKOFF", reason: null, fence: 3, head_sha_seen: HEAD });
}

const OUTCOME: ReviewerOutcome = {
  name: "static",
  runId: "run-static",
  label: "static",
  exit: "0",
  failure: null,
  isRetryable: false,
  durationMs: 10,
  verdict: "REQUEST_CHANGES",
  verdictSource: "findings",
  contradiction: null,
  output: "found",
  findings: [claimOf({ reviewer: "static" })],
  notAnalysed: [],
  costUsd: null,
};

const answer = (before: PullRequestRecord, attempt: number, more: Partial<ReviewerOutcome>) =>
  transition(before, { kind: "reviewFinished", at: AT, round: 1, attempt, outcome: { ...OUTCOME, ...more } });

describe("T12", () => {
  it("ends the round in BUDGET_EXCEEDED, fences its reviewers off and keeps what the others found", () => {
    const before = answer(kickoff(), 1, {}).record;
    const { record: after, row } = transition(before, WALL);

    expect([row, after.state, after.reason, after.fence]).toEqual(["T12", "BUDGET_EXCEEDED", "wall", 4]);
    const [round] = after.rounds;
    expect(round).toMatchObject({ verdict: "ERROR", outcome: "budget", failure: WALL.failure, ended_at: AT });
    expect(round?.reviewers).toMatchObject([
      { name: "codex", status: "failed", exit: WALL.exit, failure: WALL.failure },
      { name: "static", status: "done" },
    ]);
    expect(round?.findings.map(({ id, reviewer: who }) => [id, who])).toEqual([["RD-1", "static"]]);
    const kinds = Object.values(after.effects).map(({ effect }) => effect.kind);
    expect(kinds).toEqual(expect.arrayContaining(["round", "notice", "check", "eyes"]));
  });

  it("is said in the comment, the notice and the check, each with limit, value and elapsed time (A95)", () => {
    const after = transition(kickoff(), WALL).record;
    const round = after.rounds[0] ?? runningRound();
    const notice = noticeOf("budget", after, round, 1);

    const comment = renderRoundComment(after, round, options);
    expect(comment).toContain("Detected verdict: ERROR");
    expect(comment).toContain("none (timeout 60 s, run_budget)");
    expect(comment).toContain("(run_budget) fired after 60.1 s");
    expect(notice === null ? null : renderNotice(notice, options)).toMatch(
      /^BUDGET_EXCEEDED: Round 1 stopped\. run_budget 60 s reached after 60\.1 s\. To continue: `@codex review` \| raise `budget\.minutes_per_round`\./,
    );
    expect(checkStatus(after, round, { headSha: HEAD, isPublished: true }, options)).toMatchObject({
      conclusion: "action_required",
      title: "BUDGET_EXCEEDED: run_budget 60 s reached after 60.1 s",
    });
    expect(renderCheckRun(after, round, plainCheckRun(HEAD, true), options).summary).toContain(
      "To continue: comment `@codex review`; a new round begins with all of its time.",
    );
  });

  it("posts a RESULT of its own in the full transcript", () => {
    const after = transition(kickoff({ transcript: "full" }), WALL).record;
    expect(Object.values(after.effects).map(({ effect }) => effect.kind)).toContain("result");
  });

  it("changes nothing when the reviewers have ended, and nothing about another round", () => {
    const done = answer(answer(kickoff(), 1, {}).record, 1, { name: "codex" }).record;
    expect(done.state).toBe("EVALUATE");
    expect(transition(done, WALL).row).toBeNull();
    expect(transition(kickoff(), { ...WALL, round: 2 }).row).toBeNull();
  });

  it("is left by a person's request alone (T36), and a late answer counts no more", () => {
    const after = transition(kickoff(), WALL).record;
    expect(answer(after, 1, {}).row).toBeNull();
    const trigger = { kind: "comment", actor: "ada", delivery: null, comment: null, focus: null } as const;
    const heads = { headSha: HEAD, baseRef: "main", baseSha: HEAD };
    const asked = transition(after, { kind: "reviewRequested", at: AT, heads, trigger, maxRounds: 10 });
    expect([asked.row, asked.record.state]).toEqual(["T36", "INIT"]);
  });
});

describe("limits.reviewer_attempts", () => {
  const killed = {
    exit: "none (signal SIGKILL)",
    failure: "reviewer_killed: x.",
    isRetryable: true,
    verdict: "ERROR",
  } as const;
  const rowsOf = (attempts: number | undefined): (string | null)[] => {
    let now = answer(kickoff(attempts === undefined ? {} : { reviewer_attempts: attempts }), 1, { name: "codex" });
    const rows: (string | null)[] = [];
    for (let attempt = 1; attempt <= 4 && now.record.state === "KICKOFF"; attempt += 1) {
      now = answer(now.record, attempt, killed);
      rows.push(now.row);
    }
    return rows;
  };

  it.each([
    [1, ["T11"]],
    [undefined, ["T10", "T11"]],
    [3, ["T10", "T10", "T11"]],
  ])("%s tries: %j", (attempts, rows) => {
    expect(rowsOf(attempts)).toEqual(rows);
  });
});
