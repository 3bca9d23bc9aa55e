// What a push does, however it came (git over HTTP or a seeded commit): the `push` event, and for every open pull request
// from that branch a new head, `refs/pull/N/head`, re-anchored comments and `synchronize`.
import { branchTip, fetchInto, moveRef, ZERO_SHA } from "../git/bare-repository.ts";
import { tryGitText } from "../git/run-git.ts";
import { writeCommit } from "../git/write-commit.ts";
import type { FileContent } from "../git/write-commit.ts";
import type { PullRequest, Repository, User } from "../state.ts";
import { repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { presentPushPayload } from "../present/push.ts";
import { presentPullRequest } from "../present/pull-request.ts";
import { requestCheckSuite } from "./check-suites.ts";
import { reanchor } from "./reanchor.ts";

/** One ref that a push moved; `ZERO_SHA` stands for "did not exist" and "deleted". */
export interface RefUpdate {
  ref: string;
  before: string;
  after: string;
}

/** A commit to write as a person would push it. */
export interface NewCommit {
  branch: string;
  files: Record<string, FileContent>;
  message?: string;
  /** Parent SHA; default the branch's tip, or the default branch's when the branch is new. Another one is a force-push. */
  parent?: string;
}

/** Writes a commit and pushes it: same events as a push over HTTP. Returns the new SHA. */
export async function pushCommit(world: World, user: User, repository: Repository, commit: NewCommit): Promise<string> {
  return world.alone(repository.id, async () => {
    const before = await branchTip(repository.gitDir, commit.branch);
    const parent = commit.parent ?? before ?? (await branchTip(repository.gitDir, repository.defaultBranch));
    const after = await writeCommit(repository.gitDir, {
      branch: commit.branch,
      parent,
      message: commit.message ?? `Update ${Object.keys(commit.files).join(", ")}`,
      author: { name: user.name ?? user.login, email: user.email ?? "" },
      date: world.now(),
      files: commit.files,
    });
    const update = { ref: `refs/heads/${commit.branch}`, before: before ?? ZERO_SHA, after };
    await afterPush(world, { user, appId: user.appId }, repository, [update]);
    return after;
  });
}

/** Points a branch at an existing commit (a reset, a revert by force-push); `ZERO_SHA` deletes the branch. */
export async function pushRef(
  world: World,
  user: User,
  repository: Repository,
  branch: string,
  sha: string,
): Promise<void> {
  await world.alone(repository.id, async () => {
    const ref = `refs/heads/${branch}`;
    const before = (await branchTip(repository.gitDir, branch)) ?? ZERO_SHA;
    await moveRef(repository.gitDir, ref, sha);
    await afterPush(world, { user, appId: user.appId }, repository, [{ ref, before, after: sha }]);
  });
}

/** Everything that follows moved refs. The caller holds the repository's lock and has moved them already. */
export async function afterPush(
  world: World,
  writer: Writer,
  repository: Repository,
  updates: readonly RefUpdate[],
): Promise<void> {
  for (const update of updates) {
    if (update.before === update.after) continue;
    repository.pushedAt = world.now();
    const payload = await presentPushPayload(
      world,
      repository,
      writer.user,
      update,
      await isForced(repository, update),
    );
    await world.emit({ event: "push", action: null, repository, sender: writer.user, payload });
    const branch = /^refs\/heads\/(?<name>.+)$/.exec(update.ref)?.groups?.["name"];
    if (branch === undefined) continue;
    if (update.after !== ZERO_SHA) {
      await requestCheckSuite(world, writer.user, repository, { branch, before: update.before, after: update.after });
    }
    await movePullRequests(world, writer, repository, branch, update);
  }
}

/** Copies a pull request's head into its base repository as `refs/pull/N/head`. */
export async function keepPullRef(world: World, pull: PullRequest): Promise<void> {
  const base = repositoryOf(world, pull.repoId);
  const ref = `refs/pull/${pull.number}/head`;
  if (pull.headRepoId === null || pull.headRepoId === base.id) return moveRef(base.gitDir, ref, pull.headSha);
  const head = repositoryOf(world, pull.headRepoId);
  await fetchInto(base.gitDir, head.gitDir, `+refs/heads/${pull.headRef}:${ref}`);
}

async function movePullRequests(
  world: World,
  writer: Writer,
  repository: Repository,
  branch: string,
  update: RefUpdate,
): Promise<void> {
  const fromHere = [...world.state.pullRequests.values()].filter(
    (pull) => pull.state === "open" && pull.headRepoId === repository.id && pull.headRef === branch,
  );
  for (const pull of fromHere) {
    if (update.after === ZERO_SHA) await closeForDeletedBranch(world, writer, pull);
    else await moveHead(world, writer, pull, update);
  }
}

async function moveHead(world: World, writer: Writer, pull: PullRequest, update: RefUpdate): Promise<void> {
  const base = repositoryOf(world, pull.repoId);
  const oldHead = pull.headSha;
  pull.headSha = update.after;
  pull.baseSha = (await branchTip(base.gitDir, pull.baseRef)) ?? pull.baseSha;
  pull.updatedAt = world.now();
  await keepPullRef(world, pull);
  await reanchor(world, pull, oldHead);
  await world.emit({
    event: "pull_request",
    action: "synchronize",
    repository: base,
    sender: writer.user,
    payload: {
      number: pull.number,
      pull_request: await presentPullRequest(world, pull),
      before: update.before,
      after: update.after,
    },
  });
}

// GitHub closes a pull request whose head branch is deleted.
async function closeForDeletedBranch(world: World, writer: Writer, pull: PullRequest): Promise<void> {
  pull.state = "closed";
  pull.closedAt = world.now();
  pull.updatedAt = world.now();
  const payload = { number: pull.number, pull_request: await presentPullRequest(world, pull) };
  const repository = repositoryOf(world, pull.repoId);
  await world.emit({ event: "pull_request", action: "closed", repository, sender: writer.user, payload });
}

// A push is forced when the old tip is no ancestor of the new one.
async function isForced(repository: Repository, update: RefUpdate): Promise<boolean> {
  if (update.before === ZERO_SHA || update.after === ZERO_SHA) return false;
  const found = await tryGitText(repository.gitDir, "merge-base", "--is-ancestor", update.before, update.after);
  return found === undefined;
}
