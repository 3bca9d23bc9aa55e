// The commit range a pull request shows: three dots, from the merge base to the head.
import { mergeBase } from "../git/diff-files.ts";
import { repositoryOf } from "../world.ts";
import type { World } from "../world.ts";
import type { PullRequest } from "../state.ts";

const kept = new Map<string, string>();

/** Merge base of the base branch and the head; unrelated histories fall back to the base SHA itself. */
export async function pullRequestRange(
  world: World,
  pull: PullRequest,
): Promise<{ mergeBaseSha: string; headSha: string }> {
  const { gitDir } = repositoryOf(world, pull.repoId);
  const key = `${gitDir}\n${pull.baseSha}\n${pull.headSha}`;
  const known = kept.get(key);
  if (known !== undefined) return { mergeBaseSha: known, headSha: pull.headSha };
  const mergeBaseSha = (await mergeBase(gitDir, pull.baseSha, pull.headSha)) ?? pull.baseSha;
  kept.set(key, mergeBaseSha);
  return { mergeBaseSha, headSha: pull.headSha };
}
