// The limiter at its edge: four clients of one Redis offer far more content-creating calls than GitHub allows, and a server
// that notes when each arrives judges. Then what one question costs, beside a bare PING of the same Redis in the same run.
// Periods are divided by FACTOR (default 6: the two spare seconds of a minute shrink with it), the figures are given per minute. Usage: node bench/limits.mjs
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { fromDist, silent } from "./stage.mjs";

const { startManagedRedis } = await fromDist("src/queue/managed-redis.js");
const { openRedisQueue } = await fromDist("src/queue/redis-queue.js");
const { limitedFetch } = await fromDist("src/github/limited-fetch.js");

const factor = Number(process.env.FACTOR ?? 6);
const clients = 4;
const windows = 3;
const minuteMs = 62_000 / factor;
const dataDir = mkdtempSync(join(tmpdir(), "rondo-bench-limits-"));
const redis = await startManagedRedis({ dataDir, log: silent });
const arrived = [];
const server = createServer((_request, response) => {
  arrived.push(performance.now());
  response.end("{}");
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/repos/o/r/issues`;
const open = (limits) => {
  const queue = openRedisQueue({ target: redis.target, log: silent });
  return { queue, limiter: queue.openRateLimits({ limits }) };
};
const opened = Array.from({ length: clients }, () => open({ minuteMs, graceMs: 20_000 / factor }));
const bare = new Redis(redis.target);
const evals = async () => Number(/cmdstat_eval:calls=(\d+)/.exec(await bare.info("commandstats"))?.[1] ?? 0);

try {
  const end = performance.now() + windows * minuteMs;
  let offered = 0;
  const caller = async ({ limiter }, name) => {
    const send = limitedFetch(fetch, 1, limiter);
    for (let n = 0; performance.now() < end; n += 1) {
      offered += 1;
      for (;;) {
        const held = await send(`${url}/${name}-${n}/comments`, { method: "POST" }).then(
          () => null,
          (error) => error,
        );
        if (held === null || performance.now() > end) break;
        if (held.retryAfterMs === undefined) throw held;
        await sleep(Math.min(held.retryAfterMs, Math.max(0, end - performance.now())));
      }
    }
  };
  await Promise.all(opened.flatMap((one, c) => Array.from({ length: 10 }, (_, n) => caller(one, `${c}-${n}`))));
  const span = 60_000 / factor;
  const most = Math.max(...arrived.map((at) => arrived.filter((one) => one > at - span && one <= at).length));
  console.log(
    `offered by ${clients} clients, 10 callers each: ${offered}; arrived: ${arrived.length} in ${windows} windows`,
  );
  console.log(`most content-creating calls in any minute, by arrival: ${most} (limit 60, GitHub 80)`);

  const free = open({ restPerMinute: 1e6, inFlight: 1e6 });
  opened.push(free);
  const before = await evals();
  const runs = 2000;
  const read = { name: "GET /repos/o/r", resource: "core", isStarting: false };
  const cost = { rest: 1, graphql: 0, content: 0, start: 0 };
  const asks = [];
  const pings = [];
  for (let n = 0; n < runs; n += 1) {
    const one = performance.now();
    const admission = await free.limiter.admit(2, { ...read, cost });
    asks.push(performance.now() - one);
    await free.limiter.report(2, admission.lease, null);
    const other = performance.now();
    await bare.ping();
    pings.push(performance.now() - other);
  }
  console.log(
    `one reservation: p50 ${at(asks, 0.5)} ms, p99 ${at(asks, 0.99)} ms; PING: p50 ${at(pings, 0.5)} ms, p99 ${at(pings, 0.99)} ms`,
  );
  console.log(`calls to Redis per call to GitHub: ${(((await evals()) - before) / runs).toFixed(2)}`);
} finally {
  bare.disconnect();
  await Promise.all(opened.map(({ queue }) => queue.close()));
  server.closeAllConnections();
  server.close();
  await redis.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

function at(list, share) {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length * share)].toFixed(2);
}
