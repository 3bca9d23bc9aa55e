// Reads about a repository rather than one pull request: changed files, branch tips, the commits of a merge queue group,
// comments since a time. Every list has an end: who opens a pull request with 3,000 files, or writes 10,000 comments,
// decides nothing about how many calls are made.
import { PermanentError } from "../errors.ts";
import type { Repositories } from "../ports.ts";
import type { GithubClient } from "./app.ts";
import { checksAtHead } from "./checks-at-head.ts";
import { callGithub } from "./errors.ts";

const PER_PAGE = 100;
/** GitHub lists at most 3,000 files of a pull request. https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files */
const MOST_FILE_PAGES = 30;
/** Commits of a group that are looked at: 100 a page. */
const MOST_COMMIT_PAGES = 5;

/** The `Repositories` port on GitHub's REST API. */
export function githubRepositories(client: (installationId: number) => Promise<GithubClient>): Repositories {
  return {
    async hasFile(ref, isMeant) {
      const octokit = await client(ref.installationId);
      const about = { owner: ref.owner, repo: ref.repo, pull_number: ref.number, per_page: PER_PAGE };
      for (let page = 1; page <= MOST_FILE_PAGES; page += 1) {
        const { data } = await callGithub("Listing the changed files", () =>
          octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", { ...about, page }),
        );
        if (
          data.some(
            (file) =>
              isMeant(file.filename) ||
              ((file.previous_filename ?? "") !== "" && isMeant(file.previous_filename ?? "")),
          )
        )
          return true;
        if (data.length < PER_PAGE) return false;
      }
      // More files than GitHub lists: nobody knows, so the change counts as one that has such a file.
      return true;
    },
    async fetchBranchTip(repo, branch) {
      const octokit = await client(repo.installationId);
      try {
        const { data } = await callGithub(`Reading the branch ${branch}`, () =>
          octokit.request("GET /repos/{owner}/{repo}/branches/{branch}", {
            owner: repo.owner,
            repo: repo.repo,
            branch,
          }),
        );
        return data.commit.sha;
      } catch (error) {
        if (error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND") return null;
        throw error;
      }
    },
    async fetchChecks(repo, headSha) {
      return await checksAtHead(await client(repo.installationId), repo, headSha);
    },
    async fetchCommits(repo, base, head) {
      const octokit = await client(repo.installationId);
      const about = { owner: repo.owner, repo: repo.repo, basehead: `${base}...${head}`, per_page: PER_PAGE };
      const found: string[] = [];
      for (let page = 1; page <= MOST_COMMIT_PAGES; page += 1) {
        const { data } = await callGithub("Reading the commits of the group", () =>
          octokit.request("GET /repos/{owner}/{repo}/compare/{basehead}", { ...about, page }),
        );
        found.push(...data.commits.map((commit) => commit.sha));
        if (data.commits.length < PER_PAGE) break;
      }
      return found;
    },
    async listComments(repo, source, since, page) {
      const octokit = await client(repo.installationId);
      const about = {
        owner: repo.owner,
        repo: repo.repo,
        since,
        page,
        sort: "updated" as const,
        direction: "asc" as const,
        per_page: PER_PAGE,
      };
      const comments = await callGithub("Listing comments", async () =>
        source === "issue_comment"
          ? (await octokit.request("GET /repos/{owner}/{repo}/issues/comments", about)).data
          : (await octokit.request("GET /repos/{owner}/{repo}/pulls/comments", about)).data,
      );
      return comments.map((comment) => ({
        id: Number(comment.id),
        number: numberIn(comment.html_url),
        author: comment.user?.login ?? "ghost",
        authorIsBot: comment.user?.type === "Bot",
        body: comment.body ?? "",
        createdAt: comment.created_at,
        updatedAt: comment.updated_at,
        isReply: "in_reply_to_id" in comment && typeof comment.in_reply_to_id === "number",
      }));
    },
  };
}

/** The number in `…/pull/7#issuecomment-1`; null for a comment on an issue. */
function numberIn(url: string): number | null {
  const number = /\/pull\/(?<number>[0-9]+)(?:#|$)/.exec(url)?.groups?.["number"];
  return number === undefined ? null : Number(number);
}
