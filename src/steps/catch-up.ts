// The second half of the look around, repository by repository: commands whose webhook got lost, and base branches that
// moved after READY. Costs two calls a repository, and one more for each base branch that a READY rests on.
import type { Intent } from "../intent/intent.ts";
import { isServed } from "../repo-config/served.ts";
import type { Deps } from "./deps.ts";
import { findLostComments } from "./find-lost-comments.ts";
import { type Known, knownPullRequests } from "./known-pull-requests.ts";
import { followTip, restsOnBase } from "./note-moved-base.ts";
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
  const tips = new Map<string, string | null>();
  let moved = 0;
  for (const { ref, record } of known.filter((one) => restsOnBase(one.record))) {
    const { base_ref: baseRef } = record;
    if (baseRef === null) continue;
    if (!tips.has(baseRef)) tips.set(baseRef, await deps.repositories.fetchBranchTip(ref, baseRef));
    if (await followTip(ref, record, tips.get(baseRef) ?? null, deps)) moved += 1;
  }
  return moved;
}
