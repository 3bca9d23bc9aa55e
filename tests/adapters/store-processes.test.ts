// Real processes on one state file: they race, and they are killed with SIGKILL at moments that nobody chose.
import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { readProcessIdentity } from "../../src/store/process-identity.ts";
import { gateSize } from "../support/gate-size.ts";
import { raiseFence, ref, store, temporaryFolder } from "../support/store.ts";

const SAVES = gateSize(120, 400);
const KILLS = gateSize(6, 12);
const SCRIPT = "tests/support/store-process.mjs";

test(`two processes save ${SAVES} times each, and no save is lost`, { timeout: 180_000 }, async () => {
  const dataDir = temporaryFolder();

  const outputs = await Promise.all([1, 2].map(() => text(start(dataDir, "save", String(SAVES)).stdout)));

  const revs = outputs.flatMap((output) => output.trimEnd().split("\n").map(Number));
  expect(new Set(revs).size).toBe(2 * SAVES);
  expect(await store(dataDir).load(ref)).toMatchObject({ rev: 2 * SAVES, fence: 2 * SAVES });
  expect(journalRevs(dataDir)).toEqual(Array.from({ length: 2 * SAVES }, (_, i) => i + 1));
});

test("killed in the middle of its saves, a process leaves a state that the next one continues", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir, { identity: readProcessIdentity() });

  for (let kill = 0; kill < KILLS; kill++) {
    const child = start(dataDir, "save", "100000");
    const output = text(child.stdout);
    await once(child.stdout, "data");
    // Spread over the same 80 ms, however many there are.
    await sleep(20 + (84 / KILLS) * kill);
    child.kill("SIGKILL");
    const answered = Number((await output).trimEnd().split("\n").at(-1));
    const found = await rounds.load(ref);
    const after = await raiseFence(rounds);

    // What was answered is there; one more save may have been under way.
    expect([answered, answered + 1]).toContain(found?.rev);
    expect(after).toMatchObject({ rev: (found?.rev ?? 0) + 1, fence: (found?.fence ?? 0) + 1 });
  }
  const last = await rounds.load(ref);
  expect(journalRevs(dataDir)).toEqual(Array.from({ length: last?.rev ?? 0 }, (_, i) => i + 1));
});

test("a lease is refused while its process lives, and taken over the moment it was killed", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir, { identity: readProcessIdentity() });
  const child = start(dataDir, "hold");
  await once(child.stdout, "data");
  expect(await rounds.acquireLease(ref)).toBeUndefined();

  child.kill("SIGKILL");
  await once(child, "exit");
  const held = await rounds.acquireLease(ref);

  expect(held).toMatchObject({ takeovers: 1, takenOverFrom: { pid: child.pid } });
  await held?.release();
});

test("the age of a sign of life is told by a clock that all processes share", async () => {
  const here = readProcessIdentity();
  const before = here.uptimeMs();

  const there = Number(await text(start(temporaryFolder(), "clock").stdout));

  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(here.uptimeMs());
});

// A process namespace of its own is what keeps containers on one machine from seeing each other's processes.
const ELSEWHERE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const canUnshare =
  process.platform === "linux" && spawnSync(ELSEWHERE[0] ?? "", [...ELSEWHERE.slice(1), "true"]).status === 0;

test.runIf(canUnshare)(
  "workers in two containers on one data folder: no save is lost",
  { timeout: 60_000 },
  async () => {
    const dataDir = temporaryFolder();

    await Promise.all([1, 2].map(() => text(start(dataDir, "save", "60", ELSEWHERE).stdout)));

    expect(await store(dataDir).load(ref)).toMatchObject({ rev: 120, fence: 120 });
  },
);

test.runIf(canUnshare)(
  "a lease in another container is left alone while it is fresh, dead or not, and no longer",
  async () => {
    const dataDir = temporaryFolder();
    const identity = readProcessIdentity();
    const child = start(dataDir, "hold", undefined, ELSEWHERE);
    await once(child.stdout, "data");

    // There it has the number 1, which here is somebody else's.
    expect(await store(dataDir, { identity }).load(ref)).toMatchObject({ lease: { pid: 1, boot_id: identity.bootId } });
    expect(await store(dataDir, { identity }).acquireLease(ref)).toBeUndefined();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await store(dataDir, { identity }).acquireLease(ref)).toBeUndefined();
    await sleep(60);

    const held = await store(dataDir, { identity, periods: { leaseStaleMs: 50 } }).acquireLease(ref);

    expect(held).toMatchObject({ takeovers: 1, takenOverFrom: { pid: 1 } });
    await held?.release();
  },
);

function start(
  dataDir: string,
  what: string,
  times = "0",
  wrapper: readonly string[] = [],
): ChildProcessByStdio<null, Readable, null> {
  const [file, ...args] = [...wrapper, process.execPath, SCRIPT, dataDir, what, times];
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function journalRevs(dataDir: string): number[] {
  const lines = readFileSync(join(dataDir, "state/octo-org/hello.world/7.events.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const { rev }: { rev: number } = JSON.parse(line);
    return rev;
  });
}
