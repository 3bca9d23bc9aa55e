// `rondo worker`: the process that talks to GitHub and runs reviewers.
import { loadEnvFile, readWorkerConfig } from "../config.ts";
import type { Command } from "./command.ts";
import { WORKER_ENVIRONMENT } from "./worker-environment.ts";

export const workerCommand: Command = {
  name: "worker",
  summary: "take deliveries and review rounds from the queue",
  usage: "worker",
  options: {},
  maxPositionals: 0,
  environment: {
    REDIS_URL: "the Redis shared with web (required)",
    ...WORKER_ENVIRONMENT,
    PORT: "of health and metrics, default 3001",
  },
  examples: ["APP_ID=123 PRIVATE_KEY_PATH=app.pem REDIS_URL=redis://127.0.0.1:6379 rondo worker"],
  run: runWorkerCommand,
};

async function runWorkerCommand(): Promise<number> {
  loadEnvFile();
  const config = readWorkerConfig();
  const { createLog } = await import("../log.ts");
  const log = createLog({ name: "worker", level: config.logLevel });
  const { runProcess } = await import("./run-process.ts");
  return runProcess(log, async (onStop) => {
    const { prepareDataDir } = await import("../data-dir.ts");
    const warnings = [...config.warnings, ...(await prepareDataDir(config.dataDir))];
    for (const warning of warnings) log.warn(warning);
    const { queueTimingsOf, readPeriods } = await import("../read-periods.ts");
    const timings = queueTimingsOf(await readPeriods(config.configFile));
    const { checkRedis, refuseUnfitRedis } = await import("../queue/redis-check.ts");
    refuseUnfitRedis(await checkRedis(config.redis), log);
    const { openRedisQueue } = await import("../queue/redis-queue.ts");
    const { githubClock } = await import("../system-clock.ts");
    const nowMs = (): number => githubClock.now().getTime();
    const queue = openRedisQueue({ target: config.redis, log, timings, nowMs });
    onStop(() => queue.close());
    const { createMetrics } = await import("../http/metrics.ts");
    const metrics = createMetrics(queue.health);
    const { startWorkerParts } = await import("../../workers/start-worker-parts.ts");
    const worker = await startWorkerParts({ config, queue, metrics, log });
    onStop(() => worker.stop());
    const { queueCheck } = await import("../http/health.ts");
    const { startProcessServer } = await import("../http/process-server.ts");
    const checks = [queueCheck(queue.health), ...worker.checks];
    const server = await startProcessServer({ name: "worker", config, checks, metrics, log });
    onStop(() => server.stop(500));
  });
}
