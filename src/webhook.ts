// The front: everything between an untrusted HTTP request and a durable job. Probot's own middleware is not used here: it
// reads bodies without limit before it checks them, logs them, and answers 202 after 9 s whatever became of the event.
// Order: limits, content type, signature over the raw bytes; only then is anything parsed or believed. 2xx is said only
// after the queue has stored the job, because GitHub does not redeliver by itself what was acknowledged.
// Source: https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
import type { IncomingMessage, ServerResponse } from "node:http";
import { verifyWithFallback } from "@octokit/webhooks-methods";
import { RetryableError } from "./errors.ts";
import { answer } from "./http/answer.ts";
import { countFailedSignatures, type FailedSignatures } from "./http/failed-signatures.ts";
import { bodyReader, LARGEST_BODY_BYTES, type Body, type BodyLimits } from "./http/read-body.ts";
import { isIgnored, readDelivery } from "./intent/read-intent.ts";
import type { Clock, Log } from "./ports.ts";
import type { DeliveryQueue } from "./queue/port.ts";

/** How a request ended; also the label of the metric. */
export type WebhookResult = "accepted" | "ignored" | "duplicate" | "refused" | "unavailable" | "failed";

/** What the front needs. `secrets`: current first; while a secret is rotated the previous one is second. */
export type WebhookFront = {
  secrets: readonly string[];
  queue: DeliveryQueue;
  log: Log;
  clock: Pick<Clock, "now" | "monotonicMs">;
  onDone?: (result: WebhookResult, seconds: number) => void;
  limits?: Partial<BodyLimits & { addTimeoutMs: number }>;
};

/**
 * Makes the handler of `POST /api/github/webhooks`. It always answers and never rejects: 202 accepted, ignored or
 * duplicate; 400 malformed; 401 bad signature; 405; 408 too slow; 413; 415; 429; 503 with Retry-After.
 */
export function webhookHandler(
  front: WebhookFront,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...front.limits };
  const readBody = bodyReader(limits);
  const failures = countFailedSignatures(() => front.clock.monotonicMs());

  return async (request, response) => {
    const startedAt = front.clock.monotonicMs();
    let reply: Reply;
    try {
      reply = await handle(request, { front, readBody, failures, addTimeoutMs: limits.addTimeoutMs });
    } catch (error) {
      front.log.error("Webhook failed: this is a bug", { err: error });
      reply = { status: 500, result: "failed", json: { error: "internal error" } };
    }
    front.onDone?.(reply.result, (front.clock.monotonicMs() - startedAt) / 1000);
    answer(request, response, reply);
  };
}

const DEFAULT_LIMITS = {
  maxBytes: LARGEST_BODY_BYTES,
  maxTotalBytes: 4 * LARGEST_BODY_BYTES,
  // GitHub gives up after 10 s: a body that takes 5 s leaves 4 s for the queue.
  timeoutMs: 5000,
  addTimeoutMs: 4000,
};

type Reply = { status: number; result: WebhookResult; json: Record<string, unknown>; headers?: Record<string, string> };
type Context = {
  front: WebhookFront;
  readBody: (request: IncomingMessage) => Promise<Body>;
  failures: FailedSignatures;
  addTimeoutMs: number;
};

async function handle(request: IncomingMessage, context: Context): Promise<Reply> {
  const { front, failures } = context;
  const address = request.socket.remoteAddress ?? "unknown";
  const signed = await readSigned(request, context);
  if ("status" in signed) {
    // Not one line per forged request: the first of a minute is enough to see that somebody tries.
    const blockedForMs = signed.status === 401 ? failures.blockedForMs(address) : 0;
    if (failures.add(address).isFirst) {
      front.log.warn("Webhook refused", { address, status: signed.status, reason: signed.json["error"] });
    }
    if (blockedForMs === 0) return signed;
    const seconds = String(Math.ceil(blockedForMs / 1000));
    return { ...refused(429, "too many wrong signatures"), headers: { "retry-after": seconds } };
  }
  const reply = await accept(request, signed.text, context);
  if (reply.status === 400) front.log.warn("Signed webhook is malformed", { reason: reply.json["error"] });
  return reply;
}

/** The body's text once its signature is right; nothing of it was looked at before. */
async function readSigned(request: IncomingMessage, { front, readBody }: Context): Promise<Reply | { text: string }> {
  if (request.method !== "POST") return { ...refused(405, "only POST is answered here"), headers: { allow: "POST" } };
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    return refused(415, "the content type must be application/json: set it in the GitHub App's webhook settings");
  }
  // Two such headers arrive joined by a comma and fit no longer.
  const signature = request.headers["x-hub-signature-256"];
  if (typeof signature !== "string" || !/^sha256=[0-9a-f]{64}$/.test(signature)) {
    return refused(401, "the header X-Hub-Signature-256 is missing or malformed");
  }
  const body = await readBody(request);
  if ("refused" in body) return BODY_REPLIES[body.refused];
  const text = body.bytes.toString("utf8");
  const [current = "", ...previous] = front.secrets;
  // The library refuses to sign an empty text; nobody's empty text is a webhook.
  const isRight = text !== "" && (await verifyWithFallback(current, text, signature, previous));
  return isRight ? { text } : refused(401, "the signature does not fit: check that both sides have the same secret");
}

async function accept(request: IncomingMessage, text: string, context: Context): Promise<Reply> {
  const delivery = headerOf(request, "x-github-delivery").toLowerCase();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(delivery)) {
    return refused(400, "the header X-GitHub-Delivery is missing or no GUID");
  }
  const event = headerOf(request, "x-github-event");
  if (!/^[a-z0-9_]{1,60}$/.test(event)) return refused(400, "the header X-GitHub-Event is missing or malformed");
  const payload = parseObject(text);
  if (payload === undefined) return refused(400, "the body is not a JSON object");

  const { intent, slim } = readDelivery(event, payload);
  if (isIgnored(intent)) {
    context.front.log.debug("Delivery ignored", { delivery, event, reason: intent.ignored });
    return { status: 202, result: "ignored", json: { result: "ignored", reason: intent.ignored } };
  }
  return enqueue({ delivery, event, intent: intent.kind, payload: slim }, context);
}

async function enqueue(
  { intent, ...job }: { delivery: string; event: string; intent: string; payload: Record<string, unknown> },
  { front, addTimeoutMs }: Context,
): Promise<Reply> {
  const receivedAt = front.clock.now().toISOString();
  const fields = { delivery: job.delivery, event: job.event, intent };
  try {
    const added = await inTime(front.queue.add({ kind: "webhook", ...job, receivedAt }), addTimeoutMs);
    const result = added === "added" ? "accepted" : "duplicate";
    front.log.info("Delivery stored", { ...fields, result });
    return { status: 202, result, json: { result } };
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    front.log.error("Delivery not stored: GitHub will show it as failed", { ...fields, err: error });
    const json = { error: "the queue is not reachable; redeliver later" };
    return { status: 503, result: "unavailable", json, headers: { "retry-after": "30" } };
  }
}

/** The queue has its own limit; this one holds even if that fails, because an unanswered webhook shows no reason. */
async function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    const late = (): void =>
      reject(new RetryableError("The queue did not answer in time.", { code: "QUEUE_UNAVAILABLE" }));
    timer = setTimeout(late, timeoutMs);
  });
  return Promise.race([promise, end]).finally(() => clearTimeout(timer));
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function refused(status: number, error: string): Reply {
  return { status, result: "refused", json: { error } };
}

const BODY_REPLIES: Record<Extract<Body, { refused: string }>["refused"], Reply> = {
  "too large": refused(413, "the body is larger than 25 MiB"),
  "too slow": refused(408, "the body did not arrive in time"),
  "cut off": refused(400, "the body was cut off"),
  busy: { ...refused(503, "too many large bodies at once"), result: "unavailable", headers: { "retry-after": "30" } },
};
