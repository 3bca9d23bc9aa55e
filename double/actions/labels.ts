// Labels of a pull request. A label on a pull request is announced as `pull_request.labeled`, not as an issue event.
import { presentLabel } from "../present/label.ts";
import type { Label, PullRequest, Repository } from "../state.ts";
import { nodeId, repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { announcePull } from "./pull-requests.ts";

/** Adds labels by name (made when unknown, as GitHub does); one event per new label. */
export async function addLabels(
  world: World,
  writer: Writer,
  pull: PullRequest,
  names: readonly string[],
): Promise<void> {
  const repository = repositoryOf(world, pull.repoId);
  for (const name of names) {
    const label = findLabel(repository, name) ?? makeLabel(world, repository, name);
    if (pull.labelIds.includes(label.id)) continue;
    pull.labelIds.push(label.id);
    pull.updatedAt = world.now();
    await announcePull(world, writer, pull, "labeled", { label: presentLabel(world, repository, label) });
  }
}

/** Removes a label; false when the pull request does not carry it. */
export async function removeLabel(world: World, writer: Writer, pull: PullRequest, name: string): Promise<boolean> {
  const repository = repositoryOf(world, pull.repoId);
  const label = findLabel(repository, name);
  if (label === undefined || !pull.labelIds.includes(label.id)) return false;
  pull.labelIds = pull.labelIds.filter((id) => id !== label.id);
  pull.updatedAt = world.now();
  await announcePull(world, writer, pull, "unlabeled", { label: presentLabel(world, repository, label) });
  return true;
}

function findLabel(repository: Repository, name: string): Label | undefined {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
}

function makeLabel(world: World, repository: Repository, name: string): Label {
  const id = world.newId();
  const label: Label = { id, nodeId: nodeId("LA", id), name, color: "ededed", description: null };
  repository.labels.push(label);
  return label;
}
