// Real processes on one state file: they race, and they are killed with SIGKILL at moments that nobody chose.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { readProcessIdentity } from "../../src/store/process-identity.ts";
import { raiseFence, ref, store, temporaryFolder } from "../support/store.ts";

const SCRIPT = "tests/support/store-process.mjs";

test("two processes save 400 times each, and no save is lost", { timeout: 180_000 }, async () => {
  const dataDir = temporaryFolder();

  const outputs = await Promise.all([1, 2].map(() => text(start(dataDir, "save", "400").stdout)));

  const revs = outputs.flatMap((output) => output.trimEnd().split("\n").map(Number));
  expect(new Set(revs).size).toBe(800);
  expect(await store(dataDir).load(ref)).toMatchObject({ rev: 800, fence: 800 });
  expect(journalRevs(dataDir)).toEqual(Array.from({ length: 800 }, (_, i) => i + 1));
});

test("killed in the middle of its saves, a process leaves a state that the next one continues", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir, { identity: readProcessIdentity() });

  for (let kill = 0; kill < 12; kill++) {
    const child = start(dataDir, "save", "100000");
    const output = text(child.stdout);
    await once(child.stdout, "data");
    await sleep(20 + 7 * kill);
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

function start(dataDir: string, ...args: string[]): ChildProcessByStdio<null, Readable, null> {
  const child = spawn(process.execPath, [SCRIPT, dataDir, ...args], { stdio: ["ignore", "pipe", "inherit"] });
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
