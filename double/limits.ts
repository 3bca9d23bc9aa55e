// Rate limits: counts per caller for the `x-ratelimit-*` headers, and limits that bite when a test sets them.
// Figures: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
import { ApiError } from "./api-error.ts";
import type { Actor } from "./auth.ts";
import type { Route } from "./route.ts";

/** Limits to enforce; null never refuses. */
export interface LimitSettings {
  /** Requests per hour and caller; also the number in the headers (default 5,000, shown but not enforced while null). */
  primaryPerHour: number | null;
  /** Content-creating requests (GitHub: 80 per minute, 500 per hour). */
  contentPerMinute: number | null;
  contentPerHour: number | null;
  /** Seconds in `retry-after` of a content refusal; null leaves the header out. */
  retryAfterSeconds: number | null;
  /** Status of a content refusal; GitHub uses both. */
  secondaryStatus: 403 | 429;
}

/** Counters of one double. */
export interface Limits {
  settings: LimitSettings;
  /** Throws 403 or 429 when a set limit is used up; counts content creation. */
  demandCapacity(actor: Actor, route: Route, now: Date): void;
  /** Counts an answered request (a 304 is free) and gives its headers. */
  count(actor: Actor, now: Date, isFree: boolean): Record<string, string>;
  /** Content-creating calls so far, over all callers. */
  contentCalls(): number;
  /** Numbers for `GET /rate_limit`. */
  read(actor: Actor, now: Date): { limit: number; remaining: number; reset: number; used: number };
}

const HOUR_MS = 3_600_000;

/** Starts with nothing used and nothing enforced. */
export function createLimits(): Limits {
  const windows = new Map<string, { used: number; resetAt: number }>();
  const contentTimes: number[] = [];
  const settings: LimitSettings = {
    primaryPerHour: null,
    contentPerMinute: null,
    contentPerHour: null,
    retryAfterSeconds: 60,
    secondaryStatus: 403,
  };
  const windowOf = (actor: Actor, now: Date): { used: number; resetAt: number } => {
    const key = holderKey(actor);
    let window = windows.get(key);
    if (window === undefined || window.resetAt <= now.getTime()) {
      window = { used: 0, resetAt: now.getTime() + HOUR_MS };
      windows.set(key, window);
    }
    return window;
  };
  const read = (actor: Actor, now: Date): { limit: number; remaining: number; reset: number; used: number } => {
    const window = windowOf(actor, now);
    const limit = settings.primaryPerHour ?? (actor.kind === "anonymous" ? 60 : 5000);
    const reset = Math.ceil(window.resetAt / 1000);
    return { limit, remaining: Math.max(0, limit - window.used), reset, used: window.used };
  };
  return {
    settings,
    read,
    demandCapacity: (actor, route, now) => {
      if (settings.primaryPerHour !== null && read(actor, now).remaining === 0) throw primaryLimit(actor);
      if (route.createsContent !== true) return;
      const since = (ms: number): number => contentTimes.filter((time) => time > now.getTime() - ms).length;
      const isOver = (limit: number | null, ms: number): boolean => limit !== null && since(ms) >= limit;
      if (isOver(settings.contentPerMinute, 60_000) || isOver(settings.contentPerHour, HOUR_MS)) {
        throw secondaryLimit(settings);
      }
      contentTimes.push(now.getTime());
    },
    count: (actor, now, isFree) => {
      if (!isFree) windowOf(actor, now).used += 1;
      const numbers = read(actor, now);
      return {
        "x-ratelimit-limit": String(numbers.limit),
        "x-ratelimit-remaining": String(numbers.remaining),
        "x-ratelimit-used": String(numbers.used),
        "x-ratelimit-reset": String(numbers.reset),
        "x-ratelimit-resource": "core",
      };
    },
    contentCalls: () => contentTimes.length,
  };
}

function holderKey(actor: Actor): string {
  if (actor.kind === "installation") return `installation ${actor.installation.id}`;
  return actor.kind === "user" ? `user ${actor.user.id}` : actor.kind;
}

function primaryLimit(actor: Actor): ApiError {
  const who = actor.kind === "installation" ? `installation ID ${actor.installation.id}` : holderKey(actor);
  return new ApiError(403, `API rate limit exceeded for ${who}.`);
}

function secondaryLimit(settings: LimitSettings): ApiError {
  const wait = settings.retryAfterSeconds;
  return new ApiError(
    settings.secondaryStatus,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    { headers: wait === null ? {} : { "retry-after": String(wait) } },
  );
}
