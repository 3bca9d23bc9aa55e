// Which finding a thread of review comments is about: its first comment is the one that Rondo put there. Threads from before
// a finding was said again count as well, so every round is looked at.
import type { PullRequestRecord } from "../round/round.ts";

/** `RD-n` of the finding whose inline comment has this id, newest round first; null when it is none of Rondo's. */
export function findingIdOf(record: PullRequestRecord | null, firstCommentId: number): string | null {
  const finding = record?.rounds
    .toReversed()
    .flatMap((round) => round.findings)
    .find(({ comment_id }) => comment_id === firstCommentId);
  return finding?.id ?? null;
}
