// What a deployment asks every process: /healthz "is it up", /readyz "can it do its work, and if not, why not".
// Answers hold reasons for operators and nothing else: no addresses, no versions of parts, no error texts of libraries.
import { isExpectedError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { QueueHealth } from "../queue/port.ts";
import { answer } from "./answer.ts";
import type { Handler } from "./server.ts";

/** One thing that must be right. `run` resolves to undefined when it is, else to a sentence that says what is wrong. */
export type ReadinessCheck = {
  name: string;
  run: () => Promise<string | undefined>;
  /** True: what it says is shown and keeps nobody from being ready. */
  isRemark?: boolean;
};

/** `GET /healthz`: 200 as long as the process can answer at all. */
export function healthHandler(process: { name: string; version: string }): Handler {
  return (request, response) => answer(request, response, { status: 200, json: { ok: true, ...process } });
}

/** `GET /readyz`: 200 when every check is fine, else 503; the reasons are in the answer. A check has 4 s. */
export function readinessHandler(checks: readonly ReadinessCheck[], log: Log): Handler {
  return async (request, response) => {
    const results = await Promise.all(checks.map((check) => runCheck(check, log)));
    const ready = results.every(({ ok }) => ok);
    answer(request, response, { status: ready ? 200 : 503, json: { ready, checks: results } });
  };
}

/** The queue answers. */
export function queueCheck(queue: Pick<QueueHealth, "ping">): ReadinessCheck {
  return {
    name: "queue",
    async run() {
      await queue.ping();
      return undefined;
    },
  };
}

/** At least one worker has shown itself within the last seconds; without one, deliveries only pile up. */
export function workersCheck(queue: Pick<QueueHealth, "listWorkers">): ReadinessCheck {
  return {
    name: "workers",
    run: async () => ((await queue.listWorkers()).length > 0 ? undefined : "no worker is running"),
  };
}

/** The data directory can still be written: a disk can fill up or be unmounted while the process runs. */
export function dataDirCheck(prepare: () => Promise<unknown>): ReadinessCheck {
  return {
    name: "data directory",
    async run() {
      await prepare();
      return undefined;
    },
  };
}

type CheckResult = { name: string; ok: boolean; reason?: string; warning?: string };

async function runCheck({ name, run, isRemark = false }: ReadinessCheck, log: Log): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_MS, "it does not answer in time");
  });
  try {
    const reason = await Promise.race([run(), late]);
    if (reason === undefined) return { name, ok: true };
    return isRemark ? { name, ok: true, warning: reason } : { name, ok: false, reason };
  } catch (error) {
    if (isExpectedError(error)) return { name, ok: false, reason: error.message };
    log.error("Readiness check failed: this is a bug", { check: name, err: error });
    return { name, ok: false, reason: "the check failed; the log says why" };
  } finally {
    clearTimeout(timer);
  }
}

const CHECK_MS = 4000;
