// The second half of the look around, repository by repository: commands whose webhook got lost, and base branches that
// moved after READY. Costs two calls a repository, and one more for each base branch that a READY rests on.
import type { Intent } from "../intent/intent.ts";
import { isServed } from "../repo-config/served.ts";
import type { RoundEvent } from "../round/event.ts";
import { currentRound } from "../round/step.ts";
import { apply } from "./apply.ts";
import type { Deps } from "./deps.ts";
import { findLostComments } from "./find-lost-comments.ts";
import { type Known, knownPullRequests } from "./known-pull-requests.ts";
import { goOn } from "./receive-repository.ts";

/** What a look around found. */
export type CaughtUp = { comments: number; bases: number };

/** What deals with an intent: the same step that webhooks go through. */
type Receive = (intent: Intent, delivery: { guid: string; attempt: number }, deps: Deps) => Promise<string>;

function isOpen(record: Known["record"]): boolean {
  return record.state !== "ABORTED" || record.reason === "command";
}

/**
 * Looks once: comments go to `receive`, rounds that a loss of access cut short go on. What fails is logged, does not stop
 * the other repositories, and is tried again at the next look.
 */
export async function catchUp(deps: Deps, receive: Receive): Promise<CaughtUp> {
  const groups = new Map<number, Known[]>();
  const isMine = ({ ref }: Known): boolean => isServed(ref, deps.installation.serverConfig);
  for (const one of (await knownPullRequests(deps, null, isOpen)).filter(isMine))
    groups.set(one.ref.repoId, [...(groups.get(one.ref.repoId) ?? []), one]);
  const caught = { comments: 0, bases: 0 };
  for (const known of groups.values()) {
    try {
      caught.comments += await hearLostComments(known, deps, receive);
      await goOn(known, deps);
      caught.bases += await noteMovedBases(known, deps);
    } catch (error) {
      deps.log.warn("a repository could not be caught up with", { repo: known[0]?.record.repo, error });
    }
  }
  deps.log.debug("Caught up", caught);
  return caught;
}

/** One comment that cannot be dealt with holds the cursor, so that it is looked at again, and not the others. */
async function hearLostComments(known: readonly Known[], deps: Deps, receive: Receive): Promise<number> {
  const { lost, keep } = await findLostComments(known, deps);
  let failed = 0;
  for (const intent of lost) {
    try {
      const outcome = await receive(intent, { guid: `comment-${intent.commentId}`, attempt: 1 }, deps);
      deps.log.info("a comment was found that no webhook told of", { comment: intent.commentId, outcome });
    } catch (error) {
      failed += 1;
      deps.log.warn("a comment could not be dealt with", { comment: intent.commentId, error });
    }
  }
  if (failed === 0) await keep();
  return lost.length;
}

async function noteMovedBases(known: readonly Known[], deps: Deps): Promise<number> {
  const ready = known.filter(({ record }) => record.state === "READY" && !isNoted(record));
  const tips = new Map<string, string | null>();
  let moved = 0;
  for (const { ref, record } of ready) {
    const { base_ref: baseRef, head_sha: headSha } = record;
    if (baseRef === null || headSha === null) continue;
    if (!tips.has(baseRef)) tips.set(baseRef, await deps.repositories.fetchBranchTip(ref, baseRef));
    const tip = tips.get(baseRef);
    if (tip === null || tip === undefined || tip === (record.base_tip ?? record.base_sha)) continue;
    const event: RoundEvent = {
      kind: "baseChanged",
      at: deps.clock.now().toISOString(),
      heads: { headSha, baseRef, baseSha: tip },
      isRetarget: false,
      trigger: { kind: "base_changed", actor: null, delivery: null, comment: null, focus: null },
    };
    if ((await apply(ref, event, deps)).row === null) continue;
    await deps.jobs.wake(ref);
    moved += 1;
  }
  return moved;
}

/** The note stands already, and a new round is not wanted: nothing more would come of it. */
function isNoted(record: Known["record"]): boolean {
  const round = currentRound(record);
  return round?.base_moved_to !== null && round?.config.settings.on_base_change !== "rerun";
}
