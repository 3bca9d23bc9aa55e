// The Redis that Rondo starts by itself when REDIS_URL is not set: a child on a unix socket that survives crashes of both sides.
// A server left over by a killed Rondo is adopted, a killed server is started again, and only the last step of a stop ends it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { within } from "./deadline.ts";
import { prepareRedisFiles, redisMissing, type RedisFiles } from "./redis-files.ts";
import { probeRedis } from "./redis-probe.ts";
import { codeOf, isRunning, takeStartLock } from "./start-lock.ts";

export type ManagedRedisOptions = {
  dataDir: string;
  log: Log;
  /** Tried in this order. */
  binaries?: readonly string[];
  /** PATH for finding the server; it is also all of the server's environment. */
  searchPath?: string;
  /** Milliseconds: how often an adopted server is asked, how long to wait until one is ready, how long for one to stop. */
  watchMs?: number;
  readyMs?: number;
  stopMs?: number;
};

export type ManagedRedis = {
  target: { path: string };
  /** Process id of the server that serves now. */
  pid(): number;
  wasAdopted: boolean;
  /** How often it was started again since the start. */
  restarts(): number;
  /** Ends the server with SIGTERM and waits. Call it last, after workers and queues are closed. */
  stop(): Promise<void>;
};

type Server = { pid: number; child: ChildProcess | undefined };

type Settings = Required<Omit<ManagedRedisOptions, "dataDir" | "log">>;

const defaults: Settings = {
  binaries: ["redis-server", "valkey-server"],
  searchPath: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin",
  watchMs: 500,
  readyMs: 10_000,
  stopMs: 5000,
};

/** After this long without a crash the next restart is again the first one. */
const HEALTHY_MS = 60_000;

/**
 * Starts or adopts the server of `dataDir` and keeps it running until `stop`.
 * Throws UserError REDIS_MISSING (no server binary; the hint is the install line), REDIS_START_FAILED (with what it said),
 * REDIS_UNRESPONSIVE (a server is there and does not answer), RetryableError REDIS_START_LOCKED.
 */
export async function startManagedRedis(options: ManagedRedisOptions): Promise<ManagedRedis> {
  const settings = { ...defaults, ...options };
  const { log } = options;
  const files = await prepareRedisFiles(options.dataDir);
  let server = await ensureServer(files, settings);
  let restarts = 0;
  let restartsInARow = 0;
  let startedAt = performance.now();
  const stopping = new AbortController();
  const wasAdopted = server.child === undefined;
  log.info(wasAdopted ? "Adopted the Redis that was still running" : "Started Redis", { pid: server.pid });

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await untilGone(server, files, settings, stopping.signal);
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > HEALTHY_MS) restartsInARow = 0;
      restartsInARow += 1;
      log.error("Redis is gone, starting it again", { pid: server.pid, restartsInARow });
      await sleep(Math.min(200 * restartsInARow, 5000), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        server = await ensureServer(files, settings);
        startedAt = performance.now();
        restarts += 1;
        log.info("Redis is running again", { pid: server.pid });
      } catch (error) {
        log.error("Redis could not be started, trying again", { reason: String(error) });
      }
    }
  }
  const watching = watch();

  return {
    target: { path: files.socket },
    pid: () => server.pid,
    wasAdopted,
    restarts: () => restarts,
    async stop() {
      stopping.abort();
      await within(watching, settings.stopMs);
      await stopServer(server, files, { log, stopMs: settings.stopMs });
    },
  };
}

/** The server program that `startManagedRedis` would start, as an absolute path; null when none is installed. */
export async function findRedisServer(searchPath = defaults.searchPath): Promise<string | null> {
  for (const binary of defaults.binaries) {
    for (const folder of searchPath.split(":")) {
      const file = join(folder, binary);
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
  }
  return null;
}

/** Adopts the server on the socket, or starts one; under the start lock from the first look to the first answer. */
async function ensureServer(files: RedisFiles, settings: Settings): Promise<Server> {
  const release = await takeStartLock(files.lockFile, settings.readyMs + 5000);
  try {
    const first = await probeRedis(files.socket, 500);
    if (first.kind !== "absent") return { pid: await waitUntilReady(files, settings.readyMs), child: undefined };
    await endUnreachable(files, settings.stopMs);
    await rm(files.socket, { force: true });
    const child = await spawnServer(files, settings);
    try {
      return { pid: await waitUntilReady(files, settings.readyMs, child), child };
    } catch (error) {
      child.kill("SIGTERM");
      throw error;
    }
  } finally {
    await release();
  }
}

async function waitUntilReady(files: RedisFiles, readyMs: number, child?: ChildProcess): Promise<number> {
  const deadline = performance.now() + readyMs;
  while (performance.now() < deadline) {
    const probe = await probeRedis(files.socket, Math.min(1000, readyMs));
    if (probe.kind === "ready") return probe.pid;
    if (child !== undefined && hasExited(child)) {
      throw new UserError(`Redis did not start: ${await lastWords(files.logFile)}`, {
        code: "REDIS_START_FAILED",
        hint: `Read ${files.logFile}; a damaged file in ${files.dir} is repaired by redis-check-aof --fix.`,
      });
    }
    await sleep(10);
  }
  throw new UserError(`The Redis on ${files.socket} does not answer.`, {
    code: "REDIS_UNRESPONSIVE",
    hint: `Read ${files.logFile}, and end the process in ${files.pidFile} if it hangs.`,
  });
}

async function lastWords(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n");
  return lines.slice(-3).join(" / ").slice(-500) || "it said nothing";
}

async function spawnServer(files: RedisFiles, { binaries, searchPath }: Settings): Promise<ChildProcess> {
  // Written to disk once a second, never evicted, reachable only by this user, on no network.
  const settings = {
    port: "0",
    unixsocket: files.socket,
    unixsocketperm: "700",
    dir: files.dir,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
    pidfile: files.pidFile,
    logfile: files.logFile,
    loglevel: "warning",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  let cause: unknown;
  for (const binary of binaries) {
    // Its own process group: Ctrl-C must not end it before the workers have put their jobs back.
    const child = spawn(binary, args, { detached: true, stdio: "ignore", env: { PATH: searchPath } });
    child.unref();
    try {
      await once(child, "spawn");
      return child;
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      cause = error;
    }
  }
  throw await redisMissing(cause);
}

/** A server that lost its socket (a cleaned temp dir) still writes our data: it must end before another one starts. */
async function endUnreachable(files: RedisFiles, stopMs: number): Promise<void> {
  const pid = await readPid(files);
  if (pid === undefined || !isRunning(pid)) return;
  // Where there is no /proc, the start lock and the ping must do.
  if ((await isServerOf(files, pid)) !== true) return;
  process.kill(pid, "SIGTERM");
  await untilExit(pid, stopMs);
  if (isRunning(pid)) {
    throw new UserError(`Another Redis (process ${pid}) still uses ${files.dir}.`, {
      code: "REDIS_UNRESPONSIVE",
      hint: `End process ${pid}, then start again.`,
    });
  }
}

/** Is that process our server? Its title names the socket. Undefined where there is no /proc to look it up. */
async function isServerOf(files: RedisFiles, pid: number): Promise<boolean | undefined> {
  const title = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (title === undefined) return undefined;
  return /(?:redis|valkey)-server/.test(title) && title.includes(files.socket);
}

async function readPid(files: RedisFiles): Promise<number | undefined> {
  const pid = Number((await readFile(files.pidFile, "utf8").catch(() => "")).trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Resolves when the server is gone, or when `signal` aborts. A child says so; an adopted server has to be asked. */
async function untilGone(server: Server, files: RedisFiles, { watchMs }: Settings, signal: AbortSignal): Promise<void> {
  const { child } = server;
  if (child !== undefined) {
    if (!hasExited(child)) await once(child, "exit", { signal }).catch(() => undefined);
    return;
  }
  while (!signal.aborted) {
    if ((await probeRedis(files.socket, 1000)).kind === "absent") return;
    await sleep(watchMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function stopServer(
  { pid, child }: Server,
  files: RedisFiles,
  { log, stopMs }: { log: Log; stopMs: number },
): Promise<void> {
  if (child === undefined) {
    // The pid file may be old and its number somebody else's by now, or it is one of another container: the server itself
    // must name the same, and so must the list of processes.
    const probe = await probeRedis(files.socket, 1000);
    const isSame = probe.kind === "ready" && probe.pid === pid && (await readPid(files)) === pid;
    if (!isSame || (await isServerOf(files, pid)) === false) {
      log.warn("Did not stop Redis, because it is not certain which process it is", { pid });
      return;
    }
  } else if (hasExited(child)) return;
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
  await untilExit(pid, stopMs, child);
  if (child === undefined ? isRunning(pid) : !hasExited(child)) {
    log.warn("Redis did not stop in time; the next start adopts it", { pid });
  }
}

async function untilExit(pid: number, ms: number, child?: ChildProcess): Promise<void> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (child === undefined ? !isRunning(pid) : hasExited(child)) return;
    await sleep(10);
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
