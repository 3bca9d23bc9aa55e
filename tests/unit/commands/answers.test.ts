// The answers in words: what each says, and that nobody's text in them can do anything.
import { assert, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerInput } from "../../../src/commands/command.ts";
import { COMMENT_COMMANDS } from "../../../src/commands/registry.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { documentProblems } from "../report/judge-document.ts";
import { hostile } from "../report/hostile-text.ts";
import { finding, HEAD, NEXT, options, ownerAction, record, round } from "../report/sample-round.ts";

function answer(name: string, pull: PullRequestRecord, more: Partial<AnswerInput> = {}): string {
  const command = COMMENT_COMMANDS.find((one) => one.name === name);
  if (command?.answer === undefined) throw new Error(`${name} answers nothing`);
  return command.answer({ record: pull, argument: null, config: null, options, commands: COMMENT_COMMANDS, ...more });
}

describe("status", () => {
  it("says state, round, what blocks and what is next", () => {
    const text = answer(
      "status",
      record(round({ findings: [finding(), finding({ id: "RD-2", priority: "P3" })] }), ownerAction),
    );
    expect(text).toContain("**OWNER_ACTION** (blockers), round 1 of 10, at 2026-06-05T23:42:14Z.");
    expect(text).toContain(
      "- **Blocks**: 1 finding; 1 advisory finding\n  - RD-1 **[P1] Close the file when the read fails**",
    );
    expect(text).toContain("- **Next**: push a fix, and a new round starts");
  });

  it.each<[Partial<PullRequestRecord>, string]>([
    [{ paused: { reason: "command", by: "ada" }, head_sha_seen: NEXT }, "**Paused**: a command by ada"],
    [{ paused: { reason: "draft", by: "ada" } }, "**Paused**: it is a draft"],
    [{ state: "ABORTED", reason: "command", aborted: { by: "ada", text: null, at: "" } }, "to start again"],
    [{ state: "BUDGET_EXCEEDED", reason: "rounds", limit: "max_rounds 10 reached" }, "extend 5"],
    [{ head_sha: HEAD, head_sha_seen: NEXT, pending: null }, "**Newest commit**: `fedcba9`, without a round"],
  ])("says of %j: %s", (change, words) => {
    expect(answer("status", record(round({ findings: [] }), change))).toContain(words);
  });

  it("has something to say before the first round", () => {
    const text = answer(
      "status",
      record(null, { state: "INIT", reason: null, round: 0, head_sha: null, head_sha_seen: null, pending: null }),
    );
    expect(text).toContain("- **Blocks**: nothing; 0 advisory findings");
  });
});

describe("explain", () => {
  it("says when there is no such finding", () => {
    expect(answer("explain", record(round()), { argument: "RD-77" })).toBe(
      "There is no RD-77 in the rounds that are kept.",
    );
  });

  it("and status hold whatever a reviewer or a person wrote", () => {
    assert(
      property(hostile, hostile, (title, rationale) => {
        const decision = {
          word: "DISPUTE" as const,
          by: "ada",
          rationale,
          rationale_url: null,
          commit: null,
          at: options.now,
        };
        const one = finding({
          title,
          body: rationale,
          rule: title,
          decision,
          history: [decision],
          proposals: [decision],
        });
        const pull = record(round({ findings: [one] }), ownerAction);
        for (const text of [answer("status", pull), answer("explain", pull, { argument: "RD-1" })])
          expect(documentProblems(text)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
