// Replaces a file so that every reader, and every start after a crash or power loss, finds the old content or the new
// one, complete. The order is: new file, flush, keep the old one, rename, flush the folder.
import { copyFile, link, mkdir, open, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { systemCode, writing } from "./file-errors.ts";

/**
 * Writes `content` to `path`. With `previous`, the content before stays under that name.
 * `beforeRename` runs when everything is on disk but nothing is visible yet: the last moment to find out that the lock
 * was lost; what it throws ends the write and leaves `path` alone.
 * Throws RetryableError STATE_NOT_WRITABLE when the machine cannot write.
 */
export function writeAtomic(
  path: string,
  content: string | Uint8Array,
  options: { previous?: string; beforeRename?: () => Promise<void> } = {},
): Promise<void> {
  return writing(path, async () => {
    const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      await writeFlushed(temporary, content);
      await options.beforeRename?.();
      if (options.previous !== undefined) await keep(path, options.previous);
      await rename(temporary, path);
    } catch (error) {
      // Best effort: a leftover is removed by the next owner of a broken lock.
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    await flushFolder(dirname(path));
  });
}

/** Makes a folder and its parents, and flushes what names them, so that a file in it cannot vanish with its folder. */
export function ensureFolder(path: string): Promise<void> {
  return writing(path, async () => {
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await flushFolder(dirname(folder));
  });
}

/** Flushes a folder's list of names. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    // Unlike `write`, `writeFile` goes on after a short write, which a nearly full disk answers without an error.
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the file at `path` the second name `previous`. `path` itself is there all the time. */
async function keep(path: string, previous: string): Promise<void> {
  const temporary = `${previous}.tmp`;
  await rm(temporary, { force: true });
  try {
    await link(path, temporary);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    // File systems without hard links.
    await copyFile(path, temporary);
  }
  await rename(temporary, previous);
  // Renaming one name of a file to another name of the same file does nothing; then the temporary name is still there.
  await rm(temporary, { force: true });
}
