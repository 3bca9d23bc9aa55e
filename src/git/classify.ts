// Decides for each changed entry whether its content goes to the reviewers, and if not, why not. Nothing is left out silently.
import type { OmittedReason } from "../reviewer.ts";
import { isAbsent, isRegular, isSubmodule, isSymlink, type ChangedEntry } from "./changed-entries.ts";
import { skippedByRule, type LinguistAttributes } from "./file-rules.ts";

/** Caps of one checkout; sizes in bytes. */
export type CheckoutLimits = {
  /** Changed entries; a change with more is refused as a whole (CHANGE_TOO_LARGE). */
  maxEntries: number;
  /** Size of one file on either side. */
  maxFileBytes: number;
  /** Sum over both sides of all files that are looked at. */
  maxTotalBytes: number;
  /** Files whose content is looked at; GitHub itself lists 3,000. */
  maxFiles: number;
  /** What a fetch may put on the disk. */
  maxFetchBytes: number;
  /** Time for one git command. */
  timeoutMs: number;
};

export const DEFAULT_LIMITS: CheckoutLimits = {
  maxEntries: 20_000,
  maxFileBytes: 1_000_000,
  maxTotalBytes: 300_000_000,
  maxFiles: 3_000,
  maxFetchBytes: 600_000_000,
  timeoutMs: 120_000,
};

/** An entry with what was decided about it. */
export type Classified = {
  entry: ChangedEntry;
  /** Size at the head; null when removed, a submodule, or not fetched. */
  sizeBytes: number | null;
  omitted: OmittedReason | null;
  /** True when the unified diff shows it. */
  isInDiff: boolean;
  isBinary: boolean;
};

/** Decides by mode, name, attributes and size. Binary files are found later, by their bytes. */
export function classify(
  entries: readonly ChangedEntry[],
  sizes: ReadonlyMap<string, { sizeBytes: number }>,
  attributesOf: (path: string) => LinguistAttributes,
  limits: CheckoutLimits,
  isLeftOut: ((path: string) => boolean) | null = null,
): Classified[] {
  const used = { files: 0, bytes: 0 };
  return entries.map((entry) => {
    const sizeBytes = isRegular(entry.newMode) ? (sizes.get(entry.newId)?.sizeBytes ?? null) : null;
    const skipped = isLeftOut?.(entry.path) === true ? "excluded" : skippedByRule(entry.path, attributesOf(entry.path));
    const tooMuch = skipped === null ? overBudget(entry, sizes, limits, used) : null;
    const omitted = byMode(entry, skipped) ?? skipped ?? tooMuch;
    return { entry, sizeBytes, omitted, isInDiff: skipped === null && tooMuch === null, isBinary: false };
  });
}

function byMode(entry: ChangedEntry, skipped: OmittedReason | null): OmittedReason | null {
  if (isAbsent(entry.newMode)) return "removed";
  if (isSubmodule(entry.newMode)) return "submodule";
  // A link in a vendored folder is skipped for being vendored.
  return isSymlink(entry.newMode) && skipped === null ? "symlink" : null;
}

function overBudget(
  entry: ChangedEntry,
  sizes: ReadonlyMap<string, { sizeBytes: number }>,
  limits: CheckoutLimits,
  used: { files: number; bytes: number },
): OmittedReason | null {
  const sides = [
    { mode: entry.oldMode, id: entry.oldId },
    { mode: entry.newMode, id: entry.newId },
  ].filter(({ mode }) => !isAbsent(mode) && !isSubmodule(mode));
  let bytes = 0;
  for (const { id } of sides) {
    // Not here means: the fetch or the repository left it out, which happens to large ones only.
    const size = sizes.get(id)?.sizeBytes ?? Number.POSITIVE_INFINITY;
    if (size > limits.maxFileBytes) return "too_large";
    bytes += size;
  }
  if (used.files >= limits.maxFiles || used.bytes + bytes > limits.maxTotalBytes) return "too_many";
  used.files += 1;
  used.bytes += bytes;
  return null;
}
