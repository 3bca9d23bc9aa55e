// Reads git's raw list of changed entries: modes, object ids and names, NUL-separated, so that no name can break it.
// Format: https://git-scm.com/docs/diff-format#_raw_output_format
import { PermanentError } from "../errors.ts";
import { pathFromBytes } from "../findings/diff-path.ts";

/** One entry that differs between two trees. A mode of 000000 means: not there on that side. */
export type ChangedEntry = {
  /** `A` added, `D` deleted, `M` modified, `T` type changed, `R` renamed. */
  letter: string;
  oldMode: string;
  newMode: string;
  oldId: string;
  newId: string;
  /** Name in the old tree when renamed, else null. */
  oldPath: string | null;
  path: string;
  /** The exact bytes of `path`, for the disk and for git. */
  pathBytes: Buffer;
};

/** Parses `diff-tree --raw -z`. Throws PermanentError GIT_FAILED when the output is not what git documents. */
export function parseRawChanges(raw: Buffer): ChangedEntry[] {
  const fields = splitAtNul(raw).values();
  const entries: ChangedEntry[] = [];
  for (const header of fields) {
    const [, oldMode = "", newMode = "", oldId = "", newId = "", letter = ""] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])\d*$/.exec(header.toString("latin1")) ?? [];
    const oldName = letter === "R" || letter === "C" ? fields.next().value : undefined;
    const name = fields.next().value;
    if (letter === "" || name === undefined) {
      throw new PermanentError("git printed a list of changes that cannot be read.", { code: "GIT_FAILED" });
    }
    const oldPath = oldName === undefined ? null : pathFromBytes(oldName);
    entries.push({ letter, oldMode, newMode, oldId, newId, oldPath, path: pathFromBytes(name), pathBytes: name });
  }
  return entries;
}

/** Fields of a NUL-terminated list. */
export function splitAtNul(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    fields.push(bytes.subarray(at, end === -1 ? bytes.length : end));
    at = end === -1 ? bytes.length : end + 1;
  }
  return fields;
}

/** True for a plain file, executable or not. */
export function isRegular(mode: string): boolean {
  return mode === "100644" || mode === "100755" || mode === "100664";
}

export function isSymlink(mode: string): boolean {
  return mode === "120000";
}

export function isSubmodule(mode: string): boolean {
  return mode === "160000";
}

export function isAbsent(mode: string): boolean {
  return mode === "000000";
}
