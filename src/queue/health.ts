// What can be asked about the queue from outside: is it there, how full is it, what failed, which workers are alive.
import { hostname } from "node:os";
import { randomUUID } from "node:crypto";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Log } from "../ports.ts";
import { queueNames, queuePrefix, type QueueName } from "./jobs.ts";
import type { FailedJob, QueueCounts, QueueHealth, WorkerHeartbeat } from "./port.ts";
import type { Producer } from "./producer.ts";
import type { QueueTimings } from "./timings.ts";

const Heartbeat = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int(),
  concurrency: z.number().int(),
  startedAt: z.string(),
});

/** A heartbeat for this very process. */
export function describeWorker(concurrency: number, startedAt: Date): WorkerHeartbeat {
  return { id: randomUUID(), host: hostname(), pid: process.pid, concurrency, startedAt: startedAt.toISOString() };
}

/** Health over the producer's connection. `stop` ends all heartbeats without a word, as a dying process does. */
export function redisHealth(producer: Producer, timings: QueueTimings, log: Log): QueueHealth & { stop(): void } {
  const heartbeats = new Set<NodeJS.Timeout>();
  return {
    stop: () => heartbeats.forEach((timer) => clearInterval(timer)),
    async ping() {
      const start = performance.now();
      await producer.withRedis((client) => client.ping());
      return performance.now() - start;
    },
    counts: () =>
      producer.withRedis(async (_, queues) => {
        const [deliveries, rounds, fixes, upkeep] = await Promise.all([
          countJobs(queues.deliveries),
          countJobs(queues.rounds),
          countJobs(queues.fixes),
          countJobs(queues.upkeep),
        ]);
        return { deliveries, rounds, fixes, upkeep };
      }),
    listFailed: (limit) =>
      producer.withRedis(async (_, queues) => {
        const jobs = await Promise.all(queueNames.map((name) => queues[name].getFailed(0, limit - 1)));
        return queueNames
          .flatMap((queue, index) => (jobs[index] ?? []).map((job) => describeFailed(queue, job as Job)))
          .toSorted((one, other) => other.failedAt.localeCompare(one.failedAt))
          .slice(0, limit);
      }),
    startHeartbeat: (worker) => startHeartbeat(worker, producer, { timings, log, heartbeats }),
    listWorkers: () => producer.withRedis((client) => readWorkers(client)),
  };
}

async function countJobs(queue: Queue): Promise<QueueCounts[QueueName]> {
  const counts = await queue.getJobCounts("waiting", "active", "delayed", "failed");
  return { waiting: 0, active: 0, delayed: 0, failed: 0, ...counts };
}

function describeFailed(queue: QueueName, job: Job): FailedJob {
  const data = z
    .object({ delivery: z.string(), event: z.string(), timer: z.string(), ref: z.object({ number: z.number() }) })
    .partial()
    .safeParse(job.data).data;
  const about = [data?.event ?? data?.timer ?? job.name, data?.delivery, data?.ref && `#${data.ref.number}`];
  return {
    queue,
    id: job.id ?? "",
    about: about.filter((part) => part !== undefined).join(" "),
    reason: job.failedReason ?? "",
    attempts: job.attemptsMade,
    failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
  };
}

/** One key per worker, that expires by itself, and a set of their names: scanning all keys would be slow beside 200,000 jobs. */
const workersKey = `${queuePrefix}:workers`;
const workerKey = (id: string): string => `${queuePrefix}:worker:${id}`;

function startHeartbeat(
  worker: WorkerHeartbeat,
  producer: Producer,
  { timings, log, heartbeats }: { timings: QueueTimings; log: Log; heartbeats: Set<NodeJS.Timeout> },
): { stop(): Promise<void> } {
  const value = JSON.stringify(worker);
  async function beat(): Promise<void> {
    await producer.withRedis(async (client) => {
      await client.set(workerKey(worker.id), value, "PX", timings.heartbeatTtlMs);
      await client.sadd(workersKey, worker.id);
    });
  }
  let isBeating = false;
  const tick = (): void => {
    if (isBeating) return;
    isBeating = true;
    beat()
      .catch((error: unknown) => log.debug("Heartbeat missed", { reason: String(error) }))
      .finally(() => {
        isBeating = false;
      });
  };
  tick();
  const timer = setInterval(tick, timings.heartbeatMs);
  heartbeats.add(timer);
  return {
    async stop() {
      clearInterval(timer);
      // Best effort: the key expires by itself.
      await producer.withRedis((client) => client.del(workerKey(worker.id))).catch(() => undefined);
    },
  };
}

type Reader = Pick<Redis, "smembers" | "mget">;

async function readWorkers(client: Reader & Pick<Redis, "srem">): Promise<readonly WorkerHeartbeat[]> {
  const { alive, gone } = await readHeartbeats(client);
  if (gone.length > 0) await client.srem(workersKey, ...gone);
  return alive;
}

/** The workers that showed themselves lately, and the ids of those that did not. Only reads. */
export async function readHeartbeats(client: Reader): Promise<{ alive: WorkerHeartbeat[]; gone: readonly string[] }> {
  const ids = await client.smembers(workersKey);
  if (ids.length === 0) return { alive: [], gone: [] };
  const values = await client.mget(ids.map(workerKey));
  const alive = values.flatMap((value) => {
    if (value === null) return [];
    const worker = Heartbeat.safeParse(JSON.parse(value));
    return worker.success ? [worker.data] : [];
  });
  return { alive, gone: ids.filter((_, index) => values[index] === null) };
}
