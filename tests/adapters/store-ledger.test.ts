// The ledger: what is appended is there, once and whole, whatever a crash left and however many write at once.
import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/ledger.ts";
import { fileLedger, readLedger } from "../../src/store/ledger.ts";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rondo-ledger-"));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

describe("the ledger", () => {
  it("is empty before the first run", async () => {
    expect(await readLedger(dataDir)).toEqual({ lines: [], damaged: 0 });
  });

  it("keeps tokens by kind, and unknown as unknown", async () => {
    await fileLedger(dataDir).append(entry("a", 0.25));
    await fileLedger(dataDir).append(entry("b", null));
    const { lines } = await readLedger(dataDir, "2026-11");
    expect(lines.map(({ run_id: id, cost_usd: cost }) => [id, cost])).toEqual([
      ["a", 0.25],
      ["b", "unknown"],
    ]);
    expect(lines[0]).toMatchObject({
      input_tokens: 1200,
      cached_input_tokens: 200,
      cache_write_tokens: 10,
      output_tokens: 90,
      reasoning_tokens: 40,
    });
    expect((await stat(join(dataDir, "ledger", "2026-11.jsonl"))).mode & 0o777).toBe(0o600);
    expect((await readLedger(dataDir, "2026-12")).lines).toEqual([]);
  });

  it("passes over half a line, and does not let it spoil the next one", async () => {
    const file = join(dataDir, "ledger", "2026-11.jsonl");
    await fileLedger(dataDir).append(entry("a", 1));
    await appendFile(file, '{"run_id":"torn","cost');
    await fileLedger(dataDir).append(entry("b", 1));
    const { lines, damaged } = await readLedger(dataDir);
    expect(lines.map(({ run_id: id }) => id)).toEqual(["a", "b"]);
    expect(damaged).toBe(1);
    expect((await readFile(file, "utf8")).endsWith("\n")).toBe(true);
  });

  it("counts a run once, and takes lines from many at the same time", async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `run-${n}`);
    await Promise.all([...ids, ...ids.slice(0, 5)].map((id) => fileLedger(dataDir).append(entry(id, 0.5))));
    const { lines, damaged } = await readLedger(dataDir);
    expect(lines).toHaveLength(40);
    expect(damaged).toBe(0);
  });

  it("says when the disk does not take it", async () => {
    await appendFile(join(dataDir, "ledger"), "in the way");
    await expect(fileLedger(dataDir).append(entry("a", 1))).rejects.toThrow(/ledger/);
  });
});

function entry(runId: string, costUsd: number | null): LedgerEntry {
  const tokens = { input: 1200, cachedInput: 200, cacheWrite: 10, output: 90, reasoning: 40 };
  return {
    runId,
    repo: "octo/shop",
    pr: 7,
    round: 1,
    reviewer: "openai",
    spend: { model: "m", requests: 1, tokens, unmetered: 0, costUsd },
    startedAt: "2026-11-20T10:00:00.000Z",
    endedAt: "2026-11-20T10:00:05.000Z",
    outcome: "APPROVE",
  };
}
