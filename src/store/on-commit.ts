// Which pull requests of a repository have to do with a commit: every state file that names it. A check run belongs to a
// commit, and two pull requests may share one. Files are read again only when they changed.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { reading, systemCode } from "./file-errors.ts";

/** State files whose commits are remembered. */
const MAX_FILES = 5000;
const STATE_FILE = /^(?<number>[1-9][0-9]*)\.json$/;
const COMMIT = /\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g;

type Named = { stamp: string; commits: ReadonlySet<string> };

/**
 * The look-up of one process. Answers with the numbers of the pull requests in the folder whose state file holds the
 * commit anywhere, ascending; the caller loads them and looks closer. Throws what reading the folder throws.
 */
export function commitIndex(): (folder: string, headSha: string) => Promise<readonly number[]> {
  const known = new Map<string, Named>();

  async function commitsIn(path: string): Promise<ReadonlySet<string>> {
    const { ino, mtimeMs, size } = await stat(path);
    // Every save is a new file that takes the old one's name.
    const stamp = `${ino} ${mtimeMs} ${size}`;
    const found = known.get(path);
    if (found?.stamp === stamp) return found.commits;
    const commits = new Set((await readFile(path, "utf8")).match(COMMIT) ?? []);
    known.delete(path);
    known.set(path, { stamp, commits });
    if (known.size > MAX_FILES) known.delete(known.keys().next().value ?? "");
    return commits;
  }

  return async (folder, headSha) => {
    const numbers: number[] = [];
    for (const name of await reading(folder, () => readdir(folder).catch(noneIfGone))) {
      const number = STATE_FILE.exec(name)?.groups?.["number"];
      if (number === undefined) continue;
      const path = join(folder, name);
      const commits = await reading(path, () => commitsIn(path).catch(emptyIfGone));
      if (commits.has(headSha)) numbers.push(Number(number));
    }
    return numbers.toSorted((a, b) => a - b);
  };
}

function noneIfGone(error: unknown): string[] {
  if (systemCode(error) === "ENOENT") return [];
  throw error;
}

function emptyIfGone(error: unknown): ReadonlySet<string> {
  return new Set(noneIfGone(error));
}
