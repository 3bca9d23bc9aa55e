// The worker: takes deliveries and rounds from the queue, shows that it is alive, and stops within seconds when told to.
// It holds the App key; it never listens to webhooks and never sees a webhook secret.
import { rondoApp, type Receive } from "../src/app.ts";
import type { WorkerConfig } from "../src/config.ts";
import { prepareDataDir } from "../src/data-dir.ts";
import type { GithubApp } from "../src/github/app.ts";
import { dataDirCheck, type ReadinessCheck } from "../src/http/health.ts";
import type { Metrics } from "../src/http/metrics.ts";
import type { Clock, Log } from "../src/ports.ts";
import { describeWorker } from "../src/queue/health.ts";
import type { RondoQueue, RoundProcessor, UpkeepTask } from "../src/queue/port.ts";
import { deliveriesProcessor, type OnTimer } from "./deliveries.ts";

/** What the worker does with what it takes from the queue; src/deps.ts puts it together. */
export type WorkerDuties = {
  receive: Receive;
  onTimer: OnTimer;
  lookAtRound: RoundProcessor;
  upkeep: readonly UpkeepTask[];
};

/** A worker in hand. */
export type RunningWorker = {
  checks: readonly ReadinessCheck[];
  /** Takes no more jobs, aborts the running ones and puts them back; at most 4.5 s, whatever Redis does. */
  stop(): Promise<void>;
};

/** Starts working. Resolves once it listens to the queue, also while Redis is down: then it begins when Redis is up. */
export async function runWorker(options: {
  config: Pick<WorkerConfig, "dataDir" | "concurrency">;
  queue: RondoQueue;
  github: GithubApp;
  duties: WorkerDuties;
  metrics: Metrics;
  clock: Clock;
  log: Log;
}): Promise<RunningWorker> {
  const { config, queue, github, duties, metrics, clock, log } = options;
  const app = rondoApp({
    receive: duties.receive,
    clock,
    log,
    onDone: (event, outcome, seconds) => metrics.countDelivery(event, outcome, seconds),
  });
  await github.probot.load(app);
  const heartbeat = queue.health.startHeartbeat(describeWorker(config.concurrency, clock.now()));
  const workers = [
    queue.startDeliveriesWorker(deliveriesProcessor(github.probot, duties.onTimer)),
    queue.startRoundsWorker(duties.lookAtRound, config.concurrency),
    queue.startUpkeepWorker(duties.upkeep),
  ];
  log.info("Working", { concurrency: config.concurrency });
  // A worker that starts does not wait for the next turn: what the one before it left behind goes on now.
  const stopping = new AbortController();
  for (const task of duties.upkeep) {
    void task
      .run(stopping.signal)
      .catch((error: unknown) => log.warn("Upkeep failed", { task: task.name, err: error }));
  }
  return {
    checks: [dataDirCheck(() => prepareDataDir(config.dataDir))],
    async stop() {
      stopping.abort();
      await Promise.all([heartbeat.stop(), ...workers.map((worker) => worker.close())]);
    },
  };
}
