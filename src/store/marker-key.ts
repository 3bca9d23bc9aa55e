// The key behind the MAC of Rondo's hidden markers: made once, kept in the data directory, readable by the owner alone.
// Whoever has it could forge a comment that Rondo takes for its own, so it never leaves the worker.
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { reading, writing } from "./file-errors.ts";

/**
 * 32 bytes. Two processes that start at once agree on one key. Throws UserError MARKER_KEY_INVALID for a broken file,
 * RetryableError STATE_NOT_READABLE or STATE_NOT_WRITABLE when the disk is in trouble.
 */
export async function loadMarkerKey(dataDir: string): Promise<Buffer> {
  const folder = join(dataDir, "keys");
  const file = join(folder, "marker");
  const known = await reading(file, () => read(file));
  return known ?? (await writing(file, () => make(folder, file)));
}

async function make(folder: string, file: string): Promise<Buffer> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mine = join(folder, `marker.${randomBytes(6).toString("hex")}`);
  await writeFile(mine, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
  // A link is made by one process only; the other one finds the file and reads it.
  await link(mine, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(mine, { force: true });
  const made = await read(file);
  if (made === undefined) throw invalid(file);
  return made;
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    const text = (await readFile(file, "utf8")).trim();
    if (!/^[0-9a-f]{64}$/.test(text)) throw invalid(file);
    return Buffer.from(text, "hex");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function invalid(file: string): UserError {
  return new UserError(`${file} does not hold a marker key (64 hexadecimal characters).`, {
    code: "MARKER_KEY_INVALID",
    hint: "Restore it from a backup; or delete it, and Rondo will no longer recognise the comments it has written so far.",
  });
}
