// A check run belongs to a commit, and a commit can be the head of several pull requests: the same branch into two bases,
// or two branches at one commit. What each state file knows of its check on a commit, and how a check is asked for again.
import { arm, type Due } from "./outbox.ts";
import type { Shown } from "./effect-record.ts";
import type { PullRequestRecord } from "./round.ts";

type Weighed = Shown["weighed"];

/** The newest check of the pull request on this commit; undefined when it never asked for one. */
export function checkOn(record: PullRequestRecord, headSha: string): Due | undefined {
  return Object.entries(record.effects)
    .filter(([, { effect }]) => effect.kind === "check" && effect.head_sha === headSha)
    .map(([key, entry]) => ({ key, entry }))
    .toSorted((a, b) => b.entry.effect.round - a.entry.effect.round)[0];
}

/** True while the pull request is open and this is the newest head that was heard of. */
export function isOpenAt(record: PullRequestRecord, headSha: string): boolean {
  return !isClosed(record) && record.head_sha_seen === headSha;
}

/** True when the pull request was closed or merged; one that was aborted by command is open. */
export function isClosed(record: PullRequestRecord): boolean {
  return record.state === "ABORTED" && record.reason !== "command";
}

/** True when the comments and the review that the verdict rests on are on GitHub (or were removed by a person). */
export function isPublished(record: PullRequestRecord, round: number): boolean {
  return Object.values(record.effects)
    .filter((entry) => entry.effect.round === round)
    .filter((entry) => ["round", "result", "evaluation", "review"].includes(entry.effect.kind))
    .every(
      (entry) =>
        entry.status === "done" ||
        entry.note === "deleted by a person" ||
        entry.note === "deleted or dismissed by a person",
    );
}

/**
 * The record with its check on this commit asked for again when the check says something else than `weighed`; the same
 * record otherwise. A check that is still to be written needs no asking: whoever writes it looks at everything anew.
 */
export function refreshCheck(record: PullRequestRecord, headSha: string, weighed: Weighed): PullRequestRecord {
  const check = checkOn(record, headSha);
  if (check?.entry.status !== "done" || isSame(check.entry.shown?.weighed ?? [], weighed)) return record;
  return arm(record, [{ effect: check.entry.effect }]);
}

/** True while somebody may be writing the check: what they read before may be old by now. `now`: UTC ISO. */
export function isBeingWritten(record: PullRequestRecord, headSha: string, now: string): boolean {
  const entry = checkOn(record, headSha)?.entry;
  return entry?.status === "intended" && (entry.not_before === null || entry.not_before <= now);
}

function isSame(left: Weighed, right: Weighed): boolean {
  return (
    left.length === right.length &&
    left.every((one, index) => one.pr === right[index]?.pr && one.says === right[index]?.says)
  );
}
