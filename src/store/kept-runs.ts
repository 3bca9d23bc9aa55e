// Which reviewer runs are kept: the newest of each repository, and whatever somebody may still be at.
import { lstat, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { openEffects } from "../round/outbox.ts";
import { reading, systemCode, writing } from "./file-errors.ts";
import { pathsIn, stateFolder, type StatePaths } from "./paths.ts";
import { readRef, readStored } from "./state-file.ts";

/** Younger than this is never touched, milliseconds. */
export const FRESH_MS = 3_600_000;

/** A run's folder: whose it is (`owner/repo` in lower case, empty when it does not say) and when it was last written. */
export type KeptRun = { runId: string; repo: string; writtenAtMs: number };

/**
 * The runs that go: beyond the newest `keep` of their repository (0 keeps all) and not written within the last hour.
 * Whether one is still in use is asked afterwards, of these few.
 */
export function runsBeyond(runs: readonly KeptRun[], keep: number, nowMs: number): readonly KeptRun[] {
  if (keep === 0) return [];
  const byRepo = new Map<string, KeptRun[]>();
  for (const run of runs) byRepo.set(run.repo, [...(byRepo.get(run.repo) ?? []), run]);
  return [...byRepo.values()].flatMap((own) =>
    own
      .toSorted((a, b) => b.writtenAtMs - a.writtenAtMs || (a.runId < b.runId ? -1 : 1))
      .slice(keep)
      // A time in the future is a clock that was set back: nobody knows how old that is.
      .filter(({ writtenAtMs }) => nowMs - writtenAtMs > FRESH_MS),
  );
}

const GONE = ".gone-";

/** Removes what `runsBeyond` says and nothing that a round still needs. Returns how many. Throws RetryableError. */
export async function pruneRuns(dataDir: string, keep: number, nowMs: number): Promise<number> {
  const folder = join(dataDir, "runs");
  const names = await reading(folder, () => readdir(folder).catch(noneIfGone));
  // The rest of a removal that was cut short.
  for (const name of names) if (name.startsWith(GONE)) await writing(folder, () => removeAll(join(folder, name)));
  const runs: KeptRun[] = [];
  for (const runId of names) {
    const run = runId.startsWith(".") ? undefined : await readRun(folder, runId);
    if (run !== undefined) runs.push(run);
  }
  let removed = 0;
  for (const run of runsBeyond(runs, keep, nowMs)) {
    if (await isInUse(dataDir, run)) continue;
    const gone = join(folder, `${GONE}${run.runId}`);
    // Renamed first: half a run must not look like one.
    await writing(gone, () => rename(join(folder, run.runId), gone).then(() => removeAll(gone)));
    removed += 1;
  }
  return removed;
}

async function readRun(folder: string, runId: string): Promise<KeptRun | undefined> {
  const path = join(folder, runId);
  return reading(path, async () => {
    const found = await lstat(path).catch(noneIfGone);
    if (Array.isArray(found) || !found.isDirectory()) return undefined;
    const repo = await readFile(join(path, "repo.txt"), "utf8").catch(emptyIfNone);
    let writtenAtMs = found.mtimeMs;
    for (const name of await readdir(path))
      writtenAtMs = Math.max(writtenAtMs, (await lstat(join(path, name))).mtimeMs);
    return { runId, repo: repo.trim().toLowerCase(), writtenAtMs };
  });
}

/** True while the round that the run belongs to is not over, and whenever nobody can tell. */
async function isInUse(dataDir: string, run: KeptRun): Promise<boolean> {
  const place = placeOf(dataDir, run);
  if (place === undefined || ((await isMissing(place.paths.state)) && (await isMissing(place.paths.previous))))
    return false;
  try {
    const record = (await readStored(place.paths, await readRef(place.paths.state)))?.record;
    const isUnfinished = record !== undefined && (record.lease !== null || openEffects(record).length > 0);
    return isUnfinished && record.round === place.round;
  } catch {
    return true;
  }
}

/** Where the state of the run's pull request lies; undefined when its name does not say. */
function placeOf(dataDir: string, { runId, repo }: KeptRun): { paths: StatePaths; round: number } | undefined {
  const { pr, round } = /^(?<pr>[1-9]\d*)-r(?<round>\d+)\./.exec(runId)?.groups ?? {};
  const { owner, name } = /^(?<owner>[\w-]+)\/(?<name>[\w.-]+)$/.exec(repo)?.groups ?? {};
  if (pr === undefined || owner === undefined || name === undefined || /^\.+$/.test(name)) return undefined;
  return { paths: pathsIn(join(stateFolder(dataDir), owner, name), Number(pr)), round: Number(round) };
}

async function isMissing(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: unknown) => systemCode(error) === "ENOENT",
  );
}

function removeAll(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}

function noneIfGone(error: unknown): never[] {
  if (systemCode(error) === "ENOENT") return [];
  throw error;
}

function emptyIfNone(error: unknown): string {
  if (["ENOENT", "ENOTDIR", "EISDIR"].includes(systemCode(error) ?? "")) return "";
  throw error;
}
