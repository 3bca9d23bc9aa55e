// What other tools say about one commit: check runs and, older, commit statuses. For reviewers, as background; nothing is
// decided by it. Three calls at most, and a failing one is said, never taken for "no checks".
import { isExpectedError, PermanentError } from "../errors.ts";
import type { RepositoryRef } from "../intent/intent.ts";
import type { ChecksAtHead } from "../reviewer.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";

const PER_PAGE = 100;
/** Check runs that are looked at. https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference */
const MOST_PAGES = 2;
/** Our own, also those that were retired. */
const OWN = /^Rondo(?: \(duplicate\))?$/;
const FINE: ReadonlySet<string> = new Set(["success", "neutral", "skipped"]);

type One = { name: string; outcome: string };
type Read = { found: One[]; problem: string | null };

/** Newest run of each check and newest status of each context at the commit. Never rejects for what GitHub answers. */
export async function checksAtHead(octokit: GithubClient, repo: RepositoryRef, sha: string): Promise<ChecksAtHead> {
  const [runs, statuses] = await Promise.all([
    orProblem("checks", () => checkRuns(octokit, repo, sha)),
    orProblem("commit statuses", () => commitStatuses(octokit, repo, sha)),
  ]);
  const all = [...runs.found, ...statuses.found];
  const problems = [runs.problem, statuses.problem].filter((problem) => problem !== null);
  return {
    failing: all
      .filter(({ outcome }) => outcome !== "pending" && !FINE.has(outcome))
      .map(({ name, outcome }) => ({ name, conclusion: outcome })),
    pending: all.filter(({ outcome }) => outcome === "pending").map(({ name }) => name),
    passed: all.filter(({ outcome }) => FINE.has(outcome)).length,
    problem: problems.length === 0 ? null : problems.join("; "),
  };
}

async function orProblem(what: string, read: () => Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    const isRefused = error instanceof PermanentError && error.code === "GITHUB_FORBIDDEN";
    return {
      found: [],
      problem: `${what}: ${isRefused ? "the App has no permission to read them" : "GitHub did not tell them"}`,
    };
  }
}

async function checkRuns(octokit: GithubClient, { owner, repo }: RepositoryRef, ref: string): Promise<Read> {
  const found: One[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await callGithub("Reading the checks", () =>
      octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
        owner,
        repo,
        ref,
        filter: "latest",
        per_page: PER_PAGE,
        page,
      }),
    );
    const others = data.check_runs.filter(({ name }) => !OWN.test(name));
    found.push(
      ...others.map(({ name, status, conclusion }) => ({
        name,
        outcome: status === "completed" ? (conclusion ?? "unknown") : "pending",
      })),
    );
    if (data.check_runs.length < PER_PAGE) return { found, problem: null };
  }
  return { found, problem: `checks: only the first ${MOST_PAGES * PER_PAGE} are known` };
}

async function commitStatuses(octokit: GithubClient, { owner, repo }: RepositoryRef, ref: string): Promise<Read> {
  const { data } = await callGithub("Reading the commit statuses", () =>
    octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/status", { owner, repo, ref, per_page: PER_PAGE }),
  );
  const found = data.statuses.map(({ context, state }) => ({ name: context, outcome: state }));
  const isAll = data.total_count <= found.length;
  return { found, problem: isAll ? null : `commit statuses: ${found.length} of ${data.total_count} are known` };
}
