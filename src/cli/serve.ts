// `rondo serve`: web and worker in one process, for one machine; with a Redis of its own when none is named.
import { loadEnvFile, readServeConfig, type ServeConfig } from "../config.ts";
import type { RootLog } from "../log.ts";
import type { RedisTarget } from "../queue/connection.ts";
import type { Command } from "./command.ts";
import type { OnStop } from "./run-process.ts";
import { WORKER_ENVIRONMENT } from "./worker-environment.ts";

export const serveCommand: Command = {
  name: "serve",
  summary: "web and worker in one process, with a queue of its own unless REDIS_URL is set",
  usage: "serve",
  options: {},
  maxPositionals: 0,
  environment: {
    WEBHOOK_SECRET: "the GitHub App's webhook secret, 32 bytes or more (required)",
    ...WORKER_ENVIRONMENT,
    REDIS_URL: "use this Redis instead of starting one",
    PORT: "default 3000",
  },
  examples: ["rondo serve", "PORT=8080 LOG_LEVEL=debug rondo serve"],
  run: runServe,
};

async function runServe(): Promise<number> {
  loadEnvFile();
  const config = readServeConfig();
  const { createLog } = await import("../log.ts");
  const log = createLog({ name: "serve", level: config.logLevel });
  const { runProcess } = await import("./run-process.ts");
  return runProcess(log, async (onStop) => {
    const { prepareDataDir } = await import("../data-dir.ts");
    const warnings = [...config.warnings, ...(await prepareDataDir(config.dataDir))];
    for (const warning of warnings) log.warn(warning);
    const target = await findRedis(config, log, onStop);
    const { openRedisQueue } = await import("../queue/redis-queue.ts");
    const queue = openRedisQueue({ target, log });
    onStop(() => queue.close());
    const { createMetrics } = await import("../http/metrics.ts");
    const metrics = createMetrics(queue.health);
    const { startWorkerParts } = await import("../../workers/start-worker-parts.ts");
    const worker = await startWorkerParts({ config, queue, metrics, log });
    onStop(() => worker.stop());
    const { systemClock } = await import("../system-clock.ts");
    const { startWeb } = await import("../web.ts");
    const { checks } = worker;
    const server = await startWeb({ name: "serve", config, queue, metrics, clock: systemClock, log, checks });
    onStop(() => server.stop(1000));
  });
}

/** The Redis that was named, once it is fit; or one of our own, which is stopped last. */
async function findRedis(config: ServeConfig, log: RootLog, onStop: OnStop): Promise<RedisTarget> {
  if (config.redis !== null) {
    const { checkRedis, refuseUnfitRedis } = await import("../queue/redis-check.ts");
    refuseUnfitRedis(await checkRedis(config.redis), log);
    return config.redis;
  }
  const { startManagedRedis } = await import("../queue/managed-redis.ts");
  const redis = await startManagedRedis({ dataDir: config.dataDir, log });
  onStop(() => redis.stop());
  return redis.target;
}
