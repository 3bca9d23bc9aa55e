// A round begins only when it can also be finished: while GitHub's limits leave no room, its start gets a later time.
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import type { EffectRecord } from "../round/effect-record.ts";
import type { Due } from "../round/outbox.ts";
import type { Deps } from "./deps.ts";

/** The start as it is kept while it waits, or null when it may go on now. */
export async function holdStart(
  ref: PullRequestRef,
  due: Due,
  deps: Pick<Deps, "rateLimits" | "clock" | "log">,
): Promise<EffectRecord | null> {
  const wait = await deps.rateLimits.admitRound(ref);
  if (wait === null) return null;
  const until = new Date(deps.clock.now().getTime() + wait.waitMs).toISOString();
  deps.log.info("a round waits for GitHub's limits", { pr: formatPullRequestRef(ref), why: wait.why, until });
  return { ...due.entry, not_before: until, note: `waits for GitHub's limits (${wait.why})` };
}
