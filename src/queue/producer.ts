// The side that puts jobs into Redis: every call ends within a few seconds, as a stored job or as QUEUE_UNAVAILABLE.
// It never answers "stored" before Redis did, because GitHub does not redeliver what we acknowledged.
import { randomUUID } from "node:crypto";
import { Queue, type Job } from "bullmq";
import type { Redis } from "ioredis";
import { RetryableError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { isConnectionError, openProducerConnection, type RedisTarget } from "./connection.ts";
import { timedOut, within } from "./deadline.ts";
import {
  queueNames,
  queuePrefix,
  roundJobOptions,
  timerJobOptions,
  TimerJob,
  WebhookJob,
  webhookJobOptions,
  type QueueName,
} from "./jobs.ts";
import type { QueueTimings } from "./timings.ts";

/** One connection for everything that somebody waits for. */
export type Producer = {
  addWebhook(job: WebhookJob): Promise<"added" | "duplicate">;
  addRound(ref: PullRequestRef, delayMs: number): Promise<void>;
  addTimer(timer: TimerJob, atMs: number): Promise<void>;
  /** Runs `use` with the connection once it is ready; throws RetryableError QUEUE_UNAVAILABLE at the end of the add time. */
  withRedis<T>(use: (client: Redis, queues: Record<QueueName, Queue>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/**
 * Opens the producer's connection; resolves at once, also when Redis is down, and recovers by itself. `nowMs`: the time that
 * timers are set by.
 */
export function openProducer(
  target: RedisTarget,
  timings: QueueTimings,
  log: Log,
  nowMs: () => number = Date.now,
): Producer {
  const client = openProducerConnection(target, timings, log);
  const queues = openQueues(client, log);
  const becomesReady = watchReadiness(client);

  async function withRedis<T>(use: (client: Redis, queues: Record<QueueName, Queue>) => Promise<T>): Promise<T> {
    const deadline = performance.now() + timings.addMs;
    let isAmbiguous = false;
    for (;;) {
      const left = deadline - performance.now();
      if (left <= 0 || !(await becomesReady(left))) throw unavailable(isAmbiguous);
      try {
        const result = await within(use(client, queues), deadline - performance.now());
        if (result === timedOut) throw unavailable(true);
        return result;
      } catch (error) {
        if (!isConnectionError(error)) throw error;
        // Sent or not, nobody knows; ids and deduplication make it safe to send again.
        isAmbiguous = true;
        await within(new Promise(() => undefined), 20);
      }
    }
  }

  return {
    withRedis,
    addWebhook: (job) => withRedis((redis, { deliveries }) => addWebhook(redis, deliveries, WebhookJob.parse(job))),
    addTimer: (timer, atMs) =>
      withRedis((redis, { deliveries }) => addTimer(redis, deliveries, TimerJob.parse(timer), atMs - nowMs())),
    async addRound(ref, delayMs) {
      const job = { ref };
      await withRedis((_, { rounds }) =>
        rounds.add("round", job, roundJobOptions(job, Math.max(0, Math.round(delayMs)))),
      );
    },
    async close() {
      await within(Promise.allSettled(queueNames.map((name) => queues[name].close())), 500);
      client.disconnect();
    },
  };
}

function openQueues(client: Redis, log: Log): Record<QueueName, Queue> {
  const open = (name: QueueName): Queue => {
    // The version is checked at start-up (redis-check.ts). Checked here it would send INFO, and one failed INFO breaks a Queue for good.
    const queue = new Queue(name, { connection: client, prefix: queuePrefix, skipVersionCheck: true });
    queue.on("error", (error) => {
      if (!isConnectionError(error)) log.error("Queue failed", { queue: name, reason: error.message });
    });
    return queue;
  };
  return { deliveries: open("deliveries"), rounds: open("rounds"), fixes: open("fixes"), upkeep: open("upkeep") };
}

/**
 * Tells when the connection is ready. We wait ourselves, because a command sent to a connection that was never ready
 * pends without end; all callers share one listener, because an outage has many callers.
 */
function watchReadiness(client: Redis): (ms: number) => Promise<boolean> {
  let ready: Promise<void> | undefined;
  return async (ms) => {
    if (client.status === "ready") return true;
    ready ??= new Promise((resolve) => {
      client.once("ready", () => {
        ready = undefined;
        resolve();
      });
    });
    return (await within(ready, ms)) !== timedOut;
  };
}

function unavailable(isAmbiguous: boolean): RetryableError {
  return new RetryableError("The queue cannot be reached: Redis did not answer in time.", {
    code: "QUEUE_UNAVAILABLE",
    hint: "Check that Redis is running and that REDIS_URL is right; Rondo reconnects by itself.",
    isAmbiguous,
  });
}

async function addWebhook(client: Redis, queue: Queue, job: WebhookJob): Promise<"added" | "duplicate"> {
  const options = webhookJobOptions(job);
  const id = options.jobId ?? "";
  const nonce = randomUUID();
  await queue.add(job.event, { ...job, nonce }, options);
  const existing = await readExisting(client, queue, id, nonce);
  if (existing === "ours") return "added";
  if (existing !== "failed") return "duplicate";
  // A kept failed job would swallow the redelivery: start it again, with all its attempts.
  const failed = (await queue.getJob(id)) as Job | undefined;
  if (failed === undefined) return "duplicate";
  try {
    await failed.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
    return "added";
  } catch (error) {
    if (isConnectionError(error)) throw error;
    return "duplicate"; // Somebody else started it a moment ago.
  }
}

/** `add` with a known id changes nothing and says nothing: the nonce in the stored data tells whose job it is. */
async function readExisting(
  client: Redis,
  queue: Queue,
  id: string,
  nonce: string,
): Promise<"ours" | "failed" | "other"> {
  const [data, failedAt] = await Promise.all([
    client.hget(queue.toKey(id), "data"),
    client.zscore(queue.toKey("failed"), id),
  ]);
  // Gone already: ours, since a webhook job of somebody else would have been kept, and a timer that has fired is forgotten.
  if (data === null || data.includes(nonce)) return "ours";
  return failedAt === null ? "other" : "failed";
}

/** The last call for a key counts: it moves a pending timer, and renews its fence. */
async function addTimer(client: Redis, queue: Queue, timer: TimerJob, leftMs: number): Promise<void> {
  const delayMs = Math.max(0, Math.round(leftMs));
  const options = timerJobOptions(timer, delayMs);
  for (const id of [options.jobId ?? "", `${options.jobId ?? ""}.next`]) {
    const nonce = randomUUID();
    const data = { ...timer, nonce };
    await queue.add(timer.timer, data, { ...options, jobId: id });
    const existing = await readExisting(client, queue, id, nonce);
    if (existing === "ours") return;
    const job = (await queue.getJob(id)) as Job | undefined;
    const state = job === undefined ? "unknown" : await job.getState();
    if (job === undefined || state === "failed" || state === "unknown") {
      await job?.remove();
      await queue.add(timer.timer, data, { ...options, jobId: id });
      return;
    }
    // A running timer has read its data already (and may be setting itself again): the second id comes after it.
    if (state === "active") continue;
    await job.updateData(data);
    if (state === "delayed") await changeDelay(job, delayMs);
    return;
  }
}

async function changeDelay(job: Job, delayMs: number): Promise<void> {
  try {
    await job.changeDelay(delayMs);
  } catch (error) {
    // It became due in this moment: it runs now, with the new data.
    if (isConnectionError(error)) throw error;
  }
}
