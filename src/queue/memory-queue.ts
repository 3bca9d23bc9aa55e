// The queue in memory, for unit tests: one process, nothing survives. It keeps the port's promises (see the contract tests).
import type { Log } from "../ports.ts";
import { pullRequestKey } from "../pull-request.ts";
import { openListeners } from "./announcements.ts";
import {
  deliveryAttempts,
  roundAttempts,
  timerJobId,
  TimerJob,
  webhookJobId,
  WebhookJob,
  type DeliveryJob,
  type RoundJob,
} from "./jobs.ts";
import { openMemoryLane, type MemoryLane } from "./memory-lane.ts";
import { memoryLimitStore } from "./memory-limit-store.ts";
import type { QueueWorker, RondoQueue, WorkerHeartbeat } from "./port.ts";
import { rateLimitsOn } from "./rate-limits.ts";
import { defaultTimings, type QueueTimings } from "./timings.ts";

/** The shared jobs; each `open` is one process's view of them. */
export type MemoryBroker = { open(): RondoQueue };

/** Opens an empty broker. */
export function openMemoryQueue(options: { log: Log; timings?: Partial<QueueTimings> }): MemoryBroker {
  const context = { log: options.log, timings: { ...defaultTimings, ...options.timings } };
  const deliveries = openMemoryLane<DeliveryJob>(
    {
      queue: "deliveries",
      attempts: deliveryAttempts,
      keepCompleted: (job) => job.kind === "webhook",
      resolvedAfterShutdown: "done",
      describe: (job) => (job.kind === "webhook" ? `${job.event} ${job.delivery}` : `${job.timer} #${job.ref.number}`),
    },
    context,
  );
  const rounds = openMemoryLane<RoundJob>(
    {
      queue: "rounds",
      attempts: roundAttempts,
      keepCompleted: () => false,
      resolvedAfterShutdown: "putBack",
      describe: ({ ref }) => `round #${ref.number}`,
    },
    context,
  );
  const listeners = openListeners();
  const heartbeats = new Map<string, WorkerHeartbeat>();
  const upkeep = new Map<string, number>();
  const store = memoryLimitStore(Date.now);

  function open(): RondoQueue {
    const workers = new Set<QueueWorker>();
    const beats = new Set<string>();
    const keep = (worker: QueueWorker): QueueWorker => {
      workers.add(worker);
      return worker;
    };
    return {
      deliveries: { add: async (job) => addWebhook(deliveries, WebhookJob.parse(job)) },
      jobs: {
        wake: async (ref, delayMs = 0) => addRound(rounds, { ref }, delayMs),
        schedule: async ({ key, ref, fence, kind, atMs }) =>
          addTimer(deliveries, TimerJob.parse({ kind: "timer", key, ref, fence, timer: kind }), atMs - Date.now()),
        announce: async (ref) => listeners.call(pullRequestKey(ref), context.log),
        onAnnounced: (ref, callback) => listeners.onAnnounced(ref, callback),
      },
      health: {
        ping: async () => 0,
        counts: async () => ({
          deliveries: deliveries.counts(),
          rounds: rounds.counts(),
          fixes: { waiting: 0, active: 0, delayed: 0, failed: 0 },
          upkeep: { waiting: 0, active: 0, delayed: 0, failed: 0 },
        }),
        listFailed: async (limit) =>
          [...deliveries.listFailed(), ...rounds.listFailed()]
            .toSorted((one, other) => other.failedAt.localeCompare(one.failedAt))
            .slice(0, limit),
        startHeartbeat(worker) {
          heartbeats.set(worker.id, worker);
          beats.add(worker.id);
          return { stop: async () => void heartbeats.delete(worker.id) };
        },
        listWorkers: async () => [...heartbeats.values()],
      },
      openRateLimits: rateLimitsOn(store, context.log),
      startDeliveriesWorker: (run, concurrency = 4) => keep(deliveries.startWorker(run, concurrency)),
      startRoundsWorker: (run, concurrency) =>
        keep(rounds.startWorker(({ ref }, signal) => run(ref, signal), concurrency)),
      startUpkeepWorker: (tasks) => keep(startUpkeep(tasks, upkeep, context.log)),
      async close() {
        await Promise.all([...workers].map((worker) => worker.close()));
        for (const id of beats) heartbeats.delete(id);
      },
    };
  }
  return { open };
}

function addWebhook(lane: MemoryLane<DeliveryJob>, job: WebhookJob): "added" | "duplicate" {
  const id = webhookJobId(job.delivery);
  const state = lane.state(id);
  if (state !== undefined && state !== "failed") return "duplicate";
  lane.put(id, job, 0);
  return "added";
}

function addTimer(lane: MemoryLane<DeliveryJob>, job: TimerJob, delayMs: number): void {
  const base = timerJobId(job.key);
  const id = lane.state(base) === "active" ? `${base}.next` : base;
  const state = lane.state(id);
  if (state === undefined || state === "failed") lane.put(id, job, delayMs);
  else lane.change(id, job, delayMs);
}

function addRound(lane: MemoryLane<RoundJob>, job: RoundJob, delayMs: number): void {
  const id = pullRequestKey(job.ref);
  const state = lane.state(id);
  if (state === undefined || state === "failed") lane.put(id, job, delayMs);
  else if (state === "active") lane.wantAgain(id);
  else if (state === "delayed" && delayMs <= 0) lane.change(id, job, 0);
}

/** `last` is shared by all views, so that only one of them runs a task per period. */
function startUpkeep(
  tasks: Parameters<RondoQueue["startUpkeepWorker"]>[0],
  last: Map<string, number>,
  log: Log,
): QueueWorker {
  const abort = new AbortController();
  const timers = tasks.map((task) => {
    const { name, everyMs } = task;
    const tick = (): void => {
      const now = performance.now();
      if (now - (last.get(name) ?? -Infinity) < everyMs * 0.9) return;
      last.set(name, now);
      task.run(abort.signal).catch((error: unknown) => log.warn("Upkeep failed", { name, reason: String(error) }));
    };
    tick();
    return setInterval(tick, everyMs).unref();
  });
  return {
    close() {
      abort.abort("shutdown");
      for (const timer of timers) clearInterval(timer);
      return Promise.resolve();
    },
  };
}
