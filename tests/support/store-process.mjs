// A process of its own that works on a state file: `node store-process.mjs <data folder> save <times>`, `… hold`, or
// `… clock`. It runs the built store, like a deployment. Prints one line a save, `held` once it has the lease, or the time.
import { setTimeout as sleep } from "node:timers/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const built = (path) => import(pathToFileURL(resolve(process.env.RONDO_TEST_DIST ?? "dist", "src/store", path)).href);
const { readProcessIdentity } = await built("process-identity.js");
const { fileRounds } = await built("rounds.js");

const [dataDir, what, times] = process.argv.slice(2);
const ref = { installationId: 11, repoId: 4711, owner: "Octo-Org", repo: "Hello.World", number: 7 };
const quiet = () => {};
const rounds = fileRounds({
  dataDir,
  clock: { now: () => new Date(), monotonicMs: () => performance.now(), sleep: (ms) => sleep(ms) },
  log: { debug: quiet, info: quiet, warn: quiet, error: (message) => process.stderr.write(`${message}\n`) },
  identity: readProcessIdentity(),
  periods: { lockWaitMs: 60_000 },
});

if (what === "clock") process.stdout.write(`${readProcessIdentity().uptimeMs()}\n`);
if (what === "hold") {
  const held = await rounds.acquireLease(ref);
  process.stdout.write(held === undefined ? "busy\n" : "held\n");
  await sleep(60_000);
}
for (let i = 0; i < Number(times); i++) {
  const { rev } = await rounds.update(ref, (record) => ({
    record: { ...record, fence: record.fence + 1 },
    event: { kind: "fenceRaised", detail: { pid: process.pid } },
  }));
  process.stdout.write(`${rev}\n`);
}
