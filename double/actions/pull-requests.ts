// Pull requests: open, edit, draft and ready, retarget, close, reopen, merge, lock, label.
import { ApiError, validationFailed } from "../api-error.ts";
import { branchTip, moveRef } from "../git/bare-repository.ts";
import { mergeTree } from "../git/mergeability.ts";
import { runGit } from "../git/run-git.ts";
import { presentPullRequest } from "../present/pull-request.ts";
import type { PullRequest, Repository } from "../state.ts";
import { nodeId, repositoryOf, userOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { afterPush, keepPullRef } from "./pushes.ts";
import { reanchor } from "./reanchor.ts";

/** What a new pull request says; `headRepository` is a fork or the base repository itself. */
export interface NewPullRequest {
  title: string;
  body?: string;
  base?: string;
  head: string;
  headRepository?: Repository;
  isDraft?: boolean;
}

/** Opens a pull request from an existing branch. Throws 422 when a branch is missing. */
export async function openPullRequest(
  world: World,
  writer: Writer,
  repository: Repository,
  draft: NewPullRequest,
): Promise<PullRequest> {
  const headRepository = draft.headRepository ?? repository;
  const baseRef = draft.base ?? repository.defaultBranch;
  const [baseSha, headSha] = await Promise.all([
    branchTip(repository.gitDir, baseRef),
    branchTip(headRepository.gitDir, draft.head),
  ]);
  if (baseSha === undefined) throw validationFailed("PullRequest", "base", "invalid");
  if (headSha === undefined) throw validationFailed("PullRequest", "head", "invalid");
  const id = world.newId();
  const pull: PullRequest = {
    id,
    nodeId: nodeId("PR", id),
    issueId: world.newId(),
    repoId: repository.id,
    number: repository.nextNumber++,
    title: draft.title,
    body: draft.body ?? null,
    authorId: writer.user.id,
    state: "open",
    isDraft: draft.isDraft ?? false,
    baseRef,
    baseSha,
    headRepoId: headRepository.id,
    headRef: draft.head,
    headSha,
    labelIds: [],
    isLocked: false,
    lockReason: null,
    maintainerCanModify: headRepository.id !== repository.id,
    createdAt: world.now(),
    updatedAt: world.now(),
    closedAt: null,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
  };
  world.state.pullRequests.set(id, pull);
  await keepPullRef(world, pull);
  await announcePull(world, writer, pull, "opened");
  return pull;
}

/** Sends a `pull_request` event with the pull request as it is now. */
export async function announcePull(
  world: World,
  writer: Writer,
  pull: PullRequest,
  action: string,
  extra: Record<string, unknown> = {},
): Promise<void> {
  await world.emit({
    event: "pull_request",
    action,
    repository: repositoryOf(world, pull.repoId),
    sender: writer.user,
    payload: { number: pull.number, pull_request: await presentPullRequest(world, pull), ...extra },
  });
}

/** Changes title, body or base; announces `edited` with what changed. A new base re-anchors the comments. */
export async function editPullRequest(
  world: World,
  writer: Writer,
  pull: PullRequest,
  edit: { title?: string; body?: string; base?: string },
): Promise<void> {
  const changes: Record<string, unknown> = {};
  if (edit.title !== undefined && edit.title !== pull.title) {
    changes["title"] = { from: pull.title };
    pull.title = edit.title;
  }
  if (edit.body !== undefined && edit.body !== pull.body) {
    changes["body"] = { from: pull.body ?? "" };
    pull.body = edit.body;
  }
  if (edit.base !== undefined && edit.base !== pull.baseRef) {
    const baseSha = await branchTip(repositoryOf(world, pull.repoId).gitDir, edit.base);
    if (baseSha === undefined) throw validationFailed("PullRequest", "base", "invalid");
    changes["base"] = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
    pull.baseRef = edit.base;
    pull.baseSha = baseSha;
    await reanchor(world, pull, pull.headSha);
  }
  if (Object.keys(changes).length === 0) return;
  pull.updatedAt = world.now();
  await announcePull(world, writer, pull, "edited", { changes });
}

/** Draft or ready for review; nothing happens when it is that already. */
export async function setDraft(world: World, writer: Writer, pull: PullRequest, isDraft: boolean): Promise<void> {
  if (pull.isDraft === isDraft) return;
  pull.isDraft = isDraft;
  pull.updatedAt = world.now();
  await announcePull(world, writer, pull, isDraft ? "converted_to_draft" : "ready_for_review");
}

/** Closes an open pull request. */
export async function closePullRequest(world: World, writer: Writer, pull: PullRequest): Promise<void> {
  if (pull.state === "closed") return;
  pull.state = "closed";
  pull.closedAt = world.now();
  pull.updatedAt = world.now();
  await announcePull(world, writer, pull, "closed");
}

/** Reopens a closed pull request at the present tip of its branch. Throws 422 when it was merged or the branch is gone. */
export async function reopenPullRequest(world: World, writer: Writer, pull: PullRequest): Promise<void> {
  if (pull.state === "open") return;
  const head = pull.headRepoId === null ? undefined : world.state.repositories.get(pull.headRepoId);
  const tip = head === undefined ? undefined : await branchTip(head.gitDir, pull.headRef);
  if (pull.mergedAt !== null || tip === undefined)
    throw validationFailed("PullRequest", "state", "invalid", "state cannot be changed.");
  pull.state = "open";
  pull.closedAt = null;
  pull.headSha = tip;
  pull.updatedAt = world.now();
  await keepPullRef(world, pull);
  await announcePull(world, writer, pull, "reopened");
}

/** Merges with a merge commit; sends `push` for the base branch and `pull_request.closed`. Throws 405 on conflicts. */
export async function mergePullRequest(world: World, writer: Writer, pull: PullRequest): Promise<string> {
  const repository = repositoryOf(world, pull.repoId);
  return world.alone(repository.id, async () => {
    const base = (await branchTip(repository.gitDir, pull.baseRef)) ?? pull.baseSha;
    const merged = await mergeTree(repository.gitDir, base, pull.headSha);
    if (pull.state !== "open" || merged === null || !merged.isClean)
      throw new ApiError(405, "Pull Request is not mergeable");
    const sha = await commitMerge(world, writer, pull, { base, treeSha: merged.treeSha });
    await moveRef(repository.gitDir, `refs/heads/${pull.baseRef}`, sha);
    pull.state = "closed";
    pull.closedAt = pull.mergedAt = pull.updatedAt = world.now();
    pull.mergedById = writer.user.id;
    pull.mergeCommitSha = sha;
    await afterPush(world, writer, repository, [{ ref: `refs/heads/${pull.baseRef}`, before: base, after: sha }]);
    await announcePull(world, writer, pull, "closed");
    return sha;
  });
}

/** Locks or unlocks the conversation: then only people with write access may comment. */
export async function lockPullRequest(
  world: World,
  writer: Writer,
  pull: PullRequest,
  lock: { isLocked: boolean; reason?: PullRequest["lockReason"] },
): Promise<void> {
  pull.isLocked = lock.isLocked;
  pull.lockReason = lock.isLocked ? (lock.reason ?? null) : null;
  await announcePull(world, writer, pull, lock.isLocked ? "locked" : "unlocked");
}

async function commitMerge(
  world: World,
  writer: Writer,
  pull: PullRequest,
  merge: { base: string; treeSha: string },
): Promise<string> {
  const { gitDir } = repositoryOf(world, pull.repoId);
  const time = `${Math.floor(world.now().getTime() / 1000)} +0000`;
  const who = `${writer.user.name ?? writer.user.login} <${writer.user.email ?? ""}> ${time}`;
  const message = `Merge pull request #${pull.number} from ${userOf(world, pull.authorId).login}/${pull.headRef}\n\n${pull.title}\n`;
  const object = `tree ${merge.treeSha}\nparent ${merge.base}\nparent ${pull.headSha}\nauthor ${who}\ncommitter ${who}\n\n${message}`;
  const written = await runGit(gitDir, ["hash-object", "-t", "commit", "-w", "--stdin"], object);
  return written.toString("utf8").trim();
}
