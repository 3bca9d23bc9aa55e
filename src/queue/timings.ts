// Every period of the queue in one place. All of them are configuration, so that test suites can shorten them.

/** Milliseconds, all of them. */
export type QueueTimings = {
  /** Longest time a caller waits for an add, a wake or a read before it is told QUEUE_UNAVAILABLE. */
  addMs: number;
  /** Longest time one Redis command of a producer may take. */
  commandMs: number;
  /** Longest pause between two connection attempts. */
  reconnectMs: number;
  /** How long a job belongs to a worker without a renewal; renewed at half of it. */
  lockMs: number;
  /** How often jobs of dead workers are looked for; found at the second look. */
  stalledMs: number;
  /** After a shutdown the job waits this long, so that the closing worker does not take it again. */
  putBackMs: number;
  /** How long a processor may take to stop after its signal. */
  graceMs: number;
  /** Longest time `close` takes, whatever Redis does. */
  closeMs: number;
  /** First wait before a failed job is tried again, and the longest one. */
  backoffMs: number;
  backoffCapMs: number;
  heartbeatMs: number;
  /** A worker that did not beat for so long is gone. */
  heartbeatTtlMs: number;
};

export const defaultTimings: QueueTimings = {
  addMs: 3000,
  commandMs: 2000,
  reconnectMs: 1000,
  lockMs: 30_000,
  stalledMs: 15_000,
  putBackMs: 1500,
  graceMs: 2000,
  closeMs: 3500,
  backoffMs: 2000,
  backoffCapMs: 600_000,
  heartbeatMs: 5000,
  heartbeatTtlMs: 15_000,
};
