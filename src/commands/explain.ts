// `explain RD-n`: one finding in full, with what happened to it since.
import { blocks, cutBody } from "../report/markdown.ts";
import { inline, prose } from "../report/untrusted-text.ts";
import { claim, placeLink, sha7, timestamp } from "../report/words.ts";
import type { AnswerInput, CommentCommand } from "./command.ts";
import { readFindingId } from "./decide.ts";

export const explainCommand: CommentCommand = {
  name: "explain",
  usage: "explain RD-n",
  summary: "show a finding in full: text, rule, rounds, decisions",
  who: "allowed",
  example: "explain RD-1",
  read: (text, here) => {
    const { id } = readFindingId(text, here);
    if (id === null) return { why: "explain needs the id of a finding, e.g. `explain RD-1`" };
    return { kind: "answer", topic: `explain.${id.toLowerCase()}`, argument: id };
  },
  answer: explainText,
};

function explainText({ record, argument, options }: AnswerInput): string {
  const seen = record.rounds.flatMap((round) => {
    const finding = [...round.findings, ...round.resolved].find(({ id }) => id === argument);
    return finding === undefined ? [] : [{ round, finding }];
  });
  const last = seen.at(-1);
  if (last === undefined) return `There is no ${inline(argument ?? "finding")} in the rounds that are kept.`;
  const { finding, round } = last;
  const rule = finding.rule === null ? "" : `, rule ${inline(finding.rule)}`;
  const history = [
    ...seen.map(
      (one) => `- Round ${one.round.n} at ${sha7(one.round.head_sha)}: ${one.finding.status.replaceAll("_", " ")}`,
    ),
    ...[...(finding.history ?? []), ...(finding.decision === null ? [] : [finding.decision])].map(
      (decision) => `- ${decisionLine(decision)}`,
    ),
    ...(finding.resolved_by === undefined
      ? []
      : [`- Its thread was resolved by ${inline(finding.resolved_by.by)} at ${timestamp(finding.resolved_by.at)}`]),
    ...(finding.proposals ?? []).map(
      (decision) =>
        `- Proposed, without effect until somebody with write permission says it: ${decisionLine(decision)}`,
    ),
  ];
  return cutBody(
    blocks(
      claim(finding),
      `${placeLink(finding, round.head_sha, record.repo, options)}, by ${inline(finding.reviewer)}${rule}`,
      prose(finding.body),
      finding.comment_url === null ? null : `[Its thread](${finding.comment_url})`,
      "**History**",
      history.join("\n"),
    ),
  );
}

/** `DISPUTE by ada at 2026-…: why`. Markdown, the words escaped. */
export function decisionLine(decision: {
  word: string;
  by: string;
  at: string;
  rationale: string;
  commit: string | null;
}): string {
  const commit = decision.commit === null ? "" : ` (commit ${sha7(decision.commit)})`;
  const why = decision.rationale === "" ? "" : `: ${inline(decision.rationale)}`;
  return `${decision.word} by ${inline(decision.by)} at ${timestamp(decision.at)}${commit}${why}`;
}
