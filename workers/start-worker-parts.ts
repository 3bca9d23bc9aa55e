// Everything that a worker needs besides the queue, made from the configuration. `rondo worker` and `rondo serve` share it.
// It is imported after the configuration was read: from here on Probot is loaded, and REDIS_URL is gone.
import { codexReadiness } from "../src/codex-readiness.ts";
import type { WorkerConfig } from "../src/config.ts";
import { openDuties, refuseUnknownReviewers } from "../src/deps.ts";
import { createGithubApp } from "../src/github/app.ts";
import { readGithubLimits } from "../src/github-limits.ts";
import { createFetch } from "../src/github/create-fetch.ts";
import type { Metrics } from "../src/http/metrics.ts";
import { silentLog, type RootLog } from "../src/log.ts";
import { registerSecret } from "../src/mask-secrets.ts";
import type { RondoQueue } from "../src/queue/port.ts";
import { readPeriods } from "../src/read-periods.ts";
import { sweepOrphans } from "../src/subprocess/sweep.ts";
import { githubClock, systemClock } from "../src/system-clock.ts";
import { runWorker, type RunningWorker } from "./run-worker.ts";

/** Starts a worker on `queue`. */
export async function startWorkerParts(options: {
  config: Omit<WorkerConfig, "redis">;
  queue: RondoQueue;
  metrics: Metrics;
  log: RootLog;
}): Promise<RunningWorker> {
  const { config, queue, metrics, log } = options;
  const remark = await refuseUnknownReviewers(config);
  if (remark !== null) log.warn("The reviewers are fewer than they could be", { remark });
  const { reconcile_ms: reconcileMs, request_ms: requestMs } = await readPeriods(config.configFile);
  const swept = sweepOrphans();
  if (swept > 0) log.warn("Ended programs that a dead worker had left running", { processes: swept });
  const rateLimits = queue.openRateLimits({
    limits: await readGithubLimits(config.configFile),
    events: metrics.limits,
  });
  const github = createGithubApp({
    appId: config.appId,
    privateKey: config.privateKey,
    apiUrl: config.githubApiUrl,
    send: createFetch(config.network, requestMs),
    time: githubClock,
    rateLimits,
    onToken: registerSecret,
    log: silentLog(),
  });
  const duties = openDuties({ config, queue, github, log, reconcileMs, rateLimits });
  const worker = await runWorker({ config, queue, github, duties, metrics, clock: systemClock, log });
  const codex = await codexReadiness(config, log);
  return codex === null ? worker : { ...worker, checks: [...worker.checks, codex] };
}
