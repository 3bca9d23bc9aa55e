// How long a change of a state file takes: load, change, save, with all flushes; for files of three sizes, and in a data
// folder that holds many. Then what the reconciler's listing takes there, and a look-up by commit.
//   node scripts/build.mjs && node bench/store.mjs [--in FOLDER] [--files 10000,100000] [--dist FOLDER]
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    in: { type: "string", default: tmpdir() },
    files: { type: "string", default: "10000,100000" },
    dist: { type: "string", default: "dist" },
  },
});
const load = (path) => import(pathToFileURL(resolve(values.dist, "src/store", path)).href);
const { readProcessIdentity } = await load("process-identity.js");
const { fileRounds } = await load("rounds.js");

const quiet = () => {};
/** Files in one repository's folder: more than any repository has open, so that growth shows. */
const PER_REPOSITORY = 1_000;

function open(dataDir) {
  return fileRounds({
    dataDir,
    clock: { now: () => new Date(), monotonicMs: () => performance.now(), sleep: (ms) => sleep(ms) },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    identity: readProcessIdentity(),
  });
}

const grow = (bytes) => (record) => ({
  record: { ...record, fence: record.fence + 1, failure: "x".repeat(bytes) },
  event: { kind: "bench", detail: {} },
});

async function measure(label, rounds, refs, bytes, times) {
  const loads = [];
  const both = [];
  for (let i = 0; i < times; i++) {
    const ref = refs[i % refs.length];
    both.push(
      await timed(async () => {
        await rounds.load(ref);
        await rounds.update(ref, grow(bytes));
      }),
    );
    loads.push(await timed(() => rounds.load(ref)));
  }
  console.log(`${label}: load ${percentiles(loads)}; load + save ${percentiles(both)}`);
}

const dataDir = mkdtempSync(join(values.in, "rondo-bench-"));
for (const kilobytes of [2, 100, 1_000]) {
  const ref = { installationId: 1, repoId: 1, owner: "o", repo: "r", number: kilobytes };
  const rounds = open(dataDir);
  await rounds.update(ref, grow(kilobytes * 1_000));
  const size = Math.round(statSync(join(dataDir, "state/o/r", `${kilobytes}.json`)).size / 1_000);
  await measure(`${size} KB`, rounds, [ref], kilobytes * 1_000, 200);
}
rmSync(dataDir, { recursive: true });

for (const files of values.files.split(",").map(Number)) {
  const folder = mkdtempSync(join(values.in, "rondo-bench-"));
  await fill(folder, files);
  const rounds = open(folder);
  const repositories = Math.ceil(files / PER_REPOSITORY);
  const refs = Array.from({ length: 200 }, (_, i) => refOf((i * 7) % repositories, 1 + ((i * 31) % PER_REPOSITORY)));
  await measure(`${files} files`, rounds, refs, 6_000, 400);
  for (const how of ["first", "second"])
    console.log(`${files} files: ${how} list ${Math.round(await timed(() => rounds.list()))} ms`);
  const lookUps = [];
  for (let i = 0; i < 30; i++) lookUps.push(await timed(() => rounds.listOnCommit(refs[0], "1".repeat(40))));
  console.log(`${files} files: by commit, first ${lookUps[0].toFixed(1)} ms, then ${percentiles(lookUps)}`);
  rmSync(folder, { recursive: true });
}

function refOf(repository, number) {
  return { installationId: 1, repoId: 10 + repository, owner: "o", repo: `r${repository}`, number };
}

/** One real state file, copied under all the names with the numbers changed: saving each would take hours of flushing. */
async function fill(folder, files) {
  const first = refOf(0, 1);
  await open(folder).update(first, grow(6_000));
  const text = readFileSync(join(folder, "state/o/r0/1.json"), "utf8");
  for (let n = 0; n < files; n++) {
    const ref = refOf(Math.floor(n / PER_REPOSITORY), 1 + (n % PER_REPOSITORY));
    const at = join(folder, "state/o", ref.repo);
    if (ref.number === 1) {
      mkdirSync(at, { recursive: true });
      if (n > 0) cpSync(join(folder, "state/o/r0/.repo.json"), join(at, ".repo.json"));
      writeFileSync(join(at, ".repo.json"), JSON.stringify({ repo_id: ref.repoId, owner: "o", repo: ref.repo }));
    }
    const body = text
      .slice(text.indexOf("\n") + 1)
      .replace('"repo": "o/r0"', `"repo": "o/${ref.repo}"`)
      .replace('"repo_id": 10', `"repo_id": ${ref.repoId}`)
      .replace('"pr": 1', `"pr": ${ref.number}`);
    const digest = createHash("sha256").update(body).digest("hex");
    writeFileSync(join(at, `${ref.number}.json`), `{"checksum":"sha256-${digest}",\n${body}`);
  }
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function percentiles(times) {
  const sorted = times.slice(Math.min(10, times.length - 10)).sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
