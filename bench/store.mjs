// How long a change of a state file takes: load, change, save, with all flushes.
//   node scripts/build.mjs && node bench/store.mjs [folder on the disk to measure]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readProcessIdentity } from "../dist/src/store/process-identity.js";
import { fileRounds } from "../dist/src/store/rounds.js";

const dataDir = mkdtempSync(join(process.argv[2] ?? tmpdir(), "rondo-bench-"));
const quiet = () => {};
const rounds = fileRounds({
  dataDir,
  clock: { now: () => new Date(), monotonicMs: () => performance.now(), sleep: (ms) => sleep(ms) },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  identity: readProcessIdentity(),
});

for (const kilobytes of [2, 100, 1_000]) {
  const ref = { installationId: 1, repoId: 1, owner: "o", repo: "r", number: kilobytes };
  const change = (record) => ({
    record: { ...record, fence: record.fence + 1, failure: "x".repeat(kilobytes * 1_000) },
    event: { kind: "bench", detail: {} },
  });
  const loads = [];
  const saves = [];
  for (let i = 0; i < 300; i++) {
    saves.push(await timed(() => rounds.update(ref, change)));
    loads.push(await timed(() => rounds.load(ref)));
  }
  const size = Math.round(statSync(join(dataDir, "state/o/r", `${kilobytes}.json`)).size / 1_000);
  console.log(`${size} KB: load ${percentiles(loads)}, load + save ${percentiles(saves)}`);
}
rmSync(dataDir, { recursive: true });

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function percentiles(times) {
  const sorted = times.slice(10).sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
