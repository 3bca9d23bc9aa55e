// The promises of the queue port, kept by both adapters: Redis (a real server) and memory.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PermanentError, RetryableError } from "../../src/errors.ts";
import { openMemoryQueue } from "../../src/queue/memory-queue.ts";
import { abortReasons, type RondoQueue } from "../../src/queue/port.ts";
import { openRedisQueue } from "../../src/queue/redis-queue.ts";
import { effectKey } from "../../src/round/effect-key.ts";
import { aborted, pullRequest, shortTimings, silentLog, sleep, until, webhook } from "../support/queue.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** `open` gives one process's view; all views of one test share the jobs. */
type Subject = { name: string; prepare: () => Promise<() => RondoQueue> };

const subjects: Subject[] = [
  {
    name: "redis",
    async prepare() {
      const { Redis } = await import("ioredis");
      const client = new Redis({ path: redis.target.path });
      await client.flushall();
      client.disconnect();
      return () => openRedisQueue({ target: redis.target, log: silentLog, timings: shortTimings });
    },
  },
  {
    name: "memory",
    prepare() {
      const broker = openMemoryQueue({ log: silentLog, timings: shortTimings });
      return Promise.resolve(() => broker.open());
    },
  },
];

const timerKey = effectKey({
  repoId: 1001,
  pr: 1,
  headSha: "a".repeat(40),
  round: 1,
  attempt: 1,
  kind: "deadline",
});

describe.each(subjects)("$name", ({ prepare }) => {
  let opened: RondoQueue[] = [];
  let open: () => RondoQueue;
  beforeEach(async () => {
    const make = await prepare();
    open = () => {
      const queue = make();
      opened.push(queue);
      return queue;
    };
  });
  afterEach(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    opened = [];
  });

  describe("deliveries", () => {
    test("the same GUID five times is one job, told apart from a new one", async () => {
      const queue = open();
      const seen: string[] = [];
      const job = webhook();
      const answers = await Promise.all(Array.from({ length: 5 }, () => queue.deliveries.add(job)));
      queue.startDeliveriesWorker(async (each) => void seen.push(each.kind));
      await until(() => seen.length > 0, "the delivery runs");
      await sleep(50);
      answers.push(await queue.deliveries.add(job));
      await sleep(50);
      expect(seen).toEqual(["webhook"]);
      expect(answers.toSorted()).toEqual(["added", ...Array.from({ length: 5 }, () => "duplicate")]);
    });

    test("the processor gets exactly what web stored", async () => {
      const queue = open();
      const job = webhook();
      let got: unknown;
      queue.startDeliveriesWorker(async (each) => {
        got = each;
      });
      await queue.deliveries.add(job);
      await until(() => got !== undefined, "the delivery runs");
      expect(got).toEqual(job);
    });

    test("a redelivery after the final failure acts, and failures are shown", async () => {
      const queue = open();
      let runs = 0;
      let isBroken = true;
      queue.startDeliveriesWorker(async () => {
        runs += 1;
        if (isBroken) throw new PermanentError("It is gone.", { code: "GONE" });
      });
      const job = webhook();
      await queue.deliveries.add(job);
      await until(async () => (await queue.health.counts()).deliveries.failed === 1, "the job fails");
      const [failed] = await queue.health.listFailed(10);
      expect(failed).toMatchObject({ queue: "deliveries", reason: "GONE: It is gone." });
      expect(failed?.about).toContain(job.delivery);
      isBroken = false;
      expect(await queue.deliveries.add(job)).toBe("added");
      await until(() => runs === 2, "the redelivery runs");
      await until(async () => (await queue.health.counts()).deliveries.failed === 0, "the failure is gone");
      expect(await queue.deliveries.add(job)).toBe("duplicate");
    });

    test("a plain failure is tried eight times, then kept; a redelivery has eight again", async () => {
      const queue = open();
      const job = webhook();
      let runs = 0;
      queue.startDeliveriesWorker(async () => {
        runs += 1;
        throw new Error("no luck");
      });
      await queue.deliveries.add(job);
      await until(async () => (await queue.health.counts()).deliveries.failed === 1, "the job fails for good");
      expect(runs).toBe(8);
      expect(await queue.deliveries.add(job)).toBe("added");
      await until(() => runs === 16, "it is tried eight times more");
      await until(async () => (await queue.health.counts()).deliveries.failed === 1, "it fails for good again");
      expect(runs).toBe(16);
    });

    test("a permanent error is tried once", async () => {
      const queue = open();
      let runs = 0;
      queue.startDeliveriesWorker(async () => {
        runs += 1;
        throw new PermanentError("no", { code: "NO" });
      });
      await queue.deliveries.add(webhook());
      await until(async () => (await queue.health.counts()).deliveries.failed === 1, "the job fails for good");
      await sleep(60);
      expect(runs).toBe(1);
    });

    test("a wait that the other side asked for is kept and uses no attempt", async () => {
      const queue = open();
      const times: number[] = [];
      queue.startDeliveriesWorker(async () => {
        times.push(performance.now());
        if (times.length <= 10)
          throw new RetryableError("busy", { code: "BUSY", retryAfterMs: times.length === 1 ? 200 : 5 });
      });
      await queue.deliveries.add(webhook());
      await until(() => times.length === 11, "ten waits later it is done");
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(195);
      await until(async () => (await queue.health.counts()).deliveries.active === 0, "it is done");
      expect((await queue.health.counts()).deliveries).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    });
  });

  describe("timers", () => {
    const timer = { key: timerKey, ref: pullRequest(), fence: 1, kind: "deadline" };

    test("a timer comes at its time, once, however often it was set", async () => {
      const queue = open();
      const seen: unknown[] = [];
      queue.startDeliveriesWorker(async (job) => void seen.push(job));
      const atMs = Date.now() + 150;
      await Promise.all([1, 2, 3].map(() => queue.jobs.schedule({ ...timer, atMs })));
      await sleep(80);
      expect(seen).toEqual([]);
      await until(() => seen.length > 0, "the timer fires");
      await sleep(60);
      expect(seen).toEqual([{ kind: "timer", key: timerKey, ref: pullRequest(), fence: 1, timer: "deadline" }]);
    });

    test("setting a pending timer again moves it and renews its fence", async () => {
      const queue = open();
      const fences: number[] = [];
      queue.startDeliveriesWorker(async (job) => void (job.kind === "timer" && fences.push(job.fence)));
      await queue.jobs.schedule({ ...timer, atMs: Date.now() + 60_000 });
      await queue.jobs.schedule({ ...timer, fence: 2, atMs: Date.now() + 50 });
      await until(() => fences.length > 0, "the moved timer fires");
      expect(fences).toEqual([2]);
    });

    test("a timer that fired, or failed, can be set again; also by itself while it runs", async () => {
      const queue = open();
      const fences: number[] = [];
      queue.startDeliveriesWorker(async (job) => {
        if (job.kind !== "timer") return;
        fences.push(job.fence);
        if (job.fence === 1) await queue.jobs.schedule({ ...timer, fence: 2, atMs: Date.now() + 20 });
        if (job.fence === 3) throw new PermanentError("no", { code: "NO" });
      });
      await queue.jobs.schedule({ ...timer, atMs: Date.now() });
      await until(() => fences.length === 2, "the timer that set itself again fires");
      await queue.jobs.schedule({ ...timer, fence: 3, atMs: Date.now() });
      await until(async () => (await queue.health.counts()).deliveries.failed === 1, "the timer fails");
      await queue.jobs.schedule({ ...timer, fence: 4, atMs: Date.now() });
      await until(() => fences.length === 4, "it fires again");
      expect(fences).toEqual([1, 2, 3, 4]);
    });
  });

  describe("rounds", () => {
    const ref = pullRequest();

    test("many wakes are one job; a wake after it is done is a new one", async () => {
      const queue = open();
      let runs = 0;
      await Promise.all(Array.from({ length: 20 }, () => queue.jobs.wake(ref)));
      queue.startRoundsWorker(async () => void (runs += 1), 2);
      await until(() => runs === 1, "the round runs");
      await until(async () => (await queue.health.counts()).rounds.active === 0, "it is done");
      await sleep(50);
      expect(runs).toBe(1);
      await queue.jobs.wake(ref);
      await until(() => runs === 2, "the second wake runs");
    });

    test("a wake while active runs once more afterwards, never beside it", async () => {
      const queue = open();
      let live = 0;
      let most = 0;
      let runs = 0;
      const finish: (() => void)[] = [];
      queue.startRoundsWorker(async () => {
        live += 1;
        runs += 1;
        most = Math.max(most, live);
        if (runs === 1) await new Promise<void>((resolve) => finish.push(resolve));
        live -= 1;
      }, 4);
      await queue.jobs.wake(ref);
      await until(() => runs === 1, "the first run starts");
      for (let push = 0; push < 10; push += 1) await queue.jobs.wake(ref);
      await sleep(50);
      expect(runs).toBe(1);
      finish[0]?.();
      await until(() => runs === 2, "the pushes are seen");
      await sleep(80);
      expect({ runs, most }).toEqual({ runs: 2, most: 1 });
    });

    test("a wake while waiting for its delay, or for a retry, is not lost", async () => {
      const queue = open();
      const wanted = { head: "a" };
      const seen: string[] = [];
      queue.startRoundsWorker(async () => {
        seen.push(wanted.head);
        if (seen.length === 1) throw new Error("first attempt fails");
      }, 1);
      await queue.jobs.wake(ref, 100);
      wanted.head = "b";
      await queue.jobs.wake(ref, 100);
      await until(() => seen.length === 1, "the delayed round runs");
      wanted.head = "c";
      await queue.jobs.wake(ref, 100);
      await until(() => seen.at(-1) === "c", "the newest head is seen");
      expect(seen[0]).toBe("b");
    });

    test("pushes faster than the delay cannot hold a round back", async () => {
      const queue = open();
      const start = performance.now();
      let firstRun = Infinity;
      queue.startRoundsWorker(async () => void (firstRun = Math.min(firstRun, performance.now() - start)), 1);
      while (performance.now() - start < 600) {
        await queue.jobs.wake(ref, 200);
        await sleep(40);
      }
      expect(firstRun).toBeGreaterThan(190);
      expect(firstRun).toBeLessThan(500);
    });

    test("a wake without delay pulls a delayed one forward", async () => {
      const queue = open();
      let runs = 0;
      queue.startRoundsWorker(async () => void (runs += 1), 1);
      await queue.jobs.wake(ref, 60_000);
      await queue.jobs.wake(ref, 30_000);
      await sleep(50);
      expect(runs).toBe(0);
      await queue.jobs.wake(ref);
      await until(() => runs === 1, "the round runs at once", 1000);
      await sleep(50);
      expect((await queue.health.counts()).rounds).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    });

    test("pull requests run beside each other up to the concurrency", async () => {
      const queue = open();
      let live = 0;
      let most = 0;
      let runs = 0;
      queue.startRoundsWorker(async () => {
        most = Math.max(most, (live += 1));
        await sleep(40);
        live -= 1;
        runs += 1;
      }, 3);
      await Promise.all([1, 2, 3, 4, 5, 6].map((number) => queue.jobs.wake(pullRequest(number))));
      await until(() => runs === 6, "all run");
      expect(most).toBe(3);
    });

    test("a full worker hands the job to another one", async () => {
      const [full, free] = [open(), open()];
      let refused = 0;
      let taken = 0;
      full.startRoundsWorker(async () => {
        refused += 1;
        return { delayMs: 20 };
      }, 1);
      await full.jobs.wake(ref);
      await until(() => refused > 2, "it is put back again and again without failing");
      free.startRoundsWorker(async () => void (taken += 1), 1);
      await until(() => taken === 1, "the free worker takes it");
      await sleep(60);
      expect(taken).toBe(1);
      expect((await full.health.counts()).rounds.failed).toBe(0);
    });

    test("a closing worker puts its jobs back: closed within a second, done by another, attempts unharmed", async () => {
      const [closing, other] = [open(), open()];
      const reasons: unknown[] = [];
      let started = 0;
      const worker = closing.startRoundsWorker(async (_ref, signal) => {
        started += 1;
        await aborted(signal);
        reasons.push(signal.reason);
        throw signal.reason;
      }, 2);
      await Promise.all([1, 2, 3].map((number) => closing.jobs.wake(pullRequest(number))));
      await until(() => started === 2, "two rounds run");
      const start = performance.now();
      await worker.close();
      expect(performance.now() - start).toBeLessThan(1000);
      expect(reasons).toEqual([abortReasons.shutdown, abortReasons.shutdown]);
      const done: number[] = [];
      const failures = new Map<number, number>();
      // Two failures are allowed before the last of three attempts: fewer would mean that the shutdown used one.
      other.startRoundsWorker(async ({ number }) => {
        const failed = failures.get(number) ?? 0;
        failures.set(number, failed + 1);
        if (failed < 2) throw new Error("not yet");
        done.push(number);
      }, 2);
      await until(() => done.length === 3, "the other worker does all three");
      expect(started).toBe(2);
      expect(done.toSorted((one, two) => one - two)).toEqual([1, 2, 3]);
    });

    test("a processor that ignores its signal does not hold the close up", async () => {
      const queue = open();
      let isRunning = false;
      const worker = queue.startRoundsWorker(async () => {
        isRunning = true;
        await sleep(3000);
      }, 1);
      await queue.jobs.wake(ref);
      await until(() => isRunning, "the round runs");
      const start = performance.now();
      await worker.close();
      expect(performance.now() - start).toBeLessThan(1500);
      expect((await queue.health.counts()).rounds).toMatchObject({ active: 0 });
    });
  });

  describe("announcements", () => {
    test("every process hears about its pull request until it stops listening", async () => {
      const [one, two] = [open(), open()];
      const heard = { one: 0, two: 0, other: 0 };
      one.jobs.onAnnounced(pullRequest(1), () => void (heard.one += 1));
      const stop = two.jobs.onAnnounced(pullRequest(1), () => void (heard.two += 1));
      two.jobs.onAnnounced(pullRequest(2), () => void (heard.other += 1));
      await until(async () => {
        await one.jobs.announce(pullRequest(1));
        return heard.two > 0;
      }, "the other process hears it");
      expect(heard.one).toBeGreaterThan(0);
      stop();
      const before = heard.two;
      await one.jobs.announce(pullRequest(1));
      await sleep(50);
      expect({ two: heard.two, other: heard.other }).toEqual({ two: before, other: 0 });
    });
  });

  describe("health", () => {
    test("ping answers; heartbeats appear and disappear", async () => {
      const [web, worker] = [open(), open()];
      expect(await web.health.ping()).toBeGreaterThanOrEqual(0);
      expect(await web.health.listWorkers()).toEqual([]);
      const me = { id: "w1", host: "h", pid: 1, concurrency: 2, startedAt: new Date().toISOString() };
      const heartbeat = worker.health.startHeartbeat(me);
      await until(async () => (await web.health.listWorkers()).length === 1, "the worker is seen");
      expect(await web.health.listWorkers()).toEqual([me]);
      await sleep(500);
      expect(await web.health.listWorkers()).toHaveLength(1);
      await heartbeat.stop();
      expect(await web.health.listWorkers()).toEqual([]);
    });

    test("a worker that dies without a word is gone after the time to live", async () => {
      const [web, worker] = [open(), open()];
      worker.health.startHeartbeat({ id: "w1", host: "h", pid: 1, concurrency: 2, startedAt: "" });
      await until(async () => (await web.health.listWorkers()).length === 1, "the worker is seen");
      await worker.close();
      await until(async () => (await web.health.listWorkers()).length === 0, "it is gone", 2000);
      expect(await web.health.listWorkers()).toEqual([]);
    });
  });

  describe("upkeep", () => {
    test("each task runs once per period, however many workers there are", async () => {
      const queues = [open(), open(), open()];
      const times: number[] = [];
      const task = { name: "reconcile", everyMs: 200, run: async () => void times.push(performance.now()) };
      for (const queue of queues) queue.startUpkeepWorker([task]);
      await until(() => times.length >= 5, "it runs again and again");
      const span = (times[4] ?? 0) - (times[0] ?? 0);
      expect(span).toBeGreaterThan(550);
      expect(span).toBeLessThan(2000);
    });
  });
});
