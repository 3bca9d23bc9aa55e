// Who may do what in a repository, asked of GitHub at most once a minute per person: a burst of commands, or of pushes to
// a fork, costs one call. Only answers are kept. A question that failed is asked again by the next caller.
import { PermanentError } from "../errors.ts";
import type { RepositoryRef } from "../intent/intent.ts";
import type { PullRequests } from "../ports.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";

type Permission = Awaited<ReturnType<PullRequests["fetchPermission"]>>;

/** How long an answer counts: somebody who lost the permission can command for a minute more. */
const KEPT_MS = 60_000;
/** Answers that are kept; the oldest goes first. */
const MOST_KEPT = 5000;

/** The `fetchPermission` of the port; the same question at the same time is one call. */
export function cachedPermissions(options: {
  client(installationId: number): Promise<GithubClient>;
  monotonicMs(): number;
}): PullRequests["fetchPermission"] {
  const kept = new Map<string, { at: number; answer: Promise<Permission> }>();
  return (repo, login) => {
    const key = `${repo.repoId} ${login.toLowerCase()}`;
    const now = options.monotonicMs();
    const known = kept.get(key);
    if (known !== undefined && now - known.at < KEPT_MS) return known.answer;
    const answer = options
      .client(repo.installationId)
      .then((octokit) => askPermission(octokit, repo, login))
      .catch((error: unknown) => {
        if (kept.get(key)?.answer === answer) kept.delete(key);
        throw error;
      });
    kept.delete(key);
    kept.set(key, { at: now, answer });
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? "");
    return answer;
  };
}

/** `permission` folds maintain into write and triage into read. https://docs.github.com/en/rest/collaborators/collaborators */
async function askPermission(octokit: GithubClient, repo: RepositoryRef, login: string): Promise<Permission> {
  try {
    const { data } = await callGithub(`Reading the permission of ${login}`, () =>
      octokit.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
        owner: repo.owner,
        repo: repo.repo,
        username: login,
      }),
    );
    return data.permission === "admin" || data.permission === "write" || data.permission === "read"
      ? data.permission
      : "none";
  } catch (error) {
    if (error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND") return "none";
    throw error;
  }
}
