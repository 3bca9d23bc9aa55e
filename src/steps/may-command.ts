// May this person ask for that? Write permission by GitHub's permission API; never `author_association`, which says
// what is visible and not what is allowed (https://docs.github.com/en/rest/collaborators/collaborators).
import type { RepositoryRef } from "../intent/intent.ts";
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { RepoConfig } from "../repo-config/schema.ts";
import type { Deps } from "./deps.ts";

/**
 * True for people with write permission, and for the author of a pull request whose head lies in the same repository
 * (pushing there takes write permission). A permission that cannot be read is no permission.
 */
export async function mayCommand(
  ref: PullRequestRef,
  login: string,
  live: LivePullRequest,
  config: Pick<RepoConfig, "allowed_actors">,
  deps: Pick<Deps, "pullRequests" | "log">,
): Promise<boolean> {
  const isTrustedAuthor = login === live.author && live.headRepoId === ref.repoId;
  if (isTrustedAuthor && config.allowed_actors.includes("author")) return true;
  return await hasWrite(ref, login, deps);
}

/** True for people who may push to the repository. False also when GitHub does not say. */
export async function hasWrite(
  repo: RepositoryRef,
  login: string,
  deps: Pick<Deps, "pullRequests" | "log">,
): Promise<boolean> {
  try {
    const permission = await deps.pullRequests.fetchPermission(repo, login);
    return permission === "admin" || permission === "write";
  } catch (error) {
    deps.log.warn("a permission could not be read, so it counts as none", { login, error });
    return false;
  }
}
