// Reads back what src/store/runs.ts keeps of reviewers' runs. A folder that is not whole is named, never passed over.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import { Verdict } from "../findings/verdict-word.ts";
import { reading, systemCode } from "./file-errors.ts";

const tokens = z.number().int().nonnegative();
const RunSpend = z.object({
  model: z.string(),
  requests: tokens,
  tokens: z.object({ input: tokens, cachedInput: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens }),
  unmetered: tokens,
  costUsd: z.number().nullable(),
});

/** The part of `result.json` that lists need; the whole file stays in `result`. */
const Result = z.looseObject({
  name: z.string(),
  exit: z.string(),
  failure: z.string().nullable(),
  durationMs: z.number(),
  verdict: Verdict,
  findings: z.array(z.looseObject({})),
  /** What a model used up; absent for a reviewer without one. */
  spend: RunSpend.optional(),
});

/** One run. `problem` says why `result` is null; `at` is when the folder was last written, UTC ISO. */
export type StoredRun = {
  runId: string;
  /** `owner/repo`; null when the folder does not say. */
  repo: string | null;
  at: string;
  result: z.infer<typeof Result> | null;
  problem: string | null;
};

/** All runs, newest first; empty when no run was kept yet. Throws RetryableError when the folder cannot be read. */
export async function listRuns(dataDir: string): Promise<readonly StoredRun[]> {
  const folder = join(dataDir, "runs");
  const entries = await reading(folder, () =>
    readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
  const runs: StoredRun[] = [];
  for (const entry of entries)
    if (entry.isDirectory() && !entry.name.startsWith(".")) runs.push(await readRun(folder, entry.name));
  return runs.sort((a, b) => (a.at === b.at ? compare(a.runId, b.runId) : compare(b.at, a.at)));
}

/** A run with everything that was kept of it. `artifacts` are the files of its folder, by name. */
export type WholeRun = {
  run: StoredRun;
  folder: string;
  artifacts: readonly { name: string; sizeBytes: number }[];
  /** Texts by file name: `prompt.txt`, `output.txt`, `diagnostics.txt`. */
  texts: Readonly<Record<string, string>>;
};

/** One run with its texts; null when there is no such folder. Throws PermanentError RUN_ID_INVALID for no run id. */
export async function showRun(dataDir: string, runId: string): Promise<WholeRun | null> {
  if (!/^[A-Za-z0-9._-]{1,150}$/.test(runId) || /^\.+$/.test(runId))
    throw new PermanentError(`${runId} is no run id.`, { code: "RUN_ID_INVALID" });
  const folder = join(dataDir, "runs");
  const path = join(folder, runId);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    },
  );
  if (!isFolder) return null;
  const texts: Record<string, string> = {};
  for (const name of ["prompt.txt", "output.txt", "diagnostics.txt"]) {
    const text = await textOrNull(() => readFile(join(path, name), "utf8"));
    if (text !== null) texts[name] = text;
  }
  return { run: await readRun(folder, runId), folder: path, artifacts: await artifactsOf(path), texts };
}

async function artifactsOf(path: string): Promise<WholeRun["artifacts"]> {
  const names = (await readdir(path)).toSorted();
  return Promise.all(names.map(async (name) => ({ name, sizeBytes: (await stat(join(path, name))).size })));
}

async function readRun(folder: string, runId: string): Promise<StoredRun> {
  const path = join(folder, runId);
  const at = (await stat(path)).mtime.toISOString();
  const repo = (await textOrNull(() => readFile(join(path, "repo.txt"), "utf8")))?.trim() ?? null;
  const text = await textOrNull(() => readFile(join(path, "result.json"), "utf8"));
  if (text === null) return { runId, repo, at, result: null, problem: "result.json is missing" };
  try {
    return { runId, repo, at, result: Result.parse(JSON.parse(text)), problem: null };
  } catch {
    return { runId, repo, at, result: null, problem: "result.json is damaged" };
  }
}

/** null for what is not there or is no file; everything else that goes wrong is an error. */
async function textOrNull(read: () => Promise<string>): Promise<string | null> {
  return read().catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(systemCode(error) ?? "")) return null;
    throw error;
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
