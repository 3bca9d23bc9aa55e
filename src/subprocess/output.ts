// Keeps what a program prints, within the caps, without ever letting it block on a full pipe.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Ending, RunLimits, RunOptions, RunResult } from "./run.ts";

/** What a program has printed so far, within the caps. */
export type Output = {
  read(): Pick<RunResult, "stdout" | "stderr" | "stdoutBytes" | "stderrBytes">;
  /** Throws what `onStdout` threw: a bug of the caller, told after the program is gone. */
  rethrow(): void;
};

/** Reads both streams to their end; above the cap it kills or goes on reading, as the limits say. */
export function collect(
  child: ChildProcessWithoutNullStreams,
  limits: RunLimits,
  options: RunOptions,
  killAs: (ending: Ending) => void,
): Output {
  const stdout = { chunks: [] as Buffer[], kept: 0, total: 0 };
  const stderr = { chunks: [] as Buffer[], kept: 0, total: 0 };
  let listenerError: { thrown: unknown } | undefined;
  const output: Output = {
    rethrow: () => {
      if (listenerError === undefined) return;
      throw listenerError.thrown instanceof Error ? listenerError.thrown : new Error(String(listenerError.thrown));
    },
    read: () => ({
      stdout: Buffer.concat(stdout.chunks),
      stderr: Buffer.concat(stderr.chunks),
      stdoutBytes: stdout.total,
      stderrBytes: stderr.total,
    }),
  };
  const keep = (stream: typeof stdout, chunk: Buffer): void => {
    stream.total += chunk.length;
    const room = limits.maxOutputBytes - stream.kept;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      stream.chunks.push(part);
      stream.kept += part.length;
    }
    if (stream.total > limits.maxOutputBytes && limits.onTooLarge === "kill") {
      killAs({ kind: "outputTooLarge", limitBytes: limits.maxOutputBytes });
    }
  };
  child.stdout.on("data", (chunk: Buffer) => {
    keep(stdout, chunk);
    try {
      options.onStdout?.(chunk);
    } catch (error) {
      listenerError ??= { thrown: error };
      killAs({ kind: "cancelled" });
    }
  });
  child.stderr.on("data", (chunk: Buffer) => keep(stderr, chunk));
  child.stdout.on("error", () => {});
  child.stderr.on("error", () => {});
  return output;
}

/**
 * Waits for the rest of the output after the program has gone, then lets go of the pipes.
 * A stray process may hold a pipe open for ever, hence the limit: 20 looks, 100 ms apart. Looks and not one timer,
 * because a busy event loop would let the timer fire before the waiting output was read.
 */
export async function drained(child: ChildProcessWithoutNullStreams): Promise<void> {
  const isOpen = (): boolean => !child.stdout.closed || !child.stderr.closed;
  for (let look = 0; look < 20 && isOpen(); look += 1) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        child.off("close", done);
        resolve();
      };
      const timer = setTimeout(done, 100);
      child.once("close", done);
    });
  }
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
}
