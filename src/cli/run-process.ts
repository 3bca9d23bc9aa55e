// The life of a long-running process: start part by part, wait for a signal, stop the parts in reverse, and end in time.
// A start that fails half-way stops what was started, so that nothing (a Redis child, a port) is left behind.
import type { RootLog } from "../log.ts";

/** Called with the way to stop each part, right after the part was started. */
export type OnStop = (stop: () => Promise<void>) => void;

/** How long a stop may take in all; containers get 10 s before they are killed. */
const STOP_MS = 5000;

/** Runs `start`, waits for SIGTERM or SIGINT, stops, and resolves to the exit code. A second signal ends at once. */
export async function runProcess(log: RootLog, start: (onStop: OnStop) => Promise<void>): Promise<number> {
  const stops: (() => Promise<void>)[] = [];
  const signal = nextSignal();
  process.on("unhandledRejection", (error) => {
    log.error("Unhandled rejection: this is a bug", { err: error });
  });
  try {
    await start((stop) => stops.unshift(stop));
  } catch (error) {
    await stopAll(stops, log);
    throw error;
  }
  const name = await signal;
  log.info("Stopping", { signal: name });
  process.once(name, () => process.exit(130));
  const isClean = await Promise.race([stopAll(stops, log), tooLate()]);
  log[isClean ? "info" : "warn"](isClean ? "Stopped" : "Stopped without waiting any longer");
  // Client libraries may keep a handle open; the parts that matter are closed.
  setTimeout(() => process.exit(), 100).unref();
  return isClean ? 0 : 3;
}

async function stopAll(stops: readonly (() => Promise<void>)[], log: RootLog): Promise<boolean> {
  for (const stop of stops) {
    await stop().catch((error: unknown) => log.warn("A part did not stop cleanly", { err: error }));
  }
  return true;
}

function nextSignal(): Promise<"SIGTERM" | "SIGINT"> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.once("SIGINT", () => resolve("SIGINT"));
  });
}

function tooLate(): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, STOP_MS, false).unref();
  });
}
