// Files that a killed process left between two steps of a save: half-written ones, and damaged ones that were set aside.
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { reading, systemCode, writing } from "./file-errors.ts";
import { FRESH_MS } from "./kept-runs.ts";
import { stateFolder } from "./paths.ts";

/** Damaged state files stay this long, for whoever wants to know what happened to them. */
const DAMAGED_MS = 30 * 24 * 3_600_000;
const IN_STATE = /^(?:\d+|\.repo)\.(?:heartbeat\.)?json\.(?:prev\.|[0-9a-f]{12}\.)tmp$|\.takeover$/;

/** Removes them: half-written ones after an hour, damaged ones after 30 days. Returns how many. Throws RetryableError. */
export async function sweepLeftovers(dataDir: string, nowMs: number): Promise<number> {
  let removed = await sweepIn(dataDir, nowMs, (name) => (name.startsWith(".probe-") ? FRESH_MS : undefined));
  removed += await sweepIn(join(dataDir, "keys"), nowMs, (name) =>
    /^marker\.[0-9a-f]{12}$/.test(name) ? FRESH_MS : undefined,
  );
  removed += await sweepIn(join(dataDir, "cursors"), nowMs, (name) => (name.endsWith(".tmp") ? FRESH_MS : undefined));
  const root = stateFolder(dataDir);
  for (const owner of await namesIn(root)) {
    for (const repo of await namesIn(join(root, owner))) {
      removed += await sweepIn(join(root, owner, repo), nowMs, (name) => {
        if (name.endsWith(".json.damaged")) return DAMAGED_MS;
        return IN_STATE.test(name) ? FRESH_MS : undefined;
      });
    }
  }
  return removed;
}

/** `ageOf`: the age from which a file of this name goes, or undefined when it stays. Folders always stay. */
async function sweepIn(folder: string, nowMs: number, ageOf: (name: string) => number | undefined): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(folder)) {
    const age = ageOf(name);
    if (age === undefined) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || found.isDirectory() || nowMs - found.mtimeMs <= age) continue;
    await writing(path, () => rm(path, { force: true }));
    removed += 1;
  }
  return removed;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return reading(folder, () =>
    readdir(folder).catch((error: unknown) => {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
      throw error;
    }),
  );
}
