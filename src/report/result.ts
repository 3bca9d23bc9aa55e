// The RESULT comment of the full transcript: what the reviewers said, word for word, and what Rondo made of it.
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { floorField } from "./floor-words.ts";
import { blocks, cutBody } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { configSection, notReviewedSection, promptSection, stderrSection, verbatimSections } from "./sections.ts";
import { inline } from "./untrusted-text.ts";
import { isStaticOnly, reviewerLabels, seconds, timestamp } from "./words.ts";
import { renderVerdictComment, verdictLineOf } from "./verdict-line.ts";

/** Markdown without the marker; its last line is the verdict line. One RESULT per round, whatever the number of reviewers. */
export function renderResult(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  return cutBody(
    blocks(
      `## ${resultTitle(round.n)}`,
      resultFields(record, round, options),
      promptSection(round),
      verbatimSections(round),
      notReviewedSection(round),
      configSection(round),
      stderrSection(round, options),
    ),
    undefined,
    renderVerdictComment(verdictLineOf(record, round, options)),
  );
}

/** `Codex Review -- Round 2 -- RESULT`; two ASCII hyphens. */
export function resultTitle(n: number): string {
  return `Codex Review -- Round ${n} -- RESULT`;
}

/** The fields of the round, one per line; the last ones only when there is something to say. */
export function resultFields(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const blocking = floorField(round);
  const contradictions = round.reviewers.flatMap((one) => (one.contradiction === null ? [] : [one.contradiction]));
  return [
    `PR: #${record.pr}`,
    `Reviewer model: ${reviewerLabels(round)}`,
    `Result timestamp (UTC): ${timestamp(round.ended_at ?? options.now)}`,
    `Codex exit code: ${exitCode(round)}`,
    `Duration (s): ${seconds(longest(round))}`,
    `Detected verdict: ${round.verdict ?? "none (running)"}`,
    `Verdict source: ${round.verdict_source ?? "none"}`,
    `Head SHA: ${round.head_sha}`,
    ...(blocking === null ? [] : [blocking]),
    ...(isStaticOnly(round) ? ["Coverage: static rules only"] : []),
    ...contradictions.map((text) => `Contradiction: ${inline(text)}`),
    ...round.reviewers.flatMap(askedTwice),
    ...unreadable(round),
    ...(round.superseded_by === null ? [] : [`Outcome: SUPERSEDED by ${round.superseded_by}`]),
  ].join("\n");
}

/** Why an answer gave no verdict; the words may quote it. What contradicts itself is said already. */
function unreadable(round: RoundRecord): string[] {
  return round.reviewers.flatMap(({ name, problem, contradiction }) =>
    problem === undefined || problem === null || problem === contradiction
      ? []
      : [`Verdict not read: ${inline(`${problem} (${name})`)}`],
  );
}

/** The exit code of a lone reviewer; with several `0 (codex), 1 (static)`. */
export function exitCode(round: RoundRecord): string {
  const [first, ...others] = round.reviewers;
  if (first === undefined) return "none";
  if (others.length === 0) return inline(first.exit ?? "none (not finished)");
  return round.reviewers.map((one) => `${inline(one.exit ?? "none (not finished)")} (${one.name})`).join(", ");
}

/** One line for a reviewer whose first answer could not be used. */
function askedTwice({ name, asked_again }: RoundRecord["reviewers"][number]): string[] {
  return asked_again === undefined ? [] : [`Asked twice: ${name} (first answer: ${inline(asked_again.problem)})`];
}

/** Reviewers run side by side: the round took as long as its longest one. */
function longest(round: RoundRecord): number | null {
  const durations = round.reviewers.flatMap((one) => (one.duration_s === null ? [] : [one.duration_s]));
  return durations.length === 0 ? null : Math.max(...durations);
}
