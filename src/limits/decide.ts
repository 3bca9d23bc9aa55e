// May this call to GitHub go now, or when? The whole rule, as a function of what is known and the time: every worker asks
// it about the same shared state, so that together they stay below the limits, and nobody waits for ever.
import { hour, minute, roomAt, spent, tidy, type LimitState } from "./limit-state.ts";
import type { Limits } from "./limits.ts";

/** What a call uses up: points by API, content-creating calls, begun rounds. */
export type Cost = { rest: number; graphql: number; content: number; start: number };

/** A call that wants to go. */
export type LimitedCall = {
  resource: "core" | "graphql";
  cost: Cost;
  /** The first call of a round: it waits for those that finish one. */
  isStarting: boolean;
  /** The same for every try of the same call: it keeps its place in the line. */
  ticket: string;
  /** Id under which it counts as under way; null for the beginning of a round, which is no call. */
  lease: string | null;
};

/** Which limit is in the way: also a label of the metrics. */
export type WaitReason =
  | "limit answer"
  | "primary limit"
  | "points per minute"
  | "content per minute"
  | "content per hour"
  | "rounds per minute"
  | "rounds per hour"
  | "calls at once";

/** `go`: it is counted in `state`. `wait`: come back at `at`, with the same ticket; `state` keeps its place. */
export type Decision =
  | { kind: "go"; state: LimitState }
  | { kind: "wait"; at: number; why: WaitReason; state: LimitState };

/** Decides about one call at `now` (milliseconds). Pure. */
export function decide(known: LimitState, call: LimitedCall, now: number, limits: Limits): Decision {
  const state = tidy(known, now, limits);
  const place = state.line.findIndex(({ ticket }) => ticket === call.ticket);
  const isAhead = (other: Line[number], index: number): boolean =>
    other.isStarting === call.isStarting ? place === -1 || index < place : call.isStarting;
  const ahead = state.line.filter((other, index) => index !== place && isAhead(other, index));
  const { at, why } = obstacles(state, call, ahead, { now, limits }).reduce((one, other) =>
    other.at > one.at ? other : one,
  );
  const { ticket, cost, isStarting } = call;
  const own = { ticket, at, isStarting, cost };
  if (at <= now) return { kind: "go", state: spend(state, call, now, limits) };
  return { kind: "wait", at, why, state: { ...state, line: keepPlace(state.line, place, own, limits.places) } };
}

/** Counts a call that went, also one that went without asking. */
export function spend(state: LimitState, call: LimitedCall, now: number, limits: Limits): LimitState {
  const { cost, resource, lease } = call;
  const primary = state.primary[resource];
  const counted = primary && lease !== null ? { ...primary, remaining: primary.remaining - 1 } : primary;
  return {
    ...state,
    primary: counted === undefined ? state.primary : { ...state.primary, [resource]: counted },
    restMinute: spent(state.restMinute, cost.rest, now, minute(limits)),
    graphqlMinute: spent(state.graphqlMinute, cost.graphql, now, minute(limits)),
    contentMinute: spent(state.contentMinute, cost.content, now, minute(limits)),
    contentHour: spent(state.contentHour, cost.content, now, hour(limits)),
    startMinute: spent(state.startMinute, cost.start, now, minute(limits)),
    startHour: spent(state.startHour, cost.start, now, hour(limits)),
    underWay: lease === null ? state.underWay : [...state.underWay, [lease, now + limits.leaseMs]],
    line: state.line.filter(({ ticket }) => ticket !== call.ticket),
  };
}

type Obstacle = { at: number; why: WaitReason };

function obstacles(
  state: LimitState,
  call: LimitedCall,
  ahead: Line,
  { now, limits }: { now: number; limits: Limits },
): [Obstacle, ...Obstacle[]] {
  const { cost, isStarting } = call;
  const { minuteMs, hourMs } = limits;
  // The beginning of a round creates nothing itself, but makes sense only where something can be created.
  const content = isStarting ? Math.max(1, cost.content) : cost.content;
  const amount = (unit: keyof Cost, own = cost[unit]): number =>
    own === 0 ? 0 : ahead.reduce((sum, other) => sum + other.cost[unit], own);
  const share = (limit: number): number => (isStarting ? Math.max(1, Math.floor(limit * limits.startingShare)) : limit);
  const at = (entries: LimitState["restMinute"], needed: number, limit: number, ms: number): number =>
    needed === 0 ? now : roomAt(entries, needed, now, { limit, ms });
  const { restMinute, graphqlMinute, contentMinute, contentHour, startMinute, startHour } = state;
  const created = amount("content", content);
  return [
    { at: state.blockedUntil, why: "limit answer" },
    { at: primaryAt(state, call, now, limits), why: "primary limit" },
    { at: at(restMinute, amount("rest"), limits.restPerMinute, minuteMs), why: "points per minute" },
    { at: at(graphqlMinute, amount("graphql"), limits.graphqlPerMinute, minuteMs), why: "points per minute" },
    { at: at(contentMinute, created, share(limits.contentPerMinute), minuteMs), why: "content per minute" },
    { at: at(contentHour, created, share(limits.contentPerHour), hourMs), why: "content per hour" },
    { at: at(startMinute, amount("start"), limits.startsPerMinute, minuteMs), why: "rounds per minute" },
    { at: at(startHour, amount("start"), limits.startsPerHour, hourMs), why: "rounds per hour" },
    { at: slotAt(state, call, now, limits), why: "calls at once" },
  ];
}

function primaryAt(state: LimitState, call: LimitedCall, now: number, limits: Limits): number {
  const known = state.primary[call.resource];
  if (known === undefined) return now;
  const kept = call.isStarting ? Math.floor(known.limit * limits.primaryReserve) : 0;
  return known.remaining > kept ? now : known.resetAt;
}

/** Calls end after some hundred milliseconds; nobody knows when. */
function slotAt(state: LimitState, call: LimitedCall, now: number, limits: Limits): number {
  return call.lease === null || state.underWay.length < limits.inFlight ? now : now + limits.leaseMs / 80;
}

type Line = LimitState["line"];

function keepPlace(line: Line, place: number, own: Line[number], places: number): Line {
  if (place !== -1) return line.map((other, index) => (index === place ? own : other));
  return line.length < places ? [...line, own] : line;
}
