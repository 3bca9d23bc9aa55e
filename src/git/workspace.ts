// The private folder of one round: a throw-away bare repository, the changed files, the diff. Made by hand, without `git init`,
// so that no template, hook or setting of the machine gets in.
import { mkdir, mkdtemp, open, rm, writeFile, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RetryableError } from "../errors.ts";
import { pathToBytes } from "../findings/diff-path.ts";
import { diskFull } from "./run-git.ts";

/** Absolute paths of one round's folder. */
export type Workspace = { root: string; gitDir: string; checkoutDir: string; diffFile: string };

const PREFIX = "rondo-checkout-";

// Undoes every attribute by which a repository could hide or change its own content; info/attributes wins over all others.
const ATTRIBUTES = "* !diff !merge -text !eol -filter -ident -working-tree-encoding -export-ignore -export-subst\n";

const CONFIG =
  "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsymlinks = false\n\thooksPath = /dev/null\n\tfsmonitor = false\n";

/** Makes the folder below `tmpDir`, readable by this user alone. `alternates` is an object folder to borrow from, or null.
 * `owner` is written into it, for whoever sweeps what dead processes left. */
export async function createWorkspace(
  tmpDir: string,
  alternates: string | null,
  owner: string | null = null,
): Promise<Workspace> {
  try {
    await mkdir(tmpDir, { recursive: true, mode: 0o700 });
    const root = await mkdtemp(join(tmpDir, PREFIX));
    if (owner !== null) await writeFile(join(root, "owner"), `${owner}\n`, { mode: 0o600 });
    const gitDir = join(root, "repository.git");
    const checkoutDir = join(root, "files");
    await mkdir(checkoutDir, { mode: 0o700 });
    for (const folder of ["info", "objects/info", "objects/pack", "refs"]) {
      await mkdir(join(gitDir, folder), { recursive: true, mode: 0o700 });
    }
    await seal({ gitDir });
    await writeFile(join(gitDir, "HEAD"), "ref: refs/heads/none\n");
    await writeFile(join(gitDir, "info", "attributes"), ATTRIBUTES);
    if (alternates !== null) await writeFile(join(gitDir, "objects", "info", "alternates"), `${alternates}\n`);
    return { root, gitDir, checkoutDir, diffFile: join(root, "change.diff") };
  } catch (error) {
    throw asDiskError(error);
  }
}

/** Writes the repository's settings anew: no remote, nothing that a fetch may have left. */
export async function seal(workspace: Pick<Workspace, "gitDir">): Promise<void> {
  await writeFile(join(workspace.gitDir, "config"), CONFIG);
}

/** Removes the folder that holds `gitDir`; fine when it is gone. Refuses anything that `createWorkspace` did not make. */
export async function removeWorkspace(gitDir: string): Promise<void> {
  const root = dirname(gitDir);
  if (!basename(root).startsWith(PREFIX)) throw new Error(`${root} is not a checkout of ours`);
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Writes one changed file. False when the disk cannot hold the name: too long, or the same as another on a disk that
 * ignores case. The bytes of the name are kept. Refuses names that lead out of the folder; git refused them before.
 */
export async function writeChangedFile(checkoutDir: string, path: string, content: Uint8Array): Promise<boolean> {
  const bytes = Buffer.from(pathToBytes(path));
  const parts = bytes.toString("latin1").split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0"))) return false;
  const target = Buffer.concat([Buffer.from(`${checkoutDir}/`), bytes]);
  let file: FileHandle | undefined;
  try {
    await mkdir(target.subarray(0, target.lastIndexOf(47)), { recursive: true, mode: 0o700 });
    // wx: never through a link, never over another file.
    file = await open(target, "wx", 0o600);
    await file.writeFile(content);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (["ENAMETOOLONG", "EEXIST", "ENOTDIR", "EISDIR", "EILSEQ", "EINVAL"].includes(code)) return false;
    throw asDiskError(error);
  } finally {
    await file?.close();
  }
}

/**
 * ENOSPC and quota become PermanentError DISK_FULL: the change may be what is too large. A machine in trouble becomes
 * RetryableError STATE_NOT_WRITABLE, like everywhere on that disk; anything else stays what it is.
 */
export function asDiskError(error: unknown): unknown {
  const code = errorCode(error);
  if (["ENOSPC", "EDQUOT"].includes(code)) return diskFull(error);
  if (!["EIO", "EROFS", "EMFILE", "ENFILE"].includes(code)) return error;
  return new RetryableError(`The folder for checkouts cannot be written (${code}).`, {
    code: "STATE_NOT_WRITABLE",
    hint: "Check the disk and the limit of open files. The work goes on by itself.",
    retryAfterMs: 2_000,
    cause: error,
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
