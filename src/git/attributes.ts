// Asks git what the `.gitattributes` of the merge base say about the changed files. Only the merge base counts: a pull
// request that could mark its own files as generated would choose what is reviewed.
import { join } from "node:path";
import { splitAtNul, type ChangedEntry } from "./changed-entries.ts";
import type { LinguistAttributes } from "./file-rules.ts";
import { checkAttributes, fillIndex, listTreeEntries } from "./plan.ts";
import { git, type GitContext } from "./run-git.ts";

/** Folders that are asked for; a change over more of them is rare, and the rest then goes by names alone. */
const MAX_FOLDERS = 2_000;
const FOLDERS_PER_COMMAND = 500;

/** A `.gitattributes` of the merge base, as a line for `git update-index --index-info -z`. */
export type AttributesFile = { id: string; indexLine: Buffer };

/** Finds the `.gitattributes` above the changed files at the merge base. Reads trees only. */
export async function findAttributesFiles(
  context: GitContext,
  mergeBaseSha: string,
  entries: readonly ChangedEntry[],
): Promise<AttributesFile[]> {
  const names = attributeNames(entries);
  const files: AttributesFile[] = [];
  for (let at = 0; at < names.length; at += FOLDERS_PER_COMMAND) {
    const command = listTreeEntries(mergeBaseSha, names.slice(at, at + FOLDERS_PER_COMMAND));
    for (const line of splitAtNul(await git(context, command))) {
      const [, id] = /^100\d{3} blob ([0-9a-f]+)\t/.exec(line.toString("latin1")) ?? [];
      if (id === undefined) continue;
      const name = line.subarray(line.indexOf(9) + 1);
      files.push({ id, indexLine: Buffer.concat([Buffer.from(`100644 ${id}\t`), name, Buffer.from("\0")]) });
    }
  }
  return files;
}

/** What those files say, by path. Their blobs must be here. */
export async function readAttributes(
  context: GitContext,
  root: string,
  files: readonly AttributesFile[],
  entries: readonly ChangedEntry[],
): Promise<(path: string) => LinguistAttributes> {
  const told = new Map<string, LinguistAttributes>();
  const nothing: LinguistAttributes = { isGenerated: null, isVendored: null };
  if (files.length === 0) return () => nothing;
  const indexFile = join(root, "index-attributes");
  await git(context, fillIndex(), { stdin: Buffer.concat(files.map((file) => file.indexLine)), indexFile });
  const stdin = Buffer.concat(entries.flatMap((entry) => [entry.pathBytes, Buffer.from("\0")]));
  const printed = await git(context, checkAttributes("linguist-generated", "linguist-vendored"), { stdin, indexFile });
  // Six fields for each entry, in the order asked: name, attribute, value, twice.
  const fields = splitAtNul(printed).map((field) => field.toString("latin1"));
  entries.forEach((entry, index) => {
    told.set(entry.path, { isGenerated: truth(fields[index * 6 + 2]), isVendored: truth(fields[index * 6 + 5]) });
  });
  return (path) => told.get(path) ?? nothing;
}

function attributeNames(entries: readonly ChangedEntry[]): string[] {
  const folders = new Set([""]);
  for (const { path } of entries) {
    // A name that is no UTF-8 cannot stand in an argument.
    if (path.startsWith('"')) continue;
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at + 1));
  }
  return [...folders].slice(0, MAX_FOLDERS).map((folder) => `${folder}.gitattributes`);
}

function truth(value: string | undefined): boolean | null {
  if (value === "set" || value === "true") return true;
  return value === "unset" || value === "false" ? false : null;
}
