// From `OWNER/REPO` on the command line to what the reads need: the installation, GitHub's id of the repository, and the
// commit whose configuration is asked for.
import { PermanentError, UserError } from "../errors.ts";
import type { RepositoryRef } from "../intent/intent.ts";
import type { GithubApp } from "./app.ts";
import { callGithub } from "./errors.ts";

/** A repository that the App is installed on, and a commit of it. `at`: what the person asked for, or the default branch. */
export type FoundRepository = { repo: RepositoryRef; at: string; commit: string };

/**
 * `at` is a commit, a branch or a tag; null: the default branch. Throws UserError REPOSITORY_UNKNOWN or COMMIT_UNKNOWN,
 * and what `callGithub` throws.
 */
export async function findRepository(
  github: GithubApp,
  named: { owner: string; repo: string },
  at: string | null,
): Promise<FoundRepository> {
  const name = `${named.owner}/${named.repo}`;
  const app = await github.appOctokit();
  const installation = await callGithub(`Looking for ${name}`, () =>
    app.request("GET /repos/{owner}/{repo}/installation", named),
  ).catch((error: unknown) => {
    throw isNotThere(error) ? unknownRepository(name, error) : error;
  });
  const octokit = await github.installationOctokit(installation.data.id);
  const { data } = await callGithub(`Reading ${name}`, () => octokit.request("GET /repos/{owner}/{repo}", named));
  const [owner = named.owner, repo = named.repo] = data.full_name.split("/");
  const ref = at ?? data.default_branch;
  const commit = await callGithub(`Reading ${ref} of ${name}`, () =>
    octokit.request("GET /repos/{owner}/{repo}/commits/{ref}", { owner, repo, ref }),
  ).catch((error: unknown) => {
    throw isNotThere(error) ? unknownCommit(name, ref, error) : error;
  });
  return {
    repo: { owner, repo, repoId: Number(data.id), installationId: installation.data.id },
    at: ref,
    commit: commit.data.sha,
  };
}

/** For a name that is no commit GitHub answers 422, for an empty repository 409. */
function isNotThere(error: unknown): boolean {
  return error instanceof PermanentError && (error.code === "GITHUB_NOT_FOUND" || error.code === "GITHUB_REFUSED");
}

function unknownRepository(name: string, cause: unknown): UserError {
  return new UserError(`This App is not installed on ${name}, or there is no such repository.`, {
    code: "REPOSITORY_UNKNOWN",
    hint: "rondo doctor lists where the App is installed.",
    cause,
  });
}

function unknownCommit(name: string, ref: string, cause: unknown): UserError {
  return new UserError(`${name} has no commit, branch or tag ${ref}.`, {
    code: "COMMIT_UNKNOWN",
    hint: "Name a whole commit id, a branch or a tag with --ref; without it the default branch is read.",
    cause,
  });
}
