// What `rondo status` does: what the state file of a pull request says, in a few lines or as JSON, or a line for each one
// there is. It asks nobody on the network.
import { loadEnvFile, readOperatorConfig } from "../config.ts";
import { formatPullRequestRef, shortSha } from "../pull-request.ts";
import { openEffects } from "../round/outbox.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { visible } from "../report/untrusted-text.ts";
import { place } from "../report/words.ts";
import { readStateSince } from "../store/read-journal.ts";
import { openBlockers } from "../verdict.ts";
import type { CommandInput } from "./command.ts";
import { findPullRequest, parsePullRequest, unknownPullRequest } from "./find-pull-request.ts";
import { listPullRequests, type ListedPullRequest as Listed } from "./list-pull-requests.ts";
import { readLimit } from "./read-limit.ts";
import { table } from "./table.ts";

/** Runs the command. Throws UserError for a pull request or repository that is not known, and what the store throws. */
export async function runStatus(input: CommandInput): Promise<number> {
  const { values, positionals } = input;
  const [text] = positionals;
  if (text === undefined || /^[\w-]+\/[\w.-]+$/.test(text)) return runList(text ?? null, input);
  const named = parsePullRequest(text, "status");
  loadEnvFile();
  const { dataDir } = readOperatorConfig();
  const { ref, record } = await findPullRequest(dataDir, named);
  const since = await readStateSince(dataDir, ref, record.state);
  const status = toStatus(record, formatPullRequestRef(ref), since);
  process.stdout.write(values["json"] === true ? `${JSON.stringify(status, null, 2)}\n` : toText(status));
  return 0;
}

const HEAD = ["PULL REQUEST", "STATE", "ROUND", "HEAD", "VERDICT", "BLOCKERS", "CHANGED", "REMARK"];

async function runList(repo: string | null, { values }: CommandInput): Promise<number> {
  const isJson = values["json"] === true;
  const limit = readLimit(values["limit"], isJson);
  loadEnvFile();
  const { dataDir } = readOperatorConfig();
  const all = await listPullRequests(dataDir, repo);
  if (repo !== null && all.length === 0) throw await unknownPullRequest(dataDir, repo, null);
  const shown = all.slice(0, limit);
  if (isJson) process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  else if (all.length === 0) process.stdout.write(`No pull request was seen yet in ${dataDir}.\n`);
  else process.stdout.write(table(HEAD, shown.map(toRow)));
  const left = all.length - shown.length;
  if (left > 0) process.stderr.write(`${left} more are not shown; --limit 0 shows all.\n`);
  const damaged = all.filter(({ problem }) => problem !== null);
  if (damaged.length === 0) return 0;
  process.stderr.write(`${damaged.length} cannot be read; restore them from a backup (rondo status NAME says more).\n`);
  return 3;
}

function toRow({
  pullRequest,
  state,
  reason,
  round,
  headSha,
  verdict,
  openBlockers,
  updated,
  problem,
}: Listed): string[] {
  const start = [pullRequest, state ?? "unreadable", round === 0 ? "" : String(round ?? "")];
  const rest = [
    headSha === null ? "" : shortSha(headSha),
    verdict ?? "",
    openBlockers === 0 ? "" : String(openBlockers ?? ""),
  ];
  return [...start, ...rest, `${updated.slice(0, 19)}Z`, problem ?? reason ?? ""];
}

type Status = ReturnType<typeof toStatus>;

function toStatus(record: PullRequestRecord, pullRequest: string, since: string | null) {
  const round = record.rounds.find(({ n }) => n === record.round);
  return {
    pullRequest,
    state: record.state,
    reason: record.reason,
    /** When it came into this state; null when the journal does not reach back so far. */
    since,
    paused: record.paused?.reason ?? null,
    round: record.round,
    attempt: record.attempt,
    maxRounds: record.max_rounds === null ? null : record.max_rounds + record.extended,
    headSha: record.head_sha,
    headShaSeen: record.head_sha_seen,
    verdict: record.verdict,
    failure: record.failure ?? round?.failure ?? null,
    waitingRound: record.pending === null ? null : { n: record.pending.n, headSha: record.pending.head_sha },
    openBlockers: blockersOf(round),
    pendingEffects: openEffects(record).map(({ key, entry }) => {
      const { effect, status, not_before, tries, note } = entry;
      return { key, kind: effect.kind, round: effect.round, status, notBefore: not_before, tries, note };
    }),
    worker: record.lease === null ? null : { host: record.lease.host, pid: record.lease.pid },
  };
}

function blockersOf(round: RoundRecord | undefined) {
  if (round === undefined) return [];
  const blockers = openBlockers(round.findings, round.config.settings.blocking_priorities);
  return blockers.map(({ id, priority, title, path, startLine, endLine }) => {
    return { id, priority, title, path, startLine, endLine };
  });
}

function toText(status: Status): string {
  const { state, reason, since, round, maxRounds, verdict } = status;
  const lines = [
    `${status.pullRequest}: ${state}${reason === null ? "" : ` (${reason})`}${since === null ? "" : ` since ${since}`}`,
    `  round     ${round === 0 ? "none yet" : round}${maxRounds === null ? "" : ` of ${maxRounds}`}`,
    `  head      ${headWords(status)}`,
    `  verdict   ${verdict ?? "none yet"}`,
    `  blockers  ${status.openBlockers.length} open`,
    ...status.openBlockers.map((one) => `    ${one.id} ${one.priority ?? "P2"} ${place(one)} ${one.title}`),
    `  effects   ${status.pendingEffects.length} pending`,
    ...status.pendingEffects.map(effectLine),
  ];
  lines.push(...remarks(status));
  return `${lines.map((line) => visible(line).replaceAll("\n", " ")).join("\n")}\n`;
}

/** The head of the round in hand, and the one that was pushed since. */
function headWords({ headSha, headShaSeen }: Status): string {
  if (headSha === null) return headShaSeen ?? "not seen yet";
  return headShaSeen === null || headShaSeen === headSha ? headSha : `${headSha}, now ${headShaSeen}`;
}

function remarks({ waitingRound, paused, failure, worker }: Status): string[] {
  return [
    ...(waitingRound === null ? [] : [`  waiting   round ${waitingRound.n} at ${shortSha(waitingRound.headSha)}`]),
    ...(paused === null ? [] : [`  paused    ${paused}`]),
    ...(failure === null ? [] : [`  failure   ${failure}`]),
    ...(worker === null ? [] : [`  worker    process ${worker.pid} on ${worker.host}`]),
  ];
}

function effectLine({ kind, round, notBefore, tries, note }: Status["pendingEffects"][number]): string {
  const parts = [`    ${kind}, round ${round}`];
  if (notBefore !== null) parts.push(`not before ${notBefore}`);
  if (tries > 0) parts.push(`${tries} failed tries${note === null ? "" : `: ${note}`}`);
  return parts.join(", ");
}
