// Where the managed Redis keeps its files, and how to install a server: facts about the machine.
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { codeOf } from "./start-lock.ts";

export type RedisFiles = { dir: string; socket: string; pidFile: string; logFile: string; lockFile: string };

/** `sun_path` holds 108 bytes with its final NUL on Linux (https://man7.org/linux/man-pages/man7/unix.7.html), 104 on macOS. */
const longestSocketPath = process.platform === "darwin" ? 103 : 107;

/** Makes the folder (0700) and chooses the socket's path: in the folder, or in a private folder of the temp dir when too long. */
export async function prepareRedisFiles(dataDir: string): Promise<RedisFiles> {
  const dir = join(dataDir, "redis");
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const socket = managedSocket(dataDir);
  if (dirname(socket) !== dir) await makePrivateFolder(dir);
  return {
    dir,
    socket,
    pidFile: join(dir, "redis.pid"),
    logFile: join(dir, "redis.log"),
    lockFile: join(dir, "start.lock"),
  };
}

/** Where the managed server of a data directory listens, whether it runs or not. */
export function managedSocket(dataDir: string): string {
  const dir = join(dataDir, "redis");
  const near = join(dir, "redis.sock");
  return Buffer.byteLength(near) <= longestSocketPath ? near : join(privateFolder(dir), "redis.sock");
}

/** Always the same folder for the same data, so that the next start finds a server that is still running. */
function privateFolder(dir: string): string {
  const digest = createHash("sha256").update(dir).digest("hex").slice(0, 16);
  return join(tmpdir(), `rondo-${userId()}-${digest}`);
}

/** Not os.userInfo(): it throws for a user without an entry in /etc/passwd, which platforms give to containers. */
function userId(): number {
  return process.getuid?.() ?? -1;
}

async function makePrivateFolder(dir: string): Promise<void> {
  const uid = userId();
  const folder = privateFolder(dir);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  // Anybody may create a folder of that name in a shared temp dir.
  const found = await lstat(folder);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid) || (found.mode & 0o077) !== 0) {
    throw new UserError(`${folder} is not a private folder of this user.`, {
      code: "REDIS_SOCKET_FOLDER",
      hint: `Remove ${folder}, or use a shorter RONDO_DATA_DIR (the socket's path may have ${longestSocketPath} bytes).`,
    });
  }
}

/** The command that installs a server on this machine. */
export async function redisInstallLine(): Promise<string> {
  if (process.platform === "darwin") return "brew install redis";
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?(?<ids>[^"\n]*)"?$/gm)]
    .map((match) => match.groups?.["ids"])
    .join(" ");
  if (/\b(?:debian|ubuntu)\b/.test(ids)) {
    return "apt-get update && apt-get install -y --no-install-recommends redis-server";
  }
  if (/\balpine\b/.test(ids)) return "apk add --no-cache valkey";
  return "install the package redis or valkey with your system's package manager";
}

/** The error of every entry point that needs a server where there is none. The command line ends with 69 (service missing). */
export async function redisMissing(cause?: unknown): Promise<UserError> {
  return new UserError("Rondo needs Redis, and neither redis-server nor valkey-server is installed.", {
    code: "REDIS_MISSING",
    hint: `Run: ${await redisInstallLine()} — or set REDIS_URL to a Redis that is already running.`,
    cause,
  });
}
