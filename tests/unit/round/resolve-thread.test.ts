// A resolved thread: what it closes, for how long, and what it never is.
import { describe, expect, it } from "vitest";
import type { TrackedFinding } from "../../../src/findings/tracked-finding.ts";
import { matchRound } from "../../../src/round/match-round.ts";
import { openEffects } from "../../../src/round/outbox.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { transition } from "../../../src/round/transition.ts";
import { claimOf, finding, NEXT, ownerAction, record, round } from "../report/sample-round.ts";

const AT = "2026-01-01T00:00:00Z";
const thread = (pull: PullRequestRecord, isResolved: boolean, findingId = "RD-1") =>
  transition(pull, { kind: "threadChanged", at: AT, findingId, isResolved, by: "ada" });

const inState = (state: object, ...findings: TrackedFinding[]) => {
  const one = round({ findings, outcome: "blockers" });
  const at = { round: one.n, head_sha: one.head_sha, head_sha_seen: one.head_sha, effects: {}, pending: null };
  return record(one, { ...state, ...at });
};
const blocked = (...findings: TrackedFinding[]) =>
  inState(ownerAction, ...(findings.length === 0 ? [finding({ comment_id: 5 })] : findings));
const second = finding({ id: "RD-2", fingerprint: "2".repeat(16) });
const first = (pull: PullRequestRecord) => pull.rounds.at(-1)?.findings[0];
const kinds = (pull: PullRequestRecord) => openEffects(pull).map(({ entry }) => entry.effect.kind);

describe("a resolved thread", () => {
  it("of the last blocker asks for another look; of one of two changes the texts", () => {
    const { row, record: after } = thread(blocked(), true);
    expect([row, after.state, kinds(after)]).toEqual(["T22b", "EVALUATE", ["evaluate"]]);
    expect(first(after)).toMatchObject({ status: "resolved", resolved_by: { by: "ada", at: AT }, decision: null });
    const two = thread(blocked(finding(), second), true);
    expect([two.row, two.record.state]).toEqual(["T23c", "OWNER_ACTION"]);
    expect(kinds(two.record)).toContain("check");
  });

  it("comes twice, or about a finding that is not there, or was disputed: nothing happens", () => {
    const once = thread(blocked(finding(), second), true).record;
    expect(thread(once, true).row).toBeNull();
    expect(thread(blocked(), true, "RD-9").row).toBeNull();
    expect(thread(blocked(finding({ status: "disputed" })), true).row).toBeNull();
    expect(thread(blocked(), false).row).toBeNull();
  });

  it("that is opened again opens the finding, also after READY", () => {
    const once = thread(blocked(finding({ age: 2 }), second), true).record;
    const again = thread(once, false);
    expect(again.row).toBe("T23c");
    expect(first(again.record)).toMatchObject({ status: "still_open" });
    expect(first(again.record)).not.toHaveProperty("resolved_by");

    const closed = finding({ status: "resolved", resolved_by: { by: "ada", at: AT } });
    const ready = thread(inState({ state: "READY", reason: null }, closed), false);
    expect([ready.row, ready.record.state, ready.record.reason]).toEqual(["T23d", "OWNER_ACTION", "blockers"]);
    expect(first(ready.record)).toMatchObject({ status: "open" });
  });

  it("of a finding that the newest commit no longer has opens nothing", () => {
    // `resolved` without a name is a reviewer's silence, not somebody's click.
    expect(thread(blocked(finding({ status: "resolved" })), false).row).toBeNull();
  });

  it("becomes a dispute by a reason, and stays resolved when it is only accepted", () => {
    const once = thread(blocked(finding(), second), true).record;
    const say = (word: "DISPUTE" | "ACCEPT") =>
      transition(once, {
        kind: "decisionRecorded",
        at: AT,
        decisions: [
          {
            findingId: "RD-1",
            hasFact: true,
            decision: { word, by: "olga", rationale: "a.ts:1", rationale_url: null, commit: null, at: AT },
          },
        ],
        isProposal: false,
        here: null,
        comment: { source: "issue_comment", id: 1 },
      }).record;
    expect(first(say("DISPUTE"))).toMatchObject({ status: "disputed" });
    expect(first(say("DISPUTE"))).not.toHaveProperty("resolved_by");
    expect(first(say("ACCEPT"))).toMatchObject({ status: "resolved", resolved_by: { by: "ada" } });
  });

  it("starts no round and touches no fence", () => {
    const before = blocked();
    const { record: after } = thread(before, true);
    expect([after.round, after.fence, after.pending]).toEqual([before.round, before.fence, null]);
  });
});

describe("the round after it", () => {
  const resolved = finding({ status: "resolved", resolved_by: { by: "ada", at: AT }, comment_id: 5 });
  const earlier = record(null, { rounds: [round({ n: 1, findings: [resolved] })] });

  it("on a new commit opens what is found again, and says it again in a thread of its own", () => {
    const { tracked } = matchRound(earlier, round({ n: 2, head_sha: NEXT }), [claimOf()]);
    expect(tracked).toMatchObject([{ id: "RD-1", status: "open", age: 2, comment_id: null }]);
    expect(tracked[0]).not.toHaveProperty("resolved_by");
  });

  it("on the same commit leaves it resolved, unless everything is to be said again", () => {
    const { tracked } = matchRound(earlier, round({ n: 2 }), [claimOf()]);
    expect(tracked).toMatchObject([{ id: "RD-1", status: "resolved", resolved_by: { by: "ada" }, comment_id: 5 }]);
    const full = round({ n: 2, trigger: { ...round().trigger, is_full: true } });
    expect(matchRound(earlier, full, [claimOf()]).tracked).toMatchObject([{ status: "open", comment_id: null }]);
  });

  it("without it lists nothing: it was closed before", () => {
    expect(matchRound(earlier, round({ n: 2, head_sha: NEXT }), []).resolved).toEqual([]);
  });
});
