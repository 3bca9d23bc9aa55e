// What all workers together know about one installation's limits: what was spent and when, what GitHub said, who waits.
// It is kept as JSON in Redis. Times are milliseconds of Redis' own clock.
import { z } from "zod";
import type { Limits } from "./limits.ts";

const Time = z.number();
/** Spent amounts by the end of the short span (bucket) they were spent in: oldest first. */
const Spent = z.array(z.tuple([Time, z.number()]));

export const LimitState = z.object({
  schema: z.literal(1),
  /** Nothing is sent before this time: GitHub said so. */
  blockedUntil: Time,
  /** Limit answers without a time, one after the other. */
  strikes: z.number(),
  /** GitHub's own count by resource, as of the last answer; without what is under way. */
  primary: z.partialRecord(
    z.enum(["core", "graphql"]),
    z.object({ limit: z.number(), remaining: z.number(), resetAt: Time }),
  ),
  restMinute: Spent,
  graphqlMinute: Spent,
  contentMinute: Spent,
  contentHour: Spent,
  startMinute: Spent,
  startHour: Spent,
  /** Calls under way: id and the time after which they count as ended. */
  underWay: z.array(z.tuple([z.string(), Time])),
  /** Who was told to come back, in the order in which they came first. */
  line: z.array(
    z.object({
      ticket: z.string(),
      at: Time,
      isStarting: z.boolean(),
      cost: z.object({ rest: z.number(), graphql: z.number(), content: z.number(), start: z.number() }),
    }),
  ),
});
export type LimitState = z.infer<typeof LimitState>;
export type Spent = z.infer<typeof Spent>;

/** Nothing spent, nothing heard. */
export const EMPTY: LimitState = {
  schema: 1,
  blockedUntil: 0,
  strikes: 0,
  primary: {},
  restMinute: [],
  graphqlMinute: [],
  contentMinute: [],
  contentHour: [],
  startMinute: [],
  startHour: [],
  underWay: [],
  line: [],
};

/**
 * The state without what is over. A time that lies too far in the future (the clock was put back) is brought to the
 * latest one it could have been: that costs one more period at most, and never sends too much.
 */
export function tidy(state: LimitState, now: number, limits: Limits): LimitState {
  const blockedUntil = Math.min(state.blockedUntil, now + limits.longestWaitMs);
  const primary = Object.entries(state.primary).filter(([, known]) => known.resetAt > now);
  return {
    ...state,
    blockedUntil,
    primary: Object.fromEntries(primary.map(([name, known]) => [name, notAfter(known, now + limits.longestWaitMs)])),
    restMinute: recent(state.restMinute, now, minute(limits)),
    graphqlMinute: recent(state.graphqlMinute, now, minute(limits)),
    contentMinute: recent(state.contentMinute, now, minute(limits)),
    contentHour: recent(state.contentHour, now, hour(limits)),
    startMinute: recent(state.startMinute, now, minute(limits)),
    startHour: recent(state.startHour, now, hour(limits)),
    underWay: state.underWay.filter(([, until]) => until > now && until <= now + limits.leaseMs),
    line: state.line.filter(
      ({ at }) => Math.max(at, blockedUntil) + limits.graceMs > now && at <= now + limits.longestWaitMs + limits.hourMs,
    ),
  };
}

/** A sliding window, and the short spans in which amounts are added up. */
export type Span = { ms: number; buckets: number };

/** A minute, in buckets of about a second. */
export const minute = (limits: Limits): Span => ({ ms: limits.minuteMs, buckets: 60 });

/** An hour, in buckets of about a quarter of a minute. */
export const hour = (limits: Limits): Span => ({ ms: limits.hourMs, buckets: 240 });

/** Adds an amount. It counts as spent at the end of its bucket, never earlier than it was. */
export function spent(entries: Spent, amount: number, now: number, span: Span): Spent {
  if (amount === 0) return entries;
  const bucketMs = span.ms / span.buckets;
  const end = Math.ceil(Math.floor(now / bucketMs + 1) * bucketMs);
  const last = entries.at(-1);
  if (last !== undefined && last[0] >= end) return [...entries.slice(0, -1), [last[0], last[1] + amount]];
  return [...entries, [end, amount]];
}

/**
 * The earliest time at which `amount` more fits into any window of the span; `now` when it fits now. An amount above the
 * limit (many who wait) counts its whole windows.
 */
export function roomAt(entries: Spent, amount: number, now: number, window: { limit: number; ms: number }): number {
  const { limit, ms } = window;
  const windows = Math.max(0, Math.ceil(amount / limit) - 1);
  const most = limit - (amount - windows * limit);
  let sum = entries.reduce((total, [, count]) => total + count, 0);
  let at = now;
  for (const [time, count] of entries) {
    if (sum <= most) break;
    sum -= count;
    at = Math.max(at, time + ms);
  }
  return at + windows * ms;
}

function recent(entries: Spent, now: number, { ms, buckets }: Span): Spent {
  const latest = now + ms / buckets;
  const kept = entries.filter(([time]) => time + ms > now);
  return kept.some(([time]) => time > latest) ? kept.map(([time, count]) => [Math.min(time, latest), count]) : kept;
}

function notAfter<T extends { resetAt: number }>(known: T, latest: number): T {
  return known.resetAt <= latest ? known : { ...known, resetAt: latest };
}
