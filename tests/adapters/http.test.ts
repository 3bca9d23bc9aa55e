// What every process serves beside its own work: health, readiness with reasons, metrics; and how the server ends.
import { afterEach, describe, expect, it } from "vitest";
import { RetryableError } from "../../src/errors.ts";
import { dataDirCheck, queueCheck, workersCheck, type ReadinessCheck } from "../../src/http/health.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { startProcessServer } from "../../src/http/process-server.ts";
import { startServer, type Handler, type RunningServer } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";
import type { QueueCounts } from "../../src/queue/port.ts";

const lines: string[] = [];
const log = createLog({ name: "test", level: "info", sink: { write: (line) => lines.push(line) } });
const servers: RunningServer[] = [];
const none = { waiting: 0, active: 0, delayed: 0, failed: 0 };
const counts = async (): Promise<QueueCounts> => ({
  deliveries: { ...none, waiting: 3 },
  rounds: none,
  fixes: none,
  upkeep: none,
});

afterEach(async () => {
  lines.length = 0;
  for (const server of servers.splice(0)) await server.stop(100);
});

async function start(checks: readonly ReadinessCheck[], routes: Record<string, Handler> = {}) {
  const metrics = createMetrics({ counts });
  const config = { host: "127.0.0.1", port: 0 };
  const server = await startProcessServer({ name: "web", config, checks, metrics, log, routes });
  servers.push(server);
  return { server, metrics };
}
const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};
const down = async () => {
  throw new RetryableError("The queue cannot be reached.", { code: "QUEUE_UNAVAILABLE" });
};

function slow(ms: number): Handler {
  return async (_request, response) => {
    await new Promise((wake) => setTimeout(wake, ms));
    response.end("done");
  };
}

describe("/readyz", () => {
  it("is 200 when all is well", async () => {
    const beat = { id: "1", host: "h", pid: 1, concurrency: 1, startedAt: "" };
    const { server } = await start([
      queueCheck({ ping: async () => 1 }),
      workersCheck({ listWorkers: async () => [beat] }),
    ]);

    expect(await get(`${server.url}/readyz`)).toEqual({
      status: 200,
      text: '{"ready":true,"checks":[{"name":"queue","ok":true},{"name":"workers","ok":true}]}\n',
    });
  });

  it.each<[string, ReadinessCheck, string]>([
    ["the queue is down", queueCheck({ ping: down }), "The queue cannot be reached."],
    ["no worker runs", workersCheck({ listWorkers: async () => [] }), "no worker is running"],
    [
      "workers cannot be read, which is not the same",
      workersCheck({ listWorkers: down }),
      "The queue cannot be reached.",
    ],
    [
      "the disk is full",
      dataDirCheck(async () => {
        throw new RetryableError("The data directory /d cannot be written (ENOSPC).", { code: "X" });
      }),
      "The data directory /d cannot be written (ENOSPC).",
    ],
  ])("is 503 with a reason when %s", async (_name, check, reason) => {
    const { server } = await start([check]);
    const { status, text } = await get(`${server.url}/readyz`);

    expect(status).toBe(503);
    expect(JSON.parse(text)).toEqual({ ready: false, checks: [{ name: check.name, ok: false, reason }] });
  });

  it("does not wait for a check that hangs, and tells nothing of a bug", async () => {
    const { server } = await start([
      { name: "slow", run: () => new Promise(() => undefined) },
      { name: "bug", run: () => Promise.reject(new TypeError("secret detail")) },
    ]);
    const { status, text } = await get(`${server.url}/readyz`);

    expect(status).toBe(503);
    expect(text).toContain("it does not answer in time");
    expect(text).not.toContain("secret detail");
  });
});

describe("the other paths", () => {
  it("say what is there", async () => {
    const { server } = await start([]);

    expect((await get(`${server.url}/healthz`)).text).toMatch(/^\{"ok":true,"name":"web","version":"\d+\./);
    expect((await get(`${server.url}/`)).text).toContain("/readyz");
    expect((await get(`${server.url}/healthz?x=1`)).status).toBe(200);
    expect(await get(`${server.url}/probot`)).toEqual({ status: 404, text: '{"error":"not found"}\n' });
    expect((await get(`${server.url}/constructor`)).status).toBe(404);
  });

  it("count what happened, for Prometheus", async () => {
    const { server, metrics } = await start([]);
    metrics.countWebhook("accepted", 0.01);
    metrics.countDelivery("push", "done", 0.5);
    const { text } = await get(`${server.url}/metrics`);

    expect(text).toContain('rondo_webhook_seconds_count{result="accepted"} 1');
    expect(text).toContain('rondo_delivery_seconds_count{event="push",outcome="done"} 1');
    expect(text).toContain('rondo_jobs{queue="deliveries",state="waiting"} 3');
  });

  it("answer 500 without details when a handler fails", async () => {
    const { server } = await start([], {
      "/broken": () => {
        throw new TypeError("secret detail");
      },
    });

    expect(await get(`${server.url}/broken`)).toEqual({ status: 500, text: '{"error":"internal error"}\n' });
    expect(lines.join("")).toContain("this is a bug");
  });
});

describe("startServer", () => {
  it.each([
    [{ host: "192.0.2.1", port: 0 }, "HOST_UNKNOWN"],
    [{ host: "no-such-host.invalid", port: 0 }, "HOST_UNKNOWN"],
  ])("refuses %o with %s", async (where, code) => {
    await expect(startServer({ ...where, routes: {}, log })).rejects.toMatchObject({ code });
  });

  it("says that a port is taken, and how to see by whom", async () => {
    const { server } = await start([]);
    const port = Number(new URL(server.url).port);

    await expect(startServer({ host: "127.0.0.1", port, routes: {}, log })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      hint: expect.stringContaining("ss -ltnp"),
    });
  });

  it("lets a running request finish, cuts one that takes too long", async () => {
    const { server } = await start([], { "/quick": slow(200), "/endless": slow(60_000) });
    const quick = get(`${server.url}/quick`);
    const endless = get(`${server.url}/endless`).catch(() => "cut");
    await new Promise((wake) => setTimeout(wake, 100));
    const startedAt = performance.now();

    await server.stop(600);

    expect((await quick).text).toBe("done");
    expect(await endless).toBe("cut");
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
