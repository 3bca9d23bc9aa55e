// The KICKOFF comment of the full transcript: says before a reviewer starts what will be reviewed, and by whom.
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { floorField } from "./floor-words.ts";
import { blocks, cutBody } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { promptReader, promptSection } from "./sections.ts";
import { inline } from "./untrusted-text.ts";
import { reviewerLabels, roundBudget, timestamp, triggerWords } from "./words.ts";

/** Markdown without the marker. The first four fields and their order are fixed; readers of transcripts rely on them. */
export function renderKickoff(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const reader = promptReader(round);
  return cutBody(
    blocks(
      `## ${kickoffTitle(round.n)}`,
      kickoffFields(record, round, options),
      promptSection(round),
      `Awaiting ${reader} output. The result will be posted as a separate comment on this PR when ${reader} exits.`,
    ),
  );
}

/** `Codex Review -- Round 2 -- KICKOFF`; two ASCII hyphens. */
export function kickoffTitle(n: number): string {
  return `Codex Review -- Round ${n} -- KICKOFF`;
}

/** The eight fields, one per line, where the settings come from, and what blocks where that changed with the rounds. */
export function kickoffFields(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): string {
  const blocking = floorField(round);
  const ids = round.reviewers.map((reviewer) => reviewer.name).join(", ");
  return [
    `Runner: rondo ${options.version} (${ids})`,
    `PR: #${record.pr}`,
    `Reviewer model: ${reviewerLabels(round)}`,
    `Kickoff timestamp (UTC): ${timestamp(round.started_at)}`,
    `Head SHA: ${round.head_sha}`,
    `Base: ${inline(round.base_ref)} @ ${round.base_sha}`,
    `Trigger: ${triggerWords(round.trigger)}`,
    `Round budget: ${roundBudget(record, round.n)}`,
    `Configuration: ${inline(round.config.source)}`,
    ...(blocking === null ? [] : [blocking]),
    ...givenFields(round),
  ].join("\n");
}

/** Which rules reviewers get, by path and size, and what is missing of what they are told; nothing before it is known. */
function givenFields({ given }: RoundRecord): string[] {
  if (given === undefined) return [];
  const rules = given.rules.map(({ path, bytes }) => `${inline(path)} (${bytes} bytes)`);
  const missing = given.left_out.map(({ what, reason }) => `${inline(what)}: ${inline(reason)}`);
  return [
    ...(rules.length === 0 ? [] : [`Rules for reviewers: ${listed(rules)}`]),
    ...(missing.length === 0 ? [] : [`Not told to reviewers: ${listed(missing)}`]),
  ];
}

const MOST_LISTED = 10;

function listed(items: readonly string[]): string {
  const more = items.length - MOST_LISTED;
  return [...items.slice(0, MOST_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
