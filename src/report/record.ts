// The full record of a round in the layout of a review-record bot: for the check run's text, the dashboard and the
// command line. Tables are rendered from data, never by replacing text in a template.
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import { blocks, table } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { redactionWords } from "./sections.ts";
import { cleanWords } from "./summary.ts";
import { inline, prose } from "./untrusted-text.ts";
import { codeSpan, isStaticOnly, place, reviewerLabels } from "./words.ts";

/** What the record can say besides the round; empty lists read `None.` */
export type RecordInput = {
  suggestions: readonly { path: string; line: number | null; category: string; text: string }[];
  /** The reviewers' overall explanation or other notes; untrusted Markdown. */
  designNotes: string | null;
  /** Commands and checks: `PASSED`, `FAILED exit 2`, `NOT RUN (pytest is not installed)`. */
  verification: readonly { what: string; outcome: string }[];
  /** Why a filtered finding does not count: `pre-existing`, `outside the diff`, `excluded path docs/**`; by finding id. */
  filterReasons: Readonly<Record<string, string>>;
  /** Name of the secondary artifact a verdict was recovered from, or null. */
  recoveredFrom: string | null;
};

/** A record with nothing beside the round. */
export const PLAIN_RECORD: RecordInput = {
  suggestions: [],
  designNotes: null,
  verification: [],
  filterReasons: {},
  recoveredFrom: null,
};

/** Markdown without the marker. The order of the sections is fixed. Not cut: callers cut for their surface. */
export function renderRecord(
  record: PullRequestRecord,
  round: RoundRecord,
  input: RecordInput,
  options: ReportOptions,
): string {
  const blockers = openBlockers(round.findings, options.blocking);
  const followUps = openFindings(round.findings).filter((finding) => !blockers.includes(finding));
  const coverage = isStaticOnly(round) ? ` (static rules only)` : "";
  return blocks(
    `## Review — ${options.botLogin}`,
    `Verdict: ${round.verdict ?? "UNKNOWN"}${coverage}`,
    `Reviewing commit \`${round.head_sha.slice(0, 7)}\` for PR #${record.pr}`,
    `Review record: \`${round.record_uuid}\``,
    section("Blocking Findings", blockers.length === 0 ? "" : blockingTable(blockers)),
    section("Follow-up Findings", followUps.map(followUp).join("\n")),
    section("Non-blocking Suggestions", input.suggestions.length === 0 ? "" : suggestionTable(input)),
    section("Design Notes", prose(input.designNotes ?? "")),
    section("Verification", verification(round, input, options)),
    section("Policy Notes", policyNotes(round, input)),
    section(
      "Recovery Notes",
      input.recoveredFrom === null ? "" : `Verdict recovered from ${codeSpan(input.recoveredFrom)}.`,
    ),
    `Reviewed by ${options.botLogin} via ${reviewerLabels(round)}`,
  );
}

function section(heading: string, body: string): string {
  return blocks(`### ${heading}`, body === "" ? "None." : body);
}

function blockingTable(findings: readonly TrackedFinding[]): string {
  const rows = findings.map((finding, index) => [
    String(index + 1),
    place(finding),
    "BLOCKING",
    `${finding.id} [${finding.priority ?? "P2, untagged"}] ${finding.title.replace(/\.$/, "")}. ${finding.body}`,
  ]);
  return table(["#", "File:Line", "Severity", "Finding"], rows);
}

function followUp(finding: TrackedFinding): string {
  return `- ${codeSpan(place(finding))} [warning] ${finding.id} ${inline(finding.title)}`;
}

function suggestionTable(input: RecordInput): string {
  const rows = input.suggestions.map((one, index) => [
    String(index + 1),
    one.line === null ? one.path : `${one.path}:${one.line}`,
    one.category,
    one.text,
  ]);
  return table(["#", "File:Line", "Category", "Suggestion"], rows);
}

function verification(round: RoundRecord, input: RecordInput, options: ReportOptions): string {
  const lines = input.verification.map((one) => `- ${inline(one.what)}: ${inline(one.outcome)}`);
  for (const reviewer of round.reviewers) {
    if (reviewer.failure !== null) lines.push(`- ${reviewer.name}: NOT RUN (${inline(reviewer.failure)})`);
    for (const file of reviewer.not_analysed) {
      lines.push(`- ${reviewer.name} on ${codeSpan(file.path)}: NOT RUN (${inline(file.reason)})`);
    }
  }
  for (const file of round.omitted) {
    lines.push(`- review of ${codeSpan(file.path)}: NOT RUN (${inline(file.reason.replaceAll("_", " "))})`);
  }
  if (isStaticOnly(round)) lines.push(`- coverage: ${cleanWords(round, options)}`);
  return lines.join("\n");
}

function policyNotes(round: RoundRecord, input: RecordInput): string {
  const redacted = round.reviewers.flatMap((reviewer) => redactionWords(reviewer) ?? []);
  const filtered = round.findings
    .filter((finding) => finding.status === "filtered")
    .map((finding) => {
      const reason = inline(input.filterReasons[finding.id] ?? "policy");
      return `- filtered: ${finding.id} ${codeSpan(place(finding))} ${inline(finding.title)} — ${reason}`;
    });
  return [...filtered, ...redacted.map((words) => `- redacted: ${words}`)].join("\n");
}
