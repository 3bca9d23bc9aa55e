// What the upkeep removes from a real data folder, and above all what it leaves: everything fresh, active or not ours to judge.
import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { retentionTask } from "../../src/retention.ts";
import { createWorkspace } from "../../src/git/workspace.ts";
import { sweepLeftovers } from "../../src/store/leftovers.ts";
import type { ProcessIdentity } from "../../src/store/process-identity.ts";
import { showWorker, sweepCheckouts } from "../../src/store/worker-sign.ts";
import { machine, memoryLog, raiseFence, realClock, store, temporaryFolder } from "../support/store.ts";

const HOURS = 3_600_000;

function write(path: string, ageHours: number, text = "x"): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  age(path, ageHours);
  if (dirname(path).includes("/runs/")) age(dirname(path), ageHours);
}

function age(path: string, hours: number): void {
  const at = new Date(Date.now() - hours * HOURS);
  utimesSync(path, at, at);
}

function run(dataDir: string, id: string, repo: string, ageHours: number): void {
  write(join(dataDir, "runs", id, "repo.txt"), ageHours, `${repo}\n`);
}

function task(dataDir: string, keep: number, identity = machine(realClock).start(1)) {
  const configFile = join(dataDir, "rondo.yml");
  writeFileSync(configFile, `retention: { runs: ${keep} }\n`);
  const log = memoryLog();
  return { log, ...retentionTask({ dataDir, configFile, identity, clock: realClock, log }) };
}

const sweep = (one: ReturnType<typeof task>) => one.run(new AbortController().signal);

test("runs beyond the newest of their repository go; fresh ones and those of a round under way stay", async () => {
  const dataDir = temporaryFolder();
  const ref = { installationId: 1, repoId: 7, owner: "Octo", repo: "App", number: 3 };
  await raiseFence(store(dataDir), ref);
  await store(dataDir).update(ref, (record) => ({ record: { ...record, round: 2 }, event: { kind: "x", detail: {} } }));
  await store(dataDir).acquireLease(ref);
  run(dataDir, "3-r2.1-static-aaaaaaaa", "Octo/App", 9);
  run(dataDir, "3-r1.1-static-bbbbbbbb", "octo/app", 8);
  run(dataDir, "4-r1.1-static-cccccccc", "Octo/App", 7);
  run(dataDir, "4-r1.1-static-dddddddd", "Octo/App", 0.5);
  run(dataDir, "4-r1.1-static-eeeeeeee", "Octo/App", 0.2);
  run(dataDir, "4-r1.1-static-ffffffff", "other/repo", 900);
  mkdirSync(join(dataDir, "runs", ".gone-1-r1.1-static-0"));
  symlinkSync("/etc", join(dataDir, "runs", "link"));
  const upkeep = task(dataDir, 1);

  await sweep(upkeep);

  expect(readdirSync(join(dataDir, "runs")).toSorted()).toEqual([
    "3-r2.1-static-aaaaaaaa",
    "4-r1.1-static-dddddddd",
    "4-r1.1-static-eeeeeeee",
    "4-r1.1-static-ffffffff",
    "link",
  ]);
  expect(upkeep.log.lines).toEqual(["info: Removed what nobody needs any more"]);
});

test("0 keeps all, and so does a number that cannot be read", async () => {
  const dataDir = temporaryFolder();
  for (let n = 0; n < 60; n++) run(dataDir, `1-r${n}.1-static-aaaaaaaa`, "octo/app", 100);
  await sweep(task(dataDir, 0));
  await sweep(task(dataDir, -5));
  expect(readdirSync(join(dataDir, "runs"))).toHaveLength(60);
});

test("a checkout goes when its worker is dead, and stays with one that lives here or shows itself from elsewhere", async () => {
  const dataDir = temporaryFolder();
  const work = join(dataDir, "work");
  const box = machine(realClock);
  const elsewhere = machine(realClock, "box@2");
  const checkoutOf = async (identity: ProcessIdentity, hours = 0) => {
    const options = { dataDir, identity, clock: realClock, log: memoryLog() };
    const { id } = await showWorker(options);
    const { root } = await createWorkspace(work, null, id);
    for (const name of readdirSync(root)) age(join(root, name), hours);
    age(root, hours);
    return root;
  };
  const alive = await checkoutOf(box.start(10), 50);
  const dead = await checkoutOf(box.start(11));
  box.kill(11);
  const other = await checkoutOf(elsewhere.start(10), 50);
  // Its number is somebody else's here, who lives; there it stopped showing itself.
  const hourAgo = { ...elsewhere.start(10), uptimeMs: () => realClock.monotonicMs() - 1.1 * HOURS };
  const silent = await checkoutOf(hourAgo);
  const { root: unclaimed } = await createWorkspace(work, null);
  for (const name of readdirSync(unclaimed)) age(join(unclaimed, name), 2);
  age(unclaimed, 2);
  const { root: fresh } = await createWorkspace(work, null);
  write(join(work, "stray"), 0.5);

  const removed = await sweepCheckouts({ dataDir, identity: box.start(12), clock: realClock, log: memoryLog() });

  expect([alive, other, fresh].map(existsSync)).toEqual([true, true, true]);
  expect([dead, silent, unclaimed].map(existsSync)).toEqual([false, false, false]);
  expect(existsSync(join(work, "stray"))).toBe(true);
  expect(removed).toBe(3);
  expect(readdirSync(join(dataDir, "workers"))).toHaveLength(2);
});

test("half-written files go after an hour, damaged ones after 30 days, states and folders never", async () => {
  const dataDir = temporaryFolder();
  const folder = join(dataDir, "state/octo/app");
  const stays = ["7.json", "7.json.prev", "7.events.jsonl", "7.lock", "7.heartbeat.json", ".repo.json", "notes.tmp"];
  for (const name of stays) write(join(folder, name), 9_000);
  for (const name of ["7.json.aaaaaaaaaaaa.tmp", "8.heartbeat.json.bbbbbbbbbbbb.tmp"]) write(join(folder, name), 0.9);
  for (const name of ["7.json.cccccccccccc.tmp", "7.json.prev.tmp", "7.lock.takeover"]) write(join(folder, name), 1.1);
  write(join(folder, "7.json.damaged"), 24 * 29);
  write(join(folder, "8.json.damaged"), 24 * 31);
  write(join(dataDir, ".probe-12-aa"), 2);

  await sweep(task(dataDir, 50));

  expect(readdirSync(folder).toSorted()).toEqual(
    [...stays, "7.json.aaaaaaaaaaaa.tmp", "8.heartbeat.json.bbbbbbbbbbbb.tmp", "7.json.damaged"].toSorted(),
  );
  expect(existsSync(join(dataDir, ".probe-12-aa"))).toBe(false);
  expect(lstatSync(folder).isDirectory()).toBe(true);
});

test("the folders of runs that a killed worker left in the temporary folder go after 25 hours, nothing else there", async () => {
  const [dataDir, tmp] = [temporaryFolder(), temporaryFolder()];
  for (const name of [
    "rondo-g-aB3xY9/home/state.db",
    "rondo-p-aB3xY9/s",
    "rondo-g-fresh1/gateway.sock",
    "rondo-review-abcdef/x",
    "mine/x",
  ])
    write(join(tmp, name), 30);
  for (const name of ["rondo-g-aB3xY9", "rondo-p-aB3xY9", "rondo-review-abcdef", "mine"]) age(join(tmp, name), 25.5);
  age(join(tmp, "rondo-g-fresh1"), 24.5);
  write(join(tmp, "rondo-g-afile1"), 30);
  symlinkSync(join(tmp, "mine"), join(tmp, "rondo-g-alink1"));

  expect(await sweepLeftovers(dataDir, Date.now(), tmp)).toBe(2);

  const stays = ["mine", "rondo-g-afile1", "rondo-g-alink1", "rondo-g-fresh1", "rondo-review-abcdef"];
  expect(readdirSync(tmp).toSorted()).toEqual(stays);
  expect(existsSync(join(tmp, "mine/x"))).toBe(true);
  expect(await sweepLeftovers(dataDir, Date.now(), join(tmp, "nowhere"))).toBe(0);
});
