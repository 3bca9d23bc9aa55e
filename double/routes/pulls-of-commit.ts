// The pull requests of a commit, with the two gaps that GitHub has: heads in forks, and commits of the default branch.
// https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
import { ApiError } from "../api-error.ts";
import { branchTip, resolveCommit } from "../git/bare-repository.ts";
import { mergeBase } from "../git/diff-files.ts";
import { paged } from "../paginate.ts";
import { presentPullRequestItem } from "../present/pull-request.ts";
import type { Call, Reply, Route } from "../route.ts";

/** `/commits/{commit_sha}/pulls`. */
export const pullsOfCommitRoutes: Route[] = [
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    access: ["pull_requests:read"],
    handle: list,
  },
];

async function list(call: Call): Promise<Reply> {
  const { id, gitDir, defaultBranch } = call.repository();
  const name = call.params["commit_sha"] ?? "";
  const sha = await resolveCommit(gitDir, name);
  if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${name}`);
  const isAncestor = async (later: string): Promise<boolean> => (await mergeBase(gitDir, sha, later)) === sha;
  const tip = await branchTip(gitDir, defaultBranch);
  const isInDefault = tip !== undefined && (await isAncestor(tip));
  const found = [];
  for (const pull of call.world.state.pullRequests.values()) {
    const isMerged = pull.mergedAt !== null;
    const isMeant = isMerged || (pull.state === "open" && !isInDefault);
    // A fork's commits are not associated: https://github.com/mdn/fred/pull/1258 and others show the empty answer.
    if (pull.repoId !== id || pull.headRepoId !== id || !isMeant) continue;
    const inBase = await mergeBase(gitDir, sha, pull.baseSha);
    if (inBase !== sha && (await isAncestor(pull.headSha))) found.push(pull);
  }
  return paged(call, found, (pull) => presentPullRequestItem(call.world, pull));
}
