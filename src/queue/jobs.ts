// Everything that travels through the queue: names, shapes, ids and keep/retry rules of the jobs.
// A job is a hint. It carries ids only, never bodies, because Redis keeps it in clear text and the state file is the truth.
import type { JobsOptions } from "bullmq";
import { z } from "zod";
import { PullRequestRef, pullRequestKey } from "../pull-request.ts";
import { effectKeyAsJobId, parseEffectKey } from "../round/effect-key.ts";

/** First part of every Redis key of Rondo, so that one Redis can serve several programs. */
export const queuePrefix = "rondo";

/** The four queues. `deliveries` changes state, `rounds` performs effects, `fixes` runs fixers, `upkeep` is the timer work. */
export const queueNames = ["deliveries", "rounds", "fixes", "upkeep"] as const;
export type QueueName = (typeof queueNames)[number];

/** A delivery's GUID as GitHub sends it in `X-GitHub-Delivery`; the same on every redelivery. */
export const DeliveryGuid = z.string().regex(/^[A-Za-z0-9-]{1,100}$/);

/** A webhook that was verified and shrunk by web to the fields used. `payload` keeps GitHub's shape, without any text body. */
export const WebhookJob = z.object({
  kind: z.literal("webhook"),
  delivery: DeliveryGuid,
  /** `X-GitHub-Event`, e.g. `pull_request`. */
  event: z.string().regex(/^[a-z_]{1,60}$/),
  payload: z.record(z.string(), z.unknown()),
  /** ISO 8601, when web received it. */
  receivedAt: z.iso.datetime(),
});
export type WebhookJob = z.infer<typeof WebhookJob>;

/** A deadline, retry or long wait that is due. `timer` says which; a stale `fence` means that it no longer counts. */
export const TimerJob = z.object({
  kind: z.literal("timer"),
  /** Effect key; also the job id, so that one timer exists once. */
  key: z.string().refine((key) => parseEffectKey(key) !== undefined, "not an effect key"),
  ref: PullRequestRef,
  fence: z.number().int().nonnegative(),
  timer: z.string().min(1).max(120),
});
export type TimerJob = z.infer<typeof TimerJob>;

/** What the `deliveries` queue holds. */
export const DeliveryJob = z.discriminatedUnion("kind", [WebhookJob, TimerJob]);
export type DeliveryJob = z.infer<typeof DeliveryJob>;

/** What the `rounds` queue holds: which pull request to look at, nothing else. The wanted head is read from state. */
export const RoundJob = z.object({ ref: PullRequestRef });
export type RoundJob = z.infer<typeof RoundJob>;

/** Job id of a webhook. BullMQ refuses ids that hold `:` or only digits, hence the letters in front. */
export function webhookJobId(delivery: string): string {
  return `dlv-${delivery}`;
}

/** Job id of a timer: its effect key. */
export function timerJobId(key: string): string {
  return effectKeyAsJobId(key);
}

const WEEK_SECONDS = 7 * 24 * 60 * 60;

/** Name of the back-off rule that the workers install: see `backoffMs`. */
export const backoffType = "rondo";

/** Attempts of a `deliveries` job before it is kept as failed. */
export const deliveryAttempts = 8;

/** Attempts of a `rounds` job; a later wake makes a new job, so a short series is enough. */
export const roundAttempts = 3;

/**
 * Milliseconds before attempt `attemptsMade + 1`: three times longer each time, at most `capMs`.
 * With 2 s and 10 min the seven waits are 2, 6, 18, 54, 162, 486 and 600 s: 22 minutes of trying in all.
 */
export function backoffMs(attemptsMade: number, baseMs: number, capMs: number): number {
  return Math.min(capMs, baseMs * 3 ** Math.max(0, attemptsMade - 1));
}

/** Options of a webhook job. A finished id is kept for a week so that a redelivery is a no-op; failures are kept and shown. */
export function webhookJobOptions(job: WebhookJob): JobsOptions {
  return {
    jobId: webhookJobId(job.delivery),
    attempts: deliveryAttempts,
    backoff: { type: backoffType },
    removeOnComplete: { age: WEEK_SECONDS, count: 200_000 },
    removeOnFail: { age: WEEK_SECONDS, count: 10_000 },
    stackTraceLimit: 3,
  };
}

/** Options of a timer job. A timer that has fired is forgotten, so that the same key can be set again. */
export function timerJobOptions(job: TimerJob, delayMs: number): JobsOptions {
  return {
    jobId: timerJobId(job.key),
    delay: delayMs,
    attempts: deliveryAttempts,
    backoff: { type: backoffType },
    removeOnComplete: true,
    removeOnFail: { age: WEEK_SECONDS, count: 10_000 },
    stackTraceLimit: 3,
  };
}

/**
 * Options of a round job. No job id: BullMQ silently ignores an id that still exists as finished, and a second
 * `@codex review` would do nothing. One live job per pull request comes from deduplication instead
 * (https://docs.bullmq.io/guide/jobs/deduplication); `keepLastIfActive` runs once more when a wake arrives meanwhile.
 * `reschedule` lets a wake without delay pull a waiting one forward; with a delay the earlier schedule stands.
 */
export function roundJobOptions(job: RoundJob, delayMs: number): JobsOptions {
  return {
    deduplication: { id: pullRequestKey(job.ref), keepLastIfActive: true, reschedule: delayMs === 0 },
    delay: delayMs,
    attempts: roundAttempts,
    backoff: { type: backoffType },
    removeOnComplete: { age: 3600, count: 1000 },
    removeOnFail: { age: WEEK_SECONDS, count: 1000 },
    stackTraceLimit: 3,
  };
}
