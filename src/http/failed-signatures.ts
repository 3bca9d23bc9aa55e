// Counts wrong signatures per address, so that guessing is slow and a flood of forged requests cannot fill the log.
// A fixed window of one minute is enough: GitHub itself never signs wrongly, apart from a secret that was just changed.

/** Wrong signatures from one address within a minute before it gets 429. */
export const MOST_FAILURES_PER_MINUTE = 10;

export type FailedSignatures = {
  /** Milliseconds until the address may try again; 0 when it may now. */
  blockedForMs(address: string): number;
  /** Counts one failure. `isFirst`: the first one of this minute, worth a log line. */
  add(address: string): { isFirst: boolean };
};

/** `nowMs` is a clock that never jumps. Memory is bounded: beyond 10,000 addresses the oldest are forgotten. */
export function countFailedSignatures(nowMs: () => number): FailedSignatures {
  const windows = new Map<string, { startedAt: number; count: number }>();

  function windowOf(address: string): { startedAt: number; count: number } | undefined {
    const window = windows.get(address);
    if (window === undefined || nowMs() - window.startedAt < MINUTE_MS) return window;
    windows.delete(address);
    return undefined;
  }

  return {
    blockedForMs(address) {
      const window = windowOf(address);
      if (window === undefined || window.count < MOST_FAILURES_PER_MINUTE) return 0;
      return MINUTE_MS - (nowMs() - window.startedAt);
    },
    add(address) {
      const window = windowOf(address);
      if (window !== undefined) {
        window.count += 1;
        return { isFirst: false };
      }
      windows.set(address, { startedAt: nowMs(), count: 1 });
      if (windows.size > MOST_ADDRESSES) windows.delete(windows.keys().next().value ?? "");
      return { isFirst: true };
    },
  };
}

const MINUTE_MS = 60_000;
const MOST_ADDRESSES = 10_000;
