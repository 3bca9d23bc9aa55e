// Every pull request that has a state file, newest change first, for `rondo status` without a number. What cannot be read
// stands in the list with its problem: a broken file must not look like a pull request that was never there.
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Log } from "../ports.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { locate } from "../store/paths.ts";
import { readProcessIdentity } from "../store/process-identity.ts";
import { fileRounds } from "../store/rounds.ts";
import { systemClock } from "../system-clock.ts";
import { openBlockers } from "../verdict.ts";

/** One line of the list. With a `problem`, what the state file would say is null. */
export type ListedPullRequest = {
  pullRequest: string;
  state: PullRequestRecord["state"] | null;
  reason: string | null;
  round: number | null;
  headSha: string | null;
  verdict: PullRequestRecord["verdict"];
  openBlockers: number | null;
  /** When its state file was written last, UTC ISO. */
  updated: string;
  problem: string | null;
};

/** All of them, or those of one repository (`owner/repo`, any case). Throws RetryableError for an unreadable folder. */
export async function listPullRequests(dataDir: string, repo: string | null): Promise<readonly ListedPullRequest[]> {
  const broken: string[] = [];
  const log: Log = { ...SILENT, error: (_message, detail) => void broken.push(String(detail?.["file"])) };
  const rounds = fileRounds({ dataDir, clock: systemClock, log, identity: readProcessIdentity() });
  const listed: ListedPullRequest[] = [];
  for (const ref of await rounds.list()) {
    const { state } = await locate(dataDir, ref);
    const one = await rounds.load(ref).then(
      (record) => (record === null ? null : fromRecord(record, ref)),
      (error: unknown) => ({ ...UNREAD, pullRequest: formatPullRequestRef(ref), problem: messageOf(error) }),
    );
    // null: it was removed since it was listed.
    if (one !== null) listed.push({ ...one, updated: await changedAt(state) });
  }
  for (const file of broken) {
    const folder = dirname(file);
    const pullRequest = `${basename(dirname(folder))}/${basename(folder)}#${basename(file, ".json")}`;
    listed.push({ ...UNREAD, pullRequest, problem: "its state file is damaged", updated: await changedAt(file) });
  }
  const wanted = listed.filter(({ pullRequest }) => repo === null || isOf(pullRequest, repo));
  return wanted.toSorted((a, b) => Date.parse(b.updated) - Date.parse(a.updated));
}

type Unstamped = Omit<ListedPullRequest, "updated">;

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const UNREAD = { state: null, reason: null, round: null, headSha: null, verdict: null, openBlockers: null };

function fromRecord(record: PullRequestRecord, ref: PullRequestRef): Unstamped {
  const round = record.rounds.find(({ n }) => n === record.round);
  const blockers = round === undefined ? [] : openBlockers(round.findings, round.config.settings.blocking_priorities);
  return {
    pullRequest: formatPullRequestRef(ref),
    state: record.state,
    reason: record.reason,
    round: record.round,
    headSha: record.head_sha ?? record.head_sha_seen,
    verdict: record.verdict,
    openBlockers: blockers.length,
    problem: null,
  };
}

/** The generation before is used when the newest file is gone; its age is not worth another look. */
async function changedAt(file: string): Promise<string> {
  return stat(file).then(
    ({ mtime }) => mtime.toISOString(),
    () => new Date(0).toISOString(),
  );
}

function isOf(pullRequest: string, repo: string): boolean {
  return pullRequest.toLowerCase().startsWith(`${repo.toLowerCase()}#`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
