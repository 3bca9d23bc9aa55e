// Merge queue groups: GitHub builds a branch `gh-readonly-queue/…` from the base and the pull requests and asks for checks.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group
import { branchTip, moveRef } from "../git/bare-repository.ts";
import { readCommit } from "../git/commit-facts.ts";
import { mergeTree } from "../git/mergeability.ts";
import { runGit } from "../git/run-git.ts";
import { presentSimpleCommit } from "../present/commits.ts";
import type { MergeGroup, PullRequest, Repository } from "../state.ts";
import type { World, Writer } from "../world.ts";

/** Queues pull requests together: builds the group's branch and announces `merge_group.checks_requested`. */
export async function requestMergeGroup(
  world: World,
  writer: Writer,
  repository: Repository,
  pulls: readonly PullRequest[],
): Promise<MergeGroup> {
  const baseRef = pulls[0]?.baseRef ?? repository.defaultBranch;
  const baseSha = await branchTip(repository.gitDir, baseRef);
  if (baseSha === undefined) throw new Error(`there is no branch ${baseRef} to queue for`);
  let headSha = baseSha;
  for (const pull of pulls) headSha = await mergeOnto(world, writer, repository, headSha, pull);
  const headRef = `refs/heads/gh-readonly-queue/${baseRef}/pr-${pulls.at(-1)?.number ?? 0}-${baseSha}`;
  await moveRef(repository.gitDir, headRef, headSha);
  const group: MergeGroup = {
    repoId: repository.id,
    headSha,
    headRef,
    baseSha,
    baseRef: `refs/heads/${baseRef}`,
    numbers: pulls.map((pull) => pull.number),
  };
  world.state.mergeGroups.push(group);
  await announceGroup(world, writer, repository, group, "checks_requested", {});
  return group;
}

/** Takes a group down again: merged, invalidated or dequeued. */
export async function destroyMergeGroup(
  world: World,
  writer: Writer,
  repository: Repository,
  group: MergeGroup,
  reason: "merged" | "invalidated" | "dequeued",
): Promise<void> {
  world.state.mergeGroups = world.state.mergeGroups.filter((candidate) => candidate !== group);
  await announceGroup(world, writer, repository, group, "destroyed", { reason });
}

async function announceGroup(
  world: World,
  writer: Writer,
  repository: Repository,
  group: MergeGroup,
  action: string,
  extra: Record<string, unknown>,
): Promise<void> {
  const head = await readCommit(repository.gitDir, group.headSha);
  await world.emit({
    event: "merge_group",
    action,
    repository,
    sender: writer.user,
    payload: {
      ...extra,
      merge_group: {
        head_sha: group.headSha,
        head_ref: group.headRef,
        base_sha: group.baseSha,
        base_ref: group.baseRef,
        head_commit: presentSimpleCommit(head),
      },
    },
  });
}

async function mergeOnto(
  world: World,
  writer: Writer,
  repository: Repository,
  ontoSha: string,
  pull: PullRequest,
): Promise<string> {
  const merged = await mergeTree(repository.gitDir, ontoSha, pull.headSha);
  if (merged === null || !merged.isClean) throw new Error(`pull request #${pull.number} does not merge into the group`);
  const time = `${Math.floor(world.now().getTime() / 1000)} +0000`;
  const who = `${writer.user.name ?? writer.user.login} <${writer.user.email ?? ""}> ${time}`;
  const text = `tree ${merged.treeSha}\nparent ${ontoSha}\nparent ${pull.headSha}\nauthor ${who}\ncommitter ${who}\n\nMerge pull request #${pull.number}\n`;
  return (await runGit(repository.gitDir, ["hash-object", "-t", "commit", "-w", "--stdin"], text))
    .toString("utf8")
    .trim();
}
