// State files under fire: cut at every byte, with bits flipped, with something else in their place, and with several
// processes at them. The old state or the new one, or a refusal that says what is wrong; never "there is no state".
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { raiseFence, ref, store, temporaryFolder } from "../../support/store.ts";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("store");
const FOLDER = "state/octo-org/hello.world";

async function twoGenerations(): Promise<{ dataDir: string; path: string }> {
  const dataDir = temporaryFolder();
  await raiseFence(store(dataDir));
  await raiseFence(store(dataDir));
  return { dataDir, path: join(dataDir, FOLDER, "7.json") };
}

it("any bits flipped: the generation before it answers", { timeout: suite.timeoutMs }, async () => {
  const { dataDir, path } = await twoGenerations();
  const rounds = store(dataDir);
  const whole = readFileSync(path);
  for (let n = 0; n < suite.size(100, 10_000); n++) {
    const flipped = Buffer.from(whole);
    const bit = Math.floor(suite.random.next() * whole.length * 8);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, flipped);
    const record = await rounds.load(ref);
    expect(record?.rev, `bit ${bit}`).toBe(1);
  }
});

it("cut at every byte, both generations: the one before, or a refusal", { timeout: suite.timeoutMs }, async () => {
  const { dataDir, path } = await twoGenerations();
  const rounds = store(dataDir);
  const whole = readFileSync(path);
  const step = suite.size(97, 1);
  for (let bytes = 0; bytes < whole.length; bytes += step) {
    writeFileSync(path, whole.subarray(0, bytes));
    expect((await rounds.load(ref))?.rev, `cut at byte ${bytes}`).toBe(1);
  }
  const before = readFileSync(`${path}.prev`);
  for (let bytes = 0; bytes < before.length; bytes += step) {
    writeFileSync(`${path}.prev`, before.subarray(0, bytes));
    await expect(rounds.load(ref), `both cut at byte ${bytes}`).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
  }
});

const STRANGERS: Record<string, (path: string) => void> = {
  folder: (path) => mkdirSync(path),
  "named pipe": (path) => void execFileSync("mkfifo", [path]),
  "link to nowhere": (path) => symlinkSync("/nowhere/at/all", path),
  "link to a state": (path) => {
    copyFileSync(`${path}.whole`, `${path}.elsewhere`);
    symlinkSync(`${path}.elsewhere`, path);
  },
};

it.each(Object.keys(STRANGERS))("a %s in the place of a file is refused at once, and never followed", async (what) => {
  for (const name of ["7.json", "7.events.jsonl", "7.lock"]) {
    const { dataDir, path } = await twoGenerations();
    const at = join(dataDir, FOLDER, name);
    if (name !== "7.lock") renameSync(at, `${at}.whole`);
    else writeFileSync(`${at}.whole`, "{}");
    STRANGERS[what]?.(at);
    const rounds = store(dataDir, { periods: { lockWaitMs: 100 } });
    const told = await raiseFence(rounds).catch((error: unknown) => error);
    expect(told, name).toMatchObject({ code: expect.stringMatching(/^STATE_(?:UNREADABLE|LOCKED)$/) });
    const loaded = await rounds.load(ref).catch((error: unknown) => error);
    expect(loaded, name).toMatchObject(name === "7.json" ? { code: "STATE_UNREADABLE" } : { rev: 2 });
    expect(readFileSync(`${path}.prev`).length).toBeGreaterThan(100);
  }
});

it("a repository whose .repo.json is lost is found by its states, also under its old name", async () => {
  const { dataDir } = await twoGenerations();
  writeFileSync(join(dataDir, FOLDER, ".repo.json"), "");
  const renamed = { ...ref, owner: "Octo-Org", repo: "New-Name" };
  expect((await store(dataDir).load(renamed))?.rev).toBe(2);
  expect(await store(dataDir).list()).toHaveLength(1);
  expect((await raiseFence(store(dataDir), renamed)).rev).toBe(3);
});

it.each([2, 4])(
  "%i processes save at once: every journal id is given out once",
  { timeout: suite.timeoutMs },
  async (processes) => {
    const dataDir = temporaryFolder();
    const each = suite.size(24, 10_000) / processes;
    const outputs = await Promise.all(
      Array.from({ length: processes }, () => {
        const child = spawn(process.execPath, ["tests/support/store-process.mjs", dataDir, "save", String(each)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        return text(child.stdout);
      }),
    );
    const revs = outputs.flatMap((output) => output.trimEnd().split("\n").map(Number));
    expect(new Set(revs).size).toBe(each * processes);
    const lines = readFileSync(join(dataDir, FOLDER, "7.events.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const ids = lines.map((line) => Number(/"rev":(\d+)/.exec(line)?.[1]));
    expect(ids).toEqual(ids.map((_, n) => n + 1));
    expect(ids).toHaveLength(each * processes);
  },
);

it("a state file of another user, or without the right to read it, is no missing state", () => {
  const dataDir = temporaryFolder();
  const save = (user: { uid?: number }): string =>
    spawnSync(process.execPath, ["tests/support/store-process.mjs", dataDir, "save", "1"], {
      ...user,
      encoding: "utf8",
    }).stderr;
  expect(save({})).toBe("");
  const path = join(dataDir, FOLDER, "7.json");
  const before = readFileSync(path);
  chmodSync(path, 0);
  // Nothing is hidden from root, so there it is another user's process that meets root's file.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const folder of [dataDir, ...foldersTo(dataDir, FOLDER)]) chownSync(folder, NOBODY, NOBODY);
  expect(save(isRoot ? { uid: NOBODY } : {})).toContain("STATE_NOT_READABLE");
  chmodSync(path, 0o600);
  expect(readFileSync(path)).toEqual(before);
});

const NOBODY = 65_534;

function foldersTo(dataDir: string, folder: string): string[] {
  const parts = folder.split("/");
  return parts.map((_, n) => join(dataDir, ...parts.slice(0, n + 1)));
}
