// The one comment of a round in the compact transcript: posted as KICKOFF before the reviewers start, edited in place
// into the RESULT. Five seconds of reading first; everything else is folded.
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import { kickoffFields, kickoffTitle } from "./kickoff.ts";
import { blocks, cutBody, details, table } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { resultFields, resultTitle } from "./result.ts";
import {
  configSection,
  notReviewedSection,
  promptBody,
  promptReader,
  stderrSection,
  verbatimBody,
} from "./sections.ts";
import { renderSummary, wasCutShort } from "./summary.ts";
import { renderVerdictComment, verdictLineOf } from "./verdict-line.ts";
import { inline } from "./untrusted-text.ts";
import { placeCell, tag } from "./words.ts";

/** Markdown without the marker, for the state the round is in: KICKOFF while `verdict` and `outcome` are null, then RESULT. */
export function renderRoundComment(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  return round.verdict === null && round.outcome === null
    ? renderRunning(record, round, options)
    : renderConcluded(record, round, options);
}

/** Rows of the findings table: id and title, tag, place, reviewer, status. */
export function findingsTable(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const rows = [...round.findings, ...round.resolved].map((finding) => [
    `${finding.id} ${finding.title}`,
    tag(finding).slice(1, -1),
    placeCell(finding, round.head_sha, record.repo, options),
    finding.reviewer,
    statusWords(finding),
  ]);
  return table(["Finding", "Tag", "Where", "Reviewer", "Status"], rows);
}

/** `open`, `still open, round 3`, `disputed by octocat`, `resolved`, `resolved by octocat`, … Plain text. */
export function statusWords(finding: TrackedFinding): string {
  if (finding.status === "still_open") return `still open, round ${finding.age}`;
  if (finding.status === "disputed") return `disputed by ${finding.decision?.by ?? "a person"}`;
  if (finding.status === "resolved" && finding.resolved_by !== undefined)
    return `resolved by ${finding.resolved_by.by}`;
  return finding.status;
}

function renderRunning(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  return cutBody(
    blocks(
      `## ${kickoffTitle(round.n)}`,
      `${renderSummary(record, round, options)} This comment becomes the result.`,
      configSection(round),
      details("Run", kickoffFields(record, round, options)),
      details(`Prompt sent to ${promptReader(round)} review`, promptBody(round)),
    ),
  );
}

function renderConcluded(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const blocking = openBlockers(round.findings, options.blocking).length;
  const advisory = openFindings(round.findings).length - blocking;
  const all = round.findings.length + round.resolved.length;
  const isShown = all > 0 && (round.superseded_by === null || !wasCutShort(round));
  return cutBody(
    blocks(
      `## ${resultTitle(round.n)}`,
      renderSummary(record, round, options),
      configSection(round),
      isShown
        ? details(`Findings (${blocking} blocking, ${advisory} advisory)`, findingsTable(record, round, options))
        : null,
      folded("Not reviewed", notReviewedSection(round)),
      ...round.reviewers.map((reviewer) =>
        details(`Verbatim ${reviewer.name} review output`, verbatimBody(round, reviewer)),
      ),
      details(`Prompt sent to ${promptReader(round)} review`, promptBody(round)),
      details("Record", blocks(recordFields(record, round, options), stderrSection(round, options))),
    ),
    undefined,
    renderVerdictComment(verdictLineOf(record, round, options)),
  );
}

function recordFields(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const started = kickoffFields(record, round, options).split("\n");
  const result = resultFields(record, round, options)
    .split("\n")
    .filter((line) => !started.includes(line));
  const reviews = `External reviews: ${external(round)}`;
  const files = round.changed_files === null ? [] : [`Changed files: ${round.changed_files}`];
  return [...started, ...result, ...files, reviews, `Review record: \`${round.record_uuid}\``].join("\n");
}

function external({ external: { policy, outcome } }: RoundRecord): string {
  return outcome === policy ? policy : `${policy} (${inline(outcome)})`;
}

function folded(summary: string, section: string | null): string | null {
  return section === null ? null : details(summary, section);
}
