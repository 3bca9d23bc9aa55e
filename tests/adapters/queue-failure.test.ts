// What the queue promises when things break: Redis down, hung, killed, flushed or not there yet; workers killed; locks lost.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startManagedRedis } from "../../src/queue/managed-redis.ts";
import { abortReasons, type RondoQueue } from "../../src/queue/port.ts";
import { openRedisQueue } from "../../src/queue/redis-queue.ts";
import {
  aborted,
  pullRequest,
  recordingLog,
  shortTimings,
  silentLog,
  sleep,
  until,
  webhook,
} from "../support/queue.ts";
import { prepareRedis, type TestRedis } from "../support/redis.ts";

/** The build that the other process runs; the variable is for trying out a part of the tree. */
const dist = resolve(process.env["RONDO_TEST_DIST"] ?? "dist");
const script = fileURLToPath(new URL("../support/queue-process.mjs", import.meta.url));

let redis: TestRedis;
let opened: RondoQueue[] = [];
let children: ChildProcess[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeEach(async () => {
  redis = await prepareRedis();
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});
afterEach(async () => {
  redis.resume();
  await Promise.all(opened.map((queue) => queue.close()));
  for (const child of children) child.kill("SIGKILL");
  opened = [];
  children = [];
  await redis.stop();
  process.off("unhandledRejection", onUnhandled);
  if (unhandled.length > 0) throw new Error(`Unhandled rejections: ${unhandled.join("; ")}`);
});

function open(log = silentLog): RondoQueue {
  // The times that callers wait are the ones of production: they are what is measured here.
  const queue = openRedisQueue({ target: redis.target, log, timings: { ...shortTimings, graceMs: 200 } });
  opened.push(queue);
  return queue;
}

/** How long a call takes to be refused, in milliseconds. */
async function refusal(call: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await expect(call).rejects.toMatchObject({ name: "RetryableError", code: "QUEUE_UNAVAILABLE" });
  return performance.now() - start;
}

describe("Redis that was never up", () => {
  test("every call is refused in time, nothing piles up, and all works once it comes", async () => {
    const queue = open();
    const seen: string[] = [];
    queue.startDeliveriesWorker(async (job) => void seen.push(job.kind));
    const calls = [
      queue.deliveries.add(webhook()),
      queue.jobs.wake(pullRequest()),
      queue.health.ping(),
      queue.health.counts(),
      queue.health.listWorkers(),
    ];
    // An outage has many callers: they share one wait.
    calls.push(...Array.from({ length: 100 }, () => queue.health.ping()));
    const times = await Promise.all(calls.map((call) => refusal(call)));
    expect(Math.max(...times)).toBeLessThan(5000);
    await redis.start();
    await until(async () => (await queue.deliveries.add(webhook("late"))) !== undefined, "adds work");
    await until(() => seen.length > 0, "and the worker that was built before works");
    await sleep(100);
    // The refused delivery was not kept anywhere: the sender was told so.
    expect(seen).toEqual(["webhook"]);
  });
});

describe("Redis that goes away", () => {
  test("down: refused in time; back: works by itself; told once, not for every attempt", async () => {
    await redis.start();
    const log = recordingLog();
    const queue = open(log);
    await queue.deliveries.add(webhook());
    await redis.kill();
    expect(await refusal(queue.deliveries.add(webhook()))).toBeLessThan(5000);
    expect(log.lines.filter((line) => line.includes("connection lost"))).toHaveLength(1);
    await redis.start();
    expect(await queue.deliveries.add(webhook())).toBe("added");
    expect(log.lines.some((line) => line.includes("is back"))).toBe(true);
  });

  test("a short restart is waited out: the sender notices nothing", async () => {
    await redis.start();
    const queue = open();
    await queue.deliveries.add(webhook());
    await redis.kill();
    const answer = queue.deliveries.add(webhook());
    await sleep(300);
    await redis.start();
    expect(await answer).toBe("added");
    expect((await queue.health.counts()).deliveries.waiting).toBe(2);
  });

  test("hung: refused in time as ambiguous; the redelivery of what landed after all is harmless", async () => {
    await redis.start();
    const queue = open();
    await queue.deliveries.add(webhook("first"));
    redis.hang();
    const start = performance.now();
    await expect(queue.deliveries.add(webhook("late"))).rejects.toMatchObject({
      code: "QUEUE_UNAVAILABLE",
      isAmbiguous: true,
    });
    expect(performance.now() - start).toBeLessThan(5000);
    redis.resume();
    await until(async () => (await queue.health.counts()).deliveries.waiting >= 1, "it answers again");
    await queue.deliveries.add(webhook("late"));
    expect((await queue.health.counts()).deliveries.waiting).toBe(2);
  });

  test.each(["down", "hung", "never up"])(
    "closing with a round in hand while Redis is %s ends within 5 s",
    async (how) => {
      if (how !== "never up") await redis.start();
      const queue = open();
      let isRunning = false;
      queue.startRoundsWorker(async (_, signal) => {
        isRunning = true;
        await aborted(signal);
      }, 2);
      queue.startDeliveriesWorker(async () => undefined);
      queue.jobs.onAnnounced(pullRequest(), () => undefined);
      if (how !== "never up") {
        await queue.jobs.wake(pullRequest());
        await until(() => isRunning, "the round runs");
      }
      if (how === "down") await redis.kill();
      if (how === "hung") redis.hang();
      const start = performance.now();
      await queue.close();
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );

  test("killed with 300 acknowledged jobs, managed: none is lost, and the next job is soon done", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "rondo-queue-"));
    const managed = await startManagedRedis({ dataDir, log: silentLog });
    const queue = openRedisQueue({ target: managed.target, log: silentLog });
    try {
      const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
      await Promise.all(numbers.map((number) => queue.jobs.wake(pullRequest(number), 60_000)));
      let seen = "";
      queue.startDeliveriesWorker(async (job) => void (seen = job.kind === "webhook" ? job.delivery : ""));
      await sleep(50);
      process.kill(managed.pid(), "SIGKILL");
      const start = performance.now();
      // Asked for while it is down: waits for the new server.
      await queue.deliveries.add(webhook("after"));
      await until(() => seen === "after", "the next job is done");
      const recoveredMs = performance.now() - start;
      expect((await queue.health.counts()).rounds.delayed).toBe(300);
      expect(recoveredMs).toBeLessThan(4000);
    } finally {
      await queue.close();
      await managed.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test("flushed: workers go on with what is asked for next, the lost timers and rounds are asked for again", async () => {
    await redis.start();
    const queue = open();
    const seen: number[] = [];
    const upkeep: number[] = [];
    queue.startRoundsWorker(async ({ number }) => void seen.push(number), 1);
    queue.startUpkeepWorker([{ name: "reconcile", everyMs: 100, run: async () => void upkeep.push(1) }]);
    await queue.jobs.wake(pullRequest(1), 60_000);
    await until(() => upkeep.length > 1, "upkeep runs");
    const client = new Redis(redis.target.path);
    await client.flushall();
    client.disconnect();
    const before = upkeep.length;
    // What the reconciler does at its next round.
    await queue.jobs.wake(pullRequest(1));
    await queue.jobs.wake(pullRequest(2));
    await until(() => seen.length === 2, "both rounds run");
    await until(() => upkeep.length > before + 1, "upkeep is scheduled again");
    expect(seen).toEqual([1, 2]);
  });
});

describe("locks", () => {
  test("a lost lock aborts the run", async () => {
    await redis.start();
    const queue = open();
    const reasons: unknown[] = [];
    queue.startRoundsWorker(async (_, signal) => {
      await aborted(signal);
      reasons.push(signal.reason);
    }, 1);
    await queue.jobs.wake(pullRequest());
    const client = new Redis(redis.target.path);
    await until(async () => (await client.keys("rondo:rounds:*:lock")).length === 1, "the round has its lock");
    await client.del(...(await client.keys("rondo:rounds:*:lock")));
    client.disconnect();
    await until(() => reasons.length > 0, "the signal aborts");
    expect(reasons[0]).toBe(abortReasons.lockLost);
  });

  test("a round longer than its lock runs once", async () => {
    await redis.start();
    const [one, two] = [open(), open()];
    let runs = 0;
    for (const queue of [one, two]) {
      queue.startRoundsWorker(async () => {
        runs += 1;
        await sleep(2500);
      }, 1);
    }
    await one.jobs.wake(pullRequest());
    await sleep(2800);
    expect(runs).toBe(1);
  });
});

describe("killed processes", () => {
  test("a worker killed four times over the same round: it is still done", async () => {
    await redis.start();
    const queue = open();
    const file = join(redis.dir, "runs.log");
    const lines = async (): Promise<string[]> =>
      (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
    await queue.jobs.wake(pullRequest(7));
    for (let kill = 1; kill <= 4; kill += 1) {
      const child = spawn(process.execPath, [script, dist, "worker", redis.target.path, file, "60000"]);
      children.push(child);
      await until(async () => (await lines()).length === kill, `worker ${kill} takes the round`, 10_000);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const last = spawn(process.execPath, [script, dist, "worker", redis.target.path, file, "10"]);
    children.push(last);
    await until(
      async () => (await lines()).some((line) => line.startsWith("end 7")),
      "the last worker ends it",
      10_000,
    );
    expect(await lines()).toHaveLength(6);
  });

  test("a supervisor killed with SIGKILL: the next one adopts its Redis", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "rondo-queue-"));
    const child = spawn(process.execPath, [script, dist, "supervisor", dataDir]);
    children.push(child);
    const [said] = await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = await startManagedRedis({ dataDir, log: silentLog });
    const pid = next.pid();
    await next.stop();
    await rm(dataDir, { recursive: true, force: true });
    expect({ adopted: next.wasAdopted, pid }).toEqual({ adopted: true, pid: Number(String(said)) });
  });
});
