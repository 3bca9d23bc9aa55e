// The App's installations: install, change repositories and permissions, suspend, uninstall.
import type { Permissions, Repository, User } from "../state.ts";
import type { Installation } from "../state-app.ts";
import { nodeId } from "../world.ts";
import type { World } from "../world.ts";
import { presentInstallation } from "../present/installation.ts";
import { presentRepositoryName } from "../present/repository.ts";

/** What to install on; `permissions` default to all the App asks for. */
export interface NewInstallation {
  account: User;
  repositories: "all" | Repository[];
  permissions?: Permissions;
}

/** Installs the App and announces `installation.created`. */
export async function installApp(world: World, draft: NewInstallation): Promise<Installation> {
  const id = world.newId();
  const installation: Installation = {
    id,
    nodeId: nodeId("I", id),
    accountId: draft.account.id,
    repositoryIds:
      draft.repositories === "all" ? "all" : new Set(draft.repositories.map((repository) => repository.id)),
    permissions: { metadata: "read", ...(draft.permissions ?? world.state.app.permissions) },
    events: [...world.state.app.events],
    suspendedAt: null,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  world.state.installations.set(id, installation);
  const repositories = repositoriesOf(world, installation).map((repository) =>
    presentRepositoryName(world, repository),
  );
  await announce(world, installation, draft.account, "installation", "created", { repositories, requester: null });
  return installation;
}

/** The active installation that covers a repository, or undefined. */
export function installationFor(world: World, repository: Repository): Installation | undefined {
  return [...world.state.installations.values()].find(
    (installation) => installation.suspendedAt === null && covers(installation, repository),
  );
}

/** Whether an installation (suspended or not) includes a repository. */
export function covers(installation: Installation, repository: Repository): boolean {
  if (installation.accountId !== repository.ownerId) return false;
  return installation.repositoryIds === "all" || installation.repositoryIds.has(repository.id);
}

/** Repositories of an installation, by id. */
export function repositoriesOf(world: World, installation: Installation): Repository[] {
  return [...world.state.repositories.values()].filter((repository) => covers(installation, repository));
}

/** Adds repositories to, or removes them from, a "selected" installation. */
export async function changeInstallationRepositories(
  world: World,
  installation: Installation,
  change: { added?: Repository[]; removed?: Repository[]; sender: User },
): Promise<void> {
  const { added = [], removed = [], sender } = change;
  if (installation.repositoryIds === "all") {
    installation.repositoryIds = new Set(repositoriesOf(world, installation).map((repository) => repository.id));
  }
  for (const repository of added) installation.repositoryIds.add(repository.id);
  for (const repository of removed) installation.repositoryIds.delete(repository.id);
  const action = removed.length > 0 ? "removed" : "added";
  await announce(world, installation, sender, "installation_repositories", action, {
    repository_selection: "selected",
    repositories_added: added.map((repository) => presentRepositoryName(world, repository)),
    repositories_removed: removed.map((repository) => presentRepositoryName(world, repository)),
    requester: null,
  });
}

/** The account accepts other permissions: `installation.new_permissions_accepted`. */
export async function acceptPermissions(
  world: World,
  installation: Installation,
  permissions: Permissions,
  sender: User,
): Promise<void> {
  installation.permissions = { metadata: "read", ...permissions };
  installation.updatedAt = world.now();
  const repositories = repositoriesOf(world, installation).map((repository) =>
    presentRepositoryName(world, repository),
  );
  await announce(world, installation, sender, "installation", "new_permissions_accepted", {
    repositories,
    requester: null,
  });
}

/** Suspends or unsuspends an installation; its tokens answer 403 while suspended. */
export async function suspendInstallation(
  world: World,
  installation: Installation,
  isSuspended: boolean,
  sender: User,
): Promise<void> {
  installation.suspendedAt = isSuspended ? world.now() : null;
  const repositories = repositoriesOf(world, installation).map((repository) =>
    presentRepositoryName(world, repository),
  );
  await announce(world, installation, sender, "installation", isSuspended ? "suspend" : "unsuspend", { repositories });
}

/** Uninstalls the App; its tokens die at once. */
export async function uninstallApp(world: World, installation: Installation, sender: User): Promise<void> {
  const repositories = repositoriesOf(world, installation).map((repository) =>
    presentRepositoryName(world, repository),
  );
  await announce(world, installation, sender, "installation", "deleted", { repositories });
  world.state.installations.delete(installation.id);
  for (const token of world.state.tokens.values()) {
    if (token.kind === "installation" && token.holderId === installation.id) world.state.tokens.delete(token.value);
  }
}

async function announce(
  world: World,
  installation: Installation,
  sender: User,
  event: "installation" | "installation_repositories",
  action: string,
  payload: Record<string, unknown>,
): Promise<void> {
  await world.emit({
    event,
    action,
    repository: null,
    sender,
    payload: { installation: presentInstallation(world, installation), ...payload },
    installationId: installation.id,
  });
}
