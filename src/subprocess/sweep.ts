// Finds and kills what a program left behind: members of its process group or session, and descendants that left both
// (a daemon forks twice and calls setsid). Those are known by a marker in the environment they inherited.
// Works through /proc, so the last two only exist on Linux; elsewhere the process group alone is swept.
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const MARKER = "RONDO_RUN_ID=";

/** One run as the sweep knows it. */
export type Swept = {
  /** Process id of the program; also its process group and session id, because it is spawned detached. */
  leader: number;
  /** Value of RONDO_RUN_ID in the program's environment. */
  runId: string;
  /** When the leader started, in kernel ticks since boot; undefined when it was not readable. */
  startTicks: number | undefined;
};

/**
 * A new RONDO_RUN_ID: the owner and something random, so that `sweepOrphans` can tell whose run it was.
 * A run inside a run extends the id of the outer one.
 */
export function newRunId(outer: string | undefined): string {
  return `${outer ?? runOwner(process.pid)}/${randomUUID()}`;
}

/**
 * How a run names the process that started it: `{process namespace}-{pid}.{start ticks}`. The machine sees the processes
 * of its containers too, where the same number is somebody else.
 */
export function runOwner(pid: number): string {
  return `${readNamespace()}-${pid}.${readStartTicks(pid) ?? 0}`;
}

/**
 * Kills what runs of dead processes left behind: when a worker is killed with SIGKILL it cannot end its programs, and they
 * have a process group of their own. Call once when a worker starts. Returns how many processes were killed.
 * Runs of this process namespace (this machine or this container) and of those inside it, as far as they can be seen; a
 * namespace that cannot be seen ends with its first process, by the system. Only processes of the same user; 0 where there
 * is no /proc.
 */
export function sweepOrphans(): number {
  const orphans = (listProcesses() ?? []).flatMap((pid) => {
    const [, namespace, owner, ticks] = /^(\d+)-(\d+)\.(\d+)\//.exec(readMarker(pid) ?? "") ?? [];
    if (namespace === undefined) return [];
    return [{ pid, ticks: readStartTicks(pid), owner: { namespace, pid: Number(owner), ticks: Number(ticks) } }];
  });
  if (orphans.length === 0) return 0;
  const seen = listOwners();
  let killed = 0;
  for (const { pid, ticks, owner } of orphans) {
    // Whose owner's namespace is not seen at all may well have one that lives.
    const inSight = seen.filter(({ namespace }) => namespace === owner.namespace);
    if (inSight.length === 0) continue;
    if (inSight.some((one) => one.pid === owner.pid && one.ticks === owner.ticks)) continue;
    // A number alone says nothing: it may have been given to another process meanwhile.
    if (ticks !== undefined && readStartTicks(pid) === ticks && send(pid)) killed += 1;
  }
  return killed;
}

type RunOwner = { namespace: string; pid: number; ticks: number };

/** Every process in sight as itself would name it: its namespace and the number it has there. */
function listOwners(): RunOwner[] {
  return [process.pid, ...(listProcesses() ?? [])].flatMap((pid) => {
    const stat = readStat(pid);
    const namespace = readNamespace(pid);
    // Zombies run no code any more. Whose namespace may not be read belongs to somebody else.
    if (stat === undefined || stat.state === "Z" || stat.state === "X" || namespace === "0") return [];
    return [{ namespace, pid: readInnerPid(pid), ticks: stat.startTicks }];
  });
}

/** The number of a process in the innermost namespace it is in (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html). */
function readInnerPid(pid: number): number {
  try {
    const line = /^NSpid:\s+(?<numbers>.+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return Number(line?.groups?.["numbers"]?.trim().split(/\s+/).at(-1) ?? pid);
  } catch {
    return pid;
  }
}

/** Number of a process's namespace (https://man7.org/linux/man-pages/man7/pid_namespaces.7.html); 0 without /proc. */
function readNamespace(pid: number | "self" = "self"): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`).replace(/\D/g, "");
  } catch {
    return "0";
  }
}

/** Kernel ticks since boot at which a process started; undefined when it is gone or there is no /proc. */
export function readStartTicks(pid: number): number | undefined {
  return readStat(pid)?.startTicks;
}

/**
 * Sends SIGKILL to everything that belongs to the run and is still alive.
 * Returns how many processes were found alive; 0 means that the run is gone. Call again until it returns 0:
 * a process may fork between the look and the kill.
 */
export function sweep(run: Swept): number {
  const isGroupAlive = signalGroup(run.leader);
  const members = findMembers(run);
  if (members === undefined) return isGroupAlive ? 1 : 0;
  for (const pid of members) send(pid);
  return members.length;
}

/** Sends SIGKILL to the process group. True when the group still had members (zombies count too). */
export function signalGroup(processGroupId: number): boolean {
  return send(-processGroupId);
}

function send(target: number): boolean {
  try {
    process.kill(target, "SIGKILL");
    return true;
  } catch {
    // ESRCH: gone. EPERM: the process changed its user (setuid), and nothing here can end it.
    return false;
  }
}

/** Process ids of the run's living members, zombies excluded (nobody can kill those); undefined without /proc. */
function findMembers(run: Swept): number[] | undefined {
  const processes = listProcesses();
  if (processes === undefined) return undefined;
  const members: number[] = [];
  for (const pid of processes) {
    const stat = readStat(pid);
    if (stat === undefined || stat.state === "Z" || stat.state === "X") continue;
    // Older than the program itself: cannot be its descendant. Spares reading most environments.
    if (run.startTicks !== undefined && stat.startTicks < run.startTicks) continue;
    if (stat.group === run.leader || stat.session === run.leader || carriesMarker(pid, run.runId)) members.push(pid);
  }
  return members;
}

function listProcesses(): number[] | undefined {
  try {
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  } catch {
    return undefined;
  }
}

type Stat = { state: string; group: number; session: number; startTicks: number };

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in brackets and may hold anything, brackets included.
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return {
      state: fields[0] ?? "",
      group: Number(fields[2]),
      session: Number(fields[3]),
      startTicks: Number(fields[19]),
    };
  } catch {
    return undefined;
  }
}

/** True also for a run started inside the run, whose id extends this one's. */
function carriesMarker(pid: number, runId: string): boolean {
  return readMarker(pid)?.startsWith(runId) ?? false;
}

/** RONDO_RUN_ID of a process; undefined when it has none, is gone, or belongs to another user. */
function readMarker(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
    return variables.find((variable) => variable.startsWith(MARKER))?.slice(MARKER.length);
  } catch {
    return undefined;
  }
}
