// The rule of the limiter against random days: calls of several workers at random times, who come back when they were
// told to, or a little later, or never; refusals of GitHub in between. Judged from outside, by what went when.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide, type LimitedCall, spend } from "../../../src/limits/decide.ts";
import { type Ended, learn } from "../../../src/limits/learn.ts";
import { EMPTY, LimitState, roomAt, spent, tidy } from "../../../src/limits/limit-state.ts";
import { DEFAULT_LIMITS, type Limits, shareOf } from "../../../src/limits/limits.ts";

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const limits: Limits = {
  ...DEFAULT_LIMITS,
  contentPerMinute: 6,
  contentPerHour: 20,
  restPerMinute: 60,
  startsPerMinute: 2,
  startsPerHour: 8,
};

let serial = 0;
function call(kind: "read" | "write" | "content" | "check" | "round", ticket = `t${(serial += 1)}`): LimitedCall {
  const isRound = kind === "round";
  const content = kind === "content" || kind === "check" ? 1 : 0;
  const rest = isRound ? 0 : kind === "read" ? 1 : 5;
  return {
    resource: "core",
    cost: { rest, graphql: 0, content, start: isRound ? 1 : 0 },
    isStarting: isRound || kind === "check",
    ticket,
    lease: isRound ? null : ticket,
  };
}

const ending = (leases: readonly string[]): Ended => ({ leases: new Set(leases), answer: null });
const refusal = (retryAfterMs: number | null): Ended => ({
  leases: new Set(),
  answer: { refusal: { retryAfterMs }, primary: null },
});
const refuse = (state: LimitState, retryAfterMs: number | null, now: number): LimitState =>
  learn(state, refusal(retryAfterMs), now, limits);

type Went = { at: number; first: number; call: LimitedCall };

/** Plays callers against the rule until none is left. `late`: how much after the time it was told each comes back. */
function play(
  callers: readonly { at: number; call: LimitedCall; late: number; leaves: boolean }[],
  refusals: readonly { at: number; retryAfterMs: number | null }[],
  applied: Limits,
): { went: Went[]; blocked: [number, number][] } {
  let state = EMPTY;
  const went: Went[] = [];
  const blocked: [number, number][] = [];
  const todo = [
    ...callers.map((one) => ({ ...one, first: one.at, refusal: null as { retryAfterMs: number | null } | null })),
    ...refusals.map((one) => ({ at: one.at, call: call("read"), late: 0, leaves: false, first: one.at, refusal: one })),
  ];
  for (let turns = 0; todo.length > 0; turns += 1) {
    if (turns > 20_000) throw new Error("somebody waits for ever");
    todo.sort((one, other) => other.at - one.at);
    const next = todo.pop();
    if (next === undefined) break;
    if (next.refusal !== null) {
      state = learn(state, refusal(next.refusal.retryAfterMs), next.at, applied);
      blocked.push([next.at, state.blockedUntil]);
      continue;
    }
    const decision = decide(state, next.call, next.at, applied);
    state = LimitState.parse(JSON.parse(JSON.stringify(decision.state)));
    if (decision.kind === "go") {
      went.push({ at: next.at, first: next.first, call: next.call });
      // It ends at once: how many are under way is another test's business.
      state = learn(state, ending([next.call.lease ?? ""]), next.at, applied);
    } else {
      if (decision.at <= next.at) throw new Error("told to come back at once");
      if (!next.leaves) todo.push({ ...next, at: decision.at + next.late });
    }
  }
  return { went, blocked };
}

function mostIn(times: readonly { at: number; amount: number }[], spanMs: number): number {
  return Math.max(
    0,
    ...times.map(({ at }) =>
      times.reduce((sum, other) => sum + (other.at > at - spanMs && other.at <= at ? other.amount : 0), 0),
    ),
  );
}

const callers = fc.array(
  fc.record({
    at: fc.integer({ min: NOW, max: NOW + 10 * MINUTE }),
    kind: fc.constantFrom("read", "write", "content", "content", "check", "round"),
    late: fc.integer({ min: 0, max: 3000 }),
    leaves: fc.boolean().map((leaves) => leaves),
  }),
  { maxLength: 60 },
);
const refusals = fc.array(
  fc.record({
    at: fc.integer({ min: NOW, max: NOW + 10 * MINUTE }),
    retryAfterMs: fc.option(fc.integer({ min: 1000, max: 5 * MINUTE }), { nil: null }),
  }),
  { maxLength: 3 },
);

const asCallers = (given: readonly { at: number; kind: Parameters<typeof call>[0]; late: number; leaves: boolean }[]) =>
  given.map(({ kind, ...rest }) => ({ ...rest, call: call(kind) }));

describe("on any day", () => {
  test("no window ever holds more than its limit, and nothing goes before the allowed time", () => {
    fc.assert(
      fc.property(callers, refusals, (given, refused) => {
        const { went, blocked } = play(asCallers(given), refused, limits);
        const amounts = (unit: keyof LimitedCall["cost"]) =>
          went.map((one) => ({ at: one.at, amount: one.call.cost[unit] }));
        expect(mostIn(amounts("content"), MINUTE)).toBeLessThanOrEqual(limits.contentPerMinute);
        expect(mostIn(amounts("content"), 60 * MINUTE)).toBeLessThanOrEqual(limits.contentPerHour);
        expect(mostIn(amounts("rest"), MINUTE)).toBeLessThanOrEqual(limits.restPerMinute);
        expect(mostIn(amounts("start"), MINUTE)).toBeLessThanOrEqual(limits.startsPerMinute);
        for (const [from, until] of blocked) expect(went.filter(({ at }) => at > from && at < until)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("everybody who comes back goes, and writes of one class in the order in which they came", () => {
    fc.assert(
      fc.property(callers, (given) => {
        const all = asCallers(given).map((one) => ({ ...one, late: 0, leaves: false }));
        const { went } = play(all, [], limits);
        expect(went).toHaveLength(all.length);
        const content = went.filter(({ call: { cost, isStarting } }) => cost.content === 1 && !isStarting);
        const inOrder = content.toSorted((one, other) => one.first - other.first);
        expect(content.map(({ first }) => first)).toEqual(inOrder.map(({ first }) => first));
      }),
      { numRuns: 60 },
    );
  });

  test("a clock that is put back holds nobody up for longer than the longest period", () => {
    let state = EMPTY;
    for (let n = 0; n < 6; n += 1) state = spend(state, call("content"), NOW + 3_600_000, limits);
    const decision = decide(state, call("content"), NOW, limits);
    expect(decision.kind).toBe("wait");
    expect(decision.kind === "wait" && decision.at - NOW).toBeLessThanOrEqual(limits.minuteMs + 2000);
  });
});

describe("short effects first", () => {
  test("a check run of a new round waits where a review still goes", () => {
    let state = EMPTY;
    for (let n = 0; n < 4; n += 1) state = spend(state, call("content"), NOW, limits);
    expect(decide(state, call("check"), NOW, limits)).toMatchObject({ kind: "wait", why: "content per minute" });
    expect(decide(state, call("content"), NOW, limits).kind).toBe("go");
  });

  test("a review passes the check runs and rounds that wait, not the reviews", () => {
    let state = EMPTY;
    for (let n = 0; n < 5; n += 1) state = spend(state, call("content"), NOW, limits);
    for (const kind of ["check", "round"] as const) state = decide(state, call(kind), NOW, limits).state;
    expect(state.line).toHaveLength(2);
    const review = decide(state, call("content"), NOW, limits);
    expect(review.kind).toBe("go");
    state = decide(review.state, call("content", "first"), NOW, limits).state;
    const later = NOW + limits.minuteMs + 2000;
    // Room for six, but two of those who wait for one each are expected.
    for (let n = 0; n < 5; n += 1) state = spend(state, call("content"), later, limits);
    expect(decide(state, call("content", "second"), later, limits).kind).toBe("wait");
    expect(decide(state, call("content", "first"), later, limits).kind).toBe("go");
  });

  test("a round begins only at the rate at which rounds can be finished", () => {
    let state = EMPTY;
    for (const ticket of ["a", "b"]) {
      const decision = decide(state, call("round", ticket), NOW, limits);
      expect(decision.kind).toBe("go");
      state = decision.state;
    }
    expect(decide(state, call("round", "c"), NOW, limits)).toMatchObject({ kind: "wait", why: "rounds per minute" });
  });

  test("the last of GitHub's hourly calls are kept for rounds under way", () => {
    const primary = { resource: "core" as const, limit: 5000, remaining: 200, resetInMs: 30 * MINUTE };
    const state = learn(EMPTY, { ...ending([]), answer: { refusal: null, primary } }, NOW, limits);
    expect(decide(state, call("round"), NOW, limits)).toMatchObject({ why: "primary limit", at: NOW + 30 * MINUTE });
    expect(decide(state, call("read"), NOW, limits).kind).toBe("go");
    const none = learn(
      EMPTY,
      { ...ending([]), answer: { refusal: null, primary: { ...primary, remaining: 0 } } },
      NOW,
      limits,
    );
    expect(decide(none, call("read"), NOW, limits)).toMatchObject({ kind: "wait", why: "primary limit" });
    expect(decide(none, { ...call("read"), resource: "graphql" }, NOW, limits).kind).toBe("go");
  });
});

describe("after a refusal", () => {
  test("GitHub's time counts; without one a minute, doubled up to an hour, and from the start after a quiet time", () => {
    expect(refuse(EMPTY, 61_000, NOW).blockedUntil).toBe(NOW + 61_000);
    let state = EMPTY;
    let now = NOW;
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      state = refuse(state, null, now);
      waits.push((state.blockedUntil - now) / MINUTE);
      now = state.blockedUntil + 1000;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 61, 61]);
    expect(refuse(state, null, state.blockedUntil + 11 * MINUTE).strikes).toBe(1);
  });

  test("calls that were refused together are one refusal, and a shorter time does not shorten a longer one", () => {
    const once = refuse(EMPTY, null, NOW);
    expect(refuse(once, null, NOW + 100)).toMatchObject({ blockedUntil: once.blockedUntil, strikes: 1 });
    expect(refuse(once, 1000, NOW + 100).blockedUntil).toBe(once.blockedUntil);
  });

  test("whoever waits keeps the place in the line until the refusal is over, and for a while", () => {
    let state = EMPTY;
    for (let n = 0; n < 6; n += 1) state = spend(state, call("content"), NOW, limits);
    state = decide(state, call("content"), NOW, limits).state;
    state = refuse(state, 10 * MINUTE, NOW);
    expect(tidy(state, NOW + 10 * MINUTE, limits).line).toHaveLength(1);
    expect(tidy(state, NOW + 11 * MINUTE, limits).line).toHaveLength(0);
  });
});

describe("the parts", () => {
  test("calls under way hold others back until they end or are too old", () => {
    let state = EMPTY;
    for (let n = 0; n < limits.inFlight; n += 1) state = spend(state, call("read", `lease${n}`), NOW, limits);
    expect(decide(state, call("read"), NOW, limits)).toMatchObject({ kind: "wait", why: "calls at once" });
    const ended = learn(state, ending(["lease3"]), NOW, limits);
    expect(decide(ended, call("read"), NOW, limits).kind).toBe("go");
    expect(decide(state, call("read"), NOW + limits.leaseMs, limits).kind).toBe("go");
  });

  test("room for many who wait counts whole windows", () => {
    const entries = spent([], 6, NOW, { ms: MINUTE, buckets: 60 });
    const six = { limit: 6, ms: MINUTE };
    const end = entries[0]?.[0] ?? 0;
    expect(roomAt(entries, 1, NOW, six)).toBe(end + MINUTE);
    expect(roomAt(entries, 7, NOW, six)).toBe(end + 2 * MINUTE);
    expect(roomAt([], 6, NOW, six)).toBe(NOW);
  });

  test("a process on its own never gets more than its share, and always something", () => {
    expect(shareOf(limits, 0.25)).toMatchObject({ contentPerMinute: 1, startsPerMinute: 1, restPerMinute: 15 });
  });

  test("the state stays small: a full hour fits into a few kilobytes", () => {
    let state = EMPTY;
    for (let n = 0; n < 1200; n += 1) {
      const now = NOW + n * 3000;
      state = decide(state, call(n % 3 === 0 ? "content" : "read"), now, DEFAULT_LIMITS).state;
      state = learn(state, ending(state.underWay.map(([lease]) => lease)), now, DEFAULT_LIMITS);
    }
    expect(JSON.stringify(state).length).toBeLessThan(24_000);
  });
});
