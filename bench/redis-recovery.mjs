// How long is the queue away when the managed Redis is killed? Prints one line per run, then p50 and max, and Redis's memory.
// Run: npm run build && node bench/redis-recovery.mjs [runs=10]
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const dist = process.env.RONDO_BENCH_DIST ?? new URL("../dist", import.meta.url).pathname;
const { startManagedRedis } = await import(join(dist, "src/queue/managed-redis.js"));
const { openRedisQueue } = await import(join(dist, "src/queue/redis-queue.js"));

const runs = Number(process.argv[2] ?? 10);
const log = { debug() {}, info() {}, warn() {}, error() {} };
const jobsPerRun = 200;
const recovered = [];
let lost = 0;

/** Resident memory of a process in MB; undefined where there is no /proc. */
async function residentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kb === undefined ? undefined : Math.round(Number(kb) / 102.4) / 10;
}

const ref = (number) => ({ installationId: 1, repoId: 1, owner: "acme", repo: "shop", number });

for (let run = 1; run <= runs; run += 1) {
  const dataDir = await mkdtemp(join(tmpdir(), "rondo-bench-"));
  const redis = await startManagedRedis({ dataDir, log });
  const queue = openRedisQueue({ target: redis.target, log });
  if (run === 1) {
    await sleep(500);
    console.log(`redis idle: ${(await residentMb(redis.pid())) ?? "?"} MB`);
  }
  await Promise.all(Array.from({ length: jobsPerRun }, (_, index) => queue.jobs.wake(ref(index + 1), 600_000)));
  const finished = new Promise((resolve) => {
    queue.startDeliveriesWorker(async () => resolve());
  });
  await sleep(100);

  process.kill(redis.pid(), "SIGKILL");
  const start = performance.now();
  const delivery = { kind: "webhook", delivery: `bench-${run}`, event: "push", payload: {} };
  await queue.deliveries.add({ ...delivery, receivedAt: new Date().toISOString() });
  const addedMs = performance.now() - start;
  await finished;
  const doneMs = performance.now() - start;
  const kept = (await queue.health.counts()).rounds.delayed;
  recovered.push(doneMs);
  lost += jobsPerRun - kept;
  console.log(
    `run ${run}: add accepted after ${addedMs.toFixed(0)} ms, done after ${doneMs.toFixed(0)} ms, kept ${kept}/${jobsPerRun}`,
  );

  if (run === runs) console.log(`redis after load: ${(await residentMb(redis.pid())) ?? "?"} MB`);
  await queue.close();
  await redis.stop();
  await rm(dataDir, { recursive: true, force: true });
}

const sorted = recovered.toSorted((one, other) => one - other);
console.log(
  `kill -9 of Redis to next job done: p50 ${sorted[Math.floor(sorted.length / 2)].toFixed(0)} ms, max ${sorted.at(-1).toFixed(0)} ms, ${runs} runs, ${lost} acknowledged jobs lost`,
);
