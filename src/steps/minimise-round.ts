// The comments of a round that another one replaced are folded away as outdated; nothing is ever deleted.
import { nothingToDo, type Step, wrote } from "./step.ts";

const COMMENTS: ReadonlySet<string> = new Set(["round", "kickoff", "result", "evaluation", "notice"]);

/** Minimises what the round left on the pull request, by GraphQL node id. */
export const minimiseRound: Step = async (ref, record, due, deps) => {
  const left = Object.values(record.effects).filter(
    (entry) =>
      entry.effect.round === due.entry.effect.round && COMMENTS.has(entry.effect.kind) && entry.status === "done",
  );
  const ids = left.map((entry) => entry.node_id).filter((id): id is string => id !== null);
  if (ids.length === 0) return nothingToDo("nothing to minimise");
  for (const id of ids) await deps.publisher.minimise(ref, id);
  return wrote({});
};
