// Webhook deliveries: signing, sending, the ten-second deadline, the record GitHub keeps (list and redeliver), and the
// mischief tests ask for (drop, double, delay, hold and reorder).
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
import { createHmac } from "node:crypto";
import type { Journal } from "../journal.ts";
import type { World } from "../world.ts";

/** Where webhooks go; may change at any time. Null url: nothing is sent. */
export interface WebhookTarget {
  url: string | null;
  secret: string;
  /** Milliseconds until an unanswered delivery counts as failed; default GitHub's ten seconds. */
  deadlineMs?: number;
}

/** A webhook ready to be sent. */
export interface OutgoingEvent {
  guid: string;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  payload: Record<string, unknown>;
}

/** One attempt, as `GET /app/hook/deliveries/{id}` shows it. */
export interface Delivery extends OutgoingEvent {
  id: number;
  deliveredAt: Date;
  isRedelivery: boolean;
  durationMs: number;
  /** HTTP status of the receiver; 0 when there was none (refused, timed out). */
  statusCode: number;
  status: string;
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

/** What to do to matching events; `hold` keeps them until `release`. */
export interface DeliveryRule {
  match: { event?: string; action?: string };
  /** How many events, default 1. */
  times?: number;
  act: "drop" | "double" | "hold" | { delayMs: number };
}

/** The deliveries of one double. */
export interface Deliveries {
  target: WebhookTarget;
  /** Every attempt that was made, oldest first. */
  records: Delivery[];
  /** Sends (or drops, doubles, holds) an event; does not wait for the answer. */
  send(event: OutgoingEvent): void;
  /** Adds a rule of mischief. */
  script(rule: DeliveryRule): void;
  /** Sends held events: as they came, reversed, or shuffled by the seed. */
  release(order?: "as held" | "reversed" | "shuffled"): void;
  /** Sends an old delivery again with the same GUID. Resolves when it was answered. */
  redeliver(id: number): Promise<Delivery>;
  /** Resolves when nothing is on its way any more (delayed events included, held ones not). */
  settled(): Promise<void>;
  /** Cancels everything that has not been sent. */
  stop(): void;
}

const DEADLINE_MS = 10_000;

/** Starts with no deliveries. The world is asked for when it is needed: it holds the deliveries itself. */
export function createDeliveries(world: () => World, journal: Journal, target: WebhookTarget): Deliveries {
  const records: Delivery[] = [];
  const underway = new Set<Promise<unknown>>();
  const timers = new Set<NodeJS.Timeout>();
  let rules: { rule: DeliveryRule; left: number }[] = [];
  let held: OutgoingEvent[] = [];
  let isStopped = false;
  // Deliveries count for themselves: their number depends on the receiver's pace, the ids of a story must not.
  let lastId = 20_000_000_000;

  const attempt = async (event: OutgoingEvent, isRedelivery: boolean): Promise<Delivery> => {
    const delivery = await post(world(), journal, target, { event, isRedelivery, deliveryId: ++lastId });
    records.push(delivery);
    return delivery;
  };
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    underway.add(work);
    const forget = (): void => void underway.delete(work);
    work.then(forget, forget);
    return work;
  };
  const start = (event: OutgoingEvent): void => {
    if (!isStopped && target.url !== null) void track(attempt(event, false));
  };
  const later = (event: OutgoingEvent, ms: number): void => {
    const waiting = new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        start(event);
        resolve();
      }, ms);
      timers.add(timer);
    });
    void track(waiting);
  };

  return {
    target,
    records,
    send: (event) => {
      const entry = rules.find(({ rule, left }) => left > 0 && fits(rule, event));
      if (entry === undefined) return start(event);
      entry.left -= 1;
      const { act } = entry.rule;
      if (act === "hold") held.push(event);
      else if (act === "double") [event, event].forEach(start);
      else if (act !== "drop") later(event, act.delayMs);
    },
    script: (rule) => {
      rules = [...rules.filter(({ left }) => left > 0), { rule, left: rule.times ?? 1 }];
    },
    release: (order = "as held") => {
      const waiting = held;
      held = [];
      const sorted = {
        "as held": () => waiting,
        reversed: () => waiting.toReversed(),
        shuffled: () => world().random.shuffle(waiting),
      };
      sorted[order]().forEach(start);
    },
    redeliver: (id) => {
      const old = records.find((record) => record.id === id);
      if (old === undefined) throw new Error(`there is no delivery ${id}`);
      return track(attempt(old, true));
    },
    settled: async () => {
      while (underway.size > 0) await Promise.allSettled(underway);
    },
    stop: () => {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function fits(rule: DeliveryRule, event: OutgoingEvent): boolean {
  const { match } = rule;
  return (match.event ?? event.event) === event.event && (match.action ?? event.action) === event.action;
}

async function post(
  world: World,
  journal: Journal,
  target: WebhookTarget,
  { event, isRedelivery, deliveryId }: { event: OutgoingEvent; isRedelivery: boolean; deliveryId: number },
): Promise<Delivery> {
  const body = JSON.stringify(event.payload);
  const requestHeaders = headersFor(world, event, body, target.secret);
  const startedAt = performance.now();
  const deliveredAt = world.now();
  const url = target.url ?? "";
  const entry = journal.open({
    surface: "webhook",
    at: deliveredAt.getTime(),
    method: "POST",
    path: url,
    route: null,
    requestHeaders,
    requestBody: Buffer.from(body),
  });
  const answer = await exchange(target, requestHeaders, body);
  entry.status = answer.statusCode === 0 ? null : answer.statusCode;
  entry.responseHeaders = answer.headers;
  entry.responseBody = Buffer.from(answer.body);
  journal.close(entry, startedAt);
  const { guid, action, installationId, repositoryId, payload } = event;
  return {
    guid,
    event: event.event,
    action,
    installationId,
    repositoryId,
    payload,
    id: deliveryId,
    deliveredAt,
    isRedelivery,
    durationMs: performance.now() - startedAt,
    statusCode: answer.statusCode,
    status: answer.status,
    requestHeaders,
    responseHeaders: answer.headers,
    responseBody: answer.body,
  };
}

function headersFor(world: World, event: OutgoingEvent, body: string, secret: string): Record<string, string> {
  const hmac = (algorithm: string): string => createHmac(algorithm, secret).update(body).digest("hex");
  return {
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/d0ub1e5",
    "x-github-delivery": event.guid,
    "x-github-event": event.event,
    "x-github-hook-id": String(world.state.app.id + 1000),
    "x-github-hook-installation-target-id": String(world.state.app.id),
    "x-github-hook-installation-target-type": "integration",
    ...(secret === ""
      ? {}
      : { "x-hub-signature": `sha1=${hmac("sha1")}`, "x-hub-signature-256": `sha256=${hmac("sha256")}` }),
  };
}

async function exchange(
  target: WebhookTarget,
  headers: Record<string, string>,
  body: string,
): Promise<{ statusCode: number; status: string; headers: Record<string, string>; body: string }> {
  try {
    const response = await fetch(target.url ?? "", {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(target.deadlineMs ?? DEADLINE_MS),
    });
    const text = await response.text();
    const status = response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`;
    return { statusCode: response.status, status, headers: Object.fromEntries(response.headers), body: text };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    return { statusCode: 0, status: isTimeout ? "timed out" : "failed to connect to host", headers: {}, body: "" };
  }
}
