// One queue in memory: the same promises as the Redis queue, kept with a map and timers. For unit tests and nothing else:
// a restart loses everything.
import type { Log } from "../ports.ts";
import { backoffMs, type QueueName } from "./jobs.ts";
import { abortReasons, type FailedJob, type Outcome, type QueueCounts, type QueueWorker } from "./port.ts";
import { endingOf, type Ending, type Run } from "./processing.ts";
import type { QueueTimings } from "./timings.ts";

type State = "waiting" | "active" | "delayed" | "failed" | "completed";

type MemoryJob<T> = {
  id: string;
  value: T;
  state: State;
  attempts: number;
  starts: number;
  /** Set while delayed. */
  timer: NodeJS.Timeout | undefined;
  /** A wake came while it was active: run once more. */
  isWantedAgain: boolean;
  reason: string;
  failedAt: string;
};

type MemoryWorker<T> = {
  concurrency: number;
  run(value: T, signal: AbortSignal): Promise<Outcome | void>;
  active: Map<string, { abort: AbortController; done: Promise<void> }>;
  isClosing: boolean;
};

export type LanePlan<T> = {
  queue: QueueName;
  attempts: number;
  /** Keep the id of a finished job, so that adding it again is a duplicate. */
  keepCompleted(value: T): boolean;
  resolvedAfterShutdown: Run["resolvedAfterShutdown"];
  describe(value: T): string;
};

export type MemoryLane<T> = {
  state(id: string): State | undefined;
  /** Adds a job, or a fresh one in place of a finished one. */
  put(id: string, value: T, delayMs: number): void;
  /** Changes a job that has not started. */
  change(id: string, value: T, delayMs: number): void;
  wantAgain(id: string): void;
  startWorker(run: MemoryWorker<T>["run"], concurrency: number): QueueWorker;
  counts(): QueueCounts[QueueName];
  listFailed(): FailedJob[];
};

export function openMemoryLane<T>(
  plan: LanePlan<T>,
  { timings, log }: { timings: QueueTimings; log: Log },
): MemoryLane<T> {
  const jobs = new Map<string, MemoryJob<T>>();
  let workers: MemoryWorker<T>[] = [];

  function delay(job: MemoryJob<T>, ms: number): void {
    clearTimeout(job.timer);
    job.state = ms > 0 ? "delayed" : "waiting";
    if (ms > 0) {
      job.timer = setTimeout(() => delay(job, 0), ms);
      job.timer.unref();
    } else queueMicrotask(pump);
  }

  function pump(): void {
    for (const job of jobs.values()) {
      if (job.state !== "waiting") continue;
      const worker = workers.find((each) => !each.isClosing && each.active.size < each.concurrency);
      if (worker === undefined) return;
      // The next job asks the next worker first.
      workers = [...workers.filter((each) => each !== worker), worker];
      start(job, worker);
    }
  }

  function start(job: MemoryJob<T>, worker: MemoryWorker<T>): void {
    const abort = new AbortController();
    job.state = "active";
    job.starts += 1;
    const run = { signal: abort.signal, starts: job.starts, resolvedAfterShutdown: plan.resolvedAfterShutdown };
    const value = structuredClone(job.value);
    const done = (async (): Promise<void> => {
      const ending = await endingOf(async () => worker.run(value, abort.signal), run, timings);
      worker.active.delete(job.id);
      finish(job, ending);
      pump();
    })();
    worker.active.set(job.id, { abort, done });
  }

  function finish(job: MemoryJob<T>, ending: Ending): void {
    if (ending.kind === "putBack") return delay(job, Math.max(1, ending.delayMs));
    if (ending.kind === "failed") {
      job.attempts += 1;
      job.reason = ending.error.message;
      job.failedAt = new Date().toISOString();
      const isFinal = ending.isFinal || job.attempts >= plan.attempts;
      log.warn("Job failed", { queue: plan.queue, jobId: job.id, reason: job.reason, isFinal });
      if (!isFinal) return delay(job, backoffMs(job.attempts, timings.backoffMs, timings.backoffCapMs));
    }
    job.state = ending.kind === "failed" ? "failed" : "completed";
    if (job.isWantedAgain) put(job.id, job.value, 0);
    else if (job.state === "completed" && !plan.keepCompleted(job.value)) jobs.delete(job.id);
  }

  function put(id: string, value: T, delayMs: number): void {
    const fresh = { attempts: 0, starts: 0, timer: undefined, isWantedAgain: false, reason: "", failedAt: "" };
    const job: MemoryJob<T> = { id, value: structuredClone(value), state: "waiting", ...fresh };
    jobs.delete(id); // To the end of the line.
    jobs.set(id, job);
    delay(job, delayMs);
  }

  return {
    put,
    state: (id) => jobs.get(id)?.state,
    change(id, value, delayMs) {
      const job = jobs.get(id);
      if (job === undefined) return;
      job.value = structuredClone(value);
      if (job.state === "delayed") delay(job, delayMs);
    },
    wantAgain(id) {
      const job = jobs.get(id);
      if (job !== undefined) job.isWantedAgain = true;
    },
    startWorker(run, concurrency) {
      const worker: MemoryWorker<T> = { concurrency, run, active: new Map(), isClosing: false };
      workers.push(worker);
      queueMicrotask(pump);
      return {
        async close() {
          worker.isClosing = true;
          workers = workers.filter((each) => each !== worker);
          const running = [...worker.active.values()];
          for (const { abort } of running) abort.abort(abortReasons.shutdown);
          await Promise.all(running.map(({ done }) => done));
        },
      };
    },
    counts() {
      const counts = { waiting: 0, active: 0, delayed: 0, failed: 0, completed: 0 };
      for (const { state } of jobs.values()) counts[state] += 1;
      const { completed: _, ...shown } = counts;
      return shown;
    },
    listFailed: () =>
      [...jobs.values()]
        .filter(({ state }) => state === "failed")
        .map(({ id, value, reason, attempts, failedAt }) => ({
          queue: plan.queue,
          id,
          about: plan.describe(value),
          reason,
          attempts,
          failedAt,
        })),
  };
}
