// The five-second block: verdict, what blocks, what changed since the last round, what to do next.
// It opens the round comment of the compact transcript and the summary of the check run.
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings, unreadFiles } from "../verdict.ts";
import { floorWords } from "./floor-words.ts";
import type { ReportOptions } from "./report-options.ts";
import { inline } from "./untrusted-text.ts";
import { claim, codeSpan, command, count, isStaticOnly, placeLink, reviewerNames, sha7 } from "./words.ts";

/** At most this many blockers are named; the rest is counted. */
const NAMED_BLOCKERS = 5;
/** Characters of a blocker's title in the summary; the findings table below has all of it. */
const LONGEST_TITLE = 100;

/** Markdown, a sentence and up to five list items. The round has ended, or `round.verdict` is null while it runs. */
export function renderSummary(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  if (round.verdict === null && round.outcome === null) {
    return `Round ${round.n} is running: ${reviewerNames(round)} at ${sha7(round.head_sha)}.`;
  }
  const items = [
    reviewedItem(round),
    blockersItem(record, round, options),
    deltaItem(record, round),
    round.superseded_by === null ? floorItem(round) : null,
    `**Next**: ${nextStep(record, round, options)}`,
  ];
  const list = items.filter((item) => item !== null).map((item) => `- ${item}`);
  return `${headline(record, round, options)}\n\n${list.join("\n")}`;
}

/** One sentence that says what the round came to, with its commit. */
export function headline(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const at = `at ${sha7(round.head_sha)}`;
  const blockers = openBlockers(round.findings, options.blocking).length;
  if (round.superseded_by !== null) {
    const by = `**Superseded** by ${sha7(round.superseded_by)}`;
    // A round that was cut short says nothing; one that had ended keeps what it said, marked as old.
    if (wasCutShort(round)) return `${by}; nothing below counts.`;
    return `${by}. Before that: ${headline(record, { ...round, superseded_by: null }, options)}`;
  }
  if (round.outcome === "aborted") return `**Aborted** ${at}.`;
  if (round.verdict === "ERROR") return `**NOT REVIEWED** ${at}: ${notReviewedReason(round)}`;
  if (round.verdict === "UNKNOWN") {
    const why = round.failure ?? `the output of ${unknownReviewers(round)} could not be read as a verdict.`;
    return `**NOT REVIEWED** ${at}: ${round.failure === null ? why : inline(why)}`;
  }
  if (round.outcome === "external_missing") return `**Waiting for a person** ${at}: an external review is missing.`;
  if (round.outcome === "full_review") return `**Reviewed in part** ${at}: ${cleanWords(round, options)}.`;
  if (blockers > 0) return `**Changes requested** ${at}: ${count(blockers, "finding")} ${block(blockers)} the merge.`;
  return `**${record.state === "READY" ? "READY" : "No blockers"}** ${at}: ${cleanWords(round, options)}.`;
}

/** True for a round whose reviewers had not all answered when another head or round replaced it. */
export function wasCutShort(round: Pick<RoundRecord, "outcome" | "verdict">): boolean {
  return round.outcome === "superseded" || round.verdict === null;
}

/** What a clean round may claim: `no findings`, or for the embedded rules alone that only they looked. */
export function cleanWords(round: RoundRecord, options: ReportOptions): string {
  const skipped = new Set([
    ...round.omitted.map((file) => file.path),
    ...round.reviewers.flatMap((reviewer) => reviewer.not_analysed.map((file) => file.path)),
  ]).size;
  if (round.changed_files !== null && round.omitted.length >= round.changed_files) return "nothing to review";
  const advisory = openFindings(round.findings).length - openBlockers(round.findings, options.blocking).length;
  const found = advisory === 0 ? "findings" : "blocking findings";
  const note = advisory === 0 ? "" : `, ${count(advisory, "advisory finding")}`;
  const kept = skipped === 0 ? "" : `, ${count(skipped, "file")} not analysed`;
  return isStaticOnly(round) ? `no static ${found}${note}${kept}; static rules only` : `no ${found}${note}${kept}`;
}

/** What stopped the round, else the first reviewer that failed: `class: message`. */
export function notReviewedReason(round: RoundRecord): string {
  if (round.failure !== null) return inline(round.failure);
  const failed = round.reviewers.find((reviewer) => reviewer.failure !== null);
  if (failed === undefined) return "a reviewer delivered no result.";
  return `${failed.name} failed. ${inline(failed.failure ?? "")}`;
}

/** What the reader should do, one or two sentences. */
export function nextStep(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const again = command(options, "review");
  if (round.superseded_by !== null) return "what counts now is said about the new head, further down.";
  if (round.outcome === "aborted") return `comment ${again} to start again.`;
  if (round.verdict === "ERROR") return `nothing counts as reviewed. Comment ${again} to run again.`;
  if (round.verdict === "UNKNOWN")
    return `nothing counts as reviewed. Read the output below, or comment ${again} to run again.`;
  if (record.state === "BUDGET_EXCEEDED")
    return `see the notice about the limit, then ${command(options, "extend 5")}.`;
  if (round.outcome === "external_missing") return `wait for the external review, or comment ${again}.`;
  if (round.outcome === "full_review")
    return `a maintainer starts the full review with ${again}; ${inline((round.withheld ?? []).join(", "))} was not asked.`;
  const unread = unreadFiles(round.omitted).length;
  const first = openBlockers(round.findings, options.blocking)[0];
  if (first !== undefined) {
    const fix = options.hasFixer ? ` To have them fixed, comment ${command(options, "address that feedback")}.` : "";
    const answer = options.canDecide
      ? `; or answer in the thread, e.g. ${command(options, `dispute ${first.id}: rationale`)}`
      : "";
    return `push a fix, and a new round starts${answer}.${fix}`;
  }
  if (unread > 0)
    return `a person must look at ${count(unread, "file")} that ${unread === 1 ? "was" : "were"} not read.`;
  return record.state === "READY" ? "a person merges; Rondo does not." : "nothing.";
}

/** What was looked at, and by whom; only for a round that came to a verdict that counts. */
function reviewedItem(round: RoundRecord): string | null {
  const { changed_files: changed, omitted, superseded_by, verdict } = round;
  if (superseded_by !== null || changed === null || (verdict !== "APPROVE" && verdict !== "REQUEST_CHANGES"))
    return null;
  const read = Math.max(0, changed - omitted.length);
  const files = read === changed ? count(changed, "changed file") : `${read} of ${count(changed, "changed file")}`;
  return `**Reviewed**: ${files} against ${codeSpan(round.base_ref)} by ${reviewerNames(round)}`;
}

function blockersItem(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string | null {
  const blockers = openBlockers(round.findings, options.blocking);
  if (blockers.length === 0 || round.superseded_by !== null) return null;
  // "and 1 more" would take the line that the one needs.
  const isFew = blockers.length <= NAMED_BLOCKERS + 1;
  const named = blockers
    .slice(0, isFew ? blockers.length : NAMED_BLOCKERS)
    .map((finding) => oneClaim(finding, record, round, options));
  const rest = blockers.length - named.length;
  const lines = rest > 0 ? [...named, `and ${rest} more`] : named;
  return lines.length === 1 ? `**Blocks**: ${lines[0]}` : `**Blocks**:${lines.map((line) => `\n  - ${line}`).join("")}`;
}

function oneClaim(finding: TrackedFinding, record: PullRequestRecord, round: RoundRecord, options: ReportOptions) {
  const place = placeLink(finding, round.head_sha, record.repo, options);
  return `${claim(finding, LONGEST_TITLE)} (${place}${finding.age > 1 ? `, round ${finding.age} in a row` : ""})`;
}

function deltaItem(record: PullRequestRecord, round: RoundRecord): string | null {
  // A round that was cut short found nothing that this one could be held against.
  const before = record.rounds.some((one) => one.n < round.n && one.verdict !== null);
  if (!before || round.superseded_by !== null || round.verdict === "ERROR") return null;
  const open = openFindings(round.findings);
  const still = open.filter((finding) => finding.age > 1).length;
  const disputed = round.findings.filter((finding) => finding.status === "disputed").length;
  const parts = [`${open.length - still} new`, `${still} still open`, `${round.resolved.length} resolved`];
  if (disputed > 0) parts.push(`${disputed} disputed`);
  const unread = unreadFiles(round.omitted).length;
  if (unread > 0) parts.push(`${count(unread, "file")} not read`);
  return `**Since the last round**: ${parts.join(", ")}`;
}

/** Why something that blocked before does not any more. */
function floorItem(round: RoundRecord): string | null {
  const words = floorWords(round);
  return words === null ? null : `**Advisory**: ${words}`;
}

function unknownReviewers(round: RoundRecord): string {
  const names = round.reviewers.filter((reviewer) => reviewer.verdict === "UNKNOWN").map((reviewer) => reviewer.name);
  return names.join(" and ") || "the reviewer";
}

function block(n: number): string {
  return n === 1 ? "blocks" : "block";
}
