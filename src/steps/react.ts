// Reactions: 👀 on the trigger while a round runs, 👍 when it was clean, 😕 or 👍 on a command. They are a courtesy:
// a reaction that fails never holds up a round.
import type { Reaction, ReactionTarget } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { EffectRecord } from "../round/effect-record.ts";
import type { PullRequestRecord, Trigger } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { nothingToDo, type Performed, type Step, wrote } from "./step.ts";

/** 👀 is on the trigger exactly while its round waits or runs. */
export const showRunning: Step = async (ref, record, due, deps) => {
  const { entry } = due;
  const trigger = triggerOf(record, entry.effect.round);
  if (trigger === undefined) return nothingToDo("no trigger");
  if (isRunning(record, entry.effect.round)) {
    if (entry.id !== null) return nothingToDo("it is there");
    return wrote({ id: await deps.publisher.addReaction(ref, targetOf(trigger), "eyes") });
  }
  return await takeBack(ref, targetOf(trigger), "eyes", { entry, deps });
};

/** 👍 is on the trigger of a round without findings exactly while the pull request is READY by that round. */
export const showThumbs: Step = async (ref, record, due, deps) => {
  const { entry } = due;
  const trigger = triggerOf(record, entry.effect.round);
  if (trigger === undefined) return nothingToDo("no trigger");
  if (record.state === "READY" && record.round === entry.effect.round) {
    return wrote({ id: await deps.publisher.addReaction(ref, targetOf(trigger), "+1") });
  }
  return await takeBack(ref, targetOf(trigger), "+1", { entry, deps });
};

/** Removes a reaction. When the answer to adding it got lost, it is added again first: that is one reaction, and tells its id. */
async function takeBack(
  ref: PullRequestRef,
  target: ReactionTarget,
  content: Reaction,
  { entry, deps: { publisher } }: { entry: EffectRecord; deps: Pick<Deps, "publisher"> },
): Promise<Performed> {
  if (entry.id === null && entry.status !== "intended") return nothingToDo("it was never there");
  const id = entry.id ?? (await publisher.addReaction(ref, target, content));
  await publisher.removeReaction(ref, target, { id, content });
  return wrote({ id: null });
}

/** One reaction on a command. */
export const answerCommand: Step = async (ref, _record, due, deps) => {
  const { effect } = due.entry;
  if (effect.kind !== "answer") return nothingToDo("not an answer");
  const content: Reaction = effect.content;
  return wrote({
    id: await deps.publisher.addReaction(ref, { source: effect.comment_source, id: effect.comment_id }, content),
  });
};

function isRunning(record: PullRequestRecord, round: number): boolean {
  if (record.state === "INIT") return record.pending?.n === round;
  const isInHand = record.round === round && record.pending === null;
  return (
    isInHand && (record.state === "KICKOFF" || record.state === "WAIT_FOR_BOTH_REVIEWS" || record.state === "EVALUATE")
  );
}

function triggerOf(record: PullRequestRecord, n: number): Trigger | undefined {
  return (
    record.rounds.find((round) => round.n === n)?.trigger ??
    (record.pending?.n === n ? record.pending.trigger : undefined)
  );
}

/** Reactions go on the comment that asked, else on the pull request. */
function targetOf(trigger: Trigger): ReactionTarget {
  return trigger.comment ?? { source: "pull_request", id: null };
}
