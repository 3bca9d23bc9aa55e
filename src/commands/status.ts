// `status`: where the pull request stands, in a few lines. Asked again, the same comment says what is true then.
import { nextStep } from "../report/summary.ts";
import { inline } from "../report/untrusted-text.ts";
import { claim, command, count, sha7, timestamp } from "../report/words.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import { always, type AnswerInput, type CommentCommand } from "./command.ts";

/** Blockers that are named; the rest is counted. */
const NAMED = 5;

export const statusCommand: CommentCommand = {
  name: "status",
  usage: "status",
  summary: "say where this pull request stands: state, round, what blocks, what is next",
  who: "allowed",
  example: "status",
  read: always({ kind: "answer", topic: "status", argument: null }),
  answer: statusText,
};

function statusText({ record, options }: AnswerInput): string {
  const round = record.rounds.at(-1);
  const reason = record.reason === null ? "" : ` (${record.reason.replaceAll("_", " ")})`;
  const limit = record.max_rounds === null ? "unlimited" : `of ${record.max_rounds + record.extended}`;
  const blockers = round === undefined ? [] : openBlockers(round.findings, options.blocking);
  const open = round === undefined ? 0 : openFindings(round.findings).length;
  return [
    `**${record.state}**${reason}, round ${record.round} ${limit}, at ${timestamp(options.now)}.`,
    "",
    ...commits(record),
    ...(record.paused === null ? [] : [`- **Paused**: ${pauseWords(record.paused)}`]),
    `- **Blocks**: ${blockers.length === 0 ? "nothing" : count(blockers.length, "finding")}; ${count(open - blockers.length, "advisory finding")}`,
    ...blockers.slice(0, NAMED).map((finding) => `  - ${claim(finding, 100)}`),
    ...(blockers.length > NAMED ? [`  - and ${blockers.length - NAMED} more`] : []),
    `- **Next**: ${next({ record, options })}`,
  ].join("\n");
}

function commits(record: AnswerInput["record"]): string[] {
  const { head_sha: reviewed, head_sha_seen: seen, pending } = record;
  const said = reviewed === null ? [] : [`- **Last round**: at ${sha7(reviewed)}`];
  if (pending !== null) return [...said, `- **Waiting to start**: round ${pending.n} at ${sha7(pending.head_sha)}`];
  return seen === null || seen === reviewed ? said : [...said, `- **Newest commit**: ${sha7(seen)}, without a round`];
}

/** `by ada`, `it is a draft`. Markdown. */
export function pauseWords(paused: NonNullable<AnswerInput["record"]["paused"]>): string {
  const by = paused.by === null ? "" : ` by ${inline(paused.by)}`;
  if (paused.reason === "draft") return "it is a draft";
  return paused.reason === "command" ? `a command${by}` : "too many rounds in a short time";
}

function next({ record, options }: Pick<AnswerInput, "record" | "options">): string {
  const round = record.rounds.at(-1);
  if (record.paused !== null) return `${command(options, "resume")} ends the pause.`;
  switch (record.state) {
    case "INIT":
      return record.pending === null ? `comment ${command(options, "review")}.` : "the round starts by itself.";
    case "KICKOFF":
    case "EVALUATE":
      return "the round ends by itself.";
    case "WAIT_FOR_BOTH_REVIEWS":
      return "the round goes on when the other review is there.";
    case "ABORTED":
      return record.reason === "command"
        ? `comment ${command(options, "review")} to start again.`
        : "nothing; it is closed.";
    case "BUDGET_EXCEEDED":
      return record.reason === "rounds"
        ? `${inline(record.limit)}; ${command(options, "extend 5")} allows more.`
        : `${inline(record.limit)}; ${command(options, "review")} starts a new round.`;
    default:
      return round === undefined ? `comment ${command(options, "review")}.` : nextStep(record, round, options);
  }
}
