// Reads from GitHub, in Rondo's words. Every function returns the truth or throws: an empty answer means that GitHub
// said "there is none", never that the question failed.
import { PermanentError } from "../errors.ts";
import type { CommentSource } from "../intent/intent.ts";
import type { LiveComment, LivePullRequest, PullRequests } from "../ports.ts";
import { pullRequestKey, type PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import { fetchFile } from "./fetch-file.ts";
import { ownerFiles } from "./owner-file.ts";
import { pullsWithHead } from "./pulls-with-head.ts";
import { cachedPermissions } from "./permissions.ts";
import { fetchThread } from "./review-thread.ts";

/** What the reads need: a client per installation, and the time for the age of an answer. */
export type ReadOptions = {
  client(installationId: number): Promise<GithubClient>;
  monotonicMs(): number;
};

/** Files kept per commit: a file of a commit never changes, so the answer never gets old. */
const MAX_FILES = 500;
/** Pull requests whose last answer is kept for `maxAgeMs`. */
const MAX_PULLS = 2000;

/** The `PullRequests` port on GitHub's REST API. */
export function githubPullRequests({ client, monotonicMs }: ReadOptions): PullRequests {
  const pulls = new Map<string, { at: number; live: LivePullRequest }>();
  const files = new Map<string, string | null>();
  return {
    async fetchPullRequest(ref, maxAgeMs = 0) {
      const key = pullRequestKey(ref);
      const known = pulls.get(key);
      if (known !== undefined && monotonicMs() - known.at <= maxAgeMs) return known.live;
      const at = monotonicMs();
      const live = await fetchPull(await client(ref.installationId), ref);
      keep(pulls, key, { at, live }, MAX_PULLS);
      return live;
    },
    async fetchMergeBase(ref, baseSha, headSha) {
      return await fetchMergeBase(await client(ref.installationId), ref, `${baseSha}...${headSha}`);
    },
    async fetchFile(repo, path, commit) {
      const key = `${repo.repoId} ${commit} ${path}`;
      const known = files.get(key);
      if (known !== undefined) return known;
      const text = await fetchFile(await client(repo.installationId), { ...repo, path, commit });
      keep(files, key, text, MAX_FILES);
      return text;
    },
    fetchOwnerFile: ownerFiles({ client, monotonicMs }),
    async fetchComment(ref, source, id) {
      return await fetchComment(await client(ref.installationId), ref, source, id);
    },
    async fetchThread(ref, threadId) {
      return await fetchThread(await client(ref.installationId), threadId);
    },
    fetchPermission: cachedPermissions({ client, monotonicMs }),
    async listOpen(repo) {
      const octokit = await client(repo.installationId);
      const found = await callGithub("Listing open pull requests", () =>
        octokit.paginate("GET /repos/{owner}/{repo}/pulls", {
          owner: repo.owner,
          repo: repo.repo,
          state: "open",
          per_page: 100,
        }),
      );
      return found.map((pull) =>
        toLive({ ...repo, number: pull.number }, { ...pull, merged: false, changed_files: 0 }),
      );
    },
    async listWithHead(repo, headSha) {
      const found = await pullsWithHead(await client(repo.installationId), repo, headSha);
      return found.map((pull) =>
        toLive({ ...repo, number: pull.number }, { ...pull, merged: false, changed_files: 0 }),
      );
    },
  };
}

function keep<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value ?? "");
}

async function fetchPull(octokit: GithubClient, ref: PullRequestRef): Promise<LivePullRequest> {
  const { data } = await callGithub("Reading the pull request", () =>
    octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
    }),
  );
  return toLive(ref, data);
}

/** The fields that are used of GitHub's pull request; list and single answers share them. */
type Pull = {
  state: string;
  merged: boolean;
  draft?: boolean | undefined;
  locked: boolean;
  title: string;
  body: string | null;
  user: { login: string; type: string } | null;
  labels: readonly { name?: string | null }[];
  head: { sha: string; ref: string; repo: { id: number | bigint } | null };
  base: { sha: string; ref: string; repo: { name: string; owner: { login: string } } };
  changed_files: number;
  html_url: string;
};

function toLive(ref: PullRequestRef, pull: Pull): LivePullRequest {
  return {
    // A renamed or transferred repository answers under its new name.
    ref: { ...ref, owner: pull.base.repo.owner.login, repo: pull.base.repo.name },
    state: pull.state === "open" ? "open" : "closed",
    isMerged: pull.merged,
    isDraft: pull.draft ?? false,
    isLocked: pull.locked,
    title: pull.title,
    body: pull.body ?? "",
    // GitHub shows the account "ghost" for a deleted author.
    author: pull.user?.login ?? "ghost",
    authorIsBot: pull.user?.type === "Bot",
    labels: pull.labels.flatMap((label) => (label.name === undefined || label.name === null ? [] : [label.name])),
    headSha: pull.head.sha,
    headRef: pull.head.ref,
    headRepoId: pull.head.repo === null ? null : Number(pull.head.repo.id),
    baseRef: pull.base.ref,
    baseSha: pull.base.sha,
    changedFiles: pull.changed_files,
    url: pull.html_url,
  };
}

/** GitHub answers 404 "No common ancestor" for unrelated histories, the same status as for a missing commit. */
async function fetchMergeBase(octokit: GithubClient, ref: PullRequestRef, basehead: string): Promise<string | null> {
  try {
    const { data } = await callGithub("Reading the merge base", () =>
      octokit.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
        owner: ref.owner,
        repo: ref.repo,
        basehead,
        per_page: 1,
      }),
    );
    return data.merge_base_commit.sha;
  } catch (error) {
    if (error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND" && /common ancestor/i.test(error.message))
      return null;
    throw error;
  }
}

async function fetchComment(
  octokit: GithubClient,
  ref: PullRequestRef,
  source: CommentSource,
  id: number,
): Promise<LiveComment | null> {
  const about = { owner: ref.owner, repo: ref.repo };
  try {
    switch (source) {
      case "issue_comment": {
        const { data } = await callGithub("Reading a comment", () =>
          octokit.request("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...about, comment_id: id }),
        );
        return toComment(data, data.created_at, data.updated_at);
      }
      case "review_comment": {
        const { data } = await callGithub("Reading a review comment", () =>
          octokit.request("GET /repos/{owner}/{repo}/pulls/comments/{comment_id}", { ...about, comment_id: id }),
        );
        return toComment(data, data.created_at, data.updated_at);
      }
      case "review": {
        const { data } = await callGithub("Reading a review", () =>
          octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", {
            ...about,
            pull_number: ref.number,
            review_id: id,
          }),
        );
        const at = data.submitted_at ?? "";
        return toComment(data, at, at);
      }
    }
  } catch (error) {
    if (error instanceof PermanentError && (error.code === "GITHUB_NOT_FOUND" || error.code === "GITHUB_GONE"))
      return null;
    throw error;
  }
}

type Written = {
  id: number | bigint;
  user: { login: string; type: string } | null;
  body?: string | null | undefined;
  html_url: string;
  in_reply_to_id?: number | bigint | null | undefined;
};

function toComment(data: Written, createdAt: string, updatedAt: string): LiveComment {
  return {
    id: Number(data.id),
    author: data.user?.login ?? "ghost",
    authorIsBot: data.user?.type === "Bot",
    body: data.body ?? "",
    createdAt,
    updatedAt,
    url: data.html_url,
    inReplyTo: data.in_reply_to_id === undefined || data.in_reply_to_id === null ? null : Number(data.in_reply_to_id),
  };
}
