// What a crash, a full disk or a damaged disk can do to a state file: nothing but leave the old state or the new one.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RetryableError } from "../../src/errors.ts";
import { PullRequestRecord } from "../../src/round/round.ts";
import { breakingFiles, Crash } from "../support/crashing-files.ts";
import { machine, memoryLog, raiseFence, realClock, ref, store, temporaryFolder } from "../support/store.ts";

const FOLDER = "state/octo-org/hello.world";

test("cut at any byte, the generation before it answers", { timeout: 60_000 }, async () => {
  const dataDir = await twoGenerations();
  const rounds = store(dataDir);
  const path = join(dataDir, FOLDER, "7.json");
  const whole = readFileSync(path);

  for (let bytes = 0; bytes < whole.length; bytes++) {
    writeFileSync(path, whole.subarray(0, bytes));
    const record = await rounds.load(ref);
    expect(record?.rev, `cut at byte ${bytes} of ${whole.length}`).toBe(1);
  }
});

test("with any bit flipped, the generation before it answers", { timeout: 60_000 }, async () => {
  const dataDir = await twoGenerations();
  const rounds = store(dataDir);
  const path = join(dataDir, FOLDER, "7.json");
  const whole = readFileSync(path);

  for (let bit = 0; bit < whole.length * 8; bit += 7) {
    const flipped = Buffer.from(whole);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, flipped);
    const record = await rounds.load(ref);
    expect(record?.rev, `bit ${bit} of ${whole.length * 8}`).toBe(1);
  }
});

test.each(["crash", "tear"] as const)("after a %s at any operation the next process goes on", async (how) => {
  const boxes = machine(realClock);
  const template = await twoGenerations();
  const { operations } = await breakingFiles({ at: Infinity, how }, () => raiseFence(store(copyOf(template))));
  expect(operations).toBeGreaterThan(10);

  for (let at = 0; at < operations; at++) {
    const dataDir = copyOf(template);
    const dying = store(dataDir, { identity: boxes.start(100 + at) });
    const { error } = await breakingFiles({ at, how }, () => raiseFence(dying));
    boxes.kill(100 + at);
    // Ended with its answer: what broke came after the save, and the caller knows that it was saved.
    const wasAnswered = error === undefined;
    expect(wasAnswered || error instanceof Crash, `operation ${at}: ${String(error)}`).toBe(true);
    // A dead process cannot have written what its lock file says, so an empty one only goes by its age.
    const next = store(dataDir, { identity: boxes.start(1), clock: later(realClock, 5_000) });
    const found = await next.load(ref);
    expect(journalRevs(dataDir).at(-1) ?? 0, `operation ${at}`).toBeLessThanOrEqual(found?.rev ?? 0);
    const after = await raiseFence(next);

    expect(wasAnswered ? [3] : [2, 3], `operation ${at}`).toContain(found?.rev);
    expect(after, `operation ${at}`).toMatchObject({ rev: (found?.rev ?? 0) + 1, fence: (found?.fence ?? 0) + 1 });
    expect(journalRevs(dataDir), `operation ${at}`).toEqual(Array.from({ length: after.rev }, (_, i) => i + 1));
    expect(leftovers(dataDir), `operation ${at}`).toEqual([]);
  }
});

test.each(["crash", "tear"] as const)("after a %s at any operation of the very first save", async (how) => {
  const boxes = machine(realClock);
  const { operations } = await breakingFiles({ at: Infinity, how }, () => raiseFence(store(temporaryFolder())));

  for (let at = 0; at < operations; at++) {
    const dataDir = temporaryFolder();
    await breakingFiles({ at, how }, () => raiseFence(store(dataDir, { identity: boxes.start(100 + at) })));
    boxes.kill(100 + at);
    const next = store(dataDir, { identity: boxes.start(1), clock: later(realClock, 5_000) });
    const found = await next.load(ref);
    expect(journalRevs(dataDir).at(-1) ?? 0, `operation ${at}`).toBeLessThanOrEqual(found?.rev ?? 0);
    const after = await raiseFence(next);

    expect([undefined, 1], `operation ${at}`).toContain(found?.rev);
    expect(after.rev, `operation ${at}`).toBe((found?.rev ?? 0) + 1);
    expect(journalRevs(dataDir), `operation ${at}`).toEqual(Array.from({ length: after.rev }, (_, i) => i + 1));
    expect(await next.list(), `operation ${at}`).toEqual([ref]);
  }
});

test.each(["ENOSPC", "EIO", "EROFS", "EMFILE"])("%s at any operation is told, and passes", async (errno) => {
  const template = await twoGenerations();
  const how = Object.assign(new Error(`${errno}: planted`), { code: errno });
  const { operations } = await breakingFiles({ at: Infinity, how }, () => raiseFence(store(copyOf(template))));

  for (let at = 0; at < operations; at++) {
    const dataDir = copyOf(template);
    const log = memoryLog();
    const rounds = store(dataDir, { log });
    const { error } = await breakingFiles({ at, how }, () => raiseFence(rounds));
    const code = error instanceof RetryableError ? error.code : error;
    expect([undefined, "STATE_NOT_WRITABLE", "STATE_NOT_READABLE"], `operation ${at}`).toContain(code);
    const found = await rounds.load(ref);
    const after = await raiseFence(rounds);

    expect(error === undefined ? [3] : [2, 3], `operation ${at}`).toContain(found?.rev);
    expect(after.rev, `operation ${at}`).toBe((found?.rev ?? 0) + 1);
    expect(journalRevs(dataDir), `operation ${at}`).toEqual(Array.from({ length: after.rev }, (_, i) => i + 1));
  }
});

test.skipIf(!canMount())(
  "on a disk that is really full nothing is lost, and work goes on when there is space",
  async () => {
    const disk = temporaryFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=96k", "tmpfs", disk]);
    onTestFinished(() => void execFileSync("umount", ["--lazy", disk]));
    const rounds = store(disk);
    const big = (size: number) =>
      rounds.update(ref, (record) => ({
        record: { ...record, failure: "x".repeat(size) },
        event: { kind: "grew", detail: {} },
      }));
    await raiseFence(rounds);
    let saved = await rounds.load(ref);

    for (let size = 1_000; size < 90_000; size += 1_500) {
      const result = await big(size).catch((error: unknown) => error);
      const isRefusal = result instanceof RetryableError && result.code === "STATE_NOT_WRITABLE";
      if (!isRefusal) saved = PullRequestRecord.parse(result);
      expect(await rounds.load(ref)).toEqual(saved);
    }
    writeFileSync(join(disk, "filler"), "");
    let fillerBytes = 0;
    for (const chunk = Buffer.alloc(512); ; fillerBytes += chunk.length) {
      try {
        writeFileSync(join(disk, "filler"), chunk, { flag: "a" });
      } catch {
        break;
      }
    }
    await expect(raiseFence(rounds)).rejects.toMatchObject({ code: "STATE_NOT_WRITABLE" });
    expect(await rounds.load(ref)).toEqual(saved);
    rmSync(join(disk, "filler"));

    expect(fillerBytes).toBeGreaterThan(0);
    expect(await big(10)).toMatchObject({ rev: (saved?.rev ?? 0) + 1 });
  },
);

async function twoGenerations(): Promise<string> {
  const dataDir = temporaryFolder();
  await raiseFence(store(dataDir));
  await raiseFence(store(dataDir));
  return dataDir;
}

function copyOf(template: string): string {
  const dataDir = temporaryFolder();
  cpSync(template, dataDir, { recursive: true });
  return dataDir;
}

function later(clock: typeof realClock, ms: number): typeof realClock {
  return { ...clock, now: () => new Date(clock.now().getTime() + ms) };
}

/** Ids of the whole lines; a crash may have left half a line behind them, or no journal yet. */
function journalRevs(dataDir: string): number[] {
  const path = join(dataDir, FOLDER, "7.events.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  return lines.map((line) => {
    const { rev }: { rev: number } = JSON.parse(line);
    return rev;
  });
}

function leftovers(dataDir: string): string[] {
  return readdirSync(join(dataDir, FOLDER)).filter((name) => name.endsWith(".tmp") || name.includes(".lock"));
}

/** Only root may; elsewhere the planted ENOSPC above has to do. */
function canMount(): boolean {
  const probe = join("/tmp", `rondo-mount-${process.pid}`);
  try {
    mkdirSync(probe);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", ["--lazy", probe]);
    return true;
  } catch {
    return false;
  } finally {
    if (existsSync(probe)) rmSync(probe, { recursive: true, force: true });
  }
}
