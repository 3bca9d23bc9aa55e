// Defaults that an owner gives to all repositories: a file in the owner's `.github` repository, where GitHub looks for
// an owner's community files too (https://docs.github.com/en/communities/setting-up-your-project-for-healthy-contributions/creating-a-default-community-health-file).
// Every event of every pull request asks for it, so one answer serves for a minute, and after that GitHub is asked only
// whether it changed: an answer of 304 does not count against the rate limit
// (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate).
import { PermanentError } from "../errors.ts";
import type { RepositoryRef } from "../intent/intent.ts";
import type { PullRequests } from "../ports.ts";
import { OWNER_REPOSITORY } from "../repo-config.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import { fetchFile } from "./fetch-file.ts";

/** What `ownerFiles` needs: a client per installation, and the time for the age of an answer. */
export type OwnerFileOptions = {
  client(installationId: number): Promise<GithubClient>;
  monotonicMs(): number;
};

type Answer = Awaited<ReturnType<PullRequests["fetchOwnerFile"]>>;
type Kept = { at: number; etag: string | null; answer: Answer };

const FRESH_MS = 60_000;
const MOST_OWNERS = 1000;

/** Answers with the file and the newest commit that changed it. Throws when GitHub does not answer clearly. */
export function ownerFiles(options: OwnerFileOptions): PullRequests["fetchOwnerFile"] {
  const kept = new Map<string, Kept>();
  const asked = new Map<string, Promise<Kept>>();
  return async (repo, path) => {
    const key = `${repo.installationId} ${repo.owner.toLowerCase()} ${path}`;
    const known = kept.get(key);
    if (known !== undefined && options.monotonicMs() - known.at < FRESH_MS) return known.answer;
    // Events come in bursts: those that ask together share one question.
    const question = asked.get(key) ?? ask(repo, path, known, options).finally(() => asked.delete(key));
    asked.set(key, question);
    const answered = await question;
    kept.delete(key);
    kept.set(key, answered);
    if (kept.size > MOST_OWNERS) kept.delete(kept.keys().next().value ?? "");
    return answered.answer;
  };
}

async function ask(
  { owner, installationId }: RepositoryRef,
  path: string,
  known: Kept | undefined,
  { client, monotonicMs }: OwnerFileOptions,
): Promise<Kept> {
  const at = monotonicMs();
  const octokit = await client(installationId);
  const found = await lastCommit(octokit, owner, path, known?.etag ?? null);
  if (found === "unchanged") return { ...known, etag: known?.etag ?? null, answer: known?.answer ?? null, at };
  if (found === null || found.commit === null) return { at, etag: found?.etag ?? null, answer: null };
  const text = await fetchFile(octokit, { owner, repo: OWNER_REPOSITORY, path, commit: found.commit });
  return { at, etag: found.etag, answer: text === null ? null : { commit: found.commit, text } };
}

type LastCommit = { commit: string | null; etag: string | null };

/**
 * The newest commit of the default branch that touched the file. Null when there is no such repository, when it is empty
 * (409), or when the App may not read it: GitHub answers 404 or 403 then.
 */
async function lastCommit(
  octokit: GithubClient,
  owner: string,
  path: string,
  etag: string | null,
): Promise<LastCommit | "unchanged" | null> {
  try {
    return await callGithub(`Reading the defaults in ${owner}/${OWNER_REPOSITORY}`, async () => {
      const asked = octokit.request("GET /repos/{owner}/{repo}/commits", {
        owner,
        repo: OWNER_REPOSITORY,
        path,
        per_page: 1,
        ...(etag !== null && { headers: { "if-none-match": etag } }),
      });
      const answer = await asked.catch((error: unknown) => {
        if (statusOf(error) === 304) return "unchanged" as const;
        if (statusOf(error) === 409) return null;
        throw error;
      });
      if (answer === null || answer === "unchanged") return answer;
      return { commit: answer.data[0]?.sha ?? null, etag: answer.headers.etag ?? null };
    });
  } catch (error) {
    const isNone = error instanceof PermanentError && NONE.has(error.code);
    if (isNone) return null;
    throw error;
  }
}

const NONE: ReadonlySet<string> = new Set(["GITHUB_NOT_FOUND", "GITHUB_FORBIDDEN"]);

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
}
