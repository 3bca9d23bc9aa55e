// Small facts about one changed file: its status with renames, whether it is binary, and what the diff says of a binary one.
import type { ChangedFile } from "../reviewer.ts";
import { pathToBytes } from "../findings/diff-path.ts";
import type { ChangedEntry } from "./changed-entries.ts";

/** Status and old name of one entry. The old half of a rename has none: it is part of the new one. */
export type FileStatus = { status: ChangedFile["status"]; oldPath: string | null };

/** Git's own rule: a NUL among the first 8,000 bytes. https://git-scm.com/docs/gitattributes (diff, unspecified) */
export function isBinaryContent(content: Uint8Array): boolean {
  return content.subarray(0, 8_000).includes(0);
}

/**
 * Statuses of all entries. `found` holds the renames that git found among the files it could read; files it could not
 * read count as renamed when the very same content left one name and came at another.
 */
export function fileStatuses(
  entries: readonly ChangedEntry[],
  found: readonly ChangedEntry[],
): ReadonlyMap<ChangedEntry, FileStatus> {
  const oldNameOf = new Map<string, string>();
  const seenByGit = new Set<string>();
  for (const { oldPath, path } of found) {
    seenByGit.add(path).add(oldPath ?? path);
    if (oldPath !== null) oldNameOf.set(path, oldPath);
  }
  addSameContent(
    oldNameOf,
    entries.filter(({ path }) => !seenByGit.has(path)),
  );
  const oldHalves = new Set(oldNameOf.values());
  const statuses = new Map<ChangedEntry, FileStatus>();
  for (const entry of entries) {
    if (entry.letter === "D" && oldHalves.has(entry.path)) continue;
    const oldPath = oldNameOf.get(entry.path) ?? null;
    statuses.set(entry, { status: oldPath === null ? statusOf(entry.letter) : "renamed", oldPath });
  }
  return statuses;
}

function addSameContent(oldNameOf: Map<string, string>, entries: readonly ChangedEntry[]): void {
  const leftById = new Map<string, string[]>();
  for (const { letter, oldId, path } of entries) {
    if (letter === "D") leftById.set(oldId, [...(leftById.get(oldId) ?? []), path]);
  }
  for (const { letter, newId, path } of entries) {
    const oldPath = letter === "A" ? leftById.get(newId)?.shift() : undefined;
    if (oldPath !== undefined) oldNameOf.set(path, oldPath);
  }
}

function statusOf(letter: string): ChangedFile["status"] {
  if (letter === "A") return "added";
  if (letter === "D") return "removed";
  return letter === "T" ? "type_changed" : "modified";
}

/** What the diff says of a binary file, in git's words, so that every reader of diffs understands it. */
export function binaryStanza(entry: ChangedEntry, oldPath: string | null): string {
  const before = quoted("a/", oldPath ?? entry.path);
  const after = quoted("b/", entry.path);
  const opening = `diff --git ${before} ${after}\n`;
  // Renamed here always means the very same content; see fileStatuses.
  if (oldPath !== null) {
    return `${opening}similarity index 100%\nrename from ${quoted("", oldPath)}\nrename to ${quoted("", entry.path)}\n`;
  }
  const ids = `${entry.oldId}..${entry.newId}`;
  if (entry.letter === "A") {
    return `${opening}new file mode ${entry.newMode}\nindex ${ids}\nBinary files /dev/null and ${after} differ\n`;
  }
  if (entry.letter === "D") {
    return `${opening}deleted file mode ${entry.oldMode}\nindex ${ids}\nBinary files ${before} and /dev/null differ\n`;
  }
  const modes = entry.oldMode === entry.newMode ? "" : `old mode ${entry.oldMode}\nnew mode ${entry.newMode}\n`;
  return `${opening}${modes}index ${ids}\nBinary files ${before} and ${after} differ\n`;
}

/** A name as git prints it in a header: in quotes with octal escapes as soon as one byte is unusual. */
function quoted(prefix: string, path: string): string {
  const bytes = pathToBytes(path);
  if (bytes.every((byte) => byte >= 32 && byte < 127 && byte !== 34 && byte !== 92)) {
    return prefix + Buffer.from(bytes).toString("latin1");
  }
  let text = `"${prefix}`;
  for (const byte of bytes) {
    if (byte === 34 || byte === 92) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `${text}"`;
}
