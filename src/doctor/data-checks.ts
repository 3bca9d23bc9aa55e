// Checks of the data directory, where the truth about every pull request lies. Nothing is created and nothing written.
import { constants, type Stats } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { checkFileSystem } from "../data-dir.ts";
import { UserError } from "../errors.ts";
import { checkStates, type StateCheck } from "../store/check-states.ts";
import { missing, ok, warning, wrong, type Check, type Finding } from "./check.ts";

/** What there is of the directory. `place` is itself, or the nearest folder above it that exists. */
export type DataDir = {
  path: string;
  place: string;
  isThere: boolean;
  isFolder: boolean;
  /** Error code of the system, null when it can be written. */
  refusal: string | null;
  mode: number;
  /** User ids of the owner and of this process. */
  owner: number;
  self: number;
};

/** Directory, file system, state files, space, inodes. */
export function dataChecks(dataDir: string): readonly Check[] {
  const group = "Data directory";
  const facts = once(() => readDataDir(dataDir));
  const space = once(async () => statfs((await facts()).place));
  return [
    { id: "data-dir", group, title: "Directory", of: "worker", run: async () => judgeDataDir(await facts()) },
    { id: "file-system", group, title: "File system", of: "worker", run: async () => judgeFileSystem(await facts()) },
    {
      id: "state-files",
      group,
      title: "State files",
      of: "worker",
      run: async () => judgeStates(await checkStates(dataDir, MOST_STATES)),
    },
    {
      id: "disk-space",
      group,
      title: "Disk space",
      of: "worker",
      run: async () => judgeSpace((await space()).bavail * (await space()).bsize),
    },
    {
      id: "inodes",
      group,
      title: "Inodes",
      of: "worker",
      run: async () => judgeInodes((await space()).ffree, (await space()).files),
    },
  ];
}

/** Files read whole; a check-up shall stay quick. */
const MOST_STATES = 500;

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= read());
}

async function readDataDir(path: string): Promise<DataDir> {
  const { place, stats } = await nearest(path);
  const refusal = await access(place, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? "unknown error",
  );
  return {
    path,
    place,
    isThere: place === path,
    isFolder: stats.isDirectory(),
    refusal,
    mode: stats.mode & 0o777,
    owner: stats.uid,
    self: process.getuid?.() ?? stats.uid,
  };
}

/** The path itself, or the nearest folder above it that is there; the root always is. */
async function nearest(path: string): Promise<{ place: string; stats: Stats }> {
  const stats = await stat(path).catch((error: unknown) => {
    if (dirname(path) === path) throw error;
    return undefined;
  });
  return stats === undefined ? nearest(dirname(path)) : { place: path, stats };
}

/** Writable, owned by this user, closed to others. */
export function judgeDataDir({ path, place, isThere, isFolder, refusal, mode, owner, self }: DataDir): Finding {
  const elsewhere = "or set RONDO_DATA_DIR to another directory";
  if (!isFolder) return wrong(`${place} is not a folder.`, `Move it away, ${elsewhere}.`);
  if (refusal !== null) {
    const as = `This is user ${self}, it belongs to user ${owner}.`;
    return wrong(
      `${place} cannot be written (${refusal}). ${as}`,
      `Run \`chown ${self} ${place}\` as its owner, ${elsewhere}.`,
    );
  }
  if (!isThere) return ok(`${path}, made at the first start`);
  if (owner !== self) {
    return warning(
      `${path} belongs to user ${owner}, and this is user ${self}.`,
      `Run rondo as the user that owns it (for example with sudo -u '#${owner}'), so that all files keep one owner.`,
    );
  }
  if ((mode & 0o077) !== 0) {
    const shown = mode.toString(8).padStart(4, "0");
    return warning(`${path} is open to other users (mode ${shown}); it holds keys.`, `Run \`chmod 700 ${path}\`.`);
  }
  return ok(path);
}

async function judgeFileSystem({ place }: DataDir): Promise<Finding> {
  try {
    const [doubt] = await checkFileSystem(place);
    if (doubt === undefined) return ok("a local one");
    const [found = doubt, todo = ""] = doubt.split(/(?<=\.) /);
    return warning(found, todo);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return wrong(error.message, error.hint ?? "");
  }
}

/** Damaged files are named; those that the generation before can replace are only a warning. */
export function judgeStates({ total, checked, damaged, restorable }: StateCheck): Finding {
  const [first] = damaged;
  if (first !== undefined) {
    const more = damaged.length > 1 ? ` So are ${damaged.length - 1} more.` : "";
    return missing(
      `${first.why}${more}`,
      "Restore them from a backup, or move each and its .prev file away: the next event then starts a new round.",
    );
  }
  if (restorable.length > 0) {
    return warning(
      `${count(restorable.length, "state file")} damaged; the generation before will be used: ${restorable.slice(0, 3).join(", ")}.`,
      "Look for a failing disk or a full one.",
    );
  }
  if (total === 0) return ok("none yet");
  return ok(
    total === checked ? `${count(total, "pull request")}, all readable` : `${checked} of ${total} read, all readable`,
  );
}

/** A round needs the changed files on disk, and the queue's file grows before it is rewritten. */
export function judgeSpace(freeBytes: number): Finding {
  const gigabytes = freeBytes / 1024 ** 3;
  const words = gigabytes >= 10 ? `${Math.round(gigabytes)} GB free` : `${gigabytes.toFixed(1)} GB free`;
  if (gigabytes < 0.1) return missing(`${words}: too little to work.`, "Free space on the disk of RONDO_DATA_DIR.");
  return gigabytes < 1 ? warning(`${words}.`, "Free space, 1 GB or more, on the disk of RONDO_DATA_DIR.") : ok(words);
}

/** `total` is 0 on file systems without a fixed number. */
export function judgeInodes(free: number, total: number): Finding {
  if (total === 0) return ok("no fixed number on this file system");
  const words = `${free.toLocaleString("en")} free`;
  if (free < 1000) return missing(`${words}: too few to work.`, "Remove files on the disk of RONDO_DATA_DIR.");
  return free < 10_000 ? warning(`${words}.`, "Remove files on the disk of RONDO_DATA_DIR.") : ok(words);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
