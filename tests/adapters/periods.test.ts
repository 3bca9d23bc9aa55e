// The periods of the server's file: what applies, and that a wrong one stops the start with its place in the file.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { queueTimingsOf, readPeriods } from "../../src/read-periods.ts";
import { APP_KEY, startRondo } from "../support/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "rondo-periods-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, "rondo.yml");
  writeFileSync(path, text);
  return path;
}

it("are those of production without a file, or without the section", async () => {
  const usual = await readPeriods(join(folder, "none.yml"));
  expect(usual).toMatchObject({ heartbeat_ms: 5000, lease_stale_ms: 60_000, settle_ms: 10_000, reconcile_ms: 300_000 });
  expect(queueTimingsOf(usual)).toEqual({ lockMs: 30_000, stalledMs: 15_000, backoffMs: 2000 });
  expect(await readPeriods(file("max_rounds: 3\n"))).toEqual(usual);
});

it("can be shorter, one by one", async () => {
  const periods = await readPeriods(file("periods:\n  heartbeat_ms: 100\n  stale_read_ms: [10]\n"));
  expect(periods).toMatchObject({ heartbeat_ms: 100, stale_read_ms: [10], lease_stale_ms: 60_000 });
});

it.each([
  ["periods:\n  heartbeat_ms: 0\n", 'line 2, column 3: "periods.heartbeat_ms" is not valid'],
  ["periods:\n  heartbeat_ms: 5s\n", 'line 2, column 3: "periods.heartbeat_ms" is not valid'],
  ["periods:\n  settle_ms: -1\n", '"periods.settle_ms" is not valid'],
  ["periods:\n  settle_ms: 1e300\n", '"periods.settle_ms" is not valid'],
  ["periods:\n  hartbeat_ms: 100\n", 'unknown key "periods.hartbeat_ms"; did you mean "heartbeat_ms"?'],
  ["periods: fast\n", '"periods" is not valid'],
  ["periods:\n  heartbeat_ms: 20000\n", "must be at least four times"],
])("that are wrong are refused with their place: %j", async (text, words) => {
  await expect(readPeriods(file(text))).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(words),
  });
});

it("that are wrong stop a worker with exit code 78 and no stack trace", async () => {
  const configFile = file("periods:\n  lease_stale_ms: 1\n");
  const env = { APP_ID: "1", PRIVATE_KEY: APP_KEY, REDIS_URL: "redis://127.0.0.1:1", RONDO_CONFIG: configFile };
  const worker = startRondo(["worker"], { ...env, RONDO_REVIEWERS: "static" });
  expect(await worker.exited()).toBe(78);
  expect(worker.stderr() + worker.stdout()).toContain('"periods.lease_stale_ms" is not valid');
  expect(worker.stderr()).not.toMatch(/^ +at /m);
  rmSync(worker.cwd, { recursive: true, force: true });
});
