// Can every state file be read? Asked by `rondo doctor`, before a worker finds out in the middle of a round. Only reads.
import { readdir } from "node:fs/promises";
import { isExpectedError } from "../errors.ts";
import { reading } from "./file-errors.ts";
import { listRepos, pathsIn } from "./paths.ts";
import { readStored } from "./state-file.ts";

/** What was found. `damaged` cannot be used at all; for `restorable` the generation before it is whole. */
export type StateCheck = {
  total: number;
  checked: number;
  damaged: readonly { file: string; why: string }[];
  restorable: readonly string[];
};

/**
 * Reads at most `most` state files whole, repository by repository. Throws RetryableError STATE_NOT_READABLE when a folder
 * cannot be listed; a file that cannot be read is `damaged`.
 */
export async function checkStates(dataDir: string, most: number): Promise<StateCheck> {
  const damaged: { file: string; why: string }[] = [];
  const restorable: string[] = [];
  let [total, checked] = [0, 0];
  for (const { folder, repo_id: repoId, owner, repo } of await listRepos(dataDir)) {
    for (const number of await numbersIn(folder)) {
      total += 1;
      if (checked >= most) continue;
      checked += 1;
      const paths = pathsIn(folder, number);
      try {
        const stored = await readStored(paths, { owner, repo, repoId, number });
        if (stored?.isRestored === true) restorable.push(paths.state);
      } catch (error) {
        damaged.push({ file: paths.state, why: isExpectedError(error) ? error.message : String(error) });
      }
    }
  }
  return { total, checked, damaged, restorable };
}

async function numbersIn(folder: string): Promise<readonly number[]> {
  const names = await reading(folder, () => readdir(folder));
  const numbers = names.map((name) =>
    Number(/^(?<number>[1-9][0-9]*)\.json(?:\.prev)?$/.exec(name)?.groups?.["number"]),
  );
  return [...new Set(numbers.filter((number) => !Number.isNaN(number)))];
}
