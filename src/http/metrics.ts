// What Prometheus can ask each process: deliveries in, deliveries worked off, jobs waiting, and the process itself.
// Names follow https://prometheus.io/docs/practices/naming/. Labels come from short fixed lists, never from payloads.
import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { LimitEvents } from "../rate-limits.ts";
import type { WebhookResult } from "../webhook.ts";
import type { QueueHealth } from "../queue/port.ts";
import { redactionCounts } from "../redact.ts";
import { removedCounts } from "../retention.ts";

/** Counters of one process. */
export type Metrics = {
  countWebhook(result: WebhookResult, seconds: number): void;
  /** `outcome`: `done`, `ignored`, `not yet` or `failed`. */
  countDelivery(event: string, outcome: DeliveryOutcome, seconds: number): void;
  /** What the limiter of calls to GitHub tells. */
  limits: LimitEvents;
  /** Handler of `GET /metrics`. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
};
export type DeliveryOutcome = "done" | "ignored" | "not yet" | "failed";

/** Makes the counters. `queue` is asked for its job counts on each scrape; while it is down the gauge is left out. */
export function createMetrics(queue: Pick<QueueHealth, "counts">): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const webhooks = new Histogram({
    name: "rondo_webhook_seconds",
    help: "Time from the request to its answer, by result; GitHub waits 10 s.",
    labelNames: ["result"],
    buckets: [0.005, 0.025, 0.1, 0.5, 2, 8],
    registers,
  });
  const deliveries = new Histogram({
    name: "rondo_delivery_seconds",
    help: "Time a worker spent on a delivery, by event and outcome.",
    labelNames: ["event", "outcome"],
    buckets: [0.01, 0.1, 1, 10, 60],
    registers,
  });
  const errors = new Counter({ name: "rondo_queue_errors_total", help: "Scrapes that found no queue.", registers });
  // Registered by being made; it is read only through `collect`.
  void new Gauge({
    name: "rondo_jobs",
    help: "Jobs in the queue, by queue and state.",
    labelNames: ["queue", "state"],
    registers,
    async collect() {
      this.reset();
      try {
        for (const [name, states] of Object.entries(await queue.counts())) {
          for (const [state, count] of Object.entries(states)) this.set({ queue: name, state }, count);
        }
      } catch {
        errors.inc();
      }
    },
  });
  void new Counter({
    name: "rondo_redactions_total",
    help: "Secrets and host paths taken out before a text left this process, by place and kind.",
    labelNames: ["place", "kind"],
    registers,
    collect() {
      this.reset();
      for (const { place, kind, count } of redactionCounts()) this.inc({ place, kind }, count);
    },
  });

  void new Counter({
    name: "rondo_removed_total",
    help: "Runs, checkouts and leftover files that this process tidied away, by kind.",
    labelNames: ["kind"],
    registers,
    collect() {
      this.reset();
      for (const [kind, count] of removedCounts()) this.inc({ kind }, count);
    },
  });

  return {
    limits: limitEvents(registers),
    countWebhook: (result, seconds) => webhooks.observe({ result }, seconds),
    countDelivery: (event, outcome, seconds) => deliveries.observe({ event, outcome }, seconds),
    async serve(_request, response) {
      const text = await registry.metrics();
      response.writeHead(200, { "content-type": registry.contentType, "cache-control": "no-store" }).end(text);
    },
  };
}

function limitEvents(registers: Registry[]): LimitEvents {
  const waits = new Counter({
    name: "rondo_github_waits_total",
    help: "Times that something was told to wait for a limit of GitHub, by limit.",
    labelNames: ["why"],
    registers,
  });
  const refusals = new Counter({
    name: "rondo_github_limit_answers_total",
    help: "Answers of GitHub that refused a call because of a rate limit.",
    registers,
  });
  const alone = new Counter({
    name: "rondo_github_limits_alone_total",
    help: "Questions about limits that this process answered by itself, because Redis did not.",
    registers,
  });
  return {
    onWait: (why) => waits.inc({ why }),
    onRefusal: () => refusals.inc(),
    onAlone: () => alone.inc(),
  };
}
