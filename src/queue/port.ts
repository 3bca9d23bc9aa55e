// What web and the workers need from a queue, in Rondo's words. Two adapters exist: Redis and memory.
// No type of the queue library crosses this file, so both must keep the same promises (see the contract tests).
import type { Limits } from "../limits/limits.ts";
import type { Jobs } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { LimitEvents, RateLimits } from "../rate-limits.ts";
import type { DeliveryJob, QueueName, WebhookJob } from "./jobs.ts";

/** The intake side, used by web. */
export type DeliveryQueue = {
  /**
   * Stores a verified webhook. Resolves only once Redis has it, so a 2xx may follow.
   * `duplicate`: this GUID is waiting, running or done. A GUID whose job failed for good is started again: `added`.
   * Throws RetryableError QUEUE_UNAVAILABLE within the add timeout (3 s); ambiguous when the job may still land,
   * which is harmless because the GUID is the job's id.
   */
  add(job: WebhookJob): Promise<"added" | "duplicate">;
};

/** Why a processor's signal was aborted: its `reason`. */
export const abortReasons = { shutdown: "shutdown", lockLost: "lock lost" } as const;

/** Nothing, or "put it back": the job runs again after `delayMs`, on any worker, without using an attempt. */
export type Outcome = { delayMs: number } | undefined;

/**
 * Handles one webhook or timer. Resolves when it was dealt with (also after an abort), throws otherwise.
 * PermanentError and UserError end the job as failed; RetryableError waits `retryAfterMs` without using an attempt;
 * anything else is tried again, up to 8 times.
 */
export type DeliveryProcessor = (job: DeliveryJob, signal: AbortSignal) => Promise<Outcome | void>;

/**
 * Looks at one pull request. It must stop soon after `signal` aborts; on `shutdown` the job is put back whatever it does.
 * Errors as for deliveries, with 3 attempts.
 */
export type RoundProcessor = (ref: PullRequestRef, signal: AbortSignal) => Promise<Outcome | void>;

/** A worker in hand. */
export type QueueWorker = {
  /** Takes no more jobs, aborts the running ones, puts them back; resolves within the close time even when Redis hangs. */
  close(): Promise<void>;
};

/** Jobs in each state. */
export type QueueCounts = Record<QueueName, { waiting: number; active: number; delayed: number; failed: number }>;

/** A `deliveries` or `rounds` job that failed for good, for people to see. */
export type FailedJob = {
  queue: QueueName;
  id: string;
  /** Delivery GUID and event, timer name, or pull request key. */
  about: string;
  reason: string;
  attempts: number;
  /** ISO 8601. */
  failedAt: string;
};

/** What a live worker process says about itself, renewed every few seconds. */
export type WorkerHeartbeat = {
  id: string;
  host: string;
  pid: number;
  /** Rounds at once. */
  concurrency: number;
  /** ISO 8601. */
  startedAt: string;
};

export type QueueHealth = {
  /** Milliseconds of a round trip. Throws RetryableError QUEUE_UNAVAILABLE. */
  ping(): Promise<number>;
  counts(): Promise<QueueCounts>;
  /** Newest first. */
  listFailed(limit: number): Promise<readonly FailedJob[]>;
  /** Beats until stopped; an entry that is not renewed disappears by itself. */
  startHeartbeat(worker: WorkerHeartbeat): { stop(): Promise<void> };
  /** Workers that are alive now. Throws RetryableError QUEUE_UNAVAILABLE: "cannot read" is never "none". */
  listWorkers(): Promise<readonly WorkerHeartbeat[]>;
};

/** The whole queue, as one process sees it. Parts that are not used open no connection. */
export type RondoQueue = {
  deliveries: DeliveryQueue;
  jobs: Jobs;
  health: QueueHealth;
  /** The limiter of calls to GitHub that all processes share; the defaults of src/limits/limits.ts unless said otherwise. */
  openRateLimits(options?: { limits?: Partial<Limits>; events?: Partial<LimitEvents> }): RateLimits;
  startDeliveriesWorker(process: DeliveryProcessor, concurrency?: number): QueueWorker;
  startRoundsWorker(process: RoundProcessor, concurrency: number): QueueWorker;
  /** Runs each task every `everyMs`, on one of all the workers; the names tell the tasks apart. */
  startUpkeepWorker(tasks: readonly UpkeepTask[]): QueueWorker;
  /** Closes what is still open, workers first; resolves within the close time. */
  close(): Promise<void>;
};

/** Work that must be done again and again, by one worker each time. */
export type UpkeepTask = { name: string; everyMs: number; run(signal: AbortSignal): Promise<void> };
