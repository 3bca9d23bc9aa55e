// How Rondo writes times, durations, counts, commits and names, so that every text writes them alike.
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord, Trigger } from "../round/round.ts";
import type { ReportOptions } from "./report-options.ts";
import { trusted } from "./markdown.ts";
import type { Cell } from "./markdown.ts";
import { inline, visible } from "./untrusted-text.ts";

/** `2026-06-05T23:40:16Z`: UTC, whole seconds. */
export function timestamp(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) throw new Error(`not a time: ${iso}`);
  return date.toISOString().replace(/\.[0-9]+Z$/, "Z");
}

/** Seconds with one decimal: `116.0`; `unknown` when it was never measured. */
export function seconds(value: number | null): string {
  return value === null ? "unknown" : value.toFixed(1);
}

/** `1 finding`, `2 findings`, `0 findings`. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** First 7 characters of a SHA in code ticks, for prose. */
export function sha7(sha: string): string {
  return `\`${sha.slice(0, 7)}\``;
}

/** `[P1]`, or `[P2, untagged]` when the reviewer gave no priority and it counts as P2. */
export function tag(finding: Pick<TrackedFinding, "priority">): string {
  return finding.priority === null ? "[P2, untagged]" : `[${finding.priority}]`;
}

/** `src/a.ts:3-6`, `src/a.ts:3`, `src/a.ts` or `whole change`. Plain text, untrusted. */
export function place(finding: Pick<TrackedFinding, "path" | "startLine" | "endLine">): string {
  if (finding.path === null) return "whole change";
  if (finding.startLine === null) return finding.path;
  const end = finding.endLine ?? finding.startLine;
  return end === finding.startLine ? `${finding.path}:${end}` : `${finding.path}:${finding.startLine}-${end}`;
}

/** `RD-1 **[P1] Title**`, Markdown, the title escaped; one that is longer than `most` characters ends in `…`. */
export function claim(finding: TrackedFinding, most = Number.POSITIVE_INFINITY): string {
  return `${finding.id} **${tag(finding)} ${inline(shortened(finding.title, most))}**`;
}

/** At most `most` characters, cut between words where there are any. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text.replace(/\s+/g, " ").trim());
  if (characters.length <= most) return text;
  const kept = characters.slice(0, most - 1).join("");
  const space = kept.lastIndexOf(" ");
  return `${space > kept.length / 2 ? kept.slice(0, space) : kept}…`;
}

/** Link to the lines of a finding at a commit of this repository; plain place when there is no path. */
export function placeLink(finding: TrackedFinding, headSha: string, repo: string, options: ReportOptions): string {
  if (finding.path === null) return "whole change";
  const text = codeSpan(place(finding));
  const path = finding.path
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .split("/")
    .map(encodeSegment)
    .join("/");
  const lines =
    finding.startLine === null || finding.side === "LEFT"
      ? ""
      : `#L${finding.startLine}${finding.endLine === null ? "" : `-L${finding.endLine}`}`;
  return `[${text}](${options.serverUrl}/${repo}/blob/${headSha}/${path}${lines})`;
}

/** `placeLink` as a table cell. A name with `|` or a backslash is shown without a link: no escape holds inside its code span. */
export function placeCell(finding: TrackedFinding, headSha: string, repo: string, options: ReportOptions): Cell {
  const text = place(finding);
  return /[|\\]/.test(text) ? text : trusted(placeLink(finding, headSha, repo, options));
}

/** Untrusted text as one code span that it cannot leave. */
export function codeSpan(text: string): string {
  const clean = visible(text).replace(/\s+/g, " ").replaceAll("`", "'").trim();
  return clean === "" ? "(empty)" : `\`${clean}\``;
}

/** `@codex`, in the words of a command: the first active alias. */
export function command(options: ReportOptions, words: string): string {
  return `\`@${options.aliases[0] ?? "rondo"} ${words}\``;
}

/** What started a round: `comment by octocat`, `synchronize`, `label by octocat`. */
export function triggerWords(trigger: Trigger): string {
  const kind = trigger.kind.replaceAll("_", " ");
  const isEvent = ["opened", "ready_for_review", "synchronize", "reopened", "base_changed"].includes(trigger.kind);
  if (isEvent) return trigger.kind;
  const by = trigger.actor === null ? kind : `${kind} by ${inline(trigger.actor)}`;
  const full = trigger.is_full === true ? ", full review" : "";
  return `${by}${full}${trigger.focus === null ? "" : `, focus: ${inline(trigger.focus)}`}`;
}

/** `Round 2 of 10` or `unlimited`. */
export function roundBudget(record: PullRequestRecord, n: number): string {
  return record.max_rounds === null ? "unlimited" : `Round ${n} of ${record.max_rounds}`;
}

/** Labels of all reviewers of a round, joined by `; `. */
export function reviewerLabels(round: RoundRecord): string {
  return round.reviewers.map((reviewer) => inline(reviewer.label)).join("; ") || "none";
}

/** Names of a round's reviewers: `codex`, `codex and static`. */
export function reviewerNames(round: RoundRecord): string {
  const names = round.reviewers.map((reviewer) => reviewer.name);
  return names.length < 2 ? (names[0] ?? "no reviewer") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** True when only the embedded rules looked at the code; every text then says `static rules only`. */
export function isStaticOnly(round: RoundRecord): boolean {
  return round.reviewers.length > 0 && round.reviewers.every((reviewer) => reviewer.name === "static");
}

/** Where the artifacts of a run are: a link, or the server's name for them. */
export function artifact(runId: string | null, options: ReportOptions): string {
  if (runId === null) return "no artifact was kept";
  return options.publicUrl === null
    ? `Kept on the server: run ${runId}`
    : `${options.publicUrl.replace(/\/+$/, "")}/runs/${encodeURIComponent(runId)}`;
}

// Parentheses would end a Markdown link early: folders such as `app/(shop)/` are common.
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll("(", "%28").replaceAll(")", "%29");
}
