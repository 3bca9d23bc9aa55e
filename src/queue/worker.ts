// Runs the jobs of one queue. All traps of the queue library are handled here: lost locks, put-back, shutdown, hung Redis.
import { DelayedError, UnrecoverableError, Worker, type Job } from "bullmq";
import type { Redis } from "ioredis";
import type { Log } from "../ports.ts";
import { isConnectionError, openWorkerConnection, type RedisTarget } from "./connection.ts";
import { timedOut, within } from "./deadline.ts";
import { backoffMs, queuePrefix, type QueueName } from "./jobs.ts";
import { abortReasons, type Outcome, type QueueWorker } from "./port.ts";
import { endingOf, type Run } from "./processing.ts";
import type { QueueTimings } from "./timings.ts";

/** What to run. `read` throws on data of a wrong shape: such a job fails at once. */
export type WorkerPlan<T> = {
  queue: QueueName;
  concurrency: number;
  read(data: unknown, job: Job): T;
  run(value: T, signal: AbortSignal): Promise<Outcome | void>;
  resolvedAfterShutdown: Run["resolvedAfterShutdown"];
};

/** Starts taking jobs, now or when Redis comes up. */
export function startRedisWorker<T>(
  target: RedisTarget,
  plan: WorkerPlan<T>,
  { timings, log }: { timings: QueueTimings; log: Log },
): QueueWorker {
  const { client, disconnectAll } = openTracked(target, timings, log);
  let isClosing = false;

  // Three parameters, because BullMQ hands over a signal only to a processor that declares it.
  const processor = async (job: Job, token: string | undefined, signal: AbortSignal | undefined): Promise<void> => {
    const abort = signal ?? new AbortController().signal;
    // Taken in the moment of closing, after the cancel: nobody would ever abort it.
    if (isClosing) return putBack(job, token, timings.putBackMs);
    const run = { signal: abort, starts: job.attemptsStarted, resolvedAfterShutdown: plan.resolvedAfterShutdown };
    const ending = await endingOf(async () => plan.run(plan.read(job.data, job), abort), run, timings);
    if (ending.kind === "putBack") {
      const { because, delayMs } = ending;
      if (because !== undefined)
        log.warn("Job waits and is tried again", { queue: plan.queue, jobId: job.id, delayMs, err: because });
      return putBack(job, token, delayMs);
    }
    if (ending.kind === "failed") throw ending.isFinal ? new UnrecoverableError(ending.error.message) : ending.error;
  };

  const worker = new Worker(plan.queue, processor, {
    connection: client,
    prefix: queuePrefix,
    concurrency: plan.concurrency,
    lockDuration: timings.lockMs,
    stalledInterval: timings.stalledMs,
    // A stall is a crashed worker, not a bad job: crashes are counted in the state file. The library's 1 would give up at the second.
    maxStalledCount: 10,
    runRetryDelay: 1000,
    settings: { backoffStrategy: (attemptsMade) => backoffMs(attemptsMade, timings.backoffMs, timings.backoffCapMs) },
  });
  logWorker(worker, plan.queue, log);
  // Losing the lock does not abort by itself: the old run would go on beside the new one.
  worker.on("lockRenewalFailed", (ids) => ids.forEach((id) => worker.cancelJob(id, abortReasons.lockLost)));

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    isClosing = true;
    const closing = worker.close();
    worker.cancelAllJobs(abortReasons.shutdown);
    if ((await within(closing, timings.closeMs)) === timedOut) {
      log.warn("Worker did not close in time, leaving its jobs to be recovered", { queue: plan.queue });
    }
    disconnectAll();
  }
  return { close: () => (closed ??= close()) };
}

/** The library makes a second, blocking connection by `duplicate`; both must end when a close hangs. */
function openTracked(
  target: RedisTarget,
  timings: QueueTimings,
  log: Log,
): { client: Redis; disconnectAll: () => void } {
  const client = openWorkerConnection(target, timings, log);
  const clients = [client];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate(override);
    // Its errors are told by the first connection.
    copy.on("error", () => undefined);
    clients.push(copy);
    return copy;
  };
  return { client, disconnectAll: () => clients.forEach((each) => each.disconnect()) };
}

/**
 * `moveToDelayed`, not `moveToWait`: with a concurrency above one the closing worker would take a waiting job again at once.
 * No attempt is used and the deduplication key stays.
 */
async function putBack(job: Job, token: string | undefined, delayMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.max(1, Math.round(delayMs)), token);
  throw new DelayedError();
}

function logWorker(worker: Worker, queue: QueueName, log: Log): void {
  worker.on("error", (error) => {
    if (!isConnectionError(error)) log.error("Worker failed", { queue, reason: error.message });
  });
  worker.on("stalled", (jobId) => log.warn("Job of a dead worker was recovered", { queue, jobId }));
  worker.on("failed", (job, error) => {
    const isFinal = job === undefined || job.finishedOn !== undefined;
    const fields = { queue, jobId: job?.id, attemptsMade: job?.attemptsMade, reason: error.message };
    if (isFinal) log.error("Job failed for good", fields);
    else log.warn("Job failed, it is tried again", fields);
  });
}
