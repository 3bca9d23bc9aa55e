// A pull request that changes `.github/rondo.yml` changes nothing for itself: the file of the base commit counts. Whoever
// wonders why the change does nothing reads it in the round's comment, and hears now what would be wrong with it later.
import type { RepositoryRef } from "../intent/intent.ts";
import { isExpectedError, RetryableError } from "../errors.ts";
import { REPO_CONFIG_PATH, repositoryLayer } from "../repo-config.ts";
import { mergeLayers } from "../repo-config/layers.ts";
import type { Deps } from "./deps.ts";

/** Problems of the new file that are told; `rondo config check` tells all. */
const MOST_PROBLEMS = 5;

/**
 * One sentence or two when the file differs between merge base and head; null when it does not. Throws RetryableError
 * when GitHub may answer later.
 */
export async function configChange(
  repo: RepositoryRef,
  commits: { headSha: string; mergeBaseSha: string },
  { pullRequests }: Pick<Deps, "pullRequests">,
): Promise<string | null> {
  const textAt = (commit: string): Promise<string | null> => pullRequests.fetchFile(repo, REPO_CONFIG_PATH, commit);
  try {
    const [before, after] = await Promise.all([textAt(commits.mergeBaseSha), textAt(commits.headSha)]);
    if (before === after) return null;
    return [`This pull request ${verb(before, after)} ${REPO_CONFIG_PATH}; ${LATER}`, ...problemsOf(after)].join(" ");
  } catch (error) {
    if (error instanceof RetryableError || !isExpectedError(error)) throw error;
    // It is there and no text: said of the base's own file elsewhere, and of the head's here.
    return `${REPO_CONFIG_PATH} of this pull request cannot be compared (${error.message}); ${LATER}`;
  }
}

const LATER = "this round goes by the base branch, and a change applies after the merge.";

function verb(before: string | null, after: string | null): string {
  if (after === null) return "removes";
  return before === null ? "adds" : "changes";
}

function problemsOf(text: string | null): string[] {
  const { problems, idle } = mergeLayers([repositoryLayer(text, null)]);
  const all = [...problems, ...idle];
  if (all.length === 0) return [];
  const more = all.length > MOST_PROBLEMS ? `; and ${all.length - MOST_PROBLEMS} more` : "";
  return [`In its new version: ${all.slice(0, MOST_PROBLEMS).join("; ")}${more}.`];
}
