// What a notice is made of: the truth of the state file at the moment of sending, not what was true when it became due.
import { describe, expect, it } from "vitest";
import { limitThatFired } from "../../../src/report/failure.ts";
import { noticeOf } from "../../../src/steps/notice-of.ts";
import { cleanRound, finding, HEAD, NEXT, ownerAction, record, reviewer, round } from "../report/sample-round.ts";

describe("noticeOf", () => {
  it("names the setting behind the limit, the commit without a round and the last verdict (A41)", () => {
    const one = round({ findings: [finding()] });
    const exceeded = {
      state: "BUDGET_EXCEEDED",
      reason: "day_runs",
      limit: "20 runs today",
      head_sha_seen: NEXT,
    } as const;

    expect(noticeOf("budget", record(one, exceeded), null, 2)).toEqual({
      kind: "budgetExceeded",
      round: 2,
      limit: "20 runs today",
      key: "budget.runs_per_day",
      until: null,
      headSha: NEXT,
      last: { round: 1, headSha: HEAD, blocking: 1 },
    });
    expect(noticeOf("budget", record(one, ownerAction), null, 2)).toBeNull();
  });

  it("names the limit that fired, of the reviewer that failed (A95)", () => {
    const failed = reviewer({ failure: "timeout: x.", exit: "none (timeout 900 s, phase_cap)", duration_s: 901.2 });
    const one = cleanRound({ verdict: "ERROR", reviewers: [reviewer({ name: "static" }), failed] });

    expect(noticeOf("not_reviewed", record(one, ownerAction), one, 1)).toMatchObject({
      kind: "reviewerFailed",
      reviewer: "codex",
      limit: "phase_cap 900 s",
      elapsedSeconds: 901.2,
    });
  });

  it("calls nothing a reviewer's failure that was none", () => {
    const one = cleanRound({ verdict: "UNKNOWN", failure: "incomplete: 1 changed file was not read" });

    expect(noticeOf("not_reviewed", record(one, ownerAction), one, 1)).toMatchObject({ reviewer: null, limit: null });
    expect(noticeOf("not_reviewed", record(null, { failure: "no_merge_base: x." }), null, 1)).toMatchObject({
      reviewer: null,
      failure: "no_merge_base: x.",
    });
  });

  it("names only the reviewers whose words could not be read, and how often they were asked", () => {
    const reviewers = [reviewer({ name: "static", verdict: "APPROVE" }), reviewer({ verdict: "UNKNOWN" })];
    const one = cleanRound({ verdict: "UNKNOWN", attempt: 1, reviewers });

    expect(noticeOf("not_reviewed", record(one, ownerAction), one, 1)).toMatchObject({
      kind: "unknownVerdict",
      reviewer: "codex",
      attempts: 1,
    });
  });
});

it.each([
  ["none (timeout 2700 s, run_budget)", "run_budget 2700 s"],
  ["none (signal SIGKILL)", null],
  ["1", null],
  [null, null],
])("the limit in %j is %j", (exit, limit) => {
  expect(limitThatFired(exit)).toBe(limit);
});
