// What the queue's tests share: short periods, a silent log, a pull request, a webhook, and waiting for something to be true.
import { randomUUID } from "node:crypto";
import type { Log } from "../../src/ports.ts";
import type { PullRequestRef } from "../../src/pull-request.ts";
import type { WebhookJob } from "../../src/queue/jobs.ts";
import type { QueueTimings } from "../../src/queue/timings.ts";

/** Ten to thirty times shorter than in production. */
export const shortTimings: Partial<QueueTimings> = {
  reconnectMs: 100,
  lockMs: 1000,
  stalledMs: 300,
  putBackMs: 100,
  graceMs: 500,
  backoffMs: 10,
  backoffCapMs: 40,
  heartbeatMs: 100,
  heartbeatTtlMs: 400,
};

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A log that remembers what was said, for tests about telling. */
export function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const say = (message: string, fields?: object): void => {
    lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  };
  return { lines, debug: say, info: say, warn: say, error: say };
}

export function pullRequest(number = 1): PullRequestRef {
  return { installationId: 1, repoId: 1001, owner: "acme", repo: "shop", number };
}

export function webhook(delivery: string = randomUUID()): WebhookJob {
  return {
    kind: "webhook",
    delivery,
    event: "pull_request",
    payload: { action: "synchronize", number: 1 },
    receivedAt: new Date().toISOString(),
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when `check` holds; rejects with `what` after `ms`. */
export async function until(check: () => boolean | Promise<boolean>, what: string, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Never came true: ${what}`);
    await sleep(5);
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
