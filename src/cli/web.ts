// `rondo web`: the process that GitHub's webhooks reach.
import { loadEnvFile, readWebConfig } from "../config.ts";
import type { Command } from "./command.ts";

export const webCommand: Command = {
  name: "web",
  summary: "receive webhooks and store them in the queue",
  usage: "web",
  options: {},
  maxPositionals: 0,
  environment: {
    WEBHOOK_SECRET: "the GitHub App's webhook secret, 32 bytes or more (required)",
    WEBHOOK_SECRET_PREVIOUS: "the one before, while it is changed",
    REDIS_URL: "the Redis shared with the workers (required)",
    HOST: "address to listen on, default 127.0.0.1",
    PORT: "default 3000",
    LOG_LEVEL: "silent, error, warn, info or debug; default info",
  },
  examples: ["WEBHOOK_SECRET=… REDIS_URL=redis://127.0.0.1:6379 rondo web"],
  run: runWeb,
};

async function runWeb(): Promise<number> {
  loadEnvFile();
  const config = readWebConfig();
  const { createLog } = await import("../log.ts");
  const log = createLog({ name: "web", level: config.logLevel });
  const { runProcess } = await import("./run-process.ts");
  return runProcess(log, async (onStop) => {
    for (const warning of config.warnings) log.warn(warning);
    const { checkRedis, refuseUnfitRedis } = await import("../queue/redis-check.ts");
    refuseUnfitRedis(await checkRedis(config.redis), log);
    const { openRedisQueue } = await import("../queue/redis-queue.ts");
    const queue = openRedisQueue({ target: config.redis, log });
    onStop(() => queue.close());
    const { createMetrics } = await import("../http/metrics.ts");
    const { systemClock } = await import("../system-clock.ts");
    const { startWeb } = await import("../web.ts");
    const metrics = createMetrics(queue.health);
    const server = await startWeb({ name: "web", config, queue, metrics, clock: systemClock, log });
    onStop(() => server.stop(3500));
  });
}
