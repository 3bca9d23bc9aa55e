// Runs one program to its end: own process group, time limit, output caps, clean environment.
// Every other program that Rondo starts (git, analysers, reviewers) goes through here, so that none is ever left behind.
// Memory is capped by the system's own limit (`maxMemoryBytes`); a Node child takes `--max-old-space-size` instead,
// because V8 reserves far more address space than it uses.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { performance } from "node:perf_hooks";
import { collect, drained } from "./output.ts";
import { start } from "./start.ts";
import { newRunId, readStartTicks, signalGroup, sweep, type Swept } from "./sweep.ts";

/**
 * What to run. No shell is ever involved; `env` is the whole environment, nothing is inherited.
 * One variable is added: RONDO_RUN_ID, by which stray descendants are found. A program that starts runs of its own
 * passes its RONDO_RUN_ID on in `env`; the new run then extends it, and dies with the outer one.
 */
export type Command = {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdin?: string | Uint8Array;
  /**
   * Most address space of the program and of everything it starts; what asks for more is refused and usually ends with
   * an error. For programs that read hostile input: one git process was seen to take 22 GB for a tree of 12 objects.
   */
  maxMemoryBytes?: number;
};

/** Caps for one run, in milliseconds and bytes. */
export type RunLimits = {
  timeoutMs: number;
  /** Kill when nothing was printed for this long; undefined = no watchdog. */
  silenceMs?: number;
  /** Most bytes kept of stdout and of stderr, each. */
  maxOutputBytes: number;
  /** What to do above the cap: `kill` ends the run as outputTooLarge, `truncate` keeps the first bytes and goes on reading. */
  onTooLarge: "kill" | "truncate";
};

/** Every way a program can end. */
export type Ending =
  | { kind: "completed" }
  | { kind: "exitedWith"; exitCode: number }
  | { kind: "killedBy"; signal: string }
  | { kind: "timedOut"; limit: "timeout" | "silence"; limitMs: number }
  | { kind: "outputTooLarge"; limitBytes: number }
  | { kind: "cancelled" }
  | { kind: "notInstalled"; file: string };

export type RunResult = {
  ending: Ending;
  stdout: Buffer;
  stderr: Buffer;
  /** Bytes that were printed in all, kept or not. */
  stdoutBytes: number;
  stderrBytes: number;
  /** Monotonic, milliseconds. */
  durationMs: number;
};

/** Extras of one run. */
export type RunOptions = {
  /** Kills the whole group with SIGKILL at once; the ending is `cancelled`. */
  signal?: AbortSignal;
  /** Learns the process group id, before any output. */
  onSpawn?: (processGroupId: number) => void;
  /** Sees every chunk of stdout as it comes, also those above the cap of `truncate`. */
  onStdout?: (chunk: Buffer) => void;
};

/** How long a killed program may take to disappear before `run` gives up on it (a process stuck in the kernel). */
const GIVE_UP_MS = 10_000;

/**
 * Runs `command` in its own process group and resolves when it, its group and every marked descendant are gone.
 * Whatever is left when the program itself ends is killed: nothing goes on in the background.
 * Never rejects for anything the program does. Rejects with PermanentError COMMAND_INVALID or COMMAND_CWD_MISSING for a
 * command that cannot be formed, and RetryableError SPAWN_FAILED when the machine is out of processes or memory.
 * A descendant that leaves group and session and also clears its environment is beyond this: that needs a sandbox.
 */
export async function run(command: Command, limits: RunLimits, options: RunOptions = {}): Promise<RunResult> {
  const startedAt = performance.now();
  const notRun = (ending: Ending): RunResult => ({
    ending,
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
    stdoutBytes: 0,
    stderrBytes: 0,
    durationMs: performance.now() - startedAt,
  });
  if (options.signal?.aborted === true) return notRun({ kind: "cancelled" });
  const runId = newRunId(command.env["RONDO_RUN_ID"]);
  const child = await start(command, runId);
  if (child === undefined) return notRun({ kind: "notInstalled", file: command.file });
  const leader = child.pid;
  const swept: Swept = { leader, runId, startTicks: readStartTicks(leader) };
  options.onSpawn?.(leader);

  let cause: Ending | undefined;
  const killAs = (ending: Ending): void => {
    cause ??= ending;
    signalGroup(leader);
  };
  const stopWatching = watch(child.process, limits, options, killAs);
  const output = collect(child.process, limits, options, killAs);
  feed(child.process, command.stdin);
  const own = await exited(child.process, () => cause !== undefined);
  await clear(swept);
  await drained(child.process);
  stopWatching();
  output.rethrow();
  const ending = cause ?? own;
  // The shell that sets the memory limit answers 127 for a program that is not there, 126 for one it may not run.
  const isMissing =
    command.maxMemoryBytes !== undefined &&
    ending.kind === "exitedWith" &&
    ending.exitCode >= 126 &&
    ending.exitCode <= 127;
  return { ...notRun(isMissing ? { kind: "notInstalled", file: command.file } : ending), ...output.read() };
}

/** Arms time-out, silence watchdog and abort. Returns the way to disarm them. */
function watch(
  child: ChildProcessWithoutNullStreams,
  limits: RunLimits,
  options: RunOptions,
  killAs: (ending: Ending) => void,
): () => void {
  const { timeoutMs, silenceMs } = limits;
  const timeout = setTimeout(() => killAs({ kind: "timedOut", limit: "timeout", limitMs: timeoutMs }), timeoutMs);
  const silence =
    silenceMs === undefined
      ? undefined
      : setTimeout(() => killAs({ kind: "timedOut", limit: "silence", limitMs: silenceMs }), silenceMs);
  const onData = (): void => void silence?.refresh();
  const onAbort = (): void => killAs({ kind: "cancelled" });
  child.stdout.on("data", onData);
  child.stderr.on("data", onData);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const stop = (): void => {
    clearTimeout(timeout);
    clearTimeout(silence);
    child.stdout.off("data", onData);
    child.stderr.off("data", onData);
    options.signal?.removeEventListener("abort", onAbort);
  };
  child.once("exit", stop);
  return stop;
}

function feed(child: ChildProcessWithoutNullStreams, stdin: string | Uint8Array | undefined): void {
  // EPIPE: the program closed its input or ended without reading it. That is its right.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
}

/** How the program itself ended. Gives up on a killed one that does not go away. */
function exited(child: ChildProcessWithoutNullStreams, isKilled: () => boolean): Promise<Ending> {
  return new Promise((resolve) => {
    let killedAt: number | undefined;
    const giveUp = setInterval(() => {
      if (!isKilled()) return;
      killedAt ??= performance.now();
      if (performance.now() - killedAt > GIVE_UP_MS) done({ kind: "killedBy", signal: "SIGKILL" });
    }, 1_000);
    const done = (ending: Ending): void => {
      clearInterval(giveUp);
      resolve(ending);
    };
    child.once("exit", (exitCode, signal) => {
      if (signal !== null) done({ kind: "killedBy", signal });
      else if (exitCode === 0) done({ kind: "completed" });
      else done({ kind: "exitedWith", exitCode: exitCode ?? -1 });
    });
  });
}

/** Kills what is left of the run and waits until nothing is. */
async function clear(swept: Swept): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  let pauseMs = 1;
  while (sweep(swept) > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, 50);
  }
}
