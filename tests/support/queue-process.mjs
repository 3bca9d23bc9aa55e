// A process of its own for tests that kill one with SIGKILL: a worker, or the supervisor of a managed Redis. Runs the built code.
// Usage: node queue-process.mjs <dist> worker <socket> <log file> <hold ms>   |   <dist> supervisor <data dir>
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [, , dist, role, place, logFile, holdMs] = process.argv;
const log = { debug() {}, info() {}, warn() {}, error() {} };

if (role === "worker") {
  const { openRedisQueue } = await import(`${dist}/src/queue/redis-queue.js`);
  const timings = { lockMs: 500, stalledMs: 200, reconnectMs: 100 };
  const queue = openRedisQueue({ target: { path: place }, log, timings });
  queue.startRoundsWorker(async (ref) => {
    appendFileSync(logFile, `start ${ref.number} ${process.pid}\n`);
    await sleep(Number(holdMs));
    appendFileSync(logFile, `end ${ref.number} ${process.pid}\n`);
  }, 1);
} else {
  const { startManagedRedis } = await import(`${dist}/src/queue/managed-redis.js`);
  const redis = await startManagedRedis({ dataDir: place, log });
  process.stdout.write(`${redis.pid()}\n`);
  setInterval(() => undefined, 1000);
}
