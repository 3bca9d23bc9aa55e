// The front against bad requests: over a real socket, each with its status, and what it may cost in log and memory.
import { createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { RetryableError } from "../../src/errors.ts";
import { startServer, type RunningServer } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";
import type { DeliveryQueue } from "../../src/queue/port.ts";
import type { WebhookJob } from "../../src/queue/jobs.ts";
import { webhookHandler, type WebhookFront } from "../../src/webhook.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const OLD_SECRET = "fedcba9876543210fedcba9876543210";
const PATH = "/api/github/webhooks";
const servers: RunningServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(100);
});

type Door = {
  url: string;
  port: number;
  jobs: WebhookJob[];
  lines: string[];
  results: string[];
  moveClock(ms: number): void;
};

async function openDoor(options: Partial<WebhookFront> & { add?: DeliveryQueue["add"] } = {}): Promise<Door> {
  const jobs: WebhookJob[] = [];
  const lines: string[] = [];
  const results: string[] = [];
  const seen = new Set<string>();
  let aheadMs = 0;
  const add: DeliveryQueue["add"] = async (job) => {
    if (seen.has(job.delivery)) return "duplicate";
    seen.add(job.delivery);
    jobs.push(job);
    return "added";
  };
  const log = createLog({ name: "web", level: "info", sink: { write: (line) => lines.push(line) } });
  const handler = webhookHandler({
    secrets: [SECRET, OLD_SECRET],
    queue: { add: options.add ?? add },
    log,
    clock: { now: () => new Date("2026-01-02T03:04:05Z"), monotonicMs: () => performance.now() + aheadMs },
    onDone: (result) => results.push(result),
    ...(options.limits && { limits: options.limits }),
  });
  const server = await startServer({ host: "127.0.0.1", port: 0, routes: { [PATH]: handler }, log });
  servers.push(server);
  const url = `${server.url}${PATH}`;
  const moveClock = (ms: number) => (aheadMs += ms);
  return { url, port: Number(new URL(url).port), jobs, lines, results, moveClock };
}

const payload = {
  action: "opened",
  installation: { id: 5 },
  repository: { id: 7, name: "hello", owner: { login: "octo" } },
  sender: { login: "ada", type: "User" },
  pull_request: { number: 3, title: "secret plans", body: "people's words" },
};

function sign(body: string, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
function headers(body: string, change: Record<string, string | undefined> = {}): Record<string, string> {
  const all = {
    "content-type": "application/json",
    "x-github-event": "pull_request",
    "x-github-delivery": randomUUID(),
    "x-hub-signature-256": sign(body),
    ...change,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
async function post(door: Door, body = JSON.stringify(payload), change: Record<string, string | undefined> = {}) {
  const response = await fetch(door.url, { method: "POST", body, headers: headers(body, change) });
  return { status: response.status, json: await response.json(), retryAfter: response.headers.get("retry-after") };
}

describe("a good delivery", () => {
  it("is stored slim and answered 202", async () => {
    const door = await openDoor();

    expect(await post(door, undefined, { "x-github-delivery": "72D3162E-cc78-11e3-81ab-4c9367dc0958" })).toMatchObject({
      status: 202,
      json: { result: "accepted" },
    });
    expect(door.jobs).toEqual([
      {
        kind: "webhook",
        delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        event: "pull_request",
        receivedAt: "2026-01-02T03:04:05.000Z",
        payload: { ...payload, pull_request: { number: 3 } },
      },
    ]);
    expect(door.lines.join("")).not.toMatch(/secret plans|people's words/);
  });

  it("is told from its redelivery", async () => {
    const door = await openDoor();
    const guid = { "x-github-delivery": randomUUID() };

    expect((await post(door, undefined, guid)).json).toEqual({ result: "accepted" });
    expect((await post(door, undefined, guid)).json).toEqual({ result: "duplicate" });
    expect(door.jobs).toHaveLength(1);
  });

  it("may be signed with the previous secret", async () => {
    const door = await openDoor();
    const body = JSON.stringify(payload);

    expect((await post(door, body, { "x-hub-signature-256": sign(body, OLD_SECRET) })).status).toBe(202);
  });

  it("fits GitHub's own test vector", async () => {
    // Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    expect(sign("Hello, World!", "It's a Secret to Everybody")).toBe(
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    );
  });

  it.each([
    ["ping", "event ping is not used"],
    ["projects_v2_item", "event projects_v2_item is not used"],
    ["issue_comment", "the comment is on an issue, not on a pull request"],
  ])("that asks for nothing (%s) is answered 202 and not stored", async (event, reason) => {
    const door = await openDoor();

    expect(await post(door, undefined, { "x-github-event": event })).toMatchObject({
      status: 202,
      json: { result: "ignored", reason },
    });
    expect(door.jobs).toEqual([]);
  });

  it("with text that is not plain ASCII keeps its signature", async () => {
    const door = await openDoor();

    expect((await post(door, JSON.stringify({ ...payload, title: "Grüße 👋 \u2028" }))).status).toBe(202);
  });
});

describe("a bad request", () => {
  const cases: [string, Record<string, string | undefined>, string, number, string][] = [
    ["no signature", { "x-hub-signature-256": undefined }, "{}", 401, "missing or malformed"],
    ["a wrong signature", { "x-hub-signature-256": sign("x") }, "{}", 401, "does not fit"],
    ["a signature of another kind", { "x-hub-signature-256": "sha1=abc" }, "{}", 401, "missing or malformed"],
    ["two signatures", { "x-hub-signature-256": `${sign("{}")}, ${sign("{}")}` }, "{}", 401, "missing or malformed"],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, "{}", 415, "must be application/json"],
    ["no content type", { "content-type": "" }, "{}", 415, "must be application/json"],
    ["an empty body", {}, "", 401, "does not fit"],
    ["a body that is no JSON", {}, "{oops", 400, "not a JSON object"],
    ["a body that is no object", {}, "[1]", 400, "not a JSON object"],
    ["a bare number", {}, "7", 400, "not a JSON object"],
    ["no GUID", { "x-github-delivery": undefined }, "{}", 400, "X-GitHub-Delivery is missing or no GUID"],
    ["a GUID that is none", { "x-github-delivery": "1:2" }, "{}", 400, "X-GitHub-Delivery is missing or no GUID"],
    ["no event", { "x-github-event": undefined }, "{}", 400, "X-GitHub-Event is missing"],
    ["an event that is none", { "x-github-event": "../push" }, "{}", 400, "X-GitHub-Event is missing"],
  ];

  it.each(cases)("with %s", async (_name, change, body, status, words) => {
    const door = await openDoor();
    const sent = { ...change };
    if (body !== "{}" && !("x-hub-signature-256" in sent)) sent["x-hub-signature-256"] = sign(body);

    const answer = await post(door, body, sent);

    expect(answer).toMatchObject({ status, json: { error: expect.stringContaining(words) } });
    expect(door.jobs).toEqual([]);
    expect(door.lines.join("").length).toBeLessThan(1024);
  });

  it("with bytes that are not UTF-8 does not pass as something else", async () => {
    const door = await openDoor();
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;

    const response = await fetch(door.url, {
      method: "POST",
      body,
      headers: headers("", { "x-hub-signature-256": signature }),
    });

    expect(response.status).toBe(401);
  });

  it("that is a GET", async () => {
    const door = await openDoor();
    const response = await fetch(door.url);

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  it("with two signature headers", async () => {
    const door = await openDoor();
    const lines = [
      `POST ${PATH} HTTP/1.1`,
      "host: x",
      "content-type: application/json",
      `x-hub-signature-256: ${sign("{}")}`,
      `x-hub-signature-256: ${sign("{}")}`,
      "content-length: 2",
      "connection: close",
    ];

    expect(await raw(door, `${lines.join("\r\n")}\r\n\r\n{}`)).toMatch(/^HTTP\/1.1 401 /);
  });
});

describe("a large body", () => {
  it("is refused by its announced length before it is read", async () => {
    const door = await openDoor();
    const head = [
      `POST ${PATH} HTTP/1.1`,
      "host: x",
      "content-type: application/json",
      `x-hub-signature-256: ${sign("")}`,
    ];

    const answer = await raw(door, `${head.join("\r\n")}\r\ncontent-length: 31457280\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain("larger than 25 MiB");
  });

  it("of 30 MB without a length is cut off at the limit, and memory stays bounded", async () => {
    const door = await openDoor();
    const before = process.memoryUsage().rss;

    const { status, sentBytes } = await sendChunks(door, { chunk: Buffer.alloc(256 * 1024), count: 120, everyMs: 0 });

    expect(status).toBe(413);
    expect(sentBytes).toBeGreaterThan(25 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(door.lines.join("").length).toBeLessThan(1024);
  });

  it("of 24 MB that is signed is taken", async () => {
    const door = await openDoor();

    expect((await post(door, JSON.stringify({ ...payload, junk: "x".repeat(24 * 1024 * 1024) }))).status).toBe(202);
  });

  it("is refused with 503 when other bodies hold the memory", async () => {
    const door = await openDoor({ limits: { maxTotalBytes: 1000 } });

    expect(await post(door, JSON.stringify({ ...payload, junk: "x".repeat(2000) }))).toMatchObject({
      status: 503,
      retryAfter: "30",
    });
    expect((await post(door)).status).toBe(202);
  });
});

describe("a slow request", () => {
  it("whose body drips is cut with 408", async () => {
    const door = await openDoor({ limits: { timeoutMs: 300 } });

    const { status } = await sendChunks(door, { chunk: Buffer.from(" "), count: 100, everyMs: 50 });

    expect(status).toBe(408);
  });

  it("whose headers never end is cut", async () => {
    const door = await openDoor();
    const startedAt = performance.now();

    expect(await raw(door, `POST ${PATH} HTTP/1.1\r\nhost: x\r\n`)).toMatch(/^HTTP\/1.1 408 /);
    expect(performance.now() - startedAt).toBeLessThan(9000);
  });

  it("that goes away in the middle leaves nothing behind", async () => {
    const door = await openDoor();
    const socket = connect(door.port, "127.0.0.1");
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-hub-signature-256: ${sign("")}\r\ncontent-length: 10\r\n\r\n{`,
    );
    await new Promise((wake) => setTimeout(wake, 100));
    socket.destroy();
    await new Promise((wake) => setTimeout(wake, 100));

    expect(door.results).toEqual(["refused"]);
    expect((await post(door)).status).toBe(202);
  });
});

describe("many wrong signatures", () => {
  it("get 429 after ten in a minute, one log line, and do not lock the right one out", async () => {
    const door = await openDoor();
    const wrong = { "x-hub-signature-256": sign("x") };
    const statuses: number[] = [];
    for (let n = 0; n < 13; n += 1) statuses.push((await post(door, undefined, wrong)).status);

    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429, 429]);
    expect(Number((await post(door, undefined, wrong)).retryAfter)).toBeGreaterThan(50);
    expect((await post(door)).status).toBe(202);
    expect(door.lines.filter((line) => line.includes("Webhook refused"))).toHaveLength(1);

    door.moveClock(61_000);
    expect((await post(door, undefined, wrong)).status).toBe(401);
    expect(door.lines.filter((line) => line.includes("Webhook refused"))).toHaveLength(2);
  });
});

async function unavailable(): Promise<never> {
  throw new RetryableError("Redis did not answer in time.", { code: "QUEUE_UNAVAILABLE" });
}

describe("the queue", () => {
  it("being down is answered 503 with Retry-After", async () => {
    const door = await openDoor({ add: unavailable });

    expect(await post(door)).toEqual({
      status: 503,
      json: { error: "the queue is not reachable; redeliver later" },
      retryAfter: "30",
    });
    expect(door.results).toEqual(["unavailable"]);
  });

  it("hanging for ever is answered 503 in time", async () => {
    const door = await openDoor({ add: () => new Promise(() => undefined), limits: { addTimeoutMs: 200 } });

    expect((await post(door)).status).toBe(503);
  });

  it("failing by a bug is answered 500 without its words", async () => {
    const door = await openDoor({
      add: async () => {
        throw new TypeError("reading 'password' of undefined");
      },
    });

    expect(await post(door)).toMatchObject({ status: 500, json: { error: "internal error" } });
    expect(door.lines.join("")).toContain("this is a bug");
  });
});

/** Sends bytes as they are and resolves to everything that came back. */
function raw(door: Door, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(door.port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

/** Sends a chunked body until it ends or the server has answered. */
function sendChunks(
  door: Door,
  { chunk, count, everyMs }: { chunk: Buffer; count: number; everyMs: number },
): Promise<{ status: number; sentBytes: number }> {
  return new Promise((resolve) => {
    let sentBytes = 0;
    const answered = new AbortController();
    const request = httpRequest(door.url, { method: "POST", headers: headers("") }, (response) => {
      answered.abort();
      response.resume();
      resolve({ status: response.statusCode ?? 0, sentBytes });
    });
    request.on("error", () => undefined);
    void (async () => {
      for (let n = 0; n < count && !answered.signal.aborted; n += 1) {
        sentBytes += chunk.length;
        if (!request.write(chunk)) await new Promise((wake) => request.once("drain", wake).once("close", wake));
        if (everyMs > 0) await new Promise((wake) => setTimeout(wake, everyMs));
      }
      request.end();
    })();
  });
}
