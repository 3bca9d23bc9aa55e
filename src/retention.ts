// The upkeep task that keeps the data directory from growing for ever: old runs, checkouts of dead workers, half-written
// files. State files are no part of it: they are the memory of the loop, and small.
import { readFile } from "node:fs/promises";
import { parseServerConfig } from "./repo-config.ts";
import type { UpkeepTask } from "./queue/port.ts";
import { pruneRuns } from "./store/kept-runs.ts";
import { sweepLeftovers } from "./store/leftovers.ts";
import { type SignOptions, sweepCheckouts } from "./store/worker-sign.ts";

const EVERY_MS = 3_600_000;

/** Things that were removed since the process started. */
const removed = new Map<"runs" | "work" | "leftovers", number>([
  ["runs", 0],
  ["work", 0],
  ["leftovers", 0],
]);

/** For `/metrics`: how many of each kind this process has removed. */
export function removedCounts(): readonly (readonly [kind: string, count: number])[] {
  return [...removed];
}

/** The task. `configFile` is the server's file: `retention.runs` is read each time, so that it needs no restart. */
export function retentionTask(options: SignOptions & { configFile: string }): UpkeepTask {
  const { dataDir, clock, log } = options;
  return {
    name: "retention",
    everyMs: EVERY_MS,
    async run() {
      const keep = await readKeep(options.configFile);
      const nowMs = clock.now().getTime();
      const now = {
        runs: await pruneRuns(dataDir, keep, nowMs),
        work: await sweepCheckouts(options),
        leftovers: await sweepLeftovers(dataDir, nowMs),
      };
      for (const kind of ["runs", "work", "leftovers"] as const)
        removed.set(kind, (removed.get(kind) ?? 0) + now[kind]);
      if (now.runs + now.work + now.leftovers > 0) log.info("Removed what nobody needs any more", now);
    },
  };
}

/** Throws when the file is there and cannot be read: then nobody knows how much to keep, and nothing goes. */
async function readKeep(configFile: string): Promise<number> {
  const text = await readFile(configFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  const { config, problems } = parseServerConfig(text);
  // A mistyped number must not fall back to removing more than was asked for.
  if (problems.some((problem) => problem.includes("retention"))) return 0;
  return config.retention.runs;
}
