// Finds the state file of a pull request in a story. It may lie anywhere, because repositories are renamed and deleted
// there; where it was found last is looked at first, because many stories wait at once and each looks 25 times a second.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PullRequest } from "../../double/state.ts";

type StateFile = { file: string; text: string };

/** `root` is the folder of one owner. The answer resolves to path and content, or undefined while there is none. */
export function statesIn(root: string): (pull: PullRequest) => Promise<StateFile | undefined> {
  const places = new Map<PullRequest, string>();
  return async function find(pull) {
    const last = places.get(pull);
    const found = last === undefined ? undefined : await read(last, pull);
    if (found !== undefined) return found;
    for (const name of await readdir(root).catch(() => [])) {
      const other = await read(join(root, name, `${pull.number}.json`), pull);
      if (other === undefined) continue;
      places.set(pull, other.file);
      return other;
    }
    return undefined;
  };
}

async function read(file: string, pull: PullRequest): Promise<StateFile | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.includes(`"repo_id": ${pull.repoId},`) ? { file, text } : undefined;
}
