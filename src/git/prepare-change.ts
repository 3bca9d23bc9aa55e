// From two commits in a throw-away repository to what reviewers read: the list of changed files, one unified diff, and the
// files themselves. The same for a pull request and for a checkout on this machine; only where the objects come from differs.
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../errors.ts";
import type { Checkout } from "../checkouts.ts";
import type { ChangedFile } from "../reviewer.ts";
import { findAttributesFiles, readAttributes, type AttributesFile } from "./attributes.ts";
import { isAbsent, isSubmodule, parseRawChanges, type ChangedEntry } from "./changed-entries.ts";
import { classify, type CheckoutLimits, type Classified } from "./classify.ts";
import { skippedByRule } from "./file-rules.ts";
import { binaryStanza, fileStatuses, isBinaryContent, type FileStatus } from "./describe-file.ts";
import { objectSizes, readBlobs } from "./objects.ts";
import { fillIndex, listChanges, listFiles, listRenames, writeIndexTree, writePatch } from "./plan.ts";
import { findRules, readRules } from "./rule-files.ts";
import { git, gitFailure, tryGit, type GitContext } from "./run-git.ts";
import { asDiskError, writeChangedFile, type Workspace } from "./workspace.ts";

/** The change and where it is prepared. */
export type Change = { workspace: Workspace; headSha: string; mergeBaseSha: string; limits: CheckoutLimits } & {
  /** Files that the repository leaves out. */
  isLeftOut?: ((path: string) => boolean) | null;
  /** The commit of the base branch whose rules for reviewers are read; null or left out: none are. */
  rulesFrom?: string | null;
};

const MAX_LIST_BYTES = 32 * 1024 * 1024;
/** All names of one tree: room for about a million files. */
const MAX_NAMES_BYTES = 64 * 1024 * 1024;

/**
 * Prepares the change. `fetchMissing` brings the named blobs, in one go; afterwards nothing needs the network.
 * Throws PermanentError CHANGE_TOO_LARGE above `maxEntries`, DISK_FULL, GIT_FAILED.
 */
export async function prepareChange(
  context: GitContext,
  change: Change,
  fetchMissing: (ids: readonly string[]) => Promise<void>,
): Promise<Checkout> {
  const { workspace, headSha, mergeBaseSha, limits, rulesFrom = null } = change;
  await Promise.all([...new Set([headSha, mergeBaseSha])].map((sha) => refuseTreeBomb(context, sha)));
  const raw = await git(context, listChanges(mergeBaseSha, headSha), { maxOutputBytes: MAX_LIST_BYTES });
  const entries = parseRawChanges(raw);
  if (entries.length > limits.maxEntries) throw tooManyEntries(entries.length, limits);
  const attributesFiles = entries.length === 0 ? [] : await findAttributesFiles(context, mergeBaseSha, entries);
  const ruleFiles = rulesFrom === null ? [] : await findRules(context, rulesFrom, entries);
  await fetchMissing([...new Set([...neededBlobs(entries, attributesFiles), ...ruleFiles.map(({ id }) => id)])]);
  const attributesOf = await readAttributes(context, workspace.root, attributesFiles, entries);
  const sizes = await objectSizes(context, blobIds(entries));
  const classified = classify(entries, sizes, attributesOf, limits, change.isLeftOut);
  await markBinary(context, classified, sizes);
  await writeFiles(context, classified, sizes, workspace);
  const statuses = await writeDiff(context, classified, workspace);
  const diff = await readFile(workspace.diffFile, "utf8");
  const files = classified.filter(({ entry }) => statuses.has(entry)).map((each) => changedFile(each, statuses));
  return {
    gitDir: workspace.gitDir,
    checkoutDir: workspace.checkoutDir,
    diffFile: workspace.diffFile,
    diff,
    headSha,
    mergeBaseSha,
    files,
    ...(rulesFrom !== null && { rules: await readRules(context, rulesFrom, ruleFiles) }),
  };
}

/**
 * A dozen objects can spell a tree of 10^10 files. Comparing trees would collect them all in memory before printing one;
 * listing prints as it goes and can be stopped.
 */
async function refuseTreeBomb(context: GitContext, sha: string): Promise<void> {
  const command = listFiles(sha);
  const result = await tryGit(context, command, { maxOutputBytes: MAX_NAMES_BYTES });
  if (result.ending.kind === "completed") return;
  if (result.ending.kind !== "outputTooLarge") throw gitFailure(command, result);
  throw new PermanentError(`Commit ${sha} has more files than can be listed.`, {
    code: "CHANGE_TOO_LARGE",
    hint: "Its tree may be a bomb: very many files out of very few objects.",
  });
}

function tooManyEntries(count: number, limits: CheckoutLimits): PermanentError {
  return new PermanentError(`The change touches ${count} files; at most ${limits.maxEntries} can be read.`, {
    code: "CHANGE_TOO_LARGE",
    hint: "Split the pull request.",
  });
}

function blobIds(entries: readonly ChangedEntry[]): Set<string> {
  const ids = new Set<string>();
  for (const { oldMode, oldId, newMode, newId } of entries) {
    if (!isAbsent(oldMode) && !isSubmodule(oldMode)) ids.add(oldId);
    if (!isAbsent(newMode) && !isSubmodule(newMode)) ids.add(newId);
  }
  return ids;
}

/** Lock files and the like are not even fetched, unless attributes could say that one of them is to be reviewed. */
function neededBlobs(entries: readonly ChangedEntry[], attributesFiles: readonly AttributesFile[]): string[] {
  const unknown = { isGenerated: null, isVendored: null };
  const wanted =
    attributesFiles.length > 0 ? entries : entries.filter(({ path }) => skippedByRule(path, unknown) === null);
  return [...new Set([...blobIds(wanted), ...attributesFiles.map((file) => file.id)])];
}

/** Looks into both sides, as git does: a NUL among the first bytes. */
async function markBinary(
  context: GitContext,
  classified: readonly Classified[],
  sizes: ReadonlyMap<string, { sizeBytes: number }>,
): Promise<void> {
  const shown = classified.filter((each) => each.isInDiff);
  const binary = new Set<string>();
  await readBlobs(context, [...blobIds(shown.map((each) => each.entry))], sizes, (id, content) => {
    if (isBinaryContent(content)) binary.add(id);
  });
  for (const each of shown) {
    if (!binary.has(each.entry.oldId) && !binary.has(each.entry.newId)) continue;
    each.isBinary = true;
    each.isInDiff = false;
    each.omitted ??= "binary";
  }
}

async function writeFiles(
  context: GitContext,
  classified: readonly Classified[],
  sizes: ReadonlyMap<string, { sizeBytes: number }>,
  workspace: Workspace,
): Promise<void> {
  const users = new Map<string, Classified[]>();
  for (const each of classified) {
    if (each.omitted !== null) continue;
    users.set(each.entry.newId, [...(users.get(each.entry.newId) ?? []), each]);
  }
  await readBlobs(context, [...users.keys()], sizes, async (id, content) => {
    for (const each of users.get(id) ?? []) {
      const isWritten = await writeChangedFile(workspace.checkoutDir, each.entry.path, content);
      // The disk cannot hold this name. `too_many` is the reason that keeps a READY back, as it should.
      if (!isWritten) each.omitted = "too_many";
    }
  });
}

/**
 * Writes the diff of exactly the files to show. Two trees of our own are compared, so that a file left out for its size
 * never reaches git's diff machinery, and no argument has to name a file.
 */
async function writeDiff(
  context: GitContext,
  classified: readonly Classified[],
  workspace: Workspace,
): Promise<ReadonlyMap<ChangedEntry, FileStatus>> {
  await writeFile(workspace.diffFile, "");
  const shown = classified.filter((each) => each.isInDiff).map((each) => each.entry);
  let renames: ChangedEntry[] = [];
  if (shown.length > 0) {
    const sides = (["old", "new"] as const).map((side) => makeTree(context, workspace, shown, side));
    const [before = "", after = ""] = await Promise.all(sides);
    const [renamed] = await Promise.all([
      git(context, listRenames(before, after), { maxOutputBytes: MAX_LIST_BYTES }),
      git(context, writePatch(before, after, workspace.diffFile)),
    ]);
    renames = parseRawChanges(renamed);
  }
  const statuses = fileStatuses(
    classified.map((each) => each.entry),
    renames,
  );
  const stanzas = classified
    .filter(({ entry, isBinary }) => isBinary && statuses.has(entry))
    .map(({ entry }) => binaryStanza(entry, statuses.get(entry)?.oldPath ?? null));
  await appendFile(workspace.diffFile, stanzas.join("")).catch((error: unknown) => {
    throw asDiskError(error);
  });
  return statuses;
}

async function makeTree(
  context: GitContext,
  workspace: Workspace,
  entries: readonly ChangedEntry[],
  side: "old" | "new",
): Promise<string> {
  const indexFile = join(workspace.root, `index-${side}`);
  const lines: Buffer[] = [];
  for (const entry of entries) {
    const [mode, id] = side === "old" ? [entry.oldMode, entry.oldId] : [entry.newMode, entry.newId];
    if (!isAbsent(mode)) lines.push(Buffer.from(`${mode} ${id}\t`), entry.pathBytes, Buffer.from("\0"));
  }
  await git(context, fillIndex(), { stdin: Buffer.concat(lines), indexFile });
  return (await git(context, writeIndexTree(), { indexFile })).toString("latin1").trim();
}

function changedFile(each: Classified, statuses: ReadonlyMap<ChangedEntry, FileStatus>): ChangedFile {
  const { status, oldPath } = statuses.get(each.entry) ?? { status: "modified", oldPath: null };
  return {
    path: each.entry.path,
    oldPath,
    status,
    isBinary: each.isBinary,
    sizeBytes: each.sizeBytes,
    omitted: each.omitted,
  };
}
