// Before anything is trusted to the sandbox, a hostile command is tried in it against live targets: files, a process, and
// listeners of this very machine. What counts is what arrives at the targets, not what the command says of itself.
import { run } from "../subprocess/run.ts";
import { INSIDE, sandboxed, type SandboxCommand } from "./bubblewrap.ts";
import type { SandboxLimits } from "./limits.ts";
import type { ProbeTask } from "./probe-script.ts";
import { setTargets, type Targets } from "./probe-targets.ts";

/** How the program would be shut in; `probeScript` is the compiled probe-script.ts. */
export type ProbeSubject = Pick<SandboxCommand, "bubblewrap" | "node" | "forwarder" | "shown"> & {
  probeScript: string;
  /** Arguments that run a command the way the model's commands run; the command follows. */
  inner: readonly string[];
  /** Environment of the sandbox, without secrets. */
  env: Readonly<Record<string, string>>;
  /** Folder for the targets; not below the system's own folders. */
  workDir: string;
  /** Sockets of this machine that must not be reachable: Docker's, Redis's. */
  sockets: readonly string[];
};

/** Names of what got through; empty is as it should be. `problem`: it could not be tried at all, a sentence part. */
export type ProbeReport = { blocked: number; total: number; leaked: readonly string[]; problem: string | null };

/** Tries everything; takes under two seconds. Never throws for what it finds. */
export async function probe(subject: ProbeSubject, signal: AbortSignal): Promise<ProbeReport> {
  const targets = await setTargets(subject.workDir, subject.sockets);
  try {
    const uses = ["processes", "memory", "disk"] as const;
    const [escaped, ...bound] = await Promise.all([
      tryEscape(subject, targets, signal),
      ...uses.map((mode) => tryUse(subject, targets, { mode, signal })),
    ]);
    if (typeof escaped === "string") return { blocked: 0, total: 0, leaked: [], problem: escaped };
    const all = [...Object.entries(escaped), ...uses.map((mode, index) => [mode, bound[index] !== true] as const)];
    const leaked = all.flatMap(([name, isLeak]) => (isLeak ? [name] : []));
    return { blocked: all.length - leaked.length, total: all.length, leaked, problem: null };
  } finally {
    await targets.close();
  }
}

/** Small enough to be reached in a moment, large enough for codex itself. */
const PROBE_LIMITS: SandboxLimits = { processes: 48, memoryBytes: 400 * 1024 ** 2, scratchBytes: 64 * 1024 ** 2 };
const AMOUNTS = { processes: 400, memory: 900 * 1024 ** 2, disk: 900 * 1024 ** 2 } as const;
const PROBE_MS = 20_000;

async function tryEscape(
  subject: ProbeSubject,
  targets: Targets,
  signal: AbortSignal,
): Promise<Record<string, boolean> | string> {
  const { ending, stdout, stderr } = await runInside(subject, targets, "escape", signal);
  const report = lastReport(stdout);
  if (ending.kind !== "completed" || report?.leaked === undefined) {
    const said = stderr
      .toString("utf8")
      .replaceAll(/\p{Cc}+/gu, " ")
      .trim()
      .slice(-300);
    return `${ending.kind === "notInstalled" ? "bubblewrap is not installed" : "it does not start here"}${said === "" ? "" : ` (${said})`}`;
  }
  if (report.canRead !== true) return "the checkout cannot be read in it";
  await targets.check();
  return Object.fromEntries(
    Object.entries(report.leaked).map(([name, isLeak]) => [name, isLeak || targets.arrived.has(name)]),
  );
}

/** True when it was stopped, or did not get what it wanted. */
async function tryUse(
  subject: ProbeSubject,
  targets: Targets,
  { mode, signal }: { mode: keyof typeof AMOUNTS; signal: AbortSignal },
): Promise<boolean> {
  const { ending, stdout } = await runInside(subject, targets, mode, signal);
  if (ending.kind === "exitedWith" && ending.exitCode >= 251 && ending.exitCode <= 252) return true;
  const used = lastReport(stdout)?.used;
  const most = mode === "processes" ? 4 * PROBE_LIMITS.processes : PROBE_LIMITS.memoryBytes;
  return used === undefined ? ending.kind === "exitedWith" : used <= most;
}

function runInside(
  subject: ProbeSubject,
  targets: Targets,
  mode: ProbeTask["mode"],
  signal: AbortSignal,
): ReturnType<typeof run> {
  const amount = mode === "escape" ? 0 : AMOUNTS[mode];
  const script = `${INSIDE.tools}/probe.mjs`;
  const { file, args } = sandboxed({
    ...subject,
    shown: [...subject.shown, { from: targets.repo, to: "/review/repo" }, { from: subject.probeScript, to: script }],
    socket: targets.gateway,
    cwd: INSIDE.work,
    limits: PROBE_LIMITS,
    // Node speaks to its children through sockets, and the filter on the commands lets nobody write to one.
    argv: [
      "/bin/sh",
      "-c",
      '"$@" | cat',
      "sh",
      ...subject.inner,
      `${INSIDE.tools}/node`,
      script,
      JSON.stringify({ ...targets.task, mode, amount }),
    ],
  });
  // The variable that a run's token travels in: the command must not see it.
  const env = { ...subject.env, RONDO_RUN_TOKEN: targets.canary };
  const limits = { timeoutMs: PROBE_MS, maxOutputBytes: 100_000, onTooLarge: "kill" } as const;
  return run({ file, args, cwd: "/", env }, limits, { signal });
}

type Report = { canRead?: boolean; leaked?: Record<string, boolean>; used?: number };

function lastReport(stdout: Buffer): Report | undefined {
  const line = stdout.toString("utf8").trim().split("\n").at(-1) ?? "";
  try {
    // What the script prints when nothing is wrong; a hostile answer could only say that the sandbox is worse.
    const report: Report | null = JSON.parse(line);
    return report ?? undefined;
  } catch {
    return undefined;
  }
}
