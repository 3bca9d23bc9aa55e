// Which open pull requests have a commit as their head: a check run belongs to the commit, so it speaks for all of them.
import type { RepositoryRef } from "../intent/intent.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";

/**
 * The open pull requests among those that GitHub associates with the commit, with exactly this head; one page. GitHub
 * leaves out heads in forks (an empty answer, https://github.com/retransmission/retransmission/pull/280), and for a
 * commit of the default branch it names only what was merged
 * (https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit): an answer adds to what
 * the state files know and never takes away from it.
 */
export async function pullsWithHead(octokit: GithubClient, repo: RepositoryRef, headSha: string) {
  const { data } = await callGithub("Listing the pull requests of a commit", () =>
    octokit.request("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
      owner: repo.owner,
      repo: repo.repo,
      commit_sha: headSha,
      per_page: 100,
    }),
  );
  return data.filter(
    (pull) => pull.state === "open" && pull.head.sha === headSha && Number(pull.base.repo.id) === repo.repoId,
  );
}
