// What a command gets back: a reaction on its comment, and for some of them a comment with the answer.
import type { Armed } from "./outbox.ts";
import type { PullRequestRecord, Trigger } from "./round.ts";

/** One reaction on a command; nothing when it did not come by a comment. */
export function answer(
  record: PullRequestRecord,
  comment: Trigger["comment"],
  content: "+1" | "confused" | "eyes",
): Armed[] {
  if (comment === null) return [];
  return [
    {
      effect: { kind: "answer", round: record.round, comment_source: comment.source, comment_id: comment.id, content },
    },
  ];
}

/** Answers belong to no commit: asked again, the same comment is edited, whatever was pushed in between. */
const NO_COMMIT = "0".repeat(40);

/** The comment that answers a topic. */
export function reply(topic: string, argument: string | null): Armed {
  return { effect: { kind: "reply", round: 0, head_sha: NO_COMMIT, topic, argument } };
}
