#!/usr/bin/env node
// The program `rondo`. Everything testable is in run-cli.ts.
import { runCli } from "./run-cli.ts";

/**
 * A reader that goes away (`rondo … | head`) is no error, and the command's own exit code still holds: what has an answer
 * ends by itself. What would go on for hours (`rondo demo`) is told to stop. Anything else, a full disk for one, is said.
 */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") {
    if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
    return;
  }
  process.stderr.write(`rondo: The output cannot be written: ${error.message}.\n`);
  process.exit(3);
}

process.stdout.on("error", onOutputError);
// Nobody is left to be told.
process.stderr.on("error", () => {});

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
