// The model gateway over real HTTP, against the scripted model: what it lets through, counts, stops and says about failures.
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Gateway, GatewayOptions } from "../../src/gateway/contract.ts";
import { openGateway } from "../../src/gateway/gateway.ts";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import type { FakeStep } from "../../double/model/script.ts";
import { CLEAN_REVIEW } from "../../double/model/scenarios.ts";

const KEY = "sk-test-QZ7wH2kVx9LmP4tR8sYd";
const LIMITS = { maxRequests: null, maxTokens: null, costUsd: null, maxOutputTokens: 4000 };
const PRICE = { input: 1000, cachedInput: 100, output: 10_000 };
const CLEAN: FakeStep = { items: [{ text: CLEAN_REVIEW }] };

let model: FakeOpenai;
const open: Gateway[] = [];
beforeAll(async () => {
  model = await startFakeOpenai({
    big: [{ ...CLEAN, pad: 10_000_000 }],
    pieces: [{ ...CLEAN, items: [{ text: "é→𝕏 ".repeat(50) }], pieces: 7 }],
    crlf: [{ ...CLEAN, crlf: true, pieces: 11 }],
    slow: [{ ...CLEAN, trickle: 30, pad: 80_000 }],
    held: [{ ...CLEAN, sleep: 100 }],
    written: [
      {
        ...CLEAN,
        usage: { ...usage(500, 20), input_tokens_details: { cached_tokens: 100, cache_write_tokens: 300 } },
      },
    ],
  });
});
afterAll(async () => {
  await Promise.all(open.map((gateway) => gateway.close()));
  await model.close();
});

describe("the door", () => {
  it("wants the run's own token, and lets nobody else change what is known about the run", async () => {
    const gateway = await gatewayTo("ok", "door");
    for (const token of ["", "wrong", `${gateway.token}x`]) {
      expect((await ask(gateway, {}, { token })).status).toBe(401);
    }
    expect(gateway.failure()).toBeNull();
    expect(gateway.stats()).toMatchObject({ refused: 3, requests: 0 });
    expect(model.of("door")).toEqual([]);
  });

  it("knows two paths", async () => {
    const gateway = await gatewayTo("ok", "paths", { apis: ["responses"] });
    for (const path of ["/v1/models", "/responses", "/v1/responses?x=1", "/v1/responses/", "/v1/chat/completions"])
      expect((await ask(gateway, {}, { path })).status, path).toBe(404);
    expect((await ask(gateway, {}, { method: "GET" })).status).toBe(404);
    expect(gateway.failure()?.kind).toBe("config");
    expect((await ask(gateway, {})).status).toBe(200);
    expect(gateway.failure()).toBeNull();
  });

  it.each([
    ["another model", { model: "dear-model" }],
    ["a tool that the endpoint runs", { tools: [{ type: "web_search" }] }],
    [
      "such a tool inside of others",
      { tools: [{ type: "namespace", tools: [{ type: "mcp", server_url: "https://x" }] }] },
    ],
    [
      "a picture that the endpoint fetches",
      { input: [{ role: "user", content: [{ type: "input_image", image_url: "https://x" }] }] },
    ],
    ["text that the endpoint keeps", { previous_response_id: "resp_1" }],
    ["work that goes on after the run", { background: true }],
    ["a dearer tier", { service_tier: "priority" }],
    ["several answers", { n: 2 }],
  ])("refuses %s", async (_, fields) => {
    const gateway = await gatewayTo("ok", "refused");
    const answer = await ask(gateway, fields);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: expect.stringMatching(/not_allowed/) } });
    expect(model.of("refused")).toEqual([]);
    expect(gateway.stats()).toMatchObject({ requests: 0, refused: 1 });
  });

  it("refuses what is no JSON or too large", async () => {
    const gateway = await gatewayTo("ok", "sizes", { bounds: { maxRequestBytes: 2000 } });
    expect((await ask(gateway, {}, { raw: "{" })).status).toBe(400);
    expect((await ask(gateway, {}, { raw: "[]" })).status).toBe(400);
    expect((await ask(gateway, { input: "x".repeat(5000) })).status).toBe(413);
  });

  it("passes on what a program may say, puts the key in, and leaves out what is of one connection", async () => {
    const gateway = await gatewayTo("ok", "headers");
    const headers = {
      "session-id": "s1",
      connection: "x-mine",
      "x-mine": "1",
      cookie: "a=b",
      "accept-encoding": "gzip",
      "openai-project": "p",
    };
    const answer = await ask(gateway, {}, { headers });
    expect(answer.headers).not.toHaveProperty("set-cookie");
    const [seen] = model.of("headers");
    expect(seen?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      "session-id": "s1",
      "accept-encoding": "identity",
    });
    for (const name of ["x-mine", "cookie", "openai-project"]) expect(seen?.headers).not.toHaveProperty(name);
    expect(seen?.body).toMatchObject({ max_output_tokens: 4000, input: "hello" });
  });

  it("listens on a unix socket that only its owner may open", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rondo-gw-"));
    const path = join(folder, "s");
    const gateway = await gatewayTo("ok", "unix", { listen: { kind: "unix", path } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await ask(gateway, {})).status).toBe(200);
    await gateway.close();
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
    await rm(folder, { recursive: true });
  });

  it("goes to https, or to this machine", async () => {
    await expect(gatewayTo("ok", "x", { upstream: "http://example.com/v1" })).rejects.toMatchObject({
      code: "GATEWAY_UPSTREAM",
    });
    await expect(gatewayTo("ok", "x", { upstream: "http://127.0.0.1.example.com/v1" })).rejects.toThrow("https");
    await expect(gatewayTo("ok", "x", { listen: { kind: "unix", path: "/nowhere/s" } })).rejects.toMatchObject({
      code: "GATEWAY_ADDRESS",
    });
  });
});

describe("what it counts", () => {
  it.each([
    ["Responses as a stream", "/v1/responses", true],
    ["Responses whole", "/v1/responses", false],
    ["Chat Completions as a stream", "/v1/chat/completions", true],
    ["Chat Completions whole", "/v1/chat/completions", false],
  ])("%s: exactly what the endpoint told", async (name, path, stream) => {
    const run = name.replaceAll(" ", "-");
    const gateway = await gatewayTo("written", run, { prices: { m: PRICE } });
    for (let n = 0; n < 3; n += 1)
      expect((await ask(gateway, { stream, input: undefined, messages: [] }, { path })).status).toBe(200);
    const { tokens, unmetered, costUsd } = gateway.stats();
    expect(tokens).toEqual(model.told(run));
    expect(tokens).toMatchObject({ input: 1500, cachedInput: 300, cacheWrite: 900, output: 60 });
    expect({ unmetered, costUsd }).toEqual({ unmetered: 0, costUsd: 1.2 + 0.03 + 0.6 });
  });

  it.each(["pieces", "crlf"])("%s: the same bytes, and counted", async (scenario) => {
    const direct = await (
      await fetch(`${model.baseUrl(scenario, `${scenario}-direct`)}/responses`, {
        method: "POST",
        body: '{"stream":true}',
      })
    ).text();
    const gateway = await gatewayTo(scenario, scenario);
    const answer = await ask(gateway, {});
    expect(answer.text).toBe(direct);
    expect(gateway.stats().tokens).toEqual(model.told(scenario));
    expect(gateway.stats().tokens.input).toBe(1200);
  });

  it("says unknown, not nothing, for a model without a price and for an answer without usage", async () => {
    const priceless = await gatewayTo("ok", "priceless");
    await ask(priceless, {});
    expect(priceless.stats()).toMatchObject({ costUsd: null, costAtMostUsd: null, unmetered: 0 });
    const silent = await gatewayTo("no-usage", "silent", { prices: { m: PRICE } });
    await ask(silent, {});
    const { costUsd, unmetered, costAtMostUsd } = silent.stats();
    expect({ costUsd, unmetered }).toEqual({ costUsd: null, unmetered: 1 });
    expect(costAtMostUsd).toBeGreaterThan(40);
  });

  it("takes no 10 MB of memory for an answer of 10 MB, and hands it on untouched", async () => {
    const gateway = await gatewayTo("big", "big");
    const before = process.memoryUsage().rss;
    let most = 0;
    const answer = await ask(
      gateway,
      {},
      { onBytes: () => (most = Math.max(most, process.memoryUsage().rss - before)) },
    );
    expect(answer.bytes).toBeGreaterThan(10_000_000);
    expect(gateway.stats().tokens.input).toBe(1200);
    // The fake server and this client live in the same process.
    expect(most).toBeLessThan(120_000_000);
  });

  it("reads no faster than its client", async () => {
    const gateway = await gatewayTo("big", "stalled");
    const response = await begin(gateway);
    response.pause();
    await expect.poll(() => model.of("stalled").length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(model.of("stalled")[0]?.ended).toBeNull();
    response.resume();
    await once(response, "end");
    await expect.poll(() => model.of("stalled")[0]?.ended).toBe("finished");
  });
});

describe("where it stops", () => {
  it("before the request that would cross the cost, whoever asks at the same time", async () => {
    // $0.041 is set aside for each, of which it uses $0.0019; the third one gets a shorter answer.
    const prices = { m: { input: 1, cachedInput: 0.1, output: 10 } };
    const gateway = await gatewayTo("held", "race", { prices, limits: { ...LIMITS, costUsd: 0.1 } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(gateway, {})));
    const { costUsd, costAtMostUsd, requests, refused } = gateway.stats();
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 200, 200, 429, 429, 429, 429, 429,
    ]);
    expect({ requests, refused }).toEqual({ requests: 3, refused: 5 });
    const asked = model.of("race").map(({ body }) => Number(body.max_output_tokens));
    const most = asked.reduce((sum, output) => sum + 0.001 + (output * 10) / 1_000_000, 0);
    expect(most).toBeLessThanOrEqual(0.1);
    expect(costUsd).toBe(3 * 0.00192);
    expect(costAtMostUsd).toBe(costUsd);
    expect(JSON.parse(answers.find(({ status }) => status === 429)?.text ?? "")).toMatchObject({
      error: { code: "insufficient_quota" },
    });
    expect(gateway.failure()).toMatchObject({ kind: "budget", message: expect.stringContaining("$0.1") });
  });

  it("after so many requests, or tokens", async () => {
    const few = await gatewayTo("ok", "few", { limits: { ...LIMITS, maxRequests: 2 } });
    const statuses = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await ask(few, {})).status);
    expect(statuses).toEqual([200, 200, 429]);
    const tokens = await gatewayTo("ok", "tokens", { limits: { ...LIMITS, maxTokens: 10_000 } });
    while ((await ask(tokens, {})).status === 200);
    expect(tokens.stats().tokensAtMost).toBeLessThanOrEqual(10_000);
    expect(tokens.stats().requests).toBeGreaterThan(3);
    expect(tokens.failure()?.kind).toBe("budget");
  });

  it("shortens the last answer to what is left", async () => {
    const gateway = await gatewayTo("ok", "short", { limits: { ...LIMITS, maxTokens: 3000 } });
    await ask(gateway, {});
    expect(model.of("short")[0]?.body.max_output_tokens).toBeLessThan(2000);
    const own = await gatewayTo("ok", "own");
    await ask(own, { max_output_tokens: 700 });
    expect(model.of("own")[0]?.body.max_output_tokens).toBe(700);
  });

  it("counts an answer that broke off as all that was set aside", async () => {
    const limits = { ...LIMITS, costUsd: 45 };
    const gateway = await gatewayTo("cut", "broken", { prices: { m: PRICE }, limits });
    await expect(ask(gateway, {})).rejects.toThrow("aborted");
    await expect.poll(() => gateway.stats()).toMatchObject({ requests: 1, unmetered: 1, costUsd: null });
    expect((await ask(gateway, {})).status).toBe(429);
    expect(gateway.stats().costAtMostUsd).toBeLessThanOrEqual(45);
  });
});

describe("what goes wrong", () => {
  it.each([
    ["unauthorized", "auth", 401],
    ["forbidden", "auth", 403],
    ["bad-request", "config", 400],
    ["model-not-found", "config", 404],
    ["not-found", "config", 404],
    ["rate-limited", "rate_limit", 429],
    ["quota", "quota", 429],
    ["usage-limit", "quota", 429],
    ["server-error", "overloaded", 500],
    ["bad-gateway", "overloaded", 502],
    ["unavailable", "overloaded", 503],
    ["gateway-timeout", "timeout", 504],
    ["context", "context", 400],
    ["failed-quota", "quota", 200],
    ["failed-rate-limit", "rate_limit", 200],
    ["failed-server-error", "overloaded", 200],
    ["failed-context", "context", 200],
    ["max-output", "output_limit", 200],
    ["content-filter", "refused", 200],
    ["html", "config", 400],
    ["redirect", "config", 400],
  ])("%s is %s", async (scenario, kind, status) => {
    const gateway = await gatewayTo(scenario, `row-${scenario}`);
    const answer = await ask(gateway, {});
    expect(answer.status).toBe(status);
    expect(gateway.failure()).toMatchObject({ kind });
    expect(`${answer.text}${gateway.failure()?.message}`).not.toContain("sk-proj-abc");
    expect(model.of(`row-${scenario}`)).toHaveLength(1);
  });

  it("hands on how long to wait, and forgets a failure that was tried again with success", async () => {
    const waiting = await gatewayTo("rate-limited-wait", "wait");
    expect((await ask(waiting, {})).headers["retry-after"]).toBe("3");
    expect(waiting.failure()?.retryAfterMs).toBe(3000);
    const again = await gatewayTo("once-unavailable", "again");
    await ask(again, {});
    expect(again.failure()?.kind).toBe("overloaded");
    await ask(again, {});
    expect(again.failure()).toBeNull();
  });

  it("waits for headers only so long; the second time the program is told not to try again", async () => {
    const gateway = await gatewayTo("no-headers", "headless", { bounds: { headerTimeoutMs: 60 } });
    expect((await ask(gateway, {})).status).toBe(504);
    expect((await ask(gateway, {})).status).toBe(400);
    expect((await ask(gateway, {})).status).toBe(400);
    expect(gateway.failure()).toMatchObject({ kind: "timeout", message: expect.stringContaining("0.1 s") });
    expect(gateway.stats()).toMatchObject({ unmetered: 3, costUsd: null });
  });

  it.each([
    ["cut", {}, "network"],
    ["idle-headers", { silenceMs: 60 }, "timeout"],
    ["idle-mid", { silenceMs: 60 }, "timeout"],
    ["keepalive", { responseTimeoutMs: 150 }, "timeout"],
    ["big", { maxResponseBytes: 100_000 }, "output_limit"],
  ])("%s: the program sees its answer break off, whatever the reason", async (scenario, bounds, kind) => {
    const gateway = await gatewayTo(scenario, `broken-${scenario}`, { bounds });
    await expect(ask(gateway, {})).rejects.toThrow("aborted");
    await expect.poll(() => gateway.failure()?.kind).toBe(kind);
  });

  it("knows an answer that ends in order and is not whole", async () => {
    const gateway = await gatewayTo("eof", "eof");
    expect((await ask(gateway, {})).status).toBe(200);
    expect(gateway.failure()).toMatchObject({ kind: "network", message: "The answer broke off before its end." });
    expect(gateway.stats()).toMatchObject({ unmetered: 1, costUsd: null });
  });

  it("says of an endpoint that is not there, speaks no TLS, or hangs up, which it is", async () => {
    const gone = await gatewayTo("ok", "x", { upstream: "http://127.0.0.1:1/v1" });
    expect((await ask(gone, {})).status).toBe(502);
    expect(gone.failure()).toMatchObject({ kind: "network", message: expect.stringContaining("nothing listens") });
    expect(gone.stats()).toMatchObject({ unmetered: 0, tokensAtMost: 0 });
    const plain = await gatewayTo("ok", "x", { upstream: model.url.replace("http:", "https:") });
    expect((await ask(plain, {})).status).toBe(400);
    expect(plain.failure()).toMatchObject({ kind: "config", message: expect.stringContaining("TLS") });
    const rude = createNetServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(rude, "listening");
    const address = rude.address();
    const port = typeof address === "object" ? address?.port : 0;
    const hung = await gatewayTo("ok", "x", { upstream: `http://127.0.0.1:${port}/v1` });
    expect((await ask(hung, {})).status).toBe(502);
    expect(hung.failure()?.kind).toBe("network");
    rude.close();
  });

  it("ends the request at the endpoint when the program is killed, and when it is closed itself", async () => {
    for (const how of ["client", "gateway"]) {
      const run = `gone-${how}`;
      const gateway = await gatewayTo("slow", run);
      const response = await begin(gateway);
      response.on("error", () => {});
      const at = Date.now();
      if (how === "client") response.destroy();
      else await gateway.close();
      await expect.poll(() => model.of(run)[0]?.ended, { interval: 5 }).toBe("client closed");
      expect((model.of(run)[0]?.closedAt ?? Infinity) - at).toBeLessThan(500);
      await expect.poll(() => gateway.stats().unmetered).toBe(1);
    }
  });
});

function usage(input: number, output: number) {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output };
}

async function gatewayTo(scenario: string, run: string, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const gateway = await openGateway({
    upstream: model.baseUrl(scenario, run),
    key: KEY,
    models: ["m"],
    limits: LIMITS,
    prices: {},
    listen: { kind: "tcp" },
    ...options,
  });
  open.push(gateway);
  return gateway;
}

type Asking = {
  path?: string;
  method?: string;
  token?: string;
  raw?: string;
  headers?: Record<string, string>;
  onBytes?: (bytes: number) => void;
};

/** Rejects when the answer breaks off. */
async function ask(gateway: Gateway, fields: object, asking: Asking = {}) {
  const response = await begin(gateway, fields, asking);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const piece: Buffer = chunk;
    bytes += piece.length;
    asking.onBytes?.(bytes);
    if (bytes < 1_000_000) chunks.push(piece);
  }
  const { statusCode: status = 0, headers } = response;
  return { status, headers, bytes, text: Buffer.concat(chunks).toString("utf8") };
}

async function begin(gateway: Gateway, fields: object = {}, asking: Asking = {}): Promise<IncomingMessage> {
  const { token = gateway.token, method = "POST", path = "/v1/responses" } = asking;
  const body = asking.raw ?? JSON.stringify({ model: "m", input: "hello", stream: true, ...fields });
  const url = new URL(path, gateway.baseUrl);
  const out = httpRequest(url, {
    method,
    agent: false,
    headers: { authorization: `Bearer ${token}`, ...asking.headers },
    ...(gateway.socketPath !== null && { socketPath: gateway.socketPath }),
  });
  out.end(method === "GET" ? undefined : body);
  return await new Promise((resolve, reject) => {
    out.once("response", resolve);
    out.once("error", reject);
  });
}
