// The HTTP side that all processes share: health, readiness, metrics and a front page, beside the routes of their own.
import type { CommonConfig } from "../config.ts";
import type { Log } from "../ports.ts";
import { version } from "../version.ts";
import { answer } from "./answer.ts";
import { healthHandler, readinessHandler, type ReadinessCheck } from "./health.ts";
import type { Metrics } from "./metrics.ts";
import { startServer, type Handler, type RunningServer } from "./server.ts";

/** Starts the server of one process. Throws UserError PORT_TAKEN, PORT_FORBIDDEN or HOST_UNKNOWN. */
export async function startProcessServer(options: {
  /** `web`, `worker` or `serve`. */
  name: string;
  config: Pick<CommonConfig, "host" | "port">;
  checks: readonly ReadinessCheck[];
  metrics: Metrics;
  log: Log;
  /** Routes of its own, by path. */
  routes?: Readonly<Record<string, Handler>>;
}): Promise<RunningServer> {
  const { name, config, checks, metrics, log } = options;
  const routes: Record<string, Handler> = {
    "/": frontPage(name),
    "/healthz": healthHandler({ name, version }),
    "/readyz": readinessHandler(checks, log),
    "/metrics": (request, response) => metrics.serve(request, response),
    ...options.routes,
  };
  const server = await startServer({ ...config, routes, log });
  log.info("Listening", { url: server.url, version });
  return server;
}

function frontPage(name: string): Handler {
  const json = { name: `rondo ${name}`, paths: ["/healthz", "/readyz", "/metrics"] };
  return (request, response) => answer(request, response, { status: 200, json });
}
