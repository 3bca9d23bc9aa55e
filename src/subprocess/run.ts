// Runs one program to its end: own process group, time limit, output caps, clean environment.
// Every other program that Rondo starts (git, analysers, reviewers) goes through here, so that none is ever left behind.

/** What to run. No shell is ever involved; `env` is the whole environment, nothing is inherited. */
export type Command = {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdin?: string | Uint8Array;
};

/** Caps for one run. */
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

/**
 * Runs `command` in its own process group and resolves when it and its group are gone.
 * Never rejects for anything the program does; rejects with PermanentError only for a command that cannot be formed.
 * `signal` kills the whole group with SIGKILL at once; `onSpawn` learns the process group id.
 */
export declare function run(
  command: Command,
  limits: RunLimits,
  options?: { signal?: AbortSignal; onSpawn?: (processGroupId: number) => void; onStdout?: (chunk: Buffer) => void },
): Promise<RunResult>;
