// Every command of `rondo`, in the order of the help.
import type { Command } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { parseCommand } from "./parse.ts";
import { reviewCommand } from "./review.ts";
import { serveCommand } from "./serve.ts";
import { webCommand } from "./web.ts";
import { workerCommand } from "./worker.ts";

export const COMMANDS: readonly Command[] = [
  serveCommand,
  webCommand,
  workerCommand,
  reviewCommand,
  parseCommand,
  demoCommand,
];
