// `author_association`: a visibility hint derived from roles and merged work, never a permission.
import type { Repository } from "../state.ts";
import type { World } from "../world.ts";

/** OWNER, COLLABORATOR, CONTRIBUTOR (has a merged pull request) or NONE. */
export function authorAssociation(world: World, repository: Repository, userId: number): string {
  if (repository.ownerId === userId) return "OWNER";
  const role = repository.roles.get(userId) ?? "none";
  if (role !== "none") return "COLLABORATOR";
  const hasMerged = [...world.state.pullRequests.values()].some(
    (pull) => pull.repoId === repository.id && pull.authorId === userId && pull.mergedAt !== null,
  );
  return hasMerged ? "CONTRIBUTOR" : "NONE";
}
