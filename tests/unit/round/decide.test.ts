// Decisions on findings, one by one: what is kept, what changes, what is answered.
import { describe, expect, it } from "vitest";
import type { TrackedFinding } from "../../../src/findings/tracked-finding.ts";
import { matchRound } from "../../../src/round/match-round.ts";
import type { RoundEvent } from "../../../src/round/event.ts";
import { openEffects } from "../../../src/round/outbox.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { transition } from "../../../src/round/transition.ts";
import { claimOf, finding, ownerAction, record, round } from "../report/sample-round.ts";

type Decided = Extract<RoundEvent, { kind: "decisionRecorded" }>;
let comments = 1;

function decide(
  pull: PullRequestRecord,
  word: Decided["decisions"][number]["decision"]["word"],
  more: Partial<Omit<Decided, "decisions">> & { id?: string; hasFact?: boolean } = {},
) {
  const { id = "RD-1", hasFact = true, ...rest } = more;
  const at = `2026-01-01T00:00:0${comments % 10}Z`;
  const decision = { word, by: "ada", rationale: `why ${comments}`, rationale_url: null, commit: null, at };
  const comment = { source: "issue_comment" as const, id: comments++ };
  const event: Decided = {
    kind: "decisionRecorded",
    at,
    decisions: [{ findingId: id, decision, hasFact }],
    isProposal: false,
    here: null,
    comment,
    ...rest,
  };
  return transition(pull, event);
}

const blocked = (...findings: TrackedFinding[]) => {
  const one = round({ findings: findings.length === 0 ? [finding()] : findings, outcome: "blockers" });
  return record(one, {
    ...ownerAction,
    round: one.n,
    head_sha: one.head_sha,
    head_sha_seen: one.head_sha,
    effects: {},
    pending: null,
  });
};
const first = (pull: PullRequestRecord) => pull.rounds.at(-1)?.findings[0];
const replies = (pull: PullRequestRecord) =>
  openEffects(pull).flatMap(({ entry: { effect } }) =>
    effect.kind === "reply" ? [[effect.topic, effect.argument]] : [],
  );
const reactions = (pull: PullRequestRecord) =>
  openEffects(pull).flatMap(({ entry: { effect } }) => (effect.kind === "answer" ? [effect.content] : []));

const kinds = (pull: PullRequestRecord) => openEffects(pull).map(({ entry }) => entry.effect.kind);
const next = (full: boolean) => ({
  ...round({ n: 3 }),
  trigger: { ...round().trigger, ...(full ? { is_full: true } : {}) },
});

describe("a decision", () => {
  it.each(["ACCEPT", "MODIFY"] as const)("%s is kept and changes nothing else", (word) => {
    const { record: after, row } = decide(blocked(), word);
    expect([row, after.state]).toEqual(["T23", "OWNER_ACTION"]);
    expect(first(after)).toMatchObject({ status: "open", decision: { word } });
    expect(reactions(after)).toEqual(["+1"]);
  });

  it("DISPUTE of the last blocker asks for another look, of one of two does not", () => {
    expect(decide(blocked(), "DISPUTE")).toMatchObject({ row: "T22", record: { state: "EVALUATE", round: 1 } });
    const two = blocked(finding(), finding({ id: "RD-2", fingerprint: "2".repeat(16) }));
    expect(decide(two, "DISPUTE")).toMatchObject({ row: "T23", record: { state: "OWNER_ACTION" } });
  });

  it("without a fact, or about a finding that is not there, is answered and not kept", () => {
    const vague = decide(blocked(), "DISPUTE", { hasFact: false }).record;
    expect(first(vague)).toMatchObject({ status: "open", decision: null });
    expect([reactions(vague), replies(vague)]).toEqual([["confused"], [["fact.rd-1", "RD-1"]]]);
    const unknown = decide(blocked(), "ACCEPT", { id: "RD-5" }).record;
    expect(replies(unknown)).toEqual([["refused", "there is no RD-5; the last round has RD-1"]]);
    const none = decide(record(null, { rounds: [], effects: {}, pending: null }), "ACCEPT").record;
    expect(replies(none)).toEqual([["refused", "there is no RD-1; there are no findings"]]);
  });

  it("is replaced by the latest one, and the earlier ones stay", () => {
    const two = blocked(finding(), finding({ id: "RD-2", fingerprint: "2".repeat(16) }));
    let after = decide(two, "ACCEPT").record;
    after = decide(after, "DISPUTE").record;
    after = decide(after, "MODIFY").record;
    expect(first(after)).toMatchObject({
      status: "open",
      decision: { word: "MODIFY" },
      history: [{ word: "ACCEPT" }, { word: "DISPUTE" }],
    });
  });

  it("comes once: the same comment again changes nothing", () => {
    const { record: after } = decide(blocked(), "ACCEPT");
    comments -= 1;
    expect(decide(after, "ACCEPT").row).toBeNull();
  });

  it("of somebody who may not decide is kept beside the finding, and answered with a look", () => {
    const after = decide(blocked(), "DISPUTE", { isProposal: true }).record;
    expect(first(after)).toMatchObject({ status: "open", decision: null, proposals: [{ word: "DISPUTE" }] });
    expect([after.state, reactions(after), replies(after)]).toEqual(["OWNER_ACTION", ["eyes"], []]);
    const vague = decide(blocked(), "DISPUTE", { isProposal: true, hasFact: false }).record;
    expect([reactions(vague), replies(vague)]).toEqual([["confused"], []]);
  });

  it("by command is said again in the thread, one given there is not", () => {
    expect(kinds(decide(blocked(), "ACCEPT").record)).toContain("decision");
    expect(kinds(decide(blocked(), "ACCEPT", { here: "RD-1" }).record)).not.toContain("decision");
    expect(kinds(decide(blocked(), "ACCEPT", { here: "RD-2" }).record)).toContain("decision");
  });
});

describe("the next round", () => {
  const claim = claimOf();
  const decision = {
    word: "DISPUTE" as const,
    by: "ada",
    rationale: "a.ts",
    rationale_url: null,
    commit: null,
    at: "",
  };
  const disputed = finding({ status: "disputed", decision, comment_id: 5, proposals: [decision] });

  it("keeps a dispute, also over a round without the finding or without any answer", () => {
    for (const between of [[], [round({ n: 2, findings: [] })], [round({ n: 2, findings: [], verdict: "ERROR" })]]) {
      const pull = record(null, { rounds: [round({ n: 1, findings: [disputed] }), ...between], next_finding: 2 });
      const { tracked, resolved } = matchRound(pull, next(false), [claim]);
      expect(tracked).toMatchObject([{ id: "RD-1", status: "disputed", comment_id: 5, decision: { by: "ada" } }]);
      expect(tracked[0]?.proposals).toHaveLength(1);
      expect(resolved).toEqual([]);
    }
  });

  it("lists a finding as resolved once, and never one of an older round", () => {
    const pull = record(null, { rounds: [round({ n: 1, findings: [disputed] }), round({ n: 2, findings: [] })] });
    expect(matchRound(pull, next(false), []).resolved).toEqual([]);
    const last = record(null, { rounds: [round({ n: 1, findings: [disputed] })] });
    expect(matchRound(last, next(false), []).resolved).toMatchObject([{ id: "RD-1", status: "resolved" }]);
  });

  it("opens a disputed finding whose code changed, and keeps the dispute in its history", () => {
    const pull = record(null, { rounds: [round({ n: 1, findings: [disputed] })] });
    const { tracked } = matchRound(pull, next(false), [
      { ...claim, fingerprint: `ffffffff${claim.fingerprint.slice(8)}` },
    ]);
    expect(tracked).toMatchObject([{ id: "RD-1", status: "still_open", decision: null, history: [decision] }]);
  });

  it("of a full review says everything again, under the same ids", () => {
    const pull = record(null, { rounds: [round({ n: 1, findings: [disputed] })] });
    expect(matchRound(pull, next(true), [claim]).tracked).toMatchObject([
      { id: "RD-1", status: "open", age: 2, comment_id: null, decision: null, history: [decision] },
    ]);
  });
});
