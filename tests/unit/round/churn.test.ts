// Too many rounds by themselves: how many, within which time, and what does not count.
import { describe, expect, it } from "vitest";
import { isChurning } from "../../../src/round/churn.ts";
import type { RoundRecord } from "../../../src/round/round.ts";
import { transition } from "../../../src/round/transition.ts";
import { ownerAction, record, round } from "../report/sample-round.ts";

const NOW = Date.parse("2026-01-01T12:00:00.000Z");
const churn = { rounds: 3, minutes: 60 };
const event = { at: new Date(NOW).toISOString(), churn };

/** Rounds that started so many milliseconds ago, oldest first. */
const started = (...ago: readonly number[]): RoundRecord[] =>
  ago.map((ms, at) => round({ n: at + 1, reason: "automatic", started_at: new Date(NOW - ms).toISOString() }));
const pull = (rounds: RoundRecord[]) =>
  record(rounds.at(-1) ?? null, {
    ...ownerAction,
    rounds,
    round: rounds.length,
    paused: null,
    pending: null,
    effects: {},
  });

describe("too many rounds by themselves", () => {
  it("are exactly as many as the limit says, not one less", () => {
    expect(isChurning(pull(started(3000, 2000, 1000)), event)).toBe(true);
    expect(isChurning(pull(started(2000, 1000)), event)).toBe(false);
  });

  it("count from the very beginning of the window, and not a millisecond before", () => {
    const windowMs = churn.minutes * 60_000;
    expect(isChurning(pull(started(windowMs, 2000, 1000)), event)).toBe(true);
    expect(isChurning(pull(started(windowMs + 1, 2000, 1000)), event)).toBe(false);
  });

  it("are the newest ones: older ones neither help nor hinder", () => {
    expect(isChurning(pull(started(9_000_000, 3000, 2000, 1000)), event)).toBe(true);
  });

  it("are not rounds that a person asked for", () => {
    const rounds = started(3000, 2000, 1000);
    const asked = rounds.map((one, at) => (at === 1 ? { ...one, reason: "manual" as const } : one));
    expect(isChurning(pull(asked), event)).toBe(false);
    const based = rounds.map((one, at) => (at === 1 ? { ...one, reason: "base_changed" as const } : one));
    expect(isChurning(pull(based), event)).toBe(true);
  });

  it("are any number where pause_after_rounds is off", () => {
    expect(isChurning(pull(started(3000, 2000, 1000)), { at: event.at })).toBe(false);
  });

  it("pause the pull request at the next push, with one notice; a push of the same head does not", () => {
    const churning = pull(started(3000, 2000, 1000));
    const pushed = (headSha: string) =>
      transition(
        { ...churning, head_sha: "a".repeat(40), head_sha_seen: "a".repeat(40) },
        {
          kind: "headMoved",
          at: event.at,
          heads: { headSha, baseRef: "main", baseSha: "b".repeat(40) },
          isDraft: false,
          trigger: { kind: "synchronize", actor: "ada", delivery: "d-1", comment: null, focus: null },
          debounceMs: 0,
          churn,
        },
      );
    expect(pushed("a".repeat(40)).row).toBeNull();
    const { row, record: after } = pushed("c".repeat(40));
    expect([row, after.state, after.paused]).toEqual(["R23", "INIT", { reason: "churn", by: null }]);
    const notices = Object.values(after.effects).filter(({ effect }) => effect.kind === "notice");
    expect(notices).toHaveLength(1);
  });
});
