// A commit that is the head of several open pull requests has one truth for a branch rule: the worst of theirs. Without
// it a READY pull request would open the gate for one with blockers that has the same head and another base.
import { shortSha } from "../pull-request.ts";
import { checkOn, isOpenAt, isPublished } from "../round/shared-head.ts";
import type { Shown } from "../round/effect-record.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { type CheckStatus, checkStatus, completed, type RenderedCheckRun, worstConclusion } from "./check-run.ts";
import { blocks, cutBody, firstBytes } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { inline, visible } from "./untrusted-text.ts";
import { codeSpan, sha7 } from "./words.ts";

/** What one open pull request says about a commit. `base` is a branch name, untrusted; null when it is not known. */
export type Weighed = { pr: number; base: string | null; status: CheckStatus };

/** Pull requests that a check lists; the others are counted. */
const MAX_LISTED = 20;

/** What this pull request says about the commit, or null when it is closed, skipped, elsewhere or has no check on it. */
export function weigh(record: PullRequestRecord, headSha: string, options: ReportOptions): Weighed | null {
  const check = checkOn(record, headSha);
  if (check === undefined || record.skipped !== null || !isOpenAt(record, headSha)) return null;
  const { round: n } = check.entry.effect;
  const round = record.rounds.find((one) => one.n === n && one.head_sha === headSha) ?? null;
  const status = checkStatus(record, round, { headSha, isPublished: isPublished(record, n) }, options);
  return { pr: record.pr, base: record.base_ref, status };
}

/** One that nobody reviewed at this commit: it has no verdict, and that is no success. */
export function unreviewed(pr: number, base: string | null, headSha: string): Weighed {
  return { pr, base, status: completed("action_required", `NOT REVIEWED: no verdict for ${shortSha(headSha)}`) };
}

/** What the state file keeps of what was weighed: enough to see later that it changed. */
export function saysOf(weighed: readonly Weighed[]): Shown["weighed"] {
  return weighed.map(({ pr, base, status }) => ({
    pr,
    says: `${status.conclusion ?? status.status}${base === null ? "" : ` (${base})`}: ${status.title}`,
  }));
}

/**
 * The check of one pull request, saying the worst of all that have this head. `weighed` is ordered by number; the words
 * are the same on the check of each. Annotations, details and buttons stay those of the check's own pull request.
 */
export function withSharedHead(own: RenderedCheckRun, weighed: readonly Weighed[], headSha: string): RenderedCheckRun {
  const conclusion = worstConclusion(weighed.map(({ status }) => status.conclusion));
  const worst = weighed.find(({ status }) => status.conclusion === conclusion);
  if (worst === undefined) return own;
  const words = `#${worst.pr}: ${visible(worst.status.title).replace(/\s+/g, " ")}`;
  return {
    ...own,
    status: worst.status.status,
    conclusion,
    title: `${firstBytes(words, 200)}${weighed.length === 1 ? "" : ` (worst of ${numbers(weighed)})`}`,
    summary: cutBody(blocks(renderList(weighed, headSha), own.summary)),
  };
}

function numbers(weighed: readonly Weighed[]): string {
  if (weighed.length > 4) return `${weighed.length} pull requests`;
  return weighed.map(({ pr }) => `#${pr}`).join(", ");
}

function renderList(weighed: readonly Weighed[], headSha: string): string {
  const lines = weighed.slice(0, MAX_LISTED).map(({ pr, base, status }) => {
    const into = base === null ? "" : ` into ${codeSpan(base)}`;
    return `- #${pr}${into}: ${(status.conclusion ?? status.status).replace("_", " ")} (${inline(status.title)})`;
  });
  const left = weighed.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more`);
  const what =
    weighed.length === 1
      ? `${sha7(headSha)} is the head of another open pull request, and a check belongs to the commit:`
      : `${sha7(headSha)} is the head of ${weighed.length} open pull requests. A check belongs to the commit, so it says the worst of them:`;
  return blocks(what, lines.join("\n"));
}
