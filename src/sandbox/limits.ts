// What a sandbox may use up, and how to tell that it wanted more.

/** Caps of everything that runs in one sandbox together; bytes. */
export type SandboxLimits = {
  processes: number;
  /** Memory of processes and of files in memory. */
  memoryBytes: number;
  /** Size of the home folder and of the temporary folder, each. */
  scratchBytes: number;
};

/**
 * codex and its helper processes take about 30 threads and 130 MB (measured with 0.169.0); the rest is for the commands
 * of the model. Threads count as processes for the system's own limit.
 */
export const SANDBOX_LIMITS: SandboxLimits = {
  processes: 256,
  memoryBytes: 1024 * 1024 * 1024,
  scratchBytes: 128 * 1024 * 1024,
};

/** A sentence part for the exit codes of forwarder.ts; null for every other one. */
export function limitOfExit(exitCode: number): string | null {
  if (exitCode === 251) return "its commands started more processes than they may";
  if (exitCode === 252) return "its commands used more memory than they may";
  return null;
}
