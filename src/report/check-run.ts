// The check run: the one surface that a branch rule can require. A success is claimed only with a parsed verdict for
// exactly this head; everything else says what is missing. `neutral` and `skipped` would pass a required check, so a
// failed review never uses them (https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks).
import { effectivePriority, isBlocking } from "../findings/finding.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import { lastReviewedOf, notReviewedWords } from "./last-reviewed.ts";
import { blocks, cutBody, firstBytes } from "./markdown.ts";
import { PLAIN_RECORD, renderRecord } from "./record.ts";
import type { RecordInput } from "./record.ts";
import type { ReportOptions } from "./report-options.ts";
import { cleanWords, notReviewedReason, renderSummary } from "./summary.ts";
import { inline, visible } from "./untrusted-text.ts";
import { renderVerdictLine, verdictLineOf } from "./verdict-line.ts";
import { command, count, place, sha7 } from "./words.ts";

/** The part of a check run that is text and state; the key, the SHA and ids are added by whoever sends it. */
export type RenderedCheckRun = CheckStatus & {
  summary: string;
  text: string;
  annotations: Annotation[];
  actions: { label: string; description: string; identifier: string }[];
};

/** `conclusion` is null until the check is completed. */
export type CheckStatus = { status: "queued" | "in_progress" | "completed"; conclusion: Conclusion; title: string };

type Conclusion = "success" | "failure" | "action_required" | "cancelled" | "neutral" | null;

type Annotation = {
  path: string;
  startLine: number;
  endLine: number;
  level: "notice" | "warning" | "failure";
  title: string;
  message: string;
};

/** What the check knows besides the state file. */
export type CheckRunInput = {
  /** The head the check stands on; may be newer than the round's. */
  headSha: string;
  record: RecordInput;
  /** RESULT, and the review if one was due, are on GitHub. Success waits for it. */
  isPublished: boolean;
};

/** Input with nothing to add. */
export function plainCheckRun(headSha: string, isPublished: boolean): CheckRunInput {
  return { headSha, record: PLAIN_RECORD, isPublished };
}

/** Renders the check run of a pull request's newest state. `round` null: none has started yet. */
export function renderCheckRun(
  record: PullRequestRecord,
  round: RoundRecord | null,
  input: CheckRunInput,
  options: ReportOptions,
): RenderedCheckRun {
  const status = checkStatus(record, round, input, options);
  const verdictLine = round === null ? "" : renderVerdictLine(verdictLineOf(record, round, options));
  const full = round === null ? "" : renderRecord(record, round, input.record, options);
  const problems = round?.config.problems.map((problem) => `- ${inline(problem)}`).join("\n") ?? "";
  const configuration = problems === "" ? null : blocks("### Configuration problems", problems);
  return {
    ...status,
    title: firstBytes(visible(status.title).replace(/\s+/g, " "), 250),
    summary: cutBody(
      blocks(
        round === null ? status.title : renderSummary(record, round, options),
        wayOn(record, input.headSha, options),
      ),
    ),
    text: cutBody(blocks(full, configuration), undefined, verdictLine),
    annotations: status.status === "completed" && round !== null ? annotations(round, options) : [],
    actions: actions(record, input.headSha),
  };
}

/** Status, conclusion and title by state; `action_required` wherever a person must act before anything is green. */
export function checkStatus(
  record: PullRequestRecord,
  round: RoundRecord | null,
  input: Pick<CheckRunInput, "headSha" | "isPublished">,
  options: ReportOptions,
): CheckStatus {
  if (round !== null && round.superseded_by !== null) {
    return completed("cancelled", `superseded by ${round.superseded_by.slice(0, 7)}`);
  }
  switch (record.state) {
    case "INIT": {
      if (record.skipped === "excluded" && record.excluded !== undefined)
        return completed(record.excluded.is_pass ? "neutral" : "cancelled", `Not reviewed: ${record.excluded.why}`);
      if (record.paused !== null)
        return completed("action_required", `paused (${record.paused.reason})${by(record.paused.by)}`);
      return {
        status: "queued",
        conclusion: null,
        title: `Round ${record.pending?.n ?? record.round + 1} queued for ${input.headSha.slice(0, 7)}`,
      };
    }
    case "KICKOFF":
    case "WAIT_FOR_BOTH_REVIEWS":
    case "EVALUATE":
      return { status: "in_progress", conclusion: null, title: `Round ${record.round}: ${record.state}` };
    case "READY":
      return readyStatus(round, input, options);
    case "OWNER_ACTION":
      return ownerActionStatus(record.reason, round, options, record.failure);
    case "BUDGET_EXCEEDED":
      return completed("action_required", `BUDGET_EXCEEDED: ${record.limit}`);
    default:
      return completed("cancelled", `ABORTED${by(record.aborted.by)}: ${record.reason}`);
  }
}

/** Worst first: the order in which conclusions of several pull requests with one head are weighed. */
const WORST_FIRST = ["failure", "action_required", "cancelled", "neutral", "success"] as const;

/** The conclusion of a SHA that is the head of several open pull requests: the worst of theirs; null while one runs. */
export function worstConclusion(conclusions: readonly Conclusion[]): Conclusion {
  if (conclusions.length === 0 || conclusions.includes(null)) return null;
  return WORST_FIRST.find((one) => conclusions.includes(one)) ?? null;
}

function readyStatus(
  round: RoundRecord | null,
  input: Pick<CheckRunInput, "headSha" | "isPublished">,
  options: ReportOptions,
): CheckStatus {
  const hasVerdict = round?.verdict === "APPROVE" || round?.verdict === "REQUEST_CHANGES";
  if (round === null || !hasVerdict || round.head_sha !== input.headSha) {
    return completed("action_required", `NOT REVIEWED: no verdict for ${input.headSha.slice(0, 7)}`);
  }
  if (openBlockers(round.findings, options.blocking).length > 0) return ownerActionStatus("blockers", round, options);
  if (!input.isPublished) return { status: "in_progress", conclusion: null, title: `Round ${round.n}: publishing` };
  const words = cleanWords(round, options);
  const coverage = words.includes("static rules only") ? ` (static rules only)` : "";
  return completed("success", `READY at round ${round.n}, ${round.head_sha.slice(0, 7)}${coverage}`);
}

function ownerActionStatus(
  reason: string,
  round: RoundRecord | null,
  options: ReportOptions,
  failure: string | null = null,
): CheckStatus {
  const blockers = round === null ? 0 : openBlockers(round.findings, options.blocking).length;
  switch (reason) {
    case "blockers":
      return completed(
        "failure",
        blockers > 0 ? `${count(blockers, "blocking finding")} open` : "external comments undecided",
      );
    case "fixing":
      return completed("failure", `${count(blockers, "blocking finding")} open, a fix is running`);
    case "needs_owner":
      return completed("failure", `${count(blockers, "blocking finding")} open, a person must decide`);
    case "reviewer_error":
      return completed(
        "action_required",
        `NOT REVIEWED: ${failure ?? (round === null ? "reviewer error" : notReviewedReason(round))}`,
      );
    case "unknown_verdict":
      return completed("action_required", "NOT REVIEWED: the verdict could not be read");
    case "full_review":
      return completed("action_required", "a maintainer can start the full review");
    case "external_missing":
      return completed("action_required", "NOT REVIEWED: external review missing");
    default:
      return completed("action_required", `NOT REVIEWED: ${reason.replaceAll("_", " ")}`);
  }
}

function wayOn(record: PullRequestRecord, headSha: string, options: ReportOptions): string | null {
  if (record.state === "BUDGET_EXCEEDED") {
    const again = command(options, "review");
    const way =
      record.reason === "wall"
        ? `comment ${again}; a new round begins with all of its time. \`budget.minutes_per_round\` gives it more`
        : `${record.reason === "rounds" ? `${command(options, "extend 5")}, or ` : ""}raise the limit and comment ${again}`;
    return `${notReviewedWords(headSha, lastReviewedOf(record))}\n\nTo continue: ${way}.`;
  }
  if (record.state === "ABORTED") return `To start again, comment ${command(options, "review")}.`;
  if (record.state === "OWNER_ACTION" && record.reason === "full_review")
    return `Reviewers that cost money look at this pull request only when somebody with write permission comments ${command(options, "review")}.`;
  if (record.state === "INIT" && record.paused !== null) return pauseEnds(record.paused.reason, options);
  if (record.head_sha_seen !== null && record.head_sha !== null && record.head_sha_seen !== record.head_sha) {
    return `Newest head: ${sha7(record.head_sha_seen)}.`;
  }
  return null;
}

/** A draft ends by itself; every other pause ends by `resume`, and `review` is one round within it. */
function pauseEnds(reason: NonNullable<PullRequestRecord["paused"]>["reason"], options: ReportOptions): string {
  const single = `${command(options, "review")} starts a single round.`;
  return reason === "draft"
    ? `To go on, mark the pull request as ready for review; ${single}`
    : `To go on, comment ${command(options, "resume")}; ${single}`;
}

// https://docs.github.com/en/rest/checks/runs#create-a-check-run : message ≤ 64 KB, title ≤ 255 characters.
function annotations(round: RoundRecord, options: ReportOptions): Annotation[] {
  return openFindings(round.findings).flatMap((finding) => {
    if (finding.path === null || finding.startLine === null || finding.side === "LEFT") return [];
    return [
      {
        path: finding.path,
        startLine: finding.startLine,
        endLine: finding.endLine ?? finding.startLine,
        level: level(finding, options),
        title: firstBytes(`${finding.id} [${effectivePriority(finding)}] ${visible(finding.title)}`, 250),
        message: firstBytes(visible(finding.body || `${finding.id} at ${place(finding)}`), 8000),
      },
    ];
  });
}

function level(finding: Parameters<typeof isBlocking>[0], options: ReportOptions): "failure" | "warning" | "notice" {
  if (!isBlocking(finding, options.blocking)) return "notice";
  return effectivePriority(finding) === "P2" ? "warning" : "failure";
}

// At most three buttons; label ≤ 20, description ≤ 40, identifier ≤ 20 characters. The SHA goes in the check's head.
function actions(record: PullRequestRecord, headSha: string): RenderedCheckRun["actions"] {
  const short = headSha.slice(0, 7);
  const review = { label: "Re-review", description: `Start a new round at ${short}`, identifier: `review:${short}` };
  const abort = { label: "Abort", description: "Stop the rounds on this pull request", identifier: `abort:${short}` };
  const extend = { label: "Extend", description: "Allow five more rounds", identifier: `extend:${short}` };
  switch (record.state) {
    case "KICKOFF":
    case "WAIT_FOR_BOTH_REVIEWS":
    case "EVALUATE":
      return [abort];
    case "BUDGET_EXCEEDED":
      return [review, extend, abort];
    case "ABORTED":
      return [review];
    default:
      return [review, abort];
  }
}

/** A check that is over. */
export function completed(conclusion: NonNullable<Conclusion>, title: string): CheckStatus {
  return { status: "completed", conclusion, title };
}

function by(login: string | null): string {
  return login === null ? "" : ` by ${login}`;
}
