#!/usr/bin/env node
// The program `rondo`. Everything testable is in run-cli.ts.
import { runCli } from "./run-cli.ts";

// A reader that goes away (`rondo … | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
