// Where the state of a pull request lies. Folders are named like the repository in lower case, because GitHub's names
// are the same in any case; a small `.repo.json` in each folder says whose it is, because names can be changed and
// given to another repository, and the numeric id cannot.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import { ensureFolder, writeAtomic } from "./atomic-write.ts";
import { reading, systemCode } from "./file-errors.ts";
import { readRegular } from "./read-regular.ts";
import { readRef } from "./state-file.ts";

/** What is needed to find a state file. */
export type StateRef = Pick<PullRequestRef, "owner" | "repo" | "number" | "repoId">;

/** The files of one pull request. All lie in `folder`. */
export type StatePaths = {
  folder: string;
  state: string;
  /** The generation before `state`. */
  previous: string;
  journal: string;
  lock: string;
  heartbeat: string;
};

const RepoFile = z.object({ repo_id: z.number().int(), owner: z.string(), repo: z.string() });
type RepoFile = z.infer<typeof RepoFile>;
const REPO_FILE = ".repo.json";

/** `state` of the data folder. */
export function stateFolder(dataDir: string): string {
  return join(dataDir, "state");
}

/**
 * Finds the files of a pull request by its repository's id: in the folder of its name, or in the one that it had before
 * it was renamed. `isNew`: the folder is not there, or does not say yet whose it is; see `claimFolder`.
 * Throws PermanentError STATE_PATH_INVALID for a name that GitHub cannot have given out.
 */
export async function locate(dataDir: string, ref: StateRef): Promise<StatePaths & { isNew: boolean }> {
  const expected = repoFolder(dataDir, ref);
  const said = await readRepoFile(expected);
  if (said?.repo_id === ref.repoId) return { ...pathsIn(expected, ref.number), isNew: false };
  const owner = said ?? (await ownerByStates(expected));
  if (owner?.repo_id === ref.repoId) return { ...pathsIn(expected, ref.number), isNew: true };
  const byId = (await listRepos(dataDir)).find((repo) => repo.repo_id === ref.repoId);
  if (byId !== undefined) return { ...pathsIn(byId.folder, ref.number), isNew: false };
  // The name belongs to another repository that was renamed since: `+` never stands in a name of GitHub's.
  const folder = owner === undefined ? expected : `${expected}+${ref.repoId}`;
  return { ...pathsIn(folder, ref.number), isNew: true };
}

/** Makes the folder of a repository and says in it whose it is. Harmless when it is there already. */
export async function claimFolder(folder: string, ref: StateRef): Promise<void> {
  await ensureFolder(folder);
  if ((await readRepoFile(folder)) !== undefined) return;
  const content: RepoFile = { repo_id: ref.repoId, owner: ref.owner, repo: ref.repo };
  await writeAtomic(join(folder, REPO_FILE), `${JSON.stringify(content)}\n`);
}

/** Writes the new name into a folder that was moved. */
export async function renameInFolder(
  folder: string,
  repoId: number,
  to: { owner: string; repo: string },
): Promise<void> {
  await writeAtomic(join(folder, REPO_FILE), `${JSON.stringify({ repo_id: repoId, ...to })}\n`);
}

/** Every repository folder, as its `.repo.json` or else one of its state files tells; others are left out. */
export async function listRepos(dataDir: string): Promise<readonly (RepoFile & { folder: string })[]> {
  const found = [];
  for (const owner of await foldersIn(stateFolder(dataDir))) {
    for (const folder of await foldersIn(owner)) {
      // One folder that cannot be used must not hide all the others.
      const repo = (await readRepoFile(folder).catch(unlessRetryable)) ?? (await ownerByStates(folder));
      if (repo !== undefined) found.push({ ...repo, folder });
    }
  }
  return found;
}

/** The folder that a repository of this name gets. */
export function repoFolder(dataDir: string, ref: { owner: string; repo: string }): string {
  const isName = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(ref.owner) && /^[A-Za-z0-9._-]+$/.test(ref.repo);
  if (!isName || ref.repo === "." || ref.repo === ".." || ref.owner.length > 100 || ref.repo.length > 100) {
    throw new PermanentError(`${formatPullRequestRef({ ...ref, number: 0 })} is no name of a repository on GitHub.`, {
      code: "STATE_PATH_INVALID",
    });
  }
  return join(stateFolder(dataDir), ref.owner.toLowerCase(), ref.repo.toLowerCase());
}

/** The files of pull request `number` in a repository's folder. */
export function pathsIn(folder: string, number: number): StatePaths {
  return {
    folder,
    state: join(folder, `${number}.json`),
    previous: join(folder, `${number}.json.prev`),
    journal: join(folder, `${number}.events.jsonl`),
    lock: join(folder, `${number}.lock`),
    heartbeat: join(folder, `${number}.heartbeat.json`),
  };
}

/** Undefined when there is none or it is damaged: the state files themselves still say whose they are. */
async function readRepoFile(folder: string): Promise<RepoFile | undefined> {
  const path = join(folder, REPO_FILE);
  const text = (await readRegular(path))?.toString("utf8") ?? "";
  try {
    return RepoFile.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Whose a folder is that does not say so itself: a lost `.repo.json` must not make the states behind it look as if there
 * were none. Undefined when no state file says it either.
 */
async function ownerByStates(folder: string): Promise<RepoFile | undefined> {
  const names = await reading(folder, () =>
    readdir(folder).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
  for (const name of names) {
    if (!/^[1-9][0-9]*\.json(?:\.prev)?$/.test(name)) continue;
    const ref = await readRef(join(folder, name)).catch(unlessRetryable);
    if (ref !== undefined) return { repo_id: ref.repoId, owner: ref.owner, repo: ref.repo };
  }
  return undefined;
}

function unlessRetryable(error: unknown): undefined {
  if (error instanceof PermanentError) return undefined;
  throw error;
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await reading(path, () =>
    readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
}
