// The purse of one run: before a request is sent, the most that it can use is set aside; when its answer tells what it
// used, that is charged and the rest comes back. So requests side by side can never cross a limit together.
import type { ModelPrice, GatewayLimits } from "./contract.ts";
import type { TokenCount } from "../reviewer.ts";
import { costAtMost, costOf } from "./prices.ts";

/** What was set aside for one request. `maxOutput` is what its answer may have at most. */
export type Reservation = { input: number; maxOutput: number };

/** How a request ended: with its usage, without any use (refused, never arrived), or nobody knows. */
export type Settlement = TokenCount | "free" | "unknown";

export type Budget = {
  /** Sets aside, or says which limit it would cross. `bytes` is the request's body. */
  reserve(bytes: Buffer, askedOutput: number | null): Reservation | { limit: "requests" | "tokens" | "cost" };
  /** Once for each reservation. */
  settle(reservation: Reservation, used: Settlement, bytes: Buffer): void;
  sums(): {
    requests: number;
    tokens: TokenCount;
    unmetered: number;
    costUsd: number | null;
    costAtMostUsd: number | null;
    tokensAtMost: number;
  };
};

/** Less is no answer: a reasoning model would use it up before its first word. */
const LEAST_OUTPUT = 512;
/** What an endpoint may add around our text by itself. */
const FRAME_TOKENS = 1000;

/** Sums of one run; `held` is set aside for requests on their way, `lost` for answers that never told their usage. */
type Book = {
  tokens: TokenCount;
  requests: number;
  unmetered: number;
  spentUsd: number;
  held: Sum;
  lost: Sum;
  /** The last answered request, by which the next one is measured. */
  known: { bytes: Buffer; input: number } | null;
};
type Sum = { tokens: number; usd: number };

/** `price` null: the cost is unknown and its limit cannot bind; the other limits do. */
export function createBudget(limits: GatewayLimits, price: ModelPrice | null): Budget {
  const book: Book = {
    tokens: { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
    ...{ requests: 0, unmetered: 0, spentUsd: 0, known: null },
    held: { tokens: 0, usd: 0 },
    lost: { tokens: 0, usd: 0 },
  };
  const sumOf = ({ input, maxOutput }: Reservation): Sum => ({
    tokens: input + maxOutput,
    usd: price === null ? 0 : costAtMost({ input, output: maxOutput }, price),
  });
  return {
    reserve(bytes, askedOutput) {
      const reserved = reserveFrom(book, { limits, price }, bytes, askedOutput);
      if ("limit" in reserved) return reserved;
      book.requests += 1;
      add(book.held, sumOf(reserved), 1);
      return reserved;
    },
    settle(reservation, used, bytes) {
      const sum = sumOf(reservation);
      add(book.held, sum, -1);
      if (used === "free") return;
      if (used === "unknown") {
        book.unmetered += 1;
        add(book.lost, sum, 1);
        return;
      }
      for (const kind of ["input", "cachedInput", "cacheWrite", "output", "reasoning"] as const)
        book.tokens[kind] += used[kind];
      if (price !== null) book.spentUsd += costOf(used, price);
      book.known = { bytes, input: used.input };
    },
    sums: () => ({
      requests: book.requests,
      tokens: { ...book.tokens },
      unmetered: book.unmetered,
      costUsd: price === null || book.unmetered > 0 ? null : rounded(book.spentUsd),
      costAtMostUsd: price === null ? null : rounded(book.spentUsd + book.lost.usd + book.held.usd),
      tokensAtMost: tokensTaken(book),
    }),
  };
}

function add(to: Sum, what: Sum, sign: 1 | -1): void {
  to.tokens += sign * what.tokens;
  to.usd += sign * what.usd;
}

function tokensTaken({ tokens, lost, held }: Book): number {
  return tokens.input + tokens.output + lost.tokens + held.tokens;
}

// The purse, its limits, and what is asked of it.
// oxlint-disable-next-line max-params
function reserveFrom(
  book: Book,
  { limits, price }: { limits: GatewayLimits; price: ModelPrice | null },
  bytes: Buffer,
  askedOutput: number | null,
): Reservation | { limit: "requests" | "tokens" | "cost" } {
  if (limits.maxRequests !== null && book.requests >= limits.maxRequests) return { limit: "requests" };
  const input = inputBound(book, bytes);
  const wanted = Math.min(limits.maxOutputTokens, askedOutput ?? Infinity);
  const least = Math.min(wanted, LEAST_OUTPUT);
  const byTokens = Math.min(wanted, (limits.maxTokens ?? Infinity) - tokensTaken(book) - input);
  if (byTokens < least) return { limit: "tokens" };
  const usdLeft = (limits.costUsd ?? Infinity) - book.spentUsd - book.lost.usd - book.held.usd;
  const maxOutput = Math.min(byTokens, affordable(usdLeft, input, price));
  return maxOutput < least ? { limit: "cost" } : { input, maxOutput };
}

/**
 * A token stands for at least one byte, so the length is an upper bound. What this request begins with like an answered
 * one has been counted by the endpoint itself: agents send their whole history again with each request.
 */
function inputBound({ known }: Book, bytes: Buffer): number {
  const plain = bytes.length + FRAME_TOKENS;
  if (known === null) return plain;
  return Math.min(plain, known.input + bytes.length - commonPrefix(known.bytes, bytes) + FRAME_TOKENS);
}

/** Output tokens that `usd` pays for beside so much input; negative when not even the input. */
function affordable(usd: number, input: number, price: ModelPrice | null): number {
  if (usd === Infinity || price === null) return Infinity;
  const rest = usd - costAtMost({ input, output: 0 }, price);
  const each = costAtMost({ input, output: 1 }, price) - costAtMost({ input, output: 0 }, price);
  if (rest < 0) return -1;
  return each <= 0 ? Infinity : Math.floor(rest / each);
}

/** Length of the longest common beginning, found by halving. */
function commonPrefix(a: Buffer, b: Buffer): number {
  let low = 0;
  let high = Math.min(a.length, b.length);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (a.subarray(low, middle).equals(b.subarray(low, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Sums of binary fractions end in noise; a millionth of a dollar is less than any token costs. */
function rounded(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}
