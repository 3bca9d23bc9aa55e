// The door from outside: signed webhooks over HTTP to a running web process, a separate worker, and a Redis that dies in
// between. Nothing that was acknowledged may be lost, and nothing may be acted on twice.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  APP_KEY,
  postDelivery,
  SECRET,
  signedDelivery,
  startRondo,
  synchronize,
  type RondoProcess,
} from "../support/processes.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

type Example = { name: string; examples: Record<string, unknown>[] };
const examples: Example[] = createRequire(import.meta.url)("@octokit/webhooks-examples");

/** Answers like a GitHub on which nothing exists but the App. */
const github = createServer((request, response) => {
  request.resume();
  const isApp = request.url === "/app";
  response.writeHead(isApp ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(isApp ? { id: 7, slug: "rondo" } : { message: "Not Found" }));
});
let githubUrl = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
  const address = github.address();
  githubUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterAll(() => {
  github.closeAllConnections();
  github.close();
});

const started: { processes: RondoProcess[]; redis: TestRedis[] } = { processes: [], redis: [] };

afterEach(async () => {
  for (const each of started.processes.splice(0)) if (each.child.exitCode === null) await each.end("SIGKILL");
  for (const each of started.redis.splice(0)) await each.stop();
});

async function redisServer(): Promise<TestRedis> {
  const redis = await startRedis();
  started.redis.push(redis);
  return redis;
}
function web(redis: TestRedis, env: Record<string, string> = {}): RondoProcess {
  const process = startRondo(["web"], { WEBHOOK_SECRET: SECRET, REDIS_URL: `unix://${redis.target.path}`, ...env });
  started.processes.push(process);
  return process;
}
function worker(redis: TestRedis): RondoProcess {
  const env = { APP_ID: "7", PRIVATE_KEY: APP_KEY, REDIS_URL: `unix://${redis.target.path}` };
  const process = startRondo(["worker"], { ...env, GITHUB_API_URL: githubUrl, GITHUB_SERVER_URL: githubUrl });
  started.processes.push(process);
  return process;
}
/** A push to a branch: an intent that needs no pull request to exist. */
function push(n: number): Record<string, unknown> {
  const { action: _, pull_request: __, ...common } = synchronize(n);
  return { ...common, ref: `refs/heads/branch-${n}`, after: "b".repeat(40) };
}

const deliveries = (process: RondoProcess) => process.log().filter((line) => line.msg === "Delivery");

async function until(isTrue: () => boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isTrue() && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 20));
}

async function ready(at: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${at}/readyz`);
  return { status: response.status, body: await response.text() };
}

describe("webhooks on their way to the worker", () => {
  it("arrive exactly once each, over a crash of Redis, redeliveries and a late worker", async () => {
    const redis = await redisServer();
    const front = web(redis);
    const url = await front.url();
    const guids = Array.from({ length: 60 }, (_, n) => signedDelivery("push", push(n + 1)));

    for (const delivery of guids.slice(0, 30)) expect((await postDelivery(url, delivery)).status).toBe(202);
    // Appended to the file once a second: what was acknowledged longer ago must survive a crash.
    await new Promise((wake) => setTimeout(wake, 1500));
    await redis.kill();
    expect(await postDelivery(url, guids[30] ?? guids[0]!)).toMatchObject({ status: 503, retryAfter: "30" });
    await redis.start();
    await until(() => false, 1500);
    for (const delivery of guids.slice(30)) expect((await postDelivery(url, delivery)).status).toBe(202);
    const again = await postDelivery(url, guids[3]!);
    expect(again).toMatchObject({ status: 202, json: { result: "duplicate" } });

    const back = worker(redis);
    await until(() => deliveries(back).length >= 60);
    expect(await postDelivery(url, guids[3]!)).toMatchObject({ json: { result: "duplicate" } });
    await until(() => false, 500);

    const seen = deliveries(back).map((line) => String(line["delivery"]));
    expect(seen.toSorted()).toEqual(guids.map(({ guid }) => guid).toSorted());
    expect(deliveries(back)[0]).toMatchObject({ event: "push", intent: "branchPushed", repo: "octo/hello" });
    expect(deliveries(back)[0]).toHaveProperty("durationMs");
    expect((await back.end()).ms).toBeLessThan(5000);
    expect((await front.end()).code).toBe(0);
  });

  it("all 329 of GitHub's example payloads are answered 202, and nobody's words reach a log or Redis", async () => {
    const redis = await redisServer();
    const front = web(redis, { LOG_LEVEL: "debug" });
    const back = worker(redis);
    const url = await front.url();
    let accepted = 0;

    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) {
        const whole = { installation: { id: 1 }, ...payload };
        const { status, json } = await postDelivery(url, signedDelivery(name, whole));
        expect(status).toBe(202);
        if (json["result"] === "accepted") accepted += 1;
      }
    }
    const arrived = () => new Set(deliveries(back).map((line) => line["delivery"])).size;
    await until(() => arrived() >= accepted);

    // The reader's own test says which 285 ask for nothing.
    expect(accepted).toBe(329 - 285);
    expect(arrived()).toBe(accepted);
    expect(back.child.exitCode).toBeNull();
    expect(front.stdout()).not.toMatch(/It looks like you accidently spelled|"body"|"title"/);
  });

  it("web and worker tell when they are ready, and why not", async () => {
    const redis = await redisServer();
    const front = web(redis);
    const url = await front.url();
    expect(await ready(url)).toMatchObject({ status: 503, body: expect.stringContaining("no worker is running") });
    const back = worker(redis);
    const workerUrl = await back.url();
    await back.waitFor((line) => line.msg === "Working");
    await until(() => false, 500);
    expect((await ready(url)).status).toBe(200);
    expect((await ready(workerUrl)).status).toBe(200);

    await redis.kill();
    expect(await ready(url)).toMatchObject({ status: 503, body: expect.stringContaining("queue cannot be reached") });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await redis.start();
    await until(() => false, 1500);
    expect((await ready(workerUrl)).status).toBe(200);

    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/rondo_jobs\{queue="deliveries",state="waiting"\} 0/);
    expect(await (await fetch(`${workerUrl}/metrics`)).text()).toContain("process_resident_memory_bytes");
  });
});

describe("rondo serve", () => {
  it("takes webhooks to its own worker over a Redis of its own, and leaves nothing running", async () => {
    const process = startRondo(["serve"], {
      APP_ID: "7",
      PRIVATE_KEY: APP_KEY,
      WEBHOOK_SECRET: SECRET,
      GITHUB_API_URL: githubUrl,
      GITHUB_SERVER_URL: githubUrl,
    });
    started.processes.push(process);
    const url = await process.url();
    const delivery = signedDelivery("push", push(1));

    expect(await postDelivery(url, delivery)).toMatchObject({ status: 202, json: { result: "accepted" } });
    await process.waitFor((line) => line.msg === "Delivery" && line["delivery"] === delivery.guid);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const redisPid = Number((await process.waitFor((line) => line.msg === "Started Redis"))["pid"] ?? 0);
    const stopped = await process.end();
    expect(stopped.code).toBe(0);
    expect(stopped.ms).toBeLessThan(5500);
    expect(() => globalThis.process.kill(redisPid, 0)).toThrow("ESRCH");
  });
});
