// Commit statuses, the older sibling of check runs. https://docs.github.com/en/rest/commits/statuses
import { readCommit } from "../git/commit-facts.ts";
import { presentCommit } from "../present/commits.ts";
import { presentStatus } from "../present/checks.ts";
import { presentUserId } from "../present/user.ts";
import type { CommitStatus, Repository } from "../state.ts";
import { fullName, isoTime, nodeId } from "../world.ts";
import type { World, Writer } from "../world.ts";

/** Sets a status; sends the `status` event. */
export async function createStatus(
  world: World,
  writer: Writer,
  repository: Repository,
  draft: Pick<CommitStatus, "sha" | "state" | "context" | "description" | "targetUrl">,
): Promise<CommitStatus> {
  const id = world.newId();
  const times = { createdAt: world.now(), updatedAt: world.now() };
  const status: CommitStatus = {
    id,
    nodeId: nodeId("SC", id),
    repoId: repository.id,
    creatorId: writer.user.id,
    ...draft,
    ...times,
  };
  world.state.statuses.set(id, status);
  const commit = presentCommit(world, repository, await readCommit(repository.gitDir, draft.sha));
  await world.emit({
    event: "status",
    action: null,
    repository,
    sender: writer.user,
    payload: {
      id,
      sha: draft.sha,
      name: fullName(world, repository),
      target_url: draft.targetUrl,
      avatar_url: presentUserId(world, writer.user.id)?.["avatar_url"] ?? null,
      context: draft.context,
      description: draft.description,
      state: draft.state,
      commit,
      branches: [],
      created_at: isoTime(times.createdAt),
      updated_at: isoTime(times.updatedAt),
    },
  });
  return status;
}

/** Statuses of a commit, newest first. */
export function statusesOf(world: World, repository: Repository, sha: string): CommitStatus[] {
  return [...world.state.statuses.values()]
    .filter((status) => status.repoId === repository.id && status.sha === sha)
    .sort((left, right) => right.id - left.id);
}

/** The newest status of every context, presented, with GitHub's combined state. */
export function combine(world: World, repository: Repository, sha: string): { state: string; statuses: unknown[] } {
  const all = statusesOf(world, repository, sha);
  const newest = all.filter((status, index) => all.findIndex((other) => other.context === status.context) === index);
  const isAny = (...states: string[]): boolean => newest.some((status) => states.includes(status.state));
  const state = isAny("error", "failure") ? "failure" : newest.length === 0 || isAny("pending") ? "pending" : "success";
  return { state, statuses: newest.map((status) => presentStatus(world, repository, status)) };
}
