// How much Rondo asks of GitHub at most, for one installation. All figures stay below GitHub's own, because more than this
// App may act for an installation, and because a call arrives a little later than it was counted.
// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api

/** Limits and periods; periods are milliseconds, so that a suite may divide them all. */
export type Limits = {
  /** Points (a read 1, a write 5). GitHub: 900 for REST, 2,000 for GraphQL. */
  restPerMinute: number;
  graphqlPerMinute: number;
  /** Calls that create content. GitHub: 80 and 500. */
  contentPerMinute: number;
  contentPerHour: number;
  /** Rounds that may begin: a round makes three to five content-creating calls, so a quarter can also be finished. */
  startsPerMinute: number;
  startsPerHour: number;
  /** Part of the content limits that the first call of a round may use; the rest is for rounds that are under way. */
  startingShare: number;
  /** Part of the hourly limit (`x-ratelimit-limit`) that is kept for rounds that are under way. */
  primaryReserve: number;
  /** Calls at the same time. GitHub: 100, over REST and GraphQL. */
  inFlight: number;
  /** What counts as a minute and an hour: a little more, for calls that arrive late. */
  minuteMs: number;
  hourMs: number;
  /** After so long a call that was never reported as ended (its process died) no longer counts as under way. */
  leaseMs: number;
  /** First wait after a limit answer without a time, doubled with each one that follows; GitHub asks for a minute. */
  blindWaitMs: number;
  /** Longest wait; GitHub's longest period is an hour. */
  longestWaitMs: number;
  /** A place in the line is kept for so long after the time its owner was told to come back. */
  graceMs: number;
  /** Places in the line. */
  places: number;
};

export const DEFAULT_LIMITS: Limits = {
  restPerMinute: 800,
  graphqlPerMinute: 1800,
  contentPerMinute: 60,
  contentPerHour: 450,
  startsPerMinute: 15,
  startsPerHour: 112,
  startingShare: 0.75,
  primaryReserve: 0.05,
  inFlight: 40,
  minuteMs: 62_000,
  hourMs: 3_602_000,
  leaseMs: 20_000,
  blindWaitMs: 60_000,
  longestWaitMs: 3_660_000,
  graceMs: 20_000,
  places: 200,
};

/** The share of one process that cannot see the others (Redis is away): safe for up to `1 / share` of them. */
export function shareOf(limits: Limits, share: number): Limits {
  const part = (value: number): number => Math.max(1, Math.floor(value * share));
  return {
    ...limits,
    restPerMinute: part(limits.restPerMinute),
    graphqlPerMinute: part(limits.graphqlPerMinute),
    contentPerMinute: part(limits.contentPerMinute),
    contentPerHour: part(limits.contentPerHour),
    startsPerMinute: part(limits.startsPerMinute),
    startsPerHour: part(limits.startsPerHour),
    inFlight: part(limits.inFlight),
  };
}
