// How one run of a processor ends, in terms both adapters share: done, put back, failed and tried again, failed for good.
import { isDiskTrouble, PermanentError, RetryableError, UserError } from "../errors.ts";
import { timedOut, within } from "./deadline.ts";
import { abortReasons, type Outcome } from "./port.ts";
import type { QueueTimings } from "./timings.ts";

/** A wait that the other side asked for uses no attempt; a job that only ever waits ends as a failure all the same. */
const MOST_STARTS = 100;

export type Ending =
  | { kind: "done" }
  | { kind: "putBack"; delayMs: number; because?: Error }
  | { kind: "failed"; error: Error; isFinal: boolean };

/** What is known about the run. */
export type Run = {
  signal: AbortSignal;
  /** How often this job was started, this run included. */
  starts: number;
  /** What a processor means that resolves after a shutdown: it finished (`done`), or nobody knows (`putBack`). */
  resolvedAfterShutdown: "done" | "putBack";
};

/** Runs `work` to its ending; never rejects. */
export async function endingOf(
  work: () => Promise<Outcome | void>,
  { signal, starts, resolvedAfterShutdown }: Run,
  timings: QueueTimings,
): Promise<Ending> {
  const isShutdown = (): boolean => signal.aborted && signal.reason === abortReasons.shutdown;
  const putBack: Ending = { kind: "putBack", delayMs: timings.putBackMs };
  try {
    const outcome = await settle(work(), signal, timings.graceMs);
    if (isShutdown() && (outcome === timedOut || resolvedAfterShutdown === "putBack")) return putBack;
    if (outcome === timedOut) return failed(new Error(`Still running after: ${String(signal.reason)}`));
    return outcome === undefined ? { kind: "done" } : { kind: "putBack", delayMs: outcome.delayMs };
  } catch (error) {
    return isShutdown() ? putBack : judge(error, starts);
  }
}

/** The result, or `timedOut` when the work goes on for longer than `graceMs` after its signal. */
async function settle<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T | typeof timedOut> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([work.catch(() => undefined), aborted]);
  return signal.aborted ? within(work, graceMs) : work;
}

function judge(error: unknown, starts: number): Ending {
  if (error instanceof PermanentError || error instanceof UserError) {
    return { kind: "failed", error: new Error(`${error.code}: ${error.message}`, { cause: error }), isFinal: true };
  }
  // However long the disk is full: giving a job up would lose what it was about.
  if (isDiskTrouble(error)) return { kind: "putBack", delayMs: diskWaitMs(error, starts), because: error };
  if (error instanceof RetryableError && error.retryAfterMs !== undefined && starts < MOST_STARTS) {
    return { kind: "putBack", delayMs: error.retryAfterMs, because: error };
  }
  return failed(error instanceof Error ? error : new Error(String(error)));
}

/** Longer with each start, so that nobody keeps a broken disk busy; never so long that a mended one is kept waiting. */
function diskWaitMs({ retryAfterMs = DISK_WAIT_MS }: RetryableError, starts: number): number {
  return Math.min(DISK_WAIT_CAP_MS, retryAfterMs * 2 ** Math.min(starts - 1, 10));
}

const DISK_WAIT_MS = 2_000;
const DISK_WAIT_CAP_MS = 60_000;

function failed(error: Error): Ending {
  return { kind: "failed", error, isFinal: false };
}
