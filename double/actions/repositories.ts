// Repositories: create, fork, rename, transfer, archive.
import { join } from "node:path";
import { createBareRepository, fetchInto } from "../git/bare-repository.ts";
import type { FileContent } from "../git/write-commit.ts";
import { writeCommit } from "../git/write-commit.ts";
import type { Repository, User } from "../state.ts";
import { findRepository, fullName, nodeId, userOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { presentUser } from "../present/user.ts";

/** What a new repository starts with: `files` for a first commit, or `from`, a git directory on this machine. */
export interface NewRepository {
  owner: User;
  name: string;
  isPrivate?: boolean;
  defaultBranch?: string;
  description?: string;
  files?: Record<string, FileContent>;
  /** Path of a git repository (bare or not) whose branches are copied. */
  from?: string;
}

/** Creates a repository with its bare git directory. Throws when the name is taken. */
export async function createRepository(world: World, draft: NewRepository): Promise<Repository> {
  const repository = addRepository(world, draft, null);
  await createBareRepository(repository.gitDir, repository.defaultBranch);
  if (draft.from !== undefined) await fetchInto(repository.gitDir, draft.from, "+refs/heads/*:refs/heads/*");
  if (draft.files !== undefined) {
    await writeCommit(repository.gitDir, {
      branch: repository.defaultBranch,
      parent: undefined,
      message: "Initial commit",
      author: { name: draft.owner.name ?? draft.owner.login, email: draft.owner.email ?? "" },
      date: world.now(),
      files: draft.files,
    });
  }
  await world.emit({ event: "repository", action: "created", repository, sender: draft.owner, payload: {} });
  return repository;
}

/** Forks a repository to another account, with its own bare git directory. */
export async function createFork(world: World, parent: Repository, owner: User): Promise<Repository> {
  const draft = { owner, name: parent.name, isPrivate: parent.isPrivate, defaultBranch: parent.defaultBranch };
  const fork = addRepository(world, draft, parent.id);
  await createBareRepository(fork.gitDir, fork.defaultBranch);
  await fetchInto(fork.gitDir, parent.gitDir, "+refs/heads/*:refs/heads/*");
  return fork;
}

/** Renames a repository; its old address answers 301 from now on. */
export async function renameRepository(
  world: World,
  writer: Writer,
  repository: Repository,
  name: string,
): Promise<void> {
  const from = repository.name;
  repository.formerNames.push(fullName(world, repository));
  repository.name = name;
  repository.updatedAt = world.now();
  const payload = { changes: { repository: { name: { from } } } };
  await world.emit({ event: "repository", action: "renamed", repository, sender: writer.user, payload });
}

/** Moves a repository to another account; its old address answers 301 from now on. */
export async function transferRepository(
  world: World,
  writer: Writer,
  repository: Repository,
  newOwner: User,
): Promise<void> {
  const previous = userOf(world, repository.ownerId);
  repository.formerNames.push(fullName(world, repository));
  repository.ownerId = newOwner.id;
  repository.updatedAt = world.now();
  const kind = previous.type === "Organization" ? "organization" : "user";
  const payload = { changes: { owner: { from: { [kind]: presentUser(world, previous) } } } };
  await world.emit({ event: "repository", action: "transferred", repository, sender: writer.user, payload });
}

/** Makes a repository read-only, or writable again. */
export async function archiveRepository(
  world: World,
  writer: Writer,
  repository: Repository,
  isArchived: boolean,
): Promise<void> {
  repository.isArchived = isArchived;
  repository.updatedAt = world.now();
  const action = isArchived ? "archived" : "unarchived";
  await world.emit({ event: "repository", action, repository, sender: writer.user, payload: {} });
}

/** Deletes a repository; pull requests whose head it was lose their head repository. */
export async function deleteRepository(world: World, writer: Writer, repository: Repository): Promise<void> {
  await world.emit({ event: "repository", action: "deleted", repository, sender: writer.user, payload: {} });
  world.state.repositories.delete(repository.id);
  for (const pull of world.state.pullRequests.values()) {
    if (pull.repoId === repository.id) world.state.pullRequests.delete(pull.id);
    else if (pull.headRepoId === repository.id) pull.headRepoId = null;
  }
}

function addRepository(world: World, draft: NewRepository, parentId: number | null): Repository {
  const name = `${draft.owner.login}/${draft.name}`;
  if (findRepository(world, name) !== undefined) throw new Error(`the double already has a repository ${name}`);
  const id = world.newId();
  const now = world.now();
  const repository: Repository = {
    id,
    nodeId: nodeId("R", id),
    ownerId: draft.owner.id,
    name: draft.name,
    formerNames: [],
    isPrivate: draft.isPrivate ?? false,
    isArchived: false,
    defaultBranch: draft.defaultBranch ?? "main",
    description: draft.description ?? null,
    parentId,
    gitDir: join(world.dataDir, "git", `${id}.git`),
    roles: new Map(),
    labels: [],
    protectedBranches: [],
    nextNumber: 1,
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
  };
  world.state.repositories.set(id, repository);
  return repository;
}
