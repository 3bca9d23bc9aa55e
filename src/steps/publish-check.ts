// The check run `Rondo` on one commit: the one thing a branch rule can require. Success is written only after
// everything else of the round is on GitHub.
import type { CheckRunWrite } from "../ports.ts";
import { plainCheckRun, renderCheckRun } from "../report/check-run.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { nothingToDo, type Step, wrote } from "./step.ts";
import { reportOptions } from "./report-options.ts";

/** Makes the check run of this commit look as the state file says. */
export const publishCheck: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  if (effect.kind !== "check") return nothingToDo("not a check");
  const round =
    record.rounds.find((candidate) => candidate.n === effect.round && candidate.head_sha === effect.head_sha) ?? null;
  const options = reportOptions(round?.config.settings ?? null, deps);
  const rendered = isReplaced(record, round, effect.head_sha)
    ? replacedCheck(record)
    : renderCheckRun(record, round, plainCheckRun(effect.head_sha, isPublished(record, effect.round)), options);
  const write: CheckRunWrite = {
    ...rendered,
    key: due.key,
    headSha: effect.head_sha,
    knownId: due.entry.id,
    isRetry: due.entry.status === "intended",
    detailsUrl: options.publicUrl,
  };
  const published = await deps.publisher.upsertCheckRun(ref, write);
  return wrote({ id: published.id, node_id: published.nodeId, url: published.url });
};

/** A check that was queued for a commit whose round never started, because another commit came first. */
function isReplaced(record: PullRequestRecord, round: RoundRecord | null, headSha: string): boolean {
  return round === null && record.head_sha_seen !== headSha;
}

function replacedCheck(record: PullRequestRecord): ReturnType<typeof renderCheckRun> {
  const by = record.head_sha_seen ?? "a newer commit";
  const title = `superseded by ${by.slice(0, 7)}`;
  return {
    status: "completed",
    conclusion: "cancelled",
    title,
    summary: `A newer commit, ${by}, was pushed before a round on this one began.`,
    text: "",
    annotations: [],
    actions: [],
  };
}

/** True when the comments and the review that the verdict rests on are on GitHub (or were removed by a person). */
function isPublished(record: PullRequestRecord, round: number): boolean {
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
