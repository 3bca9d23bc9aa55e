// The queue on Redis or Valkey: puts producer, workers, announcements and health together behind the port.
import { randomUUID } from "node:crypto";
import type { Job } from "bullmq";
import { PermanentError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { openRedisAnnouncements } from "./announcements.ts";
import { SET_BACK_MS, startWaiting, watchClock } from "./clock-watch.ts";
import { openWorkerConnection, type RedisTarget } from "./connection.ts";
import { within } from "./deadline.ts";
import { redisHealth } from "./health.ts";
import { DeliveryJob, RoundJob } from "./jobs.ts";
import { redisLimitStore } from "./limit-store.ts";
import type { QueueWorker, RondoQueue, UpkeepTask } from "./port.ts";
import { openProducer, type Producer } from "./producer.ts";
import { rateLimitsOn } from "./rate-limits.ts";
import { defaultTimings, type QueueTimings } from "./timings.ts";
import { startRedisWorker } from "./worker.ts";

/** `nowMs`: the time that the times of timers belong to; left out: the machine's. */
export type RedisQueueOptions = {
  target: RedisTarget;
  log: Log;
  timings?: Partial<QueueTimings>;
  nowMs?: () => number;
};

/**
 * Opens the queue. Resolves nothing and throws nothing when Redis is down: calls then reject with QUEUE_UNAVAILABLE,
 * workers wait, and everything recovers by itself.
 */
export function openRedisQueue({ target, log, timings: shortened, nowMs }: RedisQueueOptions): RondoQueue {
  const timings = { ...defaultTimings, ...shortened };
  const context = { timings, log };
  const producer = openProducer(target, timings, log, nowMs);
  const announcements = openRedisAnnouncements(
    (channel, message) => producer.withRedis((client) => client.publish(channel, message)),
    () => openWorkerConnection(target, timings, log),
    log,
  );
  const health = redisHealth(producer, timings, log);
  const workers = new Set<QueueWorker>();
  const keep = (worker: QueueWorker): QueueWorker => {
    workers.add(worker);
    return worker;
  };

  return {
    deliveries: { add: (job) => producer.addWebhook(job) },
    jobs: {
      wake: (ref, delayMs = 0) => producer.addRound(ref, delayMs),
      schedule: ({ key, ref, fence, kind, atMs }) =>
        producer.addTimer({ kind: "timer", key, ref, fence, timer: kind }, atMs),
      announce: (ref) => announcements.announce(ref),
      onAnnounced: (ref, callback) => announcements.onAnnounced(ref, callback),
    },
    health,
    openRateLimits: rateLimitsOn(redisLimitStore(producer, randomUUID), log),
    startDeliveriesWorker: (run, concurrency = 4) =>
      keep(
        startRedisWorker(
          target,
          { queue: "deliveries", concurrency, run, read: readWith(DeliveryJob), resolvedAfterShutdown: "done" },
          context,
        ),
      ),
    startRoundsWorker: (run, concurrency) =>
      keep(
        startRedisWorker(
          target,
          {
            queue: "rounds",
            concurrency,
            run: ({ ref }, signal) => run(ref, signal),
            read: readWith(RoundJob),
            resolvedAfterShutdown: "putBack",
          },
          context,
        ),
      ),
    startUpkeepWorker: (tasks) => keep(startUpkeepWorker(target, tasks, producer, context)),
    async close() {
      health.stop();
      await Promise.all([...workers].map((worker) => worker.close()));
      announcements.close();
      await within(producer.close(), 500);
    },
  };
}

function readWith<T>(schema: { parse(data: unknown): T }): (data: unknown, job: Job) => T {
  return (data, job) => {
    try {
      return schema.parse(data);
    } catch (cause) {
      throw new PermanentError(`The data of job ${job.id ?? ""} has an unknown shape.`, {
        code: "JOB_UNREADABLE",
        cause,
      });
    }
  };
}

/** The schedule stands in Redis, so that each task runs once per period however many workers there are. */
function startUpkeepWorker(
  target: RedisTarget,
  tasks: readonly UpkeepTask[],
  producer: Producer,
  context: { timings: QueueTimings; log: Log },
): QueueWorker {
  const { log } = context;
  const wasSetBack = watchClock();
  let isOwed = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  async function install(): Promise<void> {
    isOwed = wasSetBack() || isOwed;
    if (isOwed) {
      log.warn("The machine's clock was set back; what waits in the queue starts now");
      await producer.withRedis((_, queues) => startWaiting(queues));
      isOwed = false;
    }
    for (const { name, everyMs } of tasks) {
      await producer.withRedis(async (_, { upkeep }) => {
        // Only when it is new or changed: setting it again would start the period anew.
        const known = await upkeep.getJobScheduler(name);
        const isFar = (known?.next ?? 0) - Date.now() > everyMs + SET_BACK_MS;
        if (known?.every === everyMs && !isFar) return;
        // Set again with its old time known, it would be later still.
        if (isFar) await upkeep.removeJobScheduler(name);
        const opts = { removeOnComplete: 10, removeOnFail: 100, stackTraceLimit: 3 };
        await upkeep.upsertJobScheduler(name, { every: everyMs }, { name, opts });
      });
    }
  }
  // Again and again, because a flushed Redis has lost the schedule, and clocks are set.
  const again = (): void => {
    if (isClosed) return;
    install()
      .catch((error: unknown) => log.warn("Cannot schedule upkeep yet", { reason: String(error) }))
      .finally(() => {
        if (!isClosed) timer = setTimeout(again, context.timings.stalledMs);
      });
  };
  again();
  const worker = startRedisWorker<UpkeepTask | undefined>(
    target,
    {
      queue: "upkeep",
      concurrency: 1,
      read: (_data, job) => tasks.find(({ name }) => name === job.name),
      run: async (task, signal) => task?.run(signal),
      resolvedAfterShutdown: "done",
    },
    context,
  );
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await worker.close();
    },
  };
}
