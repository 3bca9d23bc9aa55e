// Which process is this, and is that other one still alive? Write locks and leases carry an identity, so that the work
// of a process that was killed goes on at once, and the work of one that merely is slow is left alone.
import { readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** What a lock or lease says about its owner. */
export type Owner = {
  /** Host name and process namespace: two containers on one machine cannot see each other's processes. */
  host: string;
  bootId: string;
  pid: number;
  /** Start time in clock ticks since boot; empty where the system does not tell. */
  pidStart: string;
};

/** The identity of a running process, with the clock that all processes of one boot share. */
export type ProcessIdentity = Owner & {
  /** Milliseconds since the machine booted: comparable between processes and containers, moved by no clock adjustment. */
  uptimeMs(): number;
  /** Is the process with this id and start time running? Only asked about owners of the same host and boot. */
  isRunning(owner: Owner): Promise<boolean>;
};

/** Reads the identity of this process. Linux tells everything; elsewhere a reused process id goes unnoticed. */
export function readProcessIdentity(): ProcessIdentity {
  const namespace = tryRead(() => readlinkSync("/proc/self/ns/pid").replace(/\D/g, ""));
  return {
    host: namespace === "" ? hostname() : `${hostname()}@${namespace}`,
    bootId: tryRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    pid: process.pid,
    pidStart: tryRead(() => parseStat(readFileSync("/proc/self/stat", "utf8")).start),
    // The kernel's monotonic clock itself. Not os.uptime(): that reads /proc/uptime, which lxcfs shows to each container as
    // the container's own age (https://linuxcontainers.org/lxcfs/introduction/).
    uptimeMs: () => Number(process.hrtime.bigint()) / 1e6,
    isRunning,
  };
}

/** `unknown`: another host or container, so that only the age of its last sign of life can tell. */
export async function livenessOf(owner: Owner, self: ProcessIdentity): Promise<"alive" | "dead" | "unknown"> {
  if (owner.host !== self.host) return "unknown";
  if (owner.bootId !== self.bootId) return "dead";
  return (await self.isRunning(owner)) ? "alive" : "dead";
}

async function isRunning({ pid, pidStart }: Owner): Promise<boolean> {
  if (pidStart === "") return signalReaches(pid);
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const { state, start } = parseStat(text);
  // A zombie runs no code any more; it only waits for its parent.
  return start === pidStart && state !== "Z" && state !== "X";
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Fields 3 and 22 of /proc/<pid>/stat. The name (field 2) stands in brackets and may hold spaces and brackets.
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function parseStat(text: string): { state: string; start: string } {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "" };
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
