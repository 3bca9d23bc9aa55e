// The clock of a round's reviewers: how much is left, and what is said when nothing is.
import { describe, expect, test } from "vitest";
import { startRoundBudget } from "../../../src/steps/round-budget.ts";
import { round } from "../report/sample-round.ts";

const START = Date.parse("2026-06-05T23:40:00Z");

/** A round of two minutes that started at START, looked at `seconds` later; the clock only moves by `pass`. */
function budgetAt(seconds: number, run: { attempt: number; claims: number }) {
  let slept: number | null = null;
  let wake: (() => void) | undefined;
  let ms = 5_000;
  const base = round();
  const one = round({
    started_at: new Date(START).toISOString(),
    config: { ...base.config, settings: { ...base.config.settings, minutes_per_round: 2 } },
  });
  const clock = {
    now: () => new Date(START + seconds * 1000),
    monotonicMs: () => ms,
    sleep: (wait: number) => {
      slept = wait;
      return new Promise<void>((resolve) => (wake = resolve));
    },
  };
  const caller = new AbortController();
  const budget = startRoundBudget({ round: one, ...run }, { clock }, caller.signal);
  const pass = async (passed: number): Promise<void> => {
    ms += passed;
    wake?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { budget, caller, pass, slept: () => slept };
}

const FIRST = { attempt: 1, claims: 0 };

describe("the time of a round", () => {
  test("is all there for the first try, whatever the wall clock says", async () => {
    expect(budgetAt(3600, FIRST).slept()).toBe(120_000);
    expect(budgetAt(-3600, FIRST).slept()).toBe(120_000);
  });

  test("goes on for a second try and for the worker that took over", () => {
    expect(budgetAt(50, { attempt: 2, claims: 0 }).slept()).toBe(70_000);
    expect(budgetAt(50, { attempt: 1, claims: 1 }).slept()).toBe(70_000);
    expect(budgetAt(500, { attempt: 2, claims: 0 }).slept()).toBe(0);
    expect(budgetAt(-500, { attempt: 2, claims: 0 }).slept()).toBe(120_000);
  });

  test("names the limit, its value and the elapsed time when it is used up (A95)", async () => {
    const { budget, pass } = budgetAt(50, { attempt: 2, claims: 0 });
    expect(budget.exhausted()).toBeNull();
    await pass(70_250);

    expect(budget.signal.aborted).toBe(true);
    expect(budget.exhausted()).toMatchObject({
      kind: "budgetExhausted",
      round: 1,
      limit: "run_budget 120 s reached after 120.3 s",
      exit: "none (timeout 120 s, run_budget)",
      failure: "timeout: the time budget of the round of 120 s (run_budget) fired after 120.3 s.",
    });
  });

  test("says nothing once the run is over or was stopped for another reason", async () => {
    const over = budgetAt(0, FIRST);
    over.budget.forget();
    await over.pass(120_000);
    expect(over.budget.exhausted()).toBeNull();

    const stopped = budgetAt(0, FIRST);
    stopped.caller.abort();
    await stopped.pass(120_000);
    expect(stopped.budget.exhausted()).toBeNull();
    expect(stopped.budget.signal.aborted).toBe(true);
  });

  test("is without end for a round of an older version", () => {
    const signal = new AbortController().signal;
    const clock = { now: () => new Date(START), monotonicMs: () => 0, sleep: () => Promise.reject(new Error("no")) };
    expect(startRoundBudget({ round: round(), ...FIRST }, { clock }, signal).exhausted()).toBeNull();
  });
});
