// What models cost, in US dollars for a million tokens, and the sum for one answer.
// Prices change: each row says where and when it was read, and an operator's own rows (`model.prices` in the server file)
// win. A model that stands in neither costs "unknown", never nothing.
// The list to compare with: https://developers.openai.com/api/docs/pricing (standard tier)
import type { TokenCount } from "../reviewer.ts";
import type { ModelPrice, PriceTable } from "./contract.ts";

// The rows were read on 2026-11-20 in reports that name that list as their source.

// Above 272,000 input tokens the whole request is dearer:
// https://github.com/BerriAI/litellm/discussions/42523
const LONG = { longContext: { above: 272_000, input: 2, output: 1.5 } };

const PRICES: PriceTable = {
  // https://docs.laozhang.ai/en/announcements/gpt-6-2-2026-11.md (18 November 2026); it names no price of cached input,
  // so that counts in full.
  "gpt-6.2-astra": { input: 8, output: 40, ...LONG },
  "gpt-6.2-sol": { input: 2, output: 10, ...LONG },
  // https://docs.apiyi.com/en/news/gpt-6-1-sol-launch.md (29 September 2026)
  "gpt-6.1-sol": { input: 2, cachedInput: 0.1, cacheWrite: 2.5, output: 10, ...LONG },
  // https://github.com/merefield/codexometer/releases/tag/v0.18.4 (22 September 2026)
  "gpt-6-sol": { input: 2, cachedInput: 0.2, cacheWrite: 2.5, output: 10, ...LONG },
  "gpt-6-luna": { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5, ...LONG },
  // https://github.com/TheKrush/PromptFuel/releases/tag/v1.0.19 (3 September 2026); written to the cache as with its
  // siblings, a quarter more.
  "gpt-6-astra": { input: 10, cachedInput: 1, cacheWrite: 12.5, output: 50, ...LONG },
  // https://www.morphllm.com/openai-api-pricing (June 2026)
  "gpt-5.5": { input: 5, cachedInput: 0.5, output: 30, ...LONG },
  "gpt-5.4": { input: 2.5, cachedInput: 0.25, output: 15, ...LONG },
  "gpt-5.4-mini": { input: 0.75, cachedInput: 0.075, output: 4.5 },
  "gpt-5.4-nano": { input: 0.2, cachedInput: 0.02, output: 1.25 },
  // https://fernando-nog.netlify.app/gpt-coding-model-costs-2026/ (5 May 2026)
  "gpt-5.3-codex": { input: 1.75, cachedInput: 0.175, output: 14 },
};

/** The price of `model`, the operator's first; a dated snapshot (`…-2026-09-29`) costs what its model costs. Null: unknown. */
export function priceOf(model: string, own: PriceTable = {}): ModelPrice | null {
  const base = model.replace(/-20[0-9]{2}-[0-9]{2}-[0-9]{2}$/, "");
  for (const table of [own, PRICES]) {
    for (const name of [model, base]) if (Object.hasOwn(table, name)) return table[name] ?? null;
  }
  return null;
}

/** US dollars for one answer. */
export function costOf(tokens: TokenCount, price: ModelPrice): number {
  const { input, cachedInput, cacheWrite, output } = tokens;
  const long = price.longContext !== undefined && input > price.longContext.above ? price.longContext : undefined;
  const fresh = Math.max(0, input - cachedInput - cacheWrite);
  const inputs =
    fresh * price.input +
    cachedInput * (price.cachedInput ?? price.input) +
    cacheWrite * (price.cacheWrite ?? price.input);
  return (inputs * (long?.input ?? 1) + output * price.output * (long?.output ?? 1)) / 1_000_000;
}

/** The most that so many tokens can cost: nothing of the input cached. */
export function costAtMost(tokens: { input: number; output: number }, price: ModelPrice): number {
  const dearest = Math.max(price.input, price.cachedInput ?? 0, price.cacheWrite ?? 0);
  return costOf({ ...tokens, cachedInput: 0, cacheWrite: 0, reasoning: 0 }, { ...price, input: dearest });
}
