// The ledger on disk: one line of JSON a run, one file a month (`$RONDO_DATA_DIR/ledger/2026-11.jsonl`), only ever appended
// to. Workers share it: a line is written in one piece and flushed, and half a line that a crash left is passed over.
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Ledger, LedgerEntry } from "../ledger.ts";
import { ensureFolder, flushFolder } from "./atomic-write.ts";
import { reading, systemCode, writing } from "./file-errors.ts";

const tokens = z.number().int().nonnegative();

/** One line. `cost_usd` is `unknown` for a model without a price or an answer that broke off; never 0 for that. */
export const LedgerLine = z.object({
  run_id: z.string(),
  repo: z.string(),
  pr: z.number().int(),
  round: z.number().int(),
  reviewer: z.string(),
  model: z.string(),
  input_tokens: tokens,
  cached_input_tokens: tokens,
  cache_write_tokens: tokens,
  output_tokens: tokens,
  reasoning_tokens: tokens,
  requests: tokens,
  unmetered: tokens,
  cost_usd: z.union([z.number().nonnegative(), z.literal("unknown")]),
  started_at: z.string(),
  ended_at: z.string(),
  outcome: z.string(),
});
export type LedgerLine = z.infer<typeof LedgerLine>;

/** The `Ledger` port. */
export function fileLedger(dataDir: string): Ledger {
  return {
    async append(entry) {
      const folder = join(dataDir, "ledger");
      await ensureFolder(folder);
      const path = join(folder, `${entry.endedAt.slice(0, 7)}.jsonl`);
      await writing(path, async () => {
        const file = await open(path, "a+", 0o600);
        try {
          const { size } = await file.stat();
          const last = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
          // What a crash left of a line stays a line of its own: it must not spoil this one.
          const start = size > 0 && last.buffer[0] !== 0x0a ? "\n" : "";
          await file.appendFile(`${start}${JSON.stringify(toLine(entry))}\n`);
          await file.sync();
          if (size === 0) await flushFolder(folder);
        } finally {
          await file.close();
        }
      });
    },
  };
}

/**
 * The runs of `month` (`2026-11`), or of all months, oldest first and each once. `damaged` counts lines that are none: the
 * sum is a lower bound then. Throws RetryableError when the machine cannot read.
 */
export async function readLedger(dataDir: string, month?: string): Promise<{ lines: LedgerLine[]; damaged: number }> {
  const folder = join(dataDir, "ledger");
  const names = month === undefined ? await filesIn(folder) : [`${month}.jsonl`];
  const byRun = new Map<string, LedgerLine>();
  let damaged = 0;
  for (const name of names.filter((one) => one.endsWith(".jsonl"))) {
    for (const text of (await textOf(join(folder, name))).split("\n")) {
      const line = text === "" ? null : parseLine(text);
      if (line === undefined) damaged += 1;
      else if (line !== null && !byRun.has(line.run_id)) byRun.set(line.run_id, line);
    }
  }
  return { lines: [...byRun.values()], damaged };
}

function toLine({ spend, runId, repo, pr, round, reviewer, startedAt, endedAt, outcome }: LedgerEntry): LedgerLine {
  const { model, requests, unmetered, tokens: used, costUsd } = spend;
  return {
    run_id: runId,
    ...{ repo, pr, round, reviewer, model },
    input_tokens: used.input,
    cached_input_tokens: used.cachedInput,
    cache_write_tokens: used.cacheWrite,
    output_tokens: used.output,
    reasoning_tokens: used.reasoning,
    ...{ requests, unmetered },
    cost_usd: costUsd ?? "unknown",
    started_at: startedAt,
    ended_at: endedAt,
    outcome,
  };
}

function parseLine(text: string): LedgerLine | undefined {
  try {
    return LedgerLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = await reading(folder, () => readdir(folder).catch(emptyIfMissing<string[]>([])));
  return names.toSorted();
}

async function textOf(path: string): Promise<string> {
  return await reading(path, () => readFile(path, "utf8").catch(emptyIfMissing("")));
}

function emptyIfMissing<T>(empty: T): (error: unknown) => T {
  return (error) => {
    if (systemCode(error) === "ENOENT") return empty;
    throw error;
  };
}
