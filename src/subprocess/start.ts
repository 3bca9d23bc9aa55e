// Starts one program, and tells apart the ways in which that can fail: not installed, no such folder, machine exhausted.
// Node reports all of them through one event with misleading words, hence a file of its own.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { stat } from "node:fs/promises";
import { PermanentError, RetryableError } from "../errors.ts";
import type { Command } from "./run.ts";

/** A program that is running; `pid` is also its process group id. */
export type Started = { process: ChildProcessWithoutNullStreams; pid: number };

/**
 * Starts the program in a new session. Undefined when it is not there or not executable.
 * Throws PermanentError COMMAND_INVALID or COMMAND_CWD_MISSING, RetryableError SPAWN_FAILED.
 */
export async function start(command: Command, runId: string): Promise<Started | undefined> {
  let child: ChildProcessWithoutNullStreams;
  try {
    const { file, args } = withMemoryLimit(command);
    child = spawn(file, [...args], {
      cwd: command.cwd,
      env: { ...command.env, RONDO_RUN_ID: runId },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PermanentError(`Cannot form the command ${command.file}: ${reason}`, {
      code: "COMMAND_INVALID",
      cause: error,
    });
  }
  if (child.pid !== undefined) {
    // A failing kill also reports here; the sweep decides what is alive.
    child.on("error", () => {});
    return { process: child, pid: child.pid };
  }
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once("error", resolve));
  // A missing working directory is reported as a missing program.
  if (!(await isDirectory(command.cwd))) {
    throw new PermanentError(`Cannot run ${command.file}: its working directory ${command.cwd} does not exist.`, {
      code: "COMMAND_CWD_MISSING",
    });
  }
  if (error.code === "ENOENT" || error.code === "EACCES" || error.code === "ENOEXEC" || error.code === "ENOTDIR") {
    return undefined;
  }
  throw new RetryableError(`The system could not start ${command.file}: ${error.message}`, {
    code: "SPAWN_FAILED",
    hint: "The machine may be out of memory, processes or open files.",
    cause: error,
  });
}

/**
 * A limit can only be set from inside, so a shell of one fixed line sets it and becomes the program. The program and its
 * arguments are the shell's own arguments: it never reads them as text. Systems without the limit run without it.
 */
function withMemoryLimit(command: Command): Pick<Command, "file" | "args"> {
  if (command.maxMemoryBytes === undefined) return command;
  const kibibytes = String(Math.floor(command.maxMemoryBytes / 1024));
  const line = 'ulimit -v "$1" 2>/dev/null; shift; exec "$@"';
  return { file: "/bin/sh", args: ["-c", line, "sh", kibibytes, command.file, ...command.args] };
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
