// T20: a reviewer that gave no verdict is asked once more, at once and in the same round; who failed besides gets its moment.
import { describe, expect, it } from "vitest";
import type { ReviewerOutcome } from "../../../src/round/event.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { transition } from "../../../src/round/transition.ts";
import { record, reviewer, runningRound } from "../report/sample-round.ts";

const AT = "2026-06-05T23:42:14Z";

const pending = (name: string) =>
  reviewer({ name, status: "pending", attempt: 1, exit: null, verdict: null, verdict_source: null });

const kickoff = (...names: string[]): PullRequestRecord =>
  record({ ...runningRound(), reviewers: names.map(pending) }, { state: "KICKOFF", reason: null });

const UNCLEAR = { unclear: "it is no review" };

function say(before: PullRequestRecord, name: string, attempt: number, more: Partial<ReviewerOutcome> = UNCLEAR) {
  const outcome: ReviewerOutcome = {
    name,
    runId: `run-${name}-${attempt}`,
    label: name,
    exit: "0",
    failure: null,
    isRetryable: false,
    durationMs: 10,
    verdict: "UNKNOWN",
    verdictSource: "none",
    contradiction: null,
    output: "hm",
    findings: [],
    notAnalysed: [],
    costUsd: null,
    ...more,
  };
  return transition(before, { kind: "reviewFinished", at: AT, round: before.round, attempt, outcome });
}

const runs = (after: PullRequestRecord) =>
  Object.values(after.effects).flatMap(({ effect, not_before }) =>
    effect.kind === "run" ? [{ attempt: effect.attempt, not_before }] : [],
  );

describe("T20", () => {
  it("runs the reviewer again at once, without another KICKOFF, and remembers what was wrong", () => {
    const { record: after, row } = say(kickoff("codex"), "codex", 1);

    expect([row, after.state]).toEqual(["T20", "KICKOFF"]);
    expect(runs(after)).toEqual([{ attempt: 2, not_before: null }]);
    expect(after.rounds.at(-1)?.reviewers).toMatchObject([
      { status: "pending", attempt: 2, asked_again: { problem: "it is no review", run_id: "run-codex-1" } },
    ]);
  });

  it("asks only once: a second answer without a verdict is UNKNOWN", () => {
    const asked = say(kickoff("codex"), "codex", 1).record;
    const { record: after, row } = say(asked, "codex", 2);

    expect([row, after.state]).toEqual(["T9", "EVALUATE"]);
    expect(after.rounds.at(-1)).toMatchObject({ verdict: "UNKNOWN", reviewers: [{ status: "done", attempt: 2 }] });
  });

  it("does not ask a reviewer that would only say the same", () => {
    const { row } = say(kickoff("static"), "static", 1, {});

    expect(row).toBe("T9");
  });

  it("waits for the others, and with one that crashed for the moment it gets", () => {
    const first = say(kickoff("codex", "linter"), "codex", 1);
    const crash = { failure: "reviewer_killed: SIGKILL", isRetryable: true, verdict: "ERROR" } as const;
    const second = say(first.record, "linter", 1, crash);

    expect([first.row, second.row]).toEqual(["R4", "T10"]);
    expect(runs(second.record)).toEqual([{ attempt: 2, not_before: expect.stringMatching(/^2026-06-05T23:42:24/) }]);
  });
});
