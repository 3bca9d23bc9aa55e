// What a reviewer used up in a round, as the state file keeps it. Unknown stays unknown: a sum with an unknown part is not
// known either, and is never shown as a smaller number.
import { z } from "zod";
import type { Spend } from "../reviewer.ts";

const tokens = z.number().int().nonnegative();

/** Sums over all attempts of the round. `unmetered`: requests of which nobody knows what they used. */
export const SpendRecord = z.object({
  requests: tokens,
  input_tokens: tokens,
  cached_input_tokens: tokens,
  cache_write_tokens: tokens,
  output_tokens: tokens,
  reasoning_tokens: tokens,
  unmetered: tokens,
  cost_usd: z.union([z.number().nonnegative(), z.literal("unknown")]),
});
export type SpendRecord = z.infer<typeof SpendRecord>;

/** The sum so far and one more run. */
export function addSpend(sum: SpendRecord | undefined, spend: Spend): SpendRecord {
  const next = toSpendRecord(spend);
  if (sum === undefined) return next;
  const isKnown = sum.cost_usd !== "unknown" && next.cost_usd !== "unknown";
  return {
    requests: sum.requests + next.requests,
    input_tokens: sum.input_tokens + next.input_tokens,
    cached_input_tokens: sum.cached_input_tokens + next.cached_input_tokens,
    cache_write_tokens: sum.cache_write_tokens + next.cache_write_tokens,
    output_tokens: sum.output_tokens + next.output_tokens,
    reasoning_tokens: sum.reasoning_tokens + next.reasoning_tokens,
    unmetered: sum.unmetered + next.unmetered,
    cost_usd: isKnown ? Math.round((Number(sum.cost_usd) + Number(next.cost_usd)) * 1e9) / 1e9 : "unknown",
  };
}

/** One run in the file's words. */
export function toSpendRecord({ requests, tokens: used, unmetered, costUsd }: Spend): SpendRecord {
  return {
    requests,
    input_tokens: used.input,
    cached_input_tokens: used.cachedInput,
    cache_write_tokens: used.cacheWrite,
    output_tokens: used.output,
    reasoning_tokens: used.reasoning,
    unmetered,
    cost_usd: costUsd ?? "unknown",
  };
}
