// Turns what the file system says into Rondo's errors, so that a full or broken disk stops a step before its effect
// and is tried again, and so that it is never taken for "there is no state".
import { isNativeError } from "node:util/types";
import { isExpectedError, RetryableError } from "../errors.ts";

/** Conditions of the machine that pass when somebody acts, and that say nothing about the file's content. */
const MACHINE = new Set([
  "ENOSPC",
  "EDQUOT",
  "EIO",
  "EROFS",
  "EMFILE",
  "ENFILE",
  "EACCES",
  "EPERM",
  "ENOMEM",
  "ENOTDIR",
]);

/** The `code` of a system error (`ENOENT`, …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return isNativeError(error) && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Runs a read; a failing machine becomes RetryableError STATE_NOT_READABLE. */
export function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  return translating(work, (code, error) => {
    return new RetryableError(`The file ${path} cannot be read (${code}).`, {
      code: "STATE_NOT_READABLE",
      hint: "Check the disk, and that Rondo's user may read RONDO_DATA_DIR.",
      retryAfterMs: 2_000,
      cause: error,
    });
  });
}

/** Runs a write; a failing machine becomes RetryableError STATE_NOT_WRITABLE. */
export function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  return translating(work, (code, error) => {
    return new RetryableError(`The file ${path} cannot be written (${code}); nothing that depends on it was done.`, {
      code: "STATE_NOT_WRITABLE",
      hint: "Free space, or give Rondo's user the right to write in RONDO_DATA_DIR. The work goes on by itself.",
      retryAfterMs: 2_000,
      cause: error,
    });
  });
}

async function translating<T>(work: () => Promise<T>, toError: (code: string, error: unknown) => Error): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (isExpectedError(error) || code === undefined || !MACHINE.has(code)) throw error;
    throw toError(code, error);
  }
}
