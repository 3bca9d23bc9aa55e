// What a killed process left: half-written files between two steps of a save, damaged ones that were set aside, and the
// short-named folders in the system's temporary folder in which a run keeps its socket and codex's home.
import { lstat, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reading, systemCode, writing } from "./file-errors.ts";
import { FRESH_MS } from "./kept-runs.ts";
import { stateFolder } from "./paths.ts";

/** Damaged state files stay this long, for whoever wants to know what happened to them. */
const DAMAGED_MS = 30 * 24 * 3_600_000;
const IN_STATE = /^(?:\d+|\.repo)\.(?:heartbeat\.)?json\.(?:prev\.|[0-9a-f]{12}\.)tmp$|\.takeover$/;

/** `limits.phase_cap_seconds` is a day at most, so no run is as old as this. Other processes share the folder. */
const RUN_MS = 25 * 3_600_000;
const RUN_FOLDER = /^rondo-[gp]-[A-Za-z0-9]{6}$/;

/**
 * Removes them: half-written files after an hour, folders of runs in `tmpDir` after 25 hours, damaged files after 30 days.
 * Returns how many. Throws RetryableError.
 */
export async function sweepLeftovers(dataDir: string, nowMs: number, tmpDir = tmpdir()): Promise<number> {
  let removed = await sweepRunFolders(tmpDir, nowMs);
  removed += await sweepIn(dataDir, nowMs, (name) => (name.startsWith(".probe-") ? FRESH_MS : undefined));
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

/** Folders of this user alone; one that cannot be removed is nobody's trouble. */
async function sweepRunFolders(tmpDir: string, nowMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(tmpDir).catch(() => [])) {
    const path = join(tmpDir, name);
    const found = RUN_FOLDER.test(name) ? await lstat(path).catch(() => undefined) : undefined;
    const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.();
    if (!isOurs || nowMs - found.mtimeMs <= RUN_MS) continue;
    await rm(path, { recursive: true, force: true }).then(
      () => (removed += 1),
      () => undefined,
    );
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
