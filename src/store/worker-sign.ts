// A worker's sign of life in the data directory, and the removal of checkouts whose worker is gone. Each checkout says whose
// it is; each worker says, once a minute, that it is there. So a live worker in another container is never swept: its
// processes cannot be seen from here, and their numbers are somebody else's.
import { randomBytes } from "node:crypto";
import { lstat, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import type { Clock, Log } from "../ports.ts";
import { ensureFolder } from "./atomic-write.ts";
import { reading, systemCode, writing } from "./file-errors.ts";
import { FRESH_MS } from "./kept-runs.ts";
import { livenessOf, type ProcessIdentity } from "./process-identity.ts";
import { readRegular } from "./read-regular.ts";

/** How often a process shows itself, milliseconds; a sixtieth of the age at which its checkouts may go. */
const SHOW_MS = 60_000;

const Sign = z.object({
  host: z.string(),
  boot_id: z.string(),
  pid: z.number().int(),
  pid_start: z.string(),
  /** Milliseconds since the machine booted, at the last sign of life: no clock adjustment makes it look old. */
  uptime_ms: z.number(),
});
type Sign = z.infer<typeof Sign>;

/** What signs and sweeping need. */
export type SignOptions = { dataDir: string; identity: ProcessIdentity; clock: Pick<Clock, "now">; log: Log };

/** Shows that this process is there until it ends; `id` is what its checkouts carry. Resolves when the first sign is on disk. */
export async function showWorker({ dataDir, identity, log }: SignOptions): Promise<{ id: string }> {
  const id = `${identity.pid}-${randomBytes(6).toString("hex")}`;
  const folder = join(dataDir, "workers");
  const show = (): Promise<void> => writeSign(folder, id, identity);
  await show();
  const again = (): void =>
    void show().catch((error: unknown) => log.warn("A worker's sign of life could not be written", { id, error }));
  // Must not keep a process alive that has nothing left to do.
  setInterval(again, SHOW_MS).unref();
  return { id };
}

async function writeSign(folder: string, id: string, identity: ProcessIdentity): Promise<void> {
  await ensureFolder(folder);
  const content: Sign = {
    host: identity.host,
    boot_id: identity.bootId,
    pid: identity.pid,
    pid_start: identity.pidStart,
    uptime_ms: identity.uptimeMs(),
  };
  const path = join(folder, `${id}.json`);
  await writing(path, async () => {
    await writeFile(`${path}.tmp`, JSON.stringify(content), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  });
}

/**
 * Removes checkouts whose worker is provably dead, or which nobody has claimed or touched for an hour; and the signs of
 * dead workers. Returns how many checkouts. Throws RetryableError when the disk is in trouble.
 */
export async function sweepCheckouts(options: SignOptions): Promise<number> {
  const work = join(options.dataDir, "work");
  let removed = 0;
  for (const name of await namesIn(work)) {
    const path = join(work, name);
    if (!(await isAbandoned(path, options))) continue;
    await writing(path, () => removeAll(path));
    removed += 1;
  }
  const signs = join(options.dataDir, "workers");
  for (const name of await namesIn(signs)) {
    const path = join(signs, name);
    const state = await stateOf(path, options);
    if (state === "dead" || (state === "unknown" && (await ageOf(path, options)) > FRESH_MS))
      await writing(path, () => removeAll(path));
  }
  return removed;
}

async function isAbandoned(path: string, options: SignOptions): Promise<boolean> {
  const isFolder = (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
  const id = isFolder ? ((await readText(join(path, "owner")))?.trim() ?? "") : "";
  const state = /^\d+-[0-9a-f]{12}$/.test(id)
    ? await stateOf(join(options.dataDir, "workers", `${id}.json`), options)
    : "unknown";
  if (state !== "unknown") return state === "dead";
  return (await ageOf(path, options)) > FRESH_MS;
}

/** `unknown`: no sign, or one that cannot be judged from here; then only the age of the files themselves can tell. */
async function stateOf(path: string, { identity }: SignOptions): Promise<"alive" | "dead" | "unknown"> {
  const sign = parseSign(await readText(path));
  if (sign === undefined) return "unknown";
  const owner = { host: sign.host, bootId: sign.boot_id, pid: sign.pid, pidStart: sign.pid_start };
  const liveness = await livenessOf(owner, identity);
  if (liveness !== "unknown" || sign.boot_id !== identity.bootId) return liveness;
  return identity.uptimeMs() - sign.uptime_ms > FRESH_MS ? "dead" : "alive";
}

function parseSign(text: string | undefined): Sign | undefined {
  try {
    return Sign.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}

/** Undefined for what is not there or is no file. A disk in trouble is an error: nobody knows then whose a folder is. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readRegular(path))?.toString("utf8");
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}

/** Milliseconds since the folder or something right in it last changed; none when it is going away this moment. */
async function ageOf(path: string, { clock }: SignOptions): Promise<number> {
  try {
    const found = await lstat(path);
    const inside = found.isDirectory() ? await readdir(path) : [];
    const times = await Promise.all(inside.map(async (name) => (await lstat(join(path, name))).mtimeMs));
    return clock.now().getTime() - Math.max(found.mtimeMs, ...times);
  } catch {
    return 0;
  }
}

function namesIn(folder: string): Promise<readonly string[]> {
  return reading(folder, () =>
    readdir(folder).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
}

function removeAll(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}
