// What is known about an older commit, for texts about one that got no round: a reader must not take the silence for a
// verdict, nor lose sight of what is still open.
import type { PullRequestRecord } from "../round/round.ts";
import { openBlockers } from "../verdict.ts";
import { count, sha7 } from "./words.ts";

/** The last round that came to a verdict, and its open blockers; null when none did. */
export type LastReviewed = { round: number; headSha: string; blocking: number } | null;

/** Taken from the record; blockers by the priorities that were in force in that round. */
export function lastReviewedOf(record: PullRequestRecord): LastReviewed {
  const judged = record.rounds.filter(({ verdict }) => verdict === "APPROVE" || verdict === "REQUEST_CHANGES").at(-1);
  if (judged === undefined) return null;
  const blocking = openBlockers(judged.findings, judged.config.settings.blocking_priorities).length;
  return { round: judged.n, headSha: judged.head_sha, blocking };
}

/** Two sentences: this commit has no verdict, and which one has. */
export function notReviewedWords(headSha: string, last: LastReviewed): string {
  const none = `NOT REVIEWED: ${sha7(headSha)} has no verdict.`;
  if (last === null) return `${none} No commit of this pull request was reviewed yet.`;
  const open = last.blocking === 0 ? "no blocking findings" : `${count(last.blocking, "blocking finding")} open`;
  return `${none} Last reviewed: ${sha7(last.headSha)} in round ${last.round}, ${open}.`;
}
