// Labels (schema `label`).
import { apiUrl, fullName } from "../world.ts";
import type { World } from "../world.ts";
import type { Label, PullRequest, Repository } from "../state.ts";

/** Schema `label`. */
export function presentLabel(world: World, repository: Repository, label: Label): Record<string, unknown> {
  return {
    id: label.id,
    node_id: label.nodeId,
    url: `${apiUrl(world)}/repos/${fullName(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

/** Labels of a pull request in the order they were added. */
export function presentLabelsOf(world: World, repository: Repository, pull: PullRequest): Record<string, unknown>[] {
  return pull.labelIds.flatMap((id) => {
    const label = repository.labels.find((candidate) => candidate.id === id);
    return label === undefined ? [] : [presentLabel(world, repository, label)];
  });
}
