// Reads a file of the data folder only when it is one. A named pipe would hold the reader for ever, a link could lead to
// anything, and a link to nowhere would look as if there was no file at all.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { PermanentError } from "../errors.ts";
import { reading, systemCode } from "./file-errors.ts";

/**
 * The bytes of the file at `path`, undefined when nothing has that name.
 * Throws PermanentError STATE_UNREADABLE for a folder, link, pipe, socket or device; RetryableError STATE_NOT_READABLE.
 */
export function readRegular(path: string): Promise<Buffer | undefined> {
  return reading(path, async () => {
    // NONBLOCK: opening a pipe answers at once, also when nobody writes into it.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags).catch((error: unknown) => {
      const code = systemCode(error);
      if (code === "ENOENT") return undefined;
      // ENXIO: a socket. https://man7.org/linux/man-pages/man2/open.2.html
      if (code === "ELOOP" || code === "EMLINK") throw notAFile(path, "a symbolic link");
      if (code === "ENXIO") throw notAFile(path, "a socket or a device");
      throw error;
    });
    if (file === undefined) return undefined;
    try {
      const found = await file.stat();
      if (found.isDirectory()) throw notAFile(path, "a folder");
      if (!found.isFile()) throw notAFile(path, "no ordinary file");
      return await file.readFile();
    } finally {
      await file.close();
    }
  });
}

/** The refusal of what stands in the place of a file. */
export function notAFile(path: string, what: string): PermanentError {
  return new PermanentError(`${path} cannot be used: it is ${what}, and must be a file.`, {
    code: "STATE_UNREADABLE",
    hint: "Somebody put it there. Restore the file from a backup, or move this away.",
  });
}
