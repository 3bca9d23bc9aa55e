// Reads the periods of the server's file before anything starts. Unlike other keys, a wrong one stops the start: a worker
// that takes the living for dead does more harm than one that does not run.
import { readFile } from "node:fs/promises";
import { UserError } from "./errors.ts";
import { parseServerConfig } from "./repo-config.ts";
import { clashesOf, type Periods } from "./repo-config/periods.ts";
import type { QueueTimings } from "./queue/timings.ts";

/**
 * The periods that apply; `file` need not exist. Throws UserError CONFIG_INVALID that names every problem with its place.
 */
export async function readPeriods(file: string): Promise<Periods> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new UserError(`The server's configuration ${file} cannot be read (${error.code ?? error.message}).`, {
      code: "CONFIG_INVALID",
      hint: "Let this user read the file, or name another one in RONDO_CONFIG.",
      cause: error,
    });
  });
  const { config, problems } = parseServerConfig(text);
  const wrong = problems.filter((problem) => /"periods[."]/.test(problem)).map(withoutEnd);
  const all = [...wrong, ...clashesOf(config.periods)];
  if (all.length === 0) return config.periods;
  throw new UserError(`The periods of ${file} cannot be used:\n${all.map((one) => `  - ${one}`).join("\n")}`, {
    code: "CONFIG_INVALID",
    hint: "Correct the keys or leave them out: the defaults are meant for production. docs/configuration.md explains each.",
  });
}

/** The part of the periods that the queue takes. */
export function queueTimingsOf(periods: Periods): Partial<QueueTimings> {
  return { lockMs: periods.job_lock_ms, stalledMs: periods.job_stalled_ms, backoffMs: periods.job_retry_ms };
}

/** Elsewhere a wrong key is left out and the rest applies; here nothing starts. */
function withoutEnd(problem: string): string {
  return problem.replace(/; it does not apply$/, "");
}
