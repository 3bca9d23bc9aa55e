// From `OWNER/REPO#N` on the command line to the state file of that pull request, without asking GitHub.
import { existsSync } from "node:fs";
import { UserError } from "../errors.ts";
import type { Log, Rounds } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { listRepos, pathsIn, repoFolder } from "../store/paths.ts";
import { readProcessIdentity } from "../store/process-identity.ts";
import { fileRounds } from "../store/rounds.ts";
import { readRef } from "../store/state-file.ts";
import { systemClock } from "../system-clock.ts";
import { closest } from "./closest.ts";

/** What a person named: GitHub's names are the same in any case. */
export type NamedPullRequest = { owner: string; repo: string; number: number };

/** A pull request that Rondo knows, with the store it was found in. */
export type FoundPullRequest = { ref: PullRequestRef; record: PullRequestRecord; rounds: Rounds };

/** Reads `OWNER/REPO#N` or a pull request's address. Throws UserError USAGE that says what is wrong. */
export function parsePullRequest(text: string | undefined, command: string): NamedPullRequest {
  const hint = `For example: rondo ${command} octo/hello#7. Quote it where # starts a comment.`;
  if (text === undefined) throw new UserError("Which pull request? Name it as OWNER/REPO#N.", { code: "USAGE", hint });
  const short = /^(?<owner>[\w-]{1,100})\/(?<repo>[\w.-]{1,100})#(?<number>[1-9]\d{0,8})$/;
  const long = /^https:\/\/[^/\s]+\/(?<owner>[\w-]{1,100})\/(?<repo>[\w.-]{1,100})\/pull\/(?<number>[1-9]\d{0,8})\/?$/;
  const { owner = "", repo = "", number = "" } = (short.exec(text) ?? long.exec(text))?.groups ?? {};
  if (number === "" || /^\.+$/.test(repo))
    throw new UserError(`${text} names no pull request. Write it as OWNER/REPO#N.`, { code: "USAGE", hint });
  return { owner, repo, number: Number(number) };
}

/**
 * Finds it under the data directory. Throws UserError PULL_REQUEST_UNKNOWN when there is no state of it, and what
 * `Rounds.load` throws for a state file that is damaged or of a newer Rondo.
 */
export async function findPullRequest(dataDir: string, named: NamedPullRequest): Promise<FoundPullRequest> {
  const rounds = fileRounds({ dataDir, clock: systemClock, log: TERMINAL_LOG, identity: readProcessIdentity() });
  for (const repoId of await repoIds(dataDir, named)) {
    const record = await rounds.load({ ...named, repoId });
    if (record === null) continue;
    const [owner = named.owner, repo = named.repo] = record.repo.split("/");
    const ref = { owner, repo, number: named.number, repoId, installationId: record.installation_id };
    return { ref, record, rounds };
  }
  throw await unknownPullRequest(dataDir, `${named.owner}/${named.repo}`, named.number);
}

/** For a pull request, or with null for any of a repository, of which there is no state here. */
export async function unknownPullRequest(dataDir: string, repo: string, number: number | null): Promise<UserError> {
  const known = (await listRepos(dataDir)).map((one) => `${one.owner}/${one.repo}`);
  const guess = known.some((one) => one.toLowerCase() === repo.toLowerCase()) ? undefined : closest(repo, known);
  const [name, suffix] = number === null ? [`of ${repo}`, ""] : [`${repo}#${number}`, `#${number}`];
  const advice = guess === undefined ? "" : ` Did you mean ${guess}${suffix}?`;
  return new UserError(`No pull request ${name} was seen yet in ${dataDir}.${advice}`, {
    code: "PULL_REQUEST_UNKNOWN",
    hint: "Open it or comment `@codex review` on it. If the server's data lies elsewhere, set RONDO_DATA_DIR.",
  });
}

/** Ids of the repositories of that name here, the newest owner of the name first. */
async function repoIds(dataDir: string, named: NamedPullRequest): Promise<readonly number[]> {
  const name = `${named.owner}/${named.repo}`.toLowerCase();
  const repos = (await listRepos(dataDir)).filter((one) => `${one.owner}/${one.repo}`.toLowerCase() === name);
  if (repos.length > 0) return repos.sort((a, b) => b.folder.length - a.folder.length).map((one) => one.repo_id);
  // A folder that does not say whose it is: its state files do.
  const { state } = pathsIn(repoFolder(dataDir, named), named.number);
  return existsSync(state) ? [(await readRef(state)).repoId] : [];
}

/** Warnings of the store, for a person at a terminal. */
export const TERMINAL_LOG: Log = {
  debug: () => {},
  info: () => {},
  warn: (message) => void process.stderr.write(`${message}\n`),
  error: (message) => void process.stderr.write(`${message}\n`),
};
