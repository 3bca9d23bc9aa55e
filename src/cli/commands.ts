// Every command of `rondo`, in the order of the help.
import { abortCommand } from "./abort.ts";
import type { Command } from "./command.ts";
import { commentsCommand } from "./comments.ts";
import { completionCommand } from "./completion.ts";
import { configCommand } from "./config.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { extendCommand } from "./extend.ts";
import { parseCommand } from "./parse.ts";
import { reviewCommand } from "./review.ts";
import { runsCommand } from "./runs.ts";
import { serveCommand } from "./serve.ts";
import { statusCommand } from "./status.ts";
import { triggerCommand } from "./trigger.ts";
import { webCommand } from "./web.ts";
import { workerCommand } from "./worker.ts";

export const COMMANDS: readonly Command[] = [
  serveCommand,
  webCommand,
  workerCommand,
  doctorCommand,
  reviewCommand,
  parseCommand,
  statusCommand,
  triggerCommand,
  abortCommand,
  extendCommand,
  runsCommand,
  configCommand,
  commentsCommand,
  demoCommand,
  completionCommand(() => COMMANDS),
];
