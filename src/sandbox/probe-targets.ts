// Live targets for the tries of probe-script.ts: files, a process and listeners of this machine, each with a canary that
// exists nowhere else.
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { closeSync, openSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type ListenOptions, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../subprocess/run.ts";
import { INSIDE } from "./bubblewrap.ts";
import type { ProbeTask } from "./probe-script.ts";

/** `arrived`: names of tries that a target noticed. `gateway`: a socket that is shown to the program, not to its commands. */
export type Targets = {
  task: ProbeTask;
  /** Folder that is shown as the checkout. */
  repo: string;
  gateway: string;
  canary: string;
  arrived: ReadonlySet<string>;
  /** Looks at the targets that cannot notice by themselves. */
  check(): Promise<void>;
  close(): Promise<void>;
};

/** Sets them below `workDir`, the sockets in the system's folder for temporary files: their paths must be short. */
export async function setTargets(workDir: string, sockets: readonly string[]): Promise<Targets> {
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(workDir, "probe-"));
  const socketFolder = await mkdtemp(join(tmpdir(), "rondo-p-"));
  const canary = randomBytes(16).toString("hex");
  const marker = `rondo-probe-${randomBytes(6).toString("hex")}`;
  const files = await writeFiles(folder, canary);
  const descriptor = openSync(files.secretFile, "r");
  const arrived = new Set<string>();
  const listeners = await listenEverywhere(socketFolder, arrived);
  const victim = new AbortController();
  const pid = await startVictim(canary, marker, victim.signal);
  return {
    repo: files.repo,
    canary,
    gateway: join(socketFolder, "g"),
    arrived,
    task: {
      mode: "escape",
      amount: 0,
      mirroredCanary: mirrored(canary),
      mirroredMarker: mirrored(marker),
      repo: "/review/repo",
      secretFile: files.secretFile,
      publicFile: files.publicFile,
      victimPid: pid,
      tcpPort: listeners.tcpPort,
      udpPort: listeners.udpPort,
      gatewayPort: INSIDE.port,
      abstractSocket: listeners.abstractSocket,
      sockets: [join(socketFolder, "s"), INSIDE.socket, "/run/docker.sock", "/var/run/docker.sock", ...sockets],
    },
    async check() {
      // What was sent just now may still be on its way.
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!isAlive(pid)) arrived.add("kill");
      const texts = await Promise.all([readFile(files.secretFile, "utf8"), readFile(files.publicFile, "utf8")]);
      if (!texts.every((text) => text === canary)) arrived.add("truncate");
    },
    async close() {
      victim.abort();
      closeSync(descriptor);
      await listeners.close();
      await Promise.all([folder, socketFolder].map((each) => rm(each, { recursive: true, force: true })));
    },
  };
}

function mirrored(text: string): string {
  return text.split("").toReversed().join("");
}

async function writeFiles(
  folder: string,
  canary: string,
): Promise<{ repo: string; secretFile: string; publicFile: string }> {
  const repo = join(folder, "repo");
  const [secretFile, publicFile] = [join(folder, "secret"), join(folder, "public")];
  await mkdir(repo);
  await writeFile(join(repo, "file"), "to be read\n");
  await writeFile(secretFile, canary, { mode: 0o600 });
  await writeFile(publicFile, canary);
  // Whatever the umask: the folders above are what keeps others out.
  await chmod(publicFile, 0o644);
  await symlink(publicFile, join(repo, "link"));
  return { repo, secretFile, publicFile };
}

/** Listeners of every kind; each tells of whoever connects. */
async function listenEverywhere(folder: string, arrived: Set<string>) {
  const abstractSocket = `rondo-${randomBytes(6).toString("hex")}`;
  const servers = await Promise.all([
    listen("tcp", { host: "127.0.0.1", port: 0 }, arrived),
    listen("abstract_socket", { path: `\0${abstractSocket}` }, arrived),
    listen("path_sockets", { path: join(folder, "s") }, arrived),
    listen("gateway_port", { path: join(folder, "g") }, arrived),
  ]);
  const address = servers[0]?.address();
  const udp = createSocket("udp4").on("message", () => arrived.add("udp"));
  await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
  return {
    abstractSocket,
    tcpPort: typeof address === "object" && address !== null ? address.port : 0,
    udpPort: udp.address().port,
    async close() {
      udp.close();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listen(name: string, place: ListenOptions, arrived: Set<string>): Promise<Server> {
  const server = createServer((socket) => {
    arrived.add(name);
    socket.on("error", () => {});
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, resolve);
  });
  return server;
}

/** A process with the canary in its environment and the marker in its arguments; ends with the signal. */
async function startVictim(canary: string, marker: string, signal: AbortSignal): Promise<number> {
  const env = { CANARY: canary, PATH: "/usr/bin:/bin" };
  const limits = { timeoutMs: 60_000, maxOutputBytes: 1000, onTooLarge: "truncate" } as const;
  return await new Promise((resolve, reject) => {
    const command = { file: "/bin/sh", args: ["-c", "sleep 60; :", marker], cwd: "/", env };
    run(command, limits, { signal, onSpawn: resolve }).catch(reject);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
