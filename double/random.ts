// Seeded randomness: ids, GUIDs and shuffles repeat when a run is repeated with the same seed, so a failure can be replayed.

/** A small deterministic generator; every draw advances it. */
export interface Random {
  seed: number;
  /** Uniform number, 0 inclusive to 1 exclusive. */
  next(): number;
  /** Lower-case hexadecimal string of `length` characters. */
  hex(length: number): string;
  /** Like `hex`, from a stream of its own: for request ids and token letters, whose number depends on the App's pace. */
  noise(length: number): string;
  /** A version 4 GUID, as in `X-GitHub-Delivery`. */
  guid(): string;
  /** A new array in random order. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** Starts a generator (mulberry32: 32 bits of state, good enough for test data, not for secrets). */
export function createRandom(seed: number): Random {
  const next = stream(seed);
  const nextNoise = stream(seed + 0x9e3779b9);
  const hex = (length: number): string => digits(next, length);
  return {
    seed,
    next,
    hex,
    noise: (length) => digits(nextNoise, length),
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    shuffle: (items) =>
      items
        .map((item) => ({ item, key: next() }))
        .sort((left, right) => left.key - right.key)
        .map(({ item }) => item),
  };
}

function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function digits(next: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
}
