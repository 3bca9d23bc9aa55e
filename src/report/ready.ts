// The READY notice: the end of the loop, for the person who decides about the merge.
// It is edited, never deleted, when it stops being true.
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers } from "../verdict.ts";
import { blocks } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { inline } from "./untrusted-text.ts";
import { cleanWords } from "./summary.ts";
import { isStaticOnly, timestamp } from "./words.ts";

/** What happened to the notice, and what is known beside the round. */
export type ReadyInput = {
  /** Set once a newer head or round made the notice untrue. */
  supersededBy: { sha: string; at: string } | null;
  /** People whose review blocks: login and the commit it was about. Never dismissed by Rondo. */
  humanBlocks: readonly { login: string; sha: string }[];
  /** A counted external review that came after READY: who. */
  lateExternal: string | null;
};

/** Markdown without the marker. The dash in the title is an em dash. */
export function renderReady(
  record: PullRequestRecord,
  round: RoundRecord,
  input: ReadyInput,
  options: ReportOptions,
): string {
  const superseded = input.supersededBy;
  return blocks(
    superseded === null
      ? null
      : `> **SUPERSEDED** by ${superseded.sha} at ${timestamp(superseded.at)}. The text below is about an older commit.`,
    `## PR READY for human merge — Round ${round.n}`,
    [
      `PR: ${options.serverUrl}/${record.repo}/pull/${record.pr}`,
      `Head SHA: ${round.head_sha}`,
      `Base: ${inline(round.base_ref)} @ ${round.base_sha}`,
      `Total rounds: ${round.n}`,
      `Final codex verdict: ${finalVerdict(round, options)}`,
      `Final Copilot verdict: ${externalVerdict(round)}`,
      `Disputed findings: ${disputed(round)}`,
      `Human reviews: ${humanReviews(input)}`,
      ...(isStaticOnly(round) ? [`Coverage: ${cleanWords(round, options)}`] : []),
      ...(input.lateExternal === null ? [] : [`Late external review: ${inline(input.lateExternal)}, after READY`]),
    ].join("\n"),
    round.base_moved_to === null
      ? null
      : `Base moved: ${inline(round.base_ref)} is now ${round.base_moved_to}; this round reviewed against ${round.base_sha}.`,
    "This PR has been through the autonomous review loop and is ready for the user's final quality-gate review and merge decision. Rondo does not auto-merge.",
  );
}

function finalVerdict(round: RoundRecord, options: ReportOptions): string {
  if (round.verdict === "REQUEST_CHANGES" && openBlockers(round.findings, options.blocking).length === 0) {
    return "REQUEST_CHANGES, every blocker resolved or disputed";
  }
  const source = round.verdict_source === "derived" ? " (derived)" : "";
  return `${round.verdict ?? "none"}${source}${isStaticOnly(round) ? " (static rules only)" : ""}`;
}

function externalVerdict(round: RoundRecord): string {
  if (round.external.policy === "off") return "not requested (policy off)";
  return round.external.reviews.length === 0
    ? "none by deadline"
    : "clean (every comment addressed or rejected with rationale)";
}

function disputed(round: RoundRecord): string {
  const list = round.findings.filter((finding) => finding.status === "disputed");
  if (list.length === 0) return "none";
  return list.map((finding) => `${finding.id} by ${inline(finding.decision?.by ?? "a person")}`).join(", ");
}

function humanReviews(input: ReadyInput): string {
  if (input.humanBlocks.length === 0) return "none blocking";
  return input.humanBlocks
    .map((block) => `blocked by human review of ${inline(block.login)} at ${block.sha.slice(0, 7)}`)
    .join(", ");
}
