// Queue and webhooks are hints; the state files are the truth. At start and every few minutes, whatever a state file
// still owes is put back on the queue, so that a lost job or an empty Redis is only a delay.
import { openEffects } from "../round/outbox.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import type { Deps } from "./deps.ts";

/** Wakes every pull request with open effects. A file that cannot be read is logged and does not stop the others. */
export async function reconcile(
  refs: readonly PullRequestRef[],
  deps: Pick<Deps, "rounds" | "jobs" | "log">,
): Promise<number> {
  let woken = 0;
  for (const ref of refs) {
    try {
      const record = await deps.rounds.load(ref);
      if (record === null || openEffects(record).length === 0) continue;
      await deps.jobs.wake(ref);
      woken += 1;
    } catch (error) {
      deps.log.error("a pull request could not be looked at", { pr: formatPullRequestRef(ref), error });
    }
  }
  if (woken > 0) deps.log.info("woke what was left unfinished", { pullRequests: woken });
  return woken;
}
