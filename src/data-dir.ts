// Makes sure at start-up that the data directory can hold the truth: it exists, it can be written, it is a local disk.
// State files are safe only with atomic renames and exclusive creates, which network file systems do not promise.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "./errors.ts";

/** Asks which kind of file system a path is on; `type` is `f_type` of statfs(2). Replaced in tests. */
export type StatFs = (path: string) => Promise<{ type: number }>;

/**
 * Creates the directory (mode 0700) when it is missing and writes a file to prove that this works.
 * Returns warnings for the log. Throws UserError DATA_DIR_NOT_WRITABLE or DATA_DIR_ON_NETWORK.
 */
export async function prepareDataDir(dataDir: string, askFileSystem: StatFs = statfs): Promise<readonly string[]> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK | constants.X_OK);
    await proveWrite(join(dataDir, `${PROBE_PREFIX}${process.pid}-${randomBytes(4).toString("hex")}`));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UserError(`The data directory ${dataDir} cannot be written (${code}).`, {
      code: "DATA_DIR_NOT_WRITABLE",
      hint: "Set RONDO_DATA_DIR to a directory that the user Rondo runs as may write, on a disk with free space.",
      cause: error,
    });
  }
  return checkFileSystem(dataDir, askFileSystem);
}

/** Beginning of the names of the files that prove it; a killed process leaves one behind. */
export const PROBE_PREFIX = ".probe-";

/** About what one save of a state file takes. A full disk still makes files, as long as nothing stands in them. */
const PROBE_BYTES = 64 * 1024;

async function proveWrite(probe: string): Promise<void> {
  try {
    await writeFile(probe, Buffer.alloc(PROBE_BYTES), { flag: "wx", mode: 0o600, flush: true });
  } finally {
    await rm(probe, { force: true });
  }
}

/** Warns about a file system that may be on a network. Throws UserError DATA_DIR_ON_NETWORK for one that is. */
export async function checkFileSystem(dataDir: string, askFileSystem: StatFs = statfs): Promise<readonly string[]> {
  const { type } = await askFileSystem(dataDir);
  // f_type is signed on some platforms: compare the 32 bits.
  const magic = type >>> 0;
  const network = NETWORK_FILE_SYSTEMS.get(magic);
  if (network !== undefined) {
    throw new UserError(`The data directory ${dataDir} is on a network file system (${network}).`, {
      code: "DATA_DIR_ON_NETWORK",
      hint: "Set RONDO_DATA_DIR to a local disk or volume: state files need atomic renames and locks that hold.",
    });
  }
  const doubtful = DOUBTFUL_FILE_SYSTEMS.get(magic);
  if (doubtful === undefined) return [];
  return [`The data directory ${dataDir} is on ${doubtful}. Fine when the disk is local; do not put it on a network.`];
}

// Source: https://man7.org/linux/man-pages/man2/statfs.2.html (f_type) and linux/magic.h.
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
]);

/** May be sshfs or a network share, but also a harmless mount of a container or a virtual machine. */
const DOUBTFUL_FILE_SYSTEMS = new Map([
  [0x65735546, "a FUSE file system"],
  [0x01021997, "a 9p file system"],
]);
