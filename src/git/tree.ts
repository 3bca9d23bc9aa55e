// The whole tree of the head as plain files, for reviewers that look around: bounded in number and size, without links,
// submodules, hooks, filters or a .git. And a fingerprint of it, to tell afterwards whether anybody changed it.
import { createHash } from "node:crypto";
import { lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../errors.ts";
import { pathFromBytes } from "../findings/diff-path.ts";
import { isRegular } from "./changed-entries.ts";
import type { CheckoutLimits } from "./classify.ts";
import { fetchCapped } from "./fetch.ts";
import { objectSizes, readBlobs } from "./objects.ts";
import { listTree } from "./plan.ts";
import { git, type GitContext } from "./run-git.ts";
import { writeChangedFile, type Workspace } from "./workspace.ts";

/** `dir` holds the files; `fingerprint` is what `treeFingerprint` says of it. */
export type Tree = { dir: string; fingerprint: string };

/** Files of a tree; a repository with more is reviewed without one. */
const MOST_FILES = 30_000;
const MAX_LIST_BYTES = 16 * 1024 * 1024;

type Entry = { path: string; id: string };

/**
 * Fetches and writes all files of the commit that are at most `maxFileBytes` large, up to `maxTotalBytes`. Call while the
 * network is there; without one the objects are here already. Null when the tree is too large for that: the review goes on
 * without it.
 */
export async function prepareTree(
  context: GitContext,
  workspace: Workspace,
  headSha: string,
  limits: CheckoutLimits,
): Promise<Tree | null> {
  const entries = await listEntries(context, headSha);
  if (entries === null) return null;
  try {
    const ids = [...new Set(entries.map(({ id }) => id))];
    if (ids.length > 0 && context.network !== null) await fetchCapped(context, workspace, ids, limits);
  } catch (error) {
    if (error instanceof PermanentError && error.code === "CHANGE_TOO_LARGE") return null;
    throw error;
  }
  const dir = join(workspace.root, "tree");
  await mkdir(dir, { mode: 0o700 });
  await writeEntries(context, dir, entries, limits);
  return { dir, fingerprint: await treeFingerprint(dir) };
}

/**
 * Names, sizes, modes and times of everything below the folder. The time is the one that changes with every write and
 * that nobody can set back (st_ctim of https://man7.org/linux/man-pages/man3/stat.3type.html).
 */
export async function treeFingerprint(dir: string): Promise<string> {
  const hash = createHash("sha256");
  const waiting = [Buffer.from(dir)];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const names = await readdir(folder, { encoding: "buffer" });
    for (const name of names.toSorted((a, b) => a.compare(b))) {
      const path = Buffer.concat([folder, Buffer.from("/"), name]);
      const found = await lstat(path, { bigint: true });
      hash.update(path).update(`\0${found.ino} ${found.mode} ${found.size} ${found.ctimeNs}\n`);
      if (found.isDirectory()) waiting.push(path);
    }
  }
  return hash.digest("hex");
}

/** Regular files alone; null for more than may be. */
async function listEntries(context: GitContext, headSha: string): Promise<Entry[] | null> {
  const printed = await git(context, listTree(headSha), { maxOutputBytes: MAX_LIST_BYTES }).catch((error: unknown) => {
    if (error instanceof PermanentError && error.code === "CHANGE_TOO_LARGE") return null;
    throw error;
  });
  if (printed === null) return null;
  const entries: Entry[] = [];
  // Bytes of names are kept, whatever they are.
  for (const line of printed.toString("latin1").split("\0")) {
    const [, mode = "", id = "", path = ""] = /^(\d+) \S+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    if (path !== "" && isRegular(mode)) entries.push({ path: pathFromBytes(Buffer.from(path, "latin1")), id });
    if (entries.length > MOST_FILES) return null;
  }
  return entries;
}

async function writeEntries(
  context: GitContext,
  dir: string,
  entries: readonly Entry[],
  limits: CheckoutLimits,
): Promise<void> {
  const sizes = await objectSizes(
    context,
    entries.map(({ id }) => id),
  );
  const paths = new Map<string, string[]>();
  let total = 0;
  for (const { path, id } of entries) {
    const size = sizes.get(id)?.sizeBytes;
    if (size === undefined || size > limits.maxFileBytes || total + size > limits.maxTotalBytes) continue;
    total += size;
    paths.set(id, [...(paths.get(id) ?? []), path]);
  }
  await readBlobs(context, [...paths.keys()], sizes, async (id, content) => {
    // A name that the disk cannot hold is left out: the diff names it all the same.
    for (const path of paths.get(id) ?? []) await writeChangedFile(dir, path, content);
  });
}
