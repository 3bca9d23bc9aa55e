// The limiter on a real Redis: clients that race for the same room, a refusal that all of them see, and a Redis that goes
// away. Periods are divided, so that a minute takes a second here.
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeCall, limitedFetch } from "../../src/github/limited-fetch.ts";
import type { Limits } from "../../src/limits/limits.ts";
import { openRedisQueue } from "../../src/queue/redis-queue.ts";
import type { RondoQueue } from "../../src/queue/port.ts";
import type { RateLimits } from "../../src/rate-limits.ts";
import { pullRequest, recordingLog, shortTimings, sleep, until } from "../support/queue.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const WINDOW = 700;
const limits: Partial<Limits> = {
  ...{ contentPerMinute: 10, minuteMs: WINDOW, hourMs: 60_000, blindWaitMs: 300, graceMs: 400 },
  ...{ restPerMinute: 200, startsPerMinute: 2 },
};
const COMMENT = "https://api.github.com/repos/o/r/issues/1/comments";

let redis: TestRedis;
let log: ReturnType<typeof recordingLog>;
const queues: RondoQueue[] = [];

beforeAll(async () => {
  redis = await startRedis();
  log = recordingLog();
});
afterAll(async () => {
  await Promise.all(queues.map((queue) => queue.close()));
  await redis.stop();
});

/** A client of its own, as a process has it. */
function process(more: Partial<Limits> = {}): RateLimits {
  const queue = openRedisQueue({ target: redis.target, log, timings: { ...shortTimings, addMs: 200 } });
  queues.push(queue);
  return queue.openRateLimits({ limits: { ...limits, ...more } });
}

let installations = 100;
const installation = (): number => (installations += 1);

const post = (n: number) => describeCall(`${COMMENT}/${n}`, { method: "POST" });

describe("on one Redis", () => {
  test("three processes that race never exceed the window, and everybody gets a turn", async () => {
    const id = installation();
    const went: { asked: number; told: number }[] = [];
    const one = async (limiter: RateLimits, n: number): Promise<void> => {
      for (;;) {
        const asked = performance.now();
        const admission = await limiter.admit(id, post(n));
        if (admission.kind === "go") {
          went.push({ asked, told: performance.now() });
          return await limiter.report(id, admission.lease, null);
        }
        await sleep(admission.waitMs);
      }
    };
    const clients = [process(), process(), process()];
    await Promise.all(clients.flatMap((limiter, c) => Array.from({ length: 8 }, (_, n) => one(limiter, c * 8 + n))));
    expect(went).toHaveLength(24);
    // Each was counted at some time between its question and its answer: these lie in one window for certain.
    const most = Math.max(
      ...went.map(({ told }) => went.filter((other) => other.asked > told - WINDOW && other.told <= told).length),
    );
    expect(most).toBeLessThanOrEqual(10);
  });

  test("a refusal seen by one process holds the others back at once, and no other installation", async () => {
    const [one, other, id] = [process(), process(), installation()];
    await limitedFetch(refused, id, one)(COMMENT, { method: "POST" });
    const wait = await other.admit(id, post(1));
    expect(wait).toMatchObject({ kind: "wait", why: "limit answer" });
    expect(wait.kind === "wait" && wait.waitMs).toBeGreaterThan(1900);
    expect(await other.admit(installation(), post(1))).toMatchObject({ kind: "go" });
    let sent = 0;
    const send = async () => new Response(String((sent += 1)));
    await expect(limitedFetch(send, id, other)(COMMENT)).rejects.toMatchObject({
      code: "GITHUB_RATE_LIMITED",
      isHeldBack: true,
      isAmbiguous: false,
    });
    expect(sent).toBe(0);
  });

  test("nothing left of the hour is known to all, from any answer", async () => {
    const [one, other, id] = [process(), process(), installation()];
    const reset = String(Math.ceil(Date.now() / 1000) + 30);
    const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
    await limitedFetch(async () => new Response("{}", { status: 200, headers }), id, one)(COMMENT);
    expect(await other.admit(id, post(1))).toMatchObject({ kind: "wait", why: "primary limit" });
  });

  test("rounds begin at their own rate", async () => {
    const limiter = process();
    expect(await limiter.admitRound(ref(1))).toBeNull();
    expect(await limiter.admitRound(ref(2))).toBeNull();
    expect(await limiter.admitRound(ref(3))).toMatchObject({ kind: "wait", why: "rounds per minute" });
  });

  test("a Redis that forgot everything does not make a process forget", async () => {
    const [limiter, id] = [process({ contentPerMinute: 2, minuteMs: 5000 }), installation()];
    for (const n of [1, 2]) await limiter.admit(id, post(n));
    const queue = queues.at(-1);
    if (queue === undefined) throw new Error("no queue");
    await new Promise<void>((resolve, reject) => {
      // Through the socket: a client that knows nothing of Rondo.
      const socket = connect(redis.target.path, () => socket.write("FLUSHALL\r\n"));
      socket.on("data", () => resolve(void socket.destroy()));
      socket.on("error", reject);
    });
    expect(await limiter.admit(id, post(3))).toMatchObject({ kind: "wait", why: "content per minute" });
  });
});

test("without Redis a process keeps to a quarter, says so once, and tells Redis afterwards what it sent", async () => {
  const own = await startRedis();
  const said = recordingLog();
  const queue = openRedisQueue({ target: own.target, log: said, timings: { ...shortTimings, addMs: 100 } });
  const limiter = queue.openRateLimits({ limits: { ...limits, contentPerMinute: 8, minuteMs: 20_000 } });
  try {
    expect((await limiter.admit(1, post(0))).kind).toBe("go");
    await own.kill();
    const kinds: string[] = [];
    for (let n = 1; n <= 4; n += 1) kinds.push((await limiter.admit(1, post(n))).kind);
    // One of the two was sent before.
    expect(kinds).toEqual(["go", "wait", "wait", "wait"]);
    expect(said.lines.filter((line) => line.includes("keeps to a quarter"))).toHaveLength(1);
    await own.start();
    const isBack = async (): Promise<boolean> => {
      await limiter.admit(2, post(0));
      return said.lines.some((line) => line.includes("asked about limits again"));
    };
    await until(isBack, "Redis is asked again", 10_000);
    const after: string[] = [];
    for (let n = 5; n <= 12; n += 1) after.push((await limiter.admit(1, post(n))).kind);
    expect(after.filter((kind) => kind === "go")).toHaveLength(6);
  } finally {
    await queue.close();
    await own.stop();
  }
}, 15_000);

const cost = (method: string, path: string, body?: string) =>
  describeCall(`https://ghe.example/api/v3${path}`, { method, ...(body === undefined ? {} : { body }) }).cost;

const graphql = (query: string) =>
  describeCall("https://api.github.com/graphql", { method: "POST", body: JSON.stringify({ query }) });

test("what calls cost", () => {
  expect(cost("GET", "/repos/o/r/pulls/1")).toMatchObject({ rest: 1, content: 0 });
  expect(cost("PATCH", "/repos/o/r/check-runs/3")).toMatchObject({ rest: 5, content: 0 });
  for (const path of ["issues/1/comments", "pulls/1/reviews", "pulls/1/comments/2/replies", "check-runs"])
    expect(cost("POST", `/repos/o/r/${path}`)).toMatchObject({ rest: 5, content: 1 });
  expect(cost("POST", "/repos/o/r/issues/comments/2/reactions")).toMatchObject({ rest: 5, content: 0 });
  expect(graphql("query { viewer { login } }").cost).toEqual({ rest: 0, graphql: 1, content: 0, start: 0 });
  expect(graphql("\n mutation ($id: ID!) { minimizeComment(input: {}) { clientMutationId } }").cost).toMatchObject({
    graphql: 5,
    content: 0,
  });
  expect(graphql("mutation { addReaction(input: {}) { subject { id } } }").cost.content).toBe(0);
  expect(graphql("mutation { addPullRequestReviewThreadReply(input: {}) { comment { id } } }").cost.content).toBe(1);
  expect(describeCall("https://api.github.com/repos/o/r/check-runs", { method: "POST" }).isStarting).toBe(true);
});

async function refused(): Promise<Response> {
  return new Response("{}", { status: 403, headers: { "retry-after": "2" } });
}

function ref(number: number) {
  return { ...pullRequest(number), installationId: 7 };
}
