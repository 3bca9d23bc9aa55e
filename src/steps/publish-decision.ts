// A decision that was made by command is said again where the finding stands, so that whoever reads the thread sees it.
import { decisionLine } from "../commands/explain.ts";
import { nothingToDo, type Step, wroteObject } from "./step.ts";

/** Writes or edits the reply in the finding's thread. Findings without a thread have nothing to reply to. */
export const publishDecision: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  if (effect.kind !== "decision") return nothingToDo("not a decision");
  const round = record.rounds.find((candidate) => candidate.n === effect.round);
  const finding = round?.findings.find(({ id }) => id === effect.finding_id);
  if (finding === undefined || finding.decision === null) return nothingToDo("the decision no longer counts");
  if (finding.comment_id === null) return nothingToDo("the finding has no thread");
  const { decision } = finding;
  const from = decision.rationale_url === null ? "" : ` ([said here](${decision.rationale_url}))`;
  const published = await deps.publisher.upsertThreadReply(ref, {
    key: due.key,
    body: `${decisionLine(decision)}${from}`,
    inReplyTo: finding.comment_id,
    knownId: due.entry.id,
    isRetry: due.entry.status === "intended",
  });
  return wroteObject(published, deps);
};
