// The web process: lets webhooks in and stores them as jobs. It holds the webhook secrets and nothing else: no App key, no
// model key, no client for GitHub, and it loads none of their libraries.
import { WEBHOOK_PATH } from "./app-manifest.ts";
import type { WebConfig } from "./config.ts";
import { queueCheck, workersCheck, type ReadinessCheck } from "./http/health.ts";
import type { Metrics } from "./http/metrics.ts";
import { startProcessServer } from "./http/process-server.ts";
import type { RunningServer } from "./http/server.ts";
import type { Clock, Log } from "./ports.ts";
import type { RondoQueue } from "./queue/port.ts";
import { webhookHandler } from "./webhook.ts";

/** Starts the front. `checks` are further things that must be right, when worker and web are one process. */
export async function startWeb(options: {
  name: "web" | "serve";
  config: Pick<WebConfig, "host" | "port" | "webhookSecrets">;
  queue: Pick<RondoQueue, "deliveries" | "health">;
  metrics: Metrics;
  clock: Clock;
  log: Log;
  checks?: readonly ReadinessCheck[];
}): Promise<RunningServer> {
  const { name, config, queue, metrics, clock, log } = options;
  const webhook = webhookHandler({
    secrets: config.webhookSecrets,
    queue: queue.deliveries,
    log,
    clock,
    onDone: (result, seconds) => metrics.countWebhook(result, seconds),
  });
  return startProcessServer({
    name,
    config,
    checks: [queueCheck(queue.health), workersCheck(queue.health), ...(options.checks ?? [])],
    metrics,
    log,
    routes: { [WEBHOOK_PATH]: webhook },
  });
}
