// The state files on disk: the adapter behind `Rounds`. One JSON file a pull request, changed only under its write lock,
// each change one `rev` and one line of the journal. Redis may lose everything; this may not.
import { lstat, readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import type { Clock, Log, RecordChange, Rounds } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { newRecord, type PullRequestRecord } from "../round/round.ts";
import { ensureFolder, flushFolder, writeAtomic } from "./atomic-write.ts";
import { reading, systemCode, writing } from "./file-errors.ts";
import { openJournal, type Journal } from "./journal.ts";
import { acquireLease } from "./lease.ts";
import { commitIndex } from "./on-commit.ts";
import { claimFolder, listRepos, locate, renameInFolder, repoFolder, type StatePaths } from "./paths.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { readRef, readStored, renderStateFile, type JournalEvent } from "./state-file.ts";
import { writeLocks, type WriteLock } from "./write-lock.ts";

/** The periods of the store, in milliseconds. Suites that divide all periods pass their own. */
export const StorePeriods = z.object({
  /** Time between two signs of life of a lease. */
  heartbeatMs: z.number().positive().default(5_000),
  /** A lease without a sign of life for this long may be taken over. */
  leaseStaleMs: z.number().positive().default(60_000),
  /** How long a change waits for the write lock. */
  lockWaitMs: z.number().positive().default(10_000),
  /** Age at which the write lock of an owner on another host or in another container counts as abandoned. */
  lockStaleMs: z.number().positive().default(30_000),
});
export type StorePeriods = z.infer<typeof StorePeriods>;

/** What the store needs. `dataDir` is RONDO_DATA_DIR. */
export type FileRoundsOptions = {
  dataDir: string;
  clock: Clock;
  log: Log;
  identity: ProcessIdentity;
  periods?: Partial<StorePeriods>;
};

/**
 * The `Rounds` port over state files. Until a renamed repository is moved its files are found under the old name, by the
 * id; `move` throws PermanentError STATE_FOREIGN while the new name still belongs to another repository here.
 * Creates folders only when something is saved.
 */
export function fileRounds(options: FileRoundsOptions): Rounds {
  const periods = StorePeriods.parse(options.periods ?? {});
  const { dataDir, clock, log } = options;
  const holdLock = writeLocks({ ...options, ...periods });
  const findOnCommit = commitIndex();
  const unreleased = new Set<string>();
  const listed: Listed = new Map();

  const update: Rounds["update"] = async (ref, change) => {
    const paths = await locate(dataDir, ref);
    if (paths.isNew) await claimFolder(paths.folder, ref);
    return holdLock(paths.lock, async (lock) => {
      const journal = await openJournal(paths.journal, log);
      try {
        return await changeStored({ paths, ref, journal, lock, clock, log }, change);
      } finally {
        await journal.close();
      }
    });
  };

  return {
    load: async (ref) => (await readStored(await locate(dataDir, ref), ref))?.record ?? null,
    update,
    list: () => listStates(dataDir, log, listed),
    listOnCommit: async (ref, headSha) => {
      const { folder } = await locate(dataDir, ref);
      return (await findOnCommit(folder, headSha)).map((number) => ({ ...ref, number }));
    },
    acquireLease: async (ref) => {
      const paths = await locate(dataDir, ref);
      if (paths.isNew) await claimFolder(paths.folder, ref);
      const seen = (await readStored(paths, ref))?.record ?? null;
      return acquireLease(paths, seen, (change) => update(ref, change), { ...options, ...periods, unreleased });
    },
    move: async (repoId, to) => {
      const moved = await moveFolder(dataDir, repoId, to);
      for (const ref of moved) {
        const repo = `${to.owner}/${to.repo}`;
        const { installationId } = to;
        await update(ref, (record) => ({
          record:
            record.repo === repo && record.installation_id === installationId
              ? record
              : { ...record, repo, installation_id: installationId },
          event: { kind: "repositoryMoved", detail: { from: record.repo, to: repo } },
        }));
      }
    },
  };
}

type Held = {
  paths: StatePaths;
  ref: PullRequestRef;
  journal: Journal;
  lock: WriteLock;
  clock: Clock;
  log: Log;
};

async function changeStored(
  held: Held,
  change: (record: PullRequestRecord) => RecordChange,
): Promise<PullRequestRecord> {
  const { paths, ref, journal, log } = held;
  const stored = await readStored(paths, ref);
  // The line that a crash after the last save left out. When it cannot be written, nothing else may be.
  if (stored?.event !== undefined) await journal.append(stored.event);
  let before = stored?.record ?? newRecord(ref);
  if (stored?.isRestored === true) {
    log.error("A state file was damaged; the generation before it is used", { file: paths.state, rev: before.rev });
    await setAside(paths.state);
    // Ids of the journal are given out once, also those of the save that was lost.
    const rev = Math.max(before.rev, journal.lastRev);
    before = await save(held, { ...before, rev }, { kind: "restored", detail: { from_rev: before.rev } });
  }
  const { record, event } = change(before);
  return record === before ? before : save(held, { ...record, rev: before.rev }, event);
}

/** Writes `record` with the next `rev`, then its line of the journal. */
async function save(
  { paths, journal, lock, clock, log }: Held,
  record: PullRequestRecord,
  { kind, detail }: RecordChange["event"],
): Promise<PullRequestRecord> {
  const rev = record.rev + 1;
  const next = { ...record, rev };
  const at = clock.now().toISOString();
  const event: JournalEvent = { rev, at, kind, state: next.state, round: next.round, detail };
  const text = renderStateFile(next, event);
  await writeAtomic(paths.state, text, { previous: paths.previous, beforeRename: () => lock.check() });
  try {
    await journal.append(event);
  } catch (error) {
    // The state is saved and carries the event: the next save writes this line first.
    log.warn("A line of the journal waits for the next save", { file: paths.journal, rev, error });
  }
  return next;
}

/** Keeps a damaged file for whoever wants to know what happened to it; it must not become the generation before. */
async function setAside(path: string): Promise<void> {
  await writing(path, () =>
    rename(path, `${path}.damaged`).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
    }),
  );
}

/** Whose each state file was when it was last read; most never change again, and a list looks at all of them. */
type Listed = Map<string, { stamp: string; ref: PullRequestRef }>;

async function listStates(dataDir: string, log: Log, listed: Listed): Promise<readonly PullRequestRef[]> {
  const found: PullRequestRef[] = [];
  const gone = new Set(listed.keys());
  for (const { folder } of await listRepos(dataDir)) {
    for (const name of await reading(folder, () => readdir(folder))) {
      if (!/^[1-9][0-9]*\.json$/.test(name)) continue;
      try {
        const path = join(folder, name);
        // Every save is a new file that takes the old one's name.
        const { ino, mtimeMs, size } = await reading(path, () => lstat(path));
        const stamp = `${ino} ${mtimeMs} ${size}`;
        const known = listed.get(path);
        const ref = known?.stamp === stamp ? known.ref : await readRef(path);
        listed.set(path, { stamp, ref });
        gone.delete(path);
        found.push(ref);
      } catch (error) {
        log.error("A state file cannot be read", { file: join(folder, name), error });
      }
    }
  }
  for (const path of gone) listed.delete(path);
  return found;
}

/** Returns the pull requests in the folder, under their new name. */
async function moveFolder(
  dataDir: string,
  repoId: number,
  to: { owner: string; repo: string; installationId: number },
): Promise<readonly PullRequestRef[]> {
  const repos = await listRepos(dataDir);
  const current = repos.find((repo) => repo.repo_id === repoId);
  if (current === undefined) return [];
  const target = repoFolder(dataDir, to);
  const other = repos.find((repo) => repo.folder === target && repo.repo_id !== repoId);
  if (other !== undefined) {
    throw new PermanentError(`The folder ${target} belongs to another repository (${other.repo_id}).`, {
      code: "STATE_FOREIGN",
      hint: "Move that repository's folder first; both are found by their ids meanwhile.",
    });
  }
  if (current.folder !== target) {
    await ensureFolder(dirname(target));
    await writing(target, () => rename(current.folder, target));
    await flushFolder(dirname(target));
    await flushFolder(dirname(current.folder));
  }
  await renameInFolder(target, repoId, { owner: to.owner, repo: to.repo });
  const refs: PullRequestRef[] = [];
  for (const name of await readdir(target)) {
    if (/^[1-9][0-9]*\.json$/.test(name)) refs.push({ ...(await readRef(join(target, name))), ...to });
  }
  return refs;
}
