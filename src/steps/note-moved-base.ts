// A base branch that moved after READY. The note on the READY notice is written once, with the next own event of the pull
// request or the next look around: a busy base branch must not edit every READY notice with every merge.
import { isExpectedError } from "../errors.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { RoundEvent } from "../round/event.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { currentRound } from "../round/step.ts";
import { apply } from "./apply.ts";
import type { Deps } from "./deps.ts";

/** True while a move of the base branch would change something: READY, and not noted yet or wanting a new round. */
export function restsOnBase(record: PullRequestRecord): boolean {
  const round = currentRound(record);
  const isNoted = round?.base_moved_to !== null && round?.config.settings.on_base_change !== "rerun";
  return record.state === "READY" && !isNoted;
}

/** Applies the move when `tip`, the base branch's newest commit, is news. False when nothing came of it. */
export async function followTip(
  ref: PullRequestRef,
  record: PullRequestRecord,
  tip: string | null,
  deps: Pick<Deps, "rounds" | "jobs" | "log" | "clock">,
): Promise<boolean> {
  const { base_ref: baseRef, head_sha: headSha } = record;
  if (baseRef === null || headSha === null || tip === null || tip === (record.base_tip ?? record.base_sha))
    return false;
  const event: RoundEvent = {
    kind: "baseChanged",
    at: deps.clock.now().toISOString(),
    heads: { headSha, baseRef, baseSha: tip },
    isRetarget: false,
    trigger: { kind: "base_changed", actor: null, delivery: null, comment: null, focus: null },
  };
  if ((await apply(ref, event, deps)).row === null) return false;
  await deps.jobs.wake(ref);
  return true;
}

/**
 * After an event of its own: one call when the pull request is READY and has no note. GitHub's own `base.sha` of a pull
 * request lags behind the branch, so the branch is asked. A branch that cannot be read now is left to the look around.
 */
export async function noteMovedBase(
  ref: PullRequestRef,
  record: PullRequestRecord,
  deps: Pick<Deps, "rounds" | "jobs" | "log" | "clock" | "repositories">,
): Promise<void> {
  if (!restsOnBase(record) || record.base_ref === null) return;
  try {
    await followTip(ref, record, await deps.repositories.fetchBranchTip(ref, record.base_ref), deps);
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    deps.log.debug("the base branch could not be read", { repo: record.repo, error });
  }
}
