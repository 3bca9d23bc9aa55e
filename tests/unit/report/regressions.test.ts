// Failures of earlier review loops that were failures of what they wrote, by their numbers; none may come back.
import { expect, test } from "vitest";
import { renderCheckRun, plainCheckRun } from "../../../src/report/check-run.ts";
import { renderEvaluation } from "../../../src/report/evaluation.ts";
import { renderKickoff } from "../../../src/report/kickoff.ts";
import { PLAIN_RECORD, renderRecord } from "../../../src/report/record.ts";
import { renderResult } from "../../../src/report/result.ts";
import { renderRoundComment } from "../../../src/report/round-comment.ts";
import { cleanRound, finding, HEAD, options, ownerAction, record, reviewer, round } from "./sample-round.ts";

const evaluationInput = { resultUrl: null, externalName: "Copilot", externalUrl: null, externalComments: [] } as const;

/** Every long text about one round. */
function textsOf(one: ReturnType<typeof round>, state: Parameters<typeof record>[1] = ownerAction): string[] {
  const about = record(one, state);
  return [
    renderKickoff(about, one, options),
    renderResult(about, one, options),
    renderRoundComment(about, one, options),
    renderEvaluation(about, one, evaluationInput, options),
    renderRecord(about, one, PLAIN_RECORD, options),
  ];
}

test("F07: every text names its commit", () => {
  for (const text of textsOf(round())) expect(text).toMatch(new RegExp(`${HEAD}|\`${HEAD.slice(0, 7)}\``));
});

test("F55: no SHA is glued to the next word", () => {
  for (const text of textsOf(round())) expect(text).not.toMatch(/\b[0-9a-f]{7,40}(?:for|PR|at|by|in)\b/);
});

test("F10: a round without a verdict says so, that a person must act, and how", () => {
  const reviewers = [reviewer({ verdict: "UNKNOWN", output: "It depends." })];
  const one = cleanRound({ verdict: "UNKNOWN", outcome: "unknown_verdict", reviewers });
  const state = { state: "OWNER_ACTION", reason: "unknown_verdict" } as const;
  const check = renderCheckRun(record(one, state), one, plainCheckRun(HEAD, true), options);

  expect(check.conclusion).toBe("action_required");
  for (const text of [check.summary, renderRoundComment(record(one, state), one, options)]) {
    expect(text).toContain("NOT REVIEWED");
    expect(text).toContain("`@codex review`");
  }
  expect(renderEvaluation(record(one, state), one, evaluationInput, options)).toContain("A person must decide.");
});

test("F53: what did not run is listed and never reads as passed", () => {
  const reviewers = [reviewer({ not_analysed: [{ path: "a.rb", reason: "no grammar for Ruby" }] })];
  const one = cleanRound({ reviewers, omitted: [{ path: "big.sql", reason: "too_large" }] });
  const text = renderRecord(record(one), one, PLAIN_RECORD, options);

  expect(text).toContain("- codex on `a.rb`: NOT RUN (no grammar for Ruby)");
  expect(text).toContain("- review of `big.sql`: NOT RUN (too large)");
  expect(text).not.toContain("PASSED");
});

test("F54: a finding that a policy took out is listed with its reason", () => {
  const one = cleanRound({ findings: [finding({ id: "RD-7", status: "filtered" })] });
  const input = { ...PLAIN_RECORD, filterReasons: { "RD-7": "outside the diff" } };

  expect(renderRecord(record(one), one, input, options)).toMatch(
    /- filtered: RD-7 `src\/read\.ts:12-14` .* — outside the diff/,
  );
});

test("F11: what was taken out of a reviewer's words is said, so that nobody has to look for it", () => {
  const one = round({ reviewers: [reviewer({ output: "It prints [redacted].", redactions: 1 })] });

  expect(renderResult(record(one), one, options)).toContain("1 secret was taken out of the output of codex.");
  expect(renderRecord(record(one), one, PLAIN_RECORD, options)).toContain(
    "- redacted: 1 secret was taken out of the output of codex",
  );
});
