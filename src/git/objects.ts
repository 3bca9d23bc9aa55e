// Reads objects out of the throw-away repository: sizes for many at once, contents in portions that fit in memory.
import { PermanentError } from "../errors.ts";
import { describeObjects, readObjects } from "./plan.ts";
import { git, type GitContext } from "./run-git.ts";

/** Most bytes and objects that are read in one go. */
const PORTION_BYTES = 16 * 1024 * 1024;
const PORTION_OBJECTS = 2_000;

/** Type and size in bytes of each object that is here; ids that are not here are missing from the map. */
export async function objectSizes(
  context: GitContext,
  ids: Iterable<string>,
): Promise<Map<string, { type: string; sizeBytes: number }>> {
  const found = new Map<string, { type: string; sizeBytes: number }>();
  const stdin = [...new Set(ids)].map((id) => `${id}\n`).join("");
  if (stdin === "") return found;
  const printed = await git(context, describeObjects(), { stdin });
  for (const line of printed.toString("latin1").split("\n")) {
    const [id = "", type = "", size = ""] = line.split(" ");
    if (/^\d+$/.test(size)) found.set(id, { type, sizeBytes: Number(size) });
  }
  return found;
}

/**
 * Calls `visit` once for each object with its bytes, in portions. Every id must be here, with the size that `sizes` gives.
 * Throws PermanentError GIT_FAILED when one is not.
 */
export async function readBlobs(
  context: GitContext,
  ids: readonly string[],
  sizes: ReadonlyMap<string, { sizeBytes: number }>,
  visit: (id: string, content: Buffer) => Promise<void> | void,
): Promise<void> {
  for (const portion of portions(ids, sizes)) {
    const stdin = portion.map((id) => `${id}\n`).join("");
    const bytes = portion.reduce((sum, id) => sum + (sizes.get(id)?.sizeBytes ?? 0) + 200, 0);
    const printed = await git(context, readObjects(), { stdin, maxOutputBytes: bytes });
    let at = 0;
    for (const id of portion) {
      const headerEnd = printed.indexOf(10, at);
      const [printedId, , size] = printed.subarray(at, headerEnd).toString("latin1").split(" ");
      const sizeBytes = Number(size);
      if (headerEnd === -1 || printedId !== id || !Number.isInteger(sizeBytes)) {
        throw new PermanentError(`git could not read object ${id}.`, { code: "GIT_FAILED" });
      }
      await visit(id, printed.subarray(headerEnd + 1, headerEnd + 1 + sizeBytes));
      at = headerEnd + 1 + sizeBytes + 1;
    }
  }
}

function* portions(ids: readonly string[], sizes: ReadonlyMap<string, { sizeBytes: number }>): Generator<string[]> {
  let portion: string[] = [];
  let bytes = 0;
  for (const id of ids) {
    const size = sizes.get(id)?.sizeBytes ?? 0;
    if (portion.length > 0 && (bytes + size > PORTION_BYTES || portion.length >= PORTION_OBJECTS)) {
      yield portion;
      [portion, bytes] = [[], 0];
    }
    portion.push(id);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}
