// Sections that several reports share: the prompt, what each reviewer said, and what nobody looked at.
import type { ReviewerRecord, RoundRecord } from "../round/round.ts";
import { unreadFiles } from "../verdict.ts";
import { blocks } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { spendWords } from "./spend-words.ts";
import { fence, inline, visible } from "./untrusted-text.ts";
import { artifact, codeSpan, count, seconds } from "./words.ts";

/** The instruction block byte for byte in a fence, or one line when no reviewer was sent one. */
export function promptSection(round: RoundRecord): string {
  return blocks(`### Prompt sent to ${promptReader(round)} review`, promptBody(round));
}

/** The section without its heading. */
export function promptBody(round: RoundRecord): string {
  return round.prompt.startsWith("none (") ? `Prompt: ${inline(round.prompt)}` : fence(round.prompt);
}

/** The reviewer that the prompt was written for: the first one that is not the embedded rules. */
export function promptReader(round: RoundRecord): string {
  return round.reviewers.find((reviewer) => reviewer.name !== "static")?.name ?? round.reviewers[0]?.name ?? "codex";
}

/** One verbatim section per reviewer of the round. A superseded round shows no output. */
export function verbatimSections(round: RoundRecord): string {
  return blocks(
    ...round.reviewers.map((reviewer) =>
      blocks(`### Verbatim ${reviewer.name} review output`, verbatimBody(round, reviewer)),
    ),
  );
}

/** One reviewer's final message in a fence that it cannot close. */
export function verbatimBody(round: RoundRecord, reviewer: ReviewerRecord): string {
  const prompt = round.prompt.startsWith("none (") || reviewer.name === "static" ? "" : " with the prompt above";
  const intro = `This PR was reviewed using ${reviewer.name} review${prompt} and produced the following output:`;
  const output = round.outcome === "superseded" ? "" : visible(reviewer.output ?? "").replace(/\n+$/, "");
  const facts = round.reviewers.length > 1 ? reviewerFacts(reviewer) : null;
  const failure = reviewer.failure === null ? null : `Cause: ${inline(reviewer.failure)}`;
  const cost = reviewer.spend === undefined ? null : `Cost: ${spendWords(reviewer.spend)}`;
  if (output === "") return blocks(facts, failure, cost, round.outcome === "superseded" ? null : "No output.");
  const redacted = redactionWords(reviewer);
  return blocks(facts, failure, cost, intro, fence(output), redacted === null ? null : `${redacted}.`);
}

/** `2 secrets were taken out of the output of codex`; null when there was none. */
export function redactionWords({ name, redactions = 0 }: ReviewerRecord): string | null {
  if (redactions === 0) return null;
  return `${count(redactions, "secret")} ${redactions === 1 ? "was" : "were"} taken out of the output of ${name}`;
}

/** Where stderr is kept; it is never shown. */
export function stderrSection(round: RoundRecord, options: ReportOptions): string {
  return blocks(
    ...round.reviewers
      .filter((reviewer) => reviewer.run_id !== null)
      .map((reviewer) =>
        blocks(
          `### ${capital(reviewer.name)} runner stderr (non-evidence)`,
          `Kept as an artifact, not shown here: ${artifact(reviewer.run_id, options)}`,
        ),
      ),
  );
}

/** Files that no reviewer, or one of them, did not look at; null when all were read. */
export function notReviewedSection(round: RoundRecord): string | null {
  const rows = [
    ...round.omitted.map((file) => `- ${codeSpan(file.path)}: ${inline(file.reason.replaceAll("_", " "))}`),
    ...round.reviewers.flatMap((reviewer) =>
      reviewer.not_analysed.map(
        (file) => `- ${codeSpan(file.path)}: not analysed by ${reviewer.name} (${inline(file.reason)})`,
      ),
    ),
  ];
  if (rows.length === 0) return null;
  const unread = unreadFiles(round.omitted).length;
  const rest = unread === 0 ? null : `${count(unread, "file")} left out for size or budget: READY is withheld.`;
  return blocks(`### Not reviewed (${rows.length})`, rest, rows.join("\n"));
}

/** What did not apply of the configuration, and what the pull request changes in it; null when there is neither. */
export function configSection(round: RoundRecord): string | null {
  const { problems, source, change } = round.config;
  const lines = problems.map((problem) => `- ${inline(problem)}`).join("\n");
  const section = problems.length === 0 ? null : blocks(`### Configuration problems (${inline(source)})`, lines);
  return change === undefined ? section : blocks(inline(change), section);
}

/** First letter in upper case: a reviewer's name at the start of a field. */
export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function reviewerFacts(reviewer: ReviewerRecord): string {
  const verdict = reviewer.verdict ?? "none yet";
  const source = reviewer.verdict_source ?? "none";
  return `Exit code: ${inline(reviewer.exit ?? "none (running)")} · Duration (s): ${seconds(reviewer.duration_s)} · Verdict: ${verdict} (${source})`;
}
