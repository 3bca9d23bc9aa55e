// What a review cost, in words: all kinds of tokens by name, and `unknown` where it is not known.
import type { SpendRecord } from "../round/spend.ts";
import { count } from "./words.ts";

/** `$0.0019 (1 request, 1200 input tokens of which 200 cached, 90 output tokens of which 40 reasoning)`. */
export function spendWords(spend: SpendRecord): string {
  const { requests, input_tokens: input, output_tokens: output, unmetered } = spend;
  const about = unmetered > 0 ? "at least " : "";
  const cached = of(spend.cached_input_tokens, "cached");
  const written = of(spend.cache_write_tokens, "written to the cache");
  const parts = [
    count(requests, "request"),
    `${about}${count(input, "input token")}${cached}${written}`,
    `${about}${count(output, "output token")}${of(spend.reasoning_tokens, "reasoning")}`,
    ...(unmetered > 0 ? [`${count(unmetered, "request")} not metered`] : []),
  ];
  return `${dollars(spend.cost_usd)} (${parts.join(", ")})`;
}

/** Cents and below: a review may cost a fifth of one. */
function dollars(cost: SpendRecord["cost_usd"]): string {
  if (cost === "unknown") return "unknown";
  return cost >= 1 ? `$${cost.toFixed(2)}` : `$${Number(cost.toPrecision(2))}`;
}

function of(tokens: number, kind: string): string {
  return tokens === 0 ? "" : ` of which ${tokens} ${kind}`;
}
