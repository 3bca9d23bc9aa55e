// Notices: one short comment each for what a person must hear about, and the answers to commands that cannot be done.
// The first words are fixed, so that people and programs can tell them apart.
import { type LastReviewed, notReviewedWords } from "./last-reviewed.ts";
import { blocks } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { inline } from "./untrusted-text.ts";
import { command, sha7, timestamp } from "./words.ts";

/** Everything that gets a notice. Texts inside are untrusted and are escaped here. */
export type Notice =
  /** `limit`: `max_rounds 10 reached`, `daily cost $10.00 reached, spent $10.42`; `key`: the setting to raise; `until`: ISO time or null. */
  | {
      kind: "budgetExceeded";
      round: number;
      /** True when the limit stopped the round; left out or false when it never began. */
      hasStarted?: boolean;
      limit: string;
      key: string | null;
      until: string | null;
      /** The commit that gets no round. */
      headSha: string;
      last: LastReviewed;
    }
  | { kind: "aborted"; by: string | null; reason: string | null }
  | { kind: "waiting"; externalNames: readonly string[]; minutes: number }
  | {
      kind: "reviewerFailed";
      round: number;
      headSha: string;
      /** null: something else than a reviewer ended the round. */
      reviewer: string | null;
      failure: string;
      attempts: number;
      limit: string | null;
      elapsedSeconds: number | null;
    }
  /** `attempts`: how often the reviewer was asked. */
  | { kind: "unknownVerdict"; round: number; headSha: string; reviewer: string; attempts: number }
  /** `round`: the last one that started by itself. */
  | { kind: "churn"; round: number }
  | { kind: "flood" }
  | { kind: "workerLost"; round: number; headSha: string; claims: number }
  | { kind: "fixRefused"; reason: string }
  | { kind: "needsHuman"; findingId: string; title: string; rounds: number }
  | { kind: "disputeNeedsFact"; findingId: string }
  | { kind: "busy"; what: "round" | "fix"; round: number }
  | { kind: "limitStillBinds"; limit: string }
  | { kind: "refused"; by: string; reason: string };

/** Markdown without the marker. */
export function renderNotice(notice: Notice, options: ReportOptions): string {
  const again = command(options, "review");
  switch (notice.kind) {
    case "budgetExceeded":
      return blocks(
        `BUDGET_EXCEEDED: Round ${notice.round} ${notice.hasStarted === true ? "stopped" : "not started"}. ${inline(notice.limit)}. To continue: ${waysOn(notice, options)}.`,
        notReviewedWords(notice.headSha, notice.last),
      );
    case "aborted": {
      const by = notice.by === null ? "" : ` by ${inline(notice.by)}`;
      return `ABORTED${by}: ${sentence(notice.reason ?? "no reason given")} Comment ${again} to start again.`;
    }
    case "waiting":
      return `WAITING: external review of ${inline(notice.externalNames.join(" and "))} missing after ${notice.minutes} min (policy require). The round continues when it arrives, or on ${again}.`;
    case "reviewerFailed":
      if (notice.reviewer === null)
        return `NOT REVIEWED: ${notReviewed(notice, inline(notice.failure).replace(/\.$/, ""))} Comment ${again} to run again.`;
      return blocks(
        reviewerFailed(notice),
        `NOT REVIEWED: ${notReviewed(notice, "the reviewer failed")} Comment ${again} to run again.`,
      );
    case "unknownVerdict":
      return `NOT REVIEWED: ${notReviewed(notice, `the output of ${inline(notice.reviewer)} could not be read as a verdict${notice.attempts > 1 ? ", also after asking again" : ""}`)} A person must decide. Comment ${again} to run again.`;
    case "churn":
      return `PAUSED after round ${notice.round}: too many rounds started by themselves in a short time (\`pause_after_rounds\`). Pushes start none until somebody comments ${command(options, "resume")}, or ${again} for a single round.`;
    case "flood":
      return "IGNORED: too many commands by one person in a short time. Their further commands are ignored for ten minutes; nobody else is affected.";
    case "workerLost":
      return `NOT REVIEWED: ${notReviewed(notice, `the worker was lost ${notice.claims} times`)} An administrator can look at the server's log; comment ${again} to run again.`;
    case "fixRefused":
      return `FIX REFUSED: ${sentence(notice.reason)}`;
    case "needsHuman":
      return `NEEDS A PERSON: ${notice.findingId} (${inline(notice.title)}) is open for ${notice.rounds} rounds in a row. Fix it another way, or answer ${command(options, `dispute ${notice.findingId}: rationale`)}.`;
    case "disputeNeedsFact":
      return `NOT RECORDED: a dispute of ${notice.findingId} needs a fact about this project: a path, \`path:line\`, a link to documentation, or the name of a test. Example: ${command(options, `dispute ${notice.findingId}: src/a.ts:12 checks it`)}.`;
    case "busy":
      return notice.what === "round"
        ? `Round ${notice.round} is running. It ends by itself; ${command(options, "abort")} stops it.`
        : "A fix is running. It ends by itself.";
    case "limitStillBinds":
      return `REFUSED: ${inline(notice.limit)} still holds. More rounds: ${command(options, "extend 5")}.`;
    default:
      return refused(notice);
  }
}

function waysOn(notice: Extract<Notice, { kind: "budgetExceeded" }>, options: ReportOptions): string {
  const ways = [];
  if (notice.key === "max_rounds") ways.push(command(options, "extend 5"));
  // A new round begins with all of its time.
  if (notice.hasStarted === true) ways.push(command(options, "review"));
  if (notice.key !== null) ways.push(`raise \`${notice.key}\``);
  if (notice.until !== null) ways.push(`wait until ${timestamp(notice.until)}`);
  return ways.join(" | ") || `comment ${command(options, "review")} when the limit was raised`;
}

function refused(notice: Extract<Notice, { kind: "refused" }>): string {
  return `REFUSED for ${inline(notice.by)}: ${sentence(notice.reason)}`;
}

function reviewerFailed(notice: Extract<Notice, { kind: "reviewerFailed" }>): string {
  const limit =
    notice.limit === null
      ? ""
      : ` Limit that fired: ${inline(notice.limit)}${notice.elapsedSeconds === null ? "" : `, elapsed ${notice.elapsedSeconds.toFixed(1)} s`}.`;
  return `REVIEWER FAILED: ${sentence(notice.failure)} Reviewer: ${inline(notice.reviewer ?? "none")}. Attempts: ${notice.attempts}.${limit}`;
}

function notReviewed(notice: { round: number; headSha: string }, why: string): string {
  return `Round ${notice.round} at ${sha7(notice.headSha)} has no verdict: ${why}.`;
}

function sentence(text: string): string {
  const escaped = inline(text);
  return /[.!?]$/.test(escaped) ? escaped : `${escaped}.`;
}
