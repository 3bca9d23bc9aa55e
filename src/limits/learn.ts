// What an answer of GitHub teaches about the limits: how much is left, and whether everybody has to wait now.
import type { LimitState } from "./limit-state.ts";
import type { Limits } from "./limits.ts";

/** What stood in an answer. Durations instead of times: clocks differ, and every answer carries GitHub's own. */
export type LimitAnswer = {
  /** Whether GitHub refused because of a limit; `retryAfterMs`: how long it asked to wait, null when it did not say. */
  refusal: { retryAfterMs: number | null } | null;
  /** GitHub's count for the caller, from the `x-ratelimit-*` headers; null without them. */
  primary: { resource: "core" | "graphql"; limit: number; remaining: number; resetInMs: number } | null;
};

/** Calls that ended, by lease, and what the last of them was answered; null: nothing, or it broke off. */
export type Ended = { leases: ReadonlySet<string>; answer: LimitAnswer | null };

/** The state after calls ended. */
export function learn(state: LimitState, { leases, answer }: Ended, now: number, limits: Limits): LimitState {
  const underWay = state.underWay.filter(([lease, until]) => !leases.has(lease) && until > now);
  const next = { ...state, underWay };
  if (answer === null) return next;
  const { refusal, primary } = answer;
  if (primary !== null && primary.resetInMs > 0) {
    const { resource, limit } = primary;
    // What is under way is not in GitHub's count yet.
    const remaining = Math.max(0, primary.remaining - underWay.length);
    next.primary = { ...state.primary, [resource]: { limit, remaining, resetAt: now + primary.resetInMs } };
  }
  return refusal === null ? next : { ...next, ...blocked(state, refusal.retryAfterMs, now, limits) };
}

/** True when others must know at once: a refusal, or nothing left. */
export function isUrgent(answer: LimitAnswer): boolean {
  return answer.refusal !== null || answer.primary?.remaining === 0;
}

function blocked(
  state: LimitState,
  retryAfterMs: number | null,
  now: number,
  limits: Limits,
): Pick<LimitState, "blockedUntil" | "strikes"> {
  const until = (ms: number): number => Math.max(state.blockedUntil, now + Math.min(ms, limits.longestWaitMs));
  if (retryAfterMs !== null) return { blockedUntil: until(retryAfterMs), strikes: state.strikes };
  // Calls that were on their way together are refused together: that is one refusal.
  if (now < state.blockedUntil) return { blockedUntil: state.blockedUntil, strikes: state.strikes };
  const isAgain = state.strikes > 0 && now - state.blockedUntil < QUIET_WAITS * limits.blindWaitMs;
  const strikes = isAgain ? state.strikes + 1 : 1;
  return { blockedUntil: until(limits.blindWaitMs * 2 ** Math.min(strikes - 1, 20)), strikes };
}

/** After ten quiet minutes the next refusal is a first one again. */
const QUIET_WAITS = 10;
