// `rondo serve`: web and worker in one process, for one machine; with a Redis of its own when none is named. Without a
// GitHub App it serves the page on which one is created.
import { randomBytes } from "node:crypto";
import {
  loadEnvFile,
  readFirstStartConfig,
  readServeConfig,
  type FirstStartConfig,
  type ServeConfig,
} from "../config.ts";
import { UserError } from "../errors.ts";
import type { RootLog } from "../log.ts";
import type { RedisTarget } from "../queue/connection.ts";
import type { Command, CommandInput } from "./command.ts";
import type { OnStop } from "./run-process.ts";
import { WORKER_ENVIRONMENT } from "./worker-environment.ts";

export const serveCommand: Command = {
  name: "serve",
  summary: "web and worker in one process, with a queue of its own unless REDIS_URL is set",
  usage: "serve [--write-settings FILE]",
  options: {
    "write-settings": {
      type: "string",
      value: "FILE",
      help: "while there is no GitHub App: write the settings of the App that is created to this new file",
    },
  },
  maxPositionals: 0,
  environment: {
    WEBHOOK_SECRET: "the GitHub App's webhook secret, 32 bytes or more (required)",
    ...WORKER_ENVIRONMENT,
    REDIS_URL: "use this Redis instead of starting one",
    PORT: "default 3000",
  },
  examples: ["rondo serve", "rondo serve --write-settings .env", "PORT=8080 LOG_LEVEL=debug rondo serve"],
  run: runServe,
};

async function runServe({ values }: CommandInput): Promise<number> {
  loadEnvFile();
  const file = values["write-settings"];
  const firstStart = readFirstStartConfig();
  if (firstStart !== null) return runFirstStart(firstStart, typeof file === "string" ? file : null);
  if (file !== undefined) {
    throw new UserError("--write-settings is for the first start only: a GitHub App is configured already.", {
      code: "USAGE",
      hint: "Leave the option out, or take APP_ID, the private key and WEBHOOK_SECRET out of the environment and .env.",
    });
  }
  const config = readServeConfig();
  const { createLog } = await import("../log.ts");
  const log = createLog({ name: "serve", level: config.logLevel });
  const { runProcess } = await import("./run-process.ts");
  return runProcess(log, async (onStop) => {
    const { prepareDataDir } = await import("../data-dir.ts");
    const warnings = [...config.warnings, ...(await prepareDataDir(config.dataDir))];
    for (const warning of warnings) log.warn(warning);
    const { queueTimingsOf, readPeriods } = await import("../read-periods.ts");
    const timings = queueTimingsOf(await readPeriods(config.configFile));
    // Before anything is touched: a second `serve` on the same data would adopt the first one's Redis, fail at the port, and
    // end that Redis on its way out.
    const { startServer } = await import("../http/server.ts");
    await (await startServer({ host: config.host, port: config.port, routes: {}, log })).stop(0);
    const target = await findRedis(config, log, onStop);
    const { openRedisQueue } = await import("../queue/redis-queue.ts");
    const { githubClock, systemClock } = await import("../system-clock.ts");
    const nowMs = (): number => githubClock.now().getTime();
    const queue = openRedisQueue({ target, log, timings, nowMs });
    onStop(() => queue.close());
    const { createMetrics } = await import("../http/metrics.ts");
    const metrics = createMetrics(queue.health);
    const { startWorkerParts } = await import("../../workers/start-worker-parts.ts");
    const worker = await startWorkerParts({ config, queue, metrics, log });
    onStop(() => worker.stop());
    const { startWeb } = await import("../web.ts");
    const { checks } = worker;
    const server = await startWeb({ name: "serve", config, queue, metrics, clock: systemClock, log, checks });
    onStop(() => server.stop(1000));
  });
}

/** No App yet: the page that creates one, until a signal ends it. */
async function runFirstStart(config: FirstStartConfig, file: string | null): Promise<number> {
  const { checkSettingsFile } = await import("../first-start/settings-text.ts");
  const settingsFile = file === null ? null : await checkSettingsFile(file);
  const { createLog } = await import("../log.ts");
  const log = createLog({ name: "serve", level: config.logLevel });
  const { runProcess } = await import("./run-process.ts");
  return runProcess(log, async (onStop) => {
    const { startFirstStart } = await import("../first-start/start-first-start.ts");
    const { convertManifest } = await import("../github/convert-manifest.ts");
    const { createFetch } = await import("../github/create-fetch.ts");
    const { registerSecret } = await import("../mask-secrets.ts");
    for (const warning of config.warnings) log.warn(warning);
    const send = createFetch(config.network);
    const server = await startFirstStart({
      config,
      secret: randomBytes(32),
      settingsFile,
      now: () => new Date(),
      log,
      // Not stdout: that is the log, and the log goes to places where the link must not be.
      print: (text) => void process.stderr.write(text),
      async convert(code) {
        registerSecret(code);
        const app = await convertManifest({ apiUrl: config.githubApiUrl, code, send });
        for (const secret of [app.privateKey, app.webhookSecret ?? ""]) registerSecret(secret);
        return app;
      },
    });
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
