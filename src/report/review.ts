// The GitHub review of a round: new findings as inline comments on the diff, everything else in its body.
// Posted when there is at least one finding. A finding that is already on the page is never posted again.
import { effectivePriority } from "../findings/finding.ts";
import type { Anchor } from "../findings/anchor.ts";
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import { floorWords } from "./floor-words.ts";
import { blocks, cutBody } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { replacementBlock, suggestionBlock } from "./suggestion.ts";
import { cleanWords } from "./summary.ts";
import { inline, prose } from "./untrusted-text.ts";
import { claim, command, count, placeLink, shortened, tag } from "./words.ts";

/** Most inline comments of one review, whatever is configured; more are noise and risk GitHub's secondary limits. */
export const MAX_INLINE_COMMENTS = 30;

/** Characters of an inline comment's title; the findings table has all of it. */
const MAX_TITLE = 80;

/** A place on lines of the diff, as GitHub's review API takes it. */
export type LineAnchor = Extract<Anchor, { kind: "line" }>;

/** What the review is made of besides the round. */
export type ReviewInput = {
  /** Anchor by finding id; a finding without a `line` anchor stands in the body. */
  anchors: ReadonlyMap<string, Anchor>;
  /** The reviewers' overall explanation, or null; untrusted. */
  explanation: string | null;
  /** `request_changes: true` in the repository configuration. */
  requestChanges: boolean;
  /** `max_inline_comments` of the repository configuration; left out: MAX_INLINE_COMMENTS. */
  maxInline?: number;
};

/** The review to send. `comments[].finding` gives the fingerprint for the comment's effect key. */
export type RenderedReview = {
  event: "COMMENT" | "REQUEST_CHANGES";
  body: string;
  comments: { finding: TrackedFinding; anchor: LineAnchor; body: string }[];
};

/** Bodies are Markdown without markers. */
export function renderReview(
  record: PullRequestRecord,
  round: RoundRecord,
  input: ReviewInput,
  options: ReportOptions,
): RenderedReview {
  const open = openFindings(round.findings);
  const isAnchored = (finding: TrackedFinding) => input.anchors.get(finding.id)?.kind === "line";
  const isRefused = (finding: TrackedFinding) => {
    const anchor = input.anchors.get(finding.id);
    return anchor?.kind === "outside" && anchor.reason === "refused";
  };
  const fresh = bySeverity(open.filter((finding) => finding.status === "open"));
  const forInline = fresh.filter((finding) => isAnchored(finding) && effectivePriority(finding) !== "P3");
  const most = Math.min(input.maxInline ?? MAX_INLINE_COMMENTS, MAX_INLINE_COMMENTS);
  const sections = {
    "Still open": open.filter((finding) => finding.status === "still_open"),
    "Not shown inline": bySeverity([...forInline.slice(most), ...fresh.filter(isRefused)]),
    "Outside the diff": fresh.filter((finding) => !isAnchored(finding) && !isRefused(finding)),
    Advisory: fresh.filter((finding) => isAnchored(finding) && !forInline.includes(finding)),
  };
  const hasBlockers = openBlockers(round.findings, options.blocking).length > 0;
  return {
    event: input.requestChanges && hasBlockers ? "REQUEST_CHANGES" : "COMMENT",
    body: renderBody(record, round, { sections, explanation: input.explanation }, options),
    comments: forInline.slice(0, most).flatMap((finding) => {
      const anchor = input.anchors.get(finding.id);
      return anchor?.kind === "line" ? [{ finding, anchor, body: renderInlineComment(finding, options) }] : [];
    }),
  };
}

/** One inline comment: tag and title, the condition that triggers it, and how to say whether it helped. */
export function renderInlineComment(finding: TrackedFinding, options: ReportOptions): string {
  const priority = effectivePriority(finding);
  const title = `${tag(finding)} ${inline(shortened(finding.title, MAX_TITLE))}`;
  const badge = `<sub><sub>![${priority} Badge](https://img.shields.io/badge/${priority}-${BADGE_COLOUR[priority]}?style=flat)</sub></sub>  `;
  const who = `${finding.id} by ${inline(finding.reviewer)}${finding.rule === null ? "" : ` (rule ${inline(finding.rule)})`}`;
  const render = (replacement: string | null): string =>
    cutBody(
      blocks(
        `**${options.badges ? badge : ""}${title}**`,
        prose(finding.body),
        replacement,
        options.canDecide
          ? `${who}. To disagree, reply \`DISPUTE: rationale\` or comment ${command(options, `dispute ${finding.id}: rationale`)}.`
          : `${who}.`,
        "Useful? React with 👍 / 👎.",
      ),
    );
  const suggestion = suggestionBlock(finding);
  const offered = render(suggestion);
  // A suggestion that was cut in the middle would still apply, as other code.
  return suggestion !== null && offered.includes(suggestion) ? offered : render(replacementBlock(finding));
}

const BADGE_COLOUR = { P0: "red", P1: "orange", P2: "yellow", P3: "lightgrey" } as const;

type BodyInput = { sections: Record<string, TrackedFinding[]>; explanation: string | null };

function renderBody(record: PullRequestRecord, round: RoundRecord, input: BodyInput, options: ReportOptions): string {
  const explanation = prose(input.explanation ?? "");
  const blockers = openBlockers(round.findings, options.blocking).length;
  return cutBody(
    blocks(
      "### 💡 Codex Review",
      explanation === "" && openFindings(round.findings).length === 0
        ? capitalised(cleanWords(round, options))
        : explanation,
      `**Reviewed commit:** \`${round.head_sha.slice(0, 10)}\``,
      countLine(round, blockers),
      floorWords(round),
      ...Object.entries(input.sections).map(([heading, findings]) =>
        findings.length === 0
          ? null
          : blocks(
              `#### ${heading}`,
              findings.map((finding) => item(heading, finding, { record, round }, options)).join("\n"),
            ),
      ),
      howTo(options),
    ),
  );
}

function countLine(round: RoundRecord, blockers: number): string {
  const open = openFindings(round.findings);
  const still = open.filter((finding) => finding.age > 1).length;
  const suppressed = round.findings.filter((finding) => finding.status === "suppressed").length;
  return `Findings: ${blockers} blocking, ${open.length - blockers} advisory. Still open from earlier rounds: ${still}. Repeated claims suppressed: ${suppressed}.`;
}

function item(
  heading: string,
  finding: TrackedFinding,
  about: { record: PullRequestRecord; round: RoundRecord },
  options: ReportOptions,
): string {
  const place = placeLink(finding, about.round.head_sha, about.record.repo, options);
  if (heading === "Still open") {
    const thread = finding.comment_url === null ? place : `[thread](${finding.comment_url})`;
    return `- ${claim(finding)} — open for ${count(finding.age, "round")} — ${thread}`;
  }
  const body = blocks(prose(finding.body), replacementBlock(finding)).replace(/^(?=.)/gm, "  ");
  return `- ${claim(finding)} — ${place}${body === "" ? "" : `\n\n${body}\n`}`;
}

function howTo(options: ReportOptions): string {
  const fix = options.hasFixer
    ? `\nTo have open findings fixed, comment ${command(options, "address that feedback")}.`
    : "";
  return `<details> <summary>ℹ️ About Codex Review by Rondo</summary>
<br/>

A round starts when you
- open a pull request for review
- mark a draft as ready
- push a commit
- comment ${command(options, "review")}

👀 means a round is running. 👍 means no findings.${fix}

</details>`;
}

function bySeverity(findings: readonly TrackedFinding[]): TrackedFinding[] {
  return findings.toSorted((a, b) => effectivePriority(a).localeCompare(effectivePriority(b)));
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
