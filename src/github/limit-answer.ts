// Reads from an answer of GitHub whether it refused because of a limit, and for how long. Used for the error a caller
// gets and for what all workers are told, so that both always mean the same.
// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
import type { LimitAnswer } from "../limits/learn.ts";

/** What of an answer counts. `header` gives null for one that is absent; `text`: its message, or its whole body. */
export type AnswerParts = { status: number; header(name: string): string | null; text: string };

/** True when this is a refusal because of a limit. 429 always; 403 and 422 only when they say so. */
export function isLimitRefusal({ status, header, text }: AnswerParts): boolean {
  if (status === 429) return true;
  if (status === 403) {
    const isUsedUp = header("x-ratelimit-remaining") === "0";
    return header("retry-after") !== null || isUsedUp || /rate limit|abuse detection/i.test(text);
  }
  // `abuse` and "submitted too quickly" come after many quick comments.
  if (status === 422) return /"code":\s?"abuse"|submitted too quickly/.test(text);
  return status === 200 && /"type":\s?"RATE_LIMITED"/.test(text);
}

/** How long GitHub asks to wait: `retry-after`, else the reset of a used-up limit; null when it does not say. */
export function askedWaitMs(header: AnswerParts["header"], now: Date): number | null {
  const retryAfter = numberIn(header("retry-after"));
  if (retryAfter !== null) return Math.max(1000, retryAfter * 1000);
  const resetMs = resetInMs(header, now);
  return header("x-ratelimit-remaining") === "0" && resetMs !== null ? Math.max(1000, resetMs) : null;
}

/** What the limiter learns from an answer. `now` counts where the answer has no date. */
export function readLimitAnswer(parts: AnswerParts, resource: "core" | "graphql", now: Date): LimitAnswer {
  const { header } = parts;
  const limit = numberIn(header("x-ratelimit-limit"));
  const remaining = numberIn(header("x-ratelimit-remaining"));
  const reset = resetInMs(header, now);
  const named = header("x-ratelimit-resource");
  // Other resources (search, code scanning) have counts of their own, which Rondo does not use.
  const isOurs = named === null || named === resource;
  return {
    refusal: isLimitRefusal(parts) ? { retryAfterMs: askedWaitMs(header, now) } : null,
    primary:
      isOurs && limit !== null && remaining !== null && reset !== null
        ? { resource, limit, remaining, resetInMs: reset }
        : null,
  };
}

/** By GitHub's own clock, which stands in the answer: this machine's may be wrong by minutes. Whole seconds, so one more. */
function resetInMs(header: AnswerParts["header"], now: Date): number | null {
  const reset = numberIn(header("x-ratelimit-reset"));
  if (reset === null) return null;
  const said = Date.parse(header("date") ?? "");
  return reset * 1000 - (Number.isNaN(said) ? now.getTime() : said) + 1000;
}

function numberIn(text: string | null): number | null {
  const number = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}
