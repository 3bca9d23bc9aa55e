// Every issue comment Rondo writes goes through here: the text is rendered from the state file at the moment it is
// sent, so that a late or repeated send says what is true now.
import { renderEvaluation } from "../report/evaluation.ts";
import { renderKickoff } from "../report/kickoff.ts";
import { type Notice, renderNotice } from "../report/notice.ts";
import { renderReady } from "../report/ready.ts";
import type { ReportOptions } from "../report/report-options.ts";
import { renderResult } from "../report/result.ts";
import { renderRoundComment } from "../report/round-comment.ts";
import { renderSkip } from "../report/skip.ts";
import type { Effect } from "../round/effect.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { nothingToDo, type Step, wrote } from "./step.ts";
import { reportOptions } from "./report-options.ts";

/** Writes or edits one issue comment. */
export const publishComment: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  const round = record.rounds.find((candidate) => candidate.n === effect.round) ?? null;
  const body = renderBody({ effect, record, round }, deps);
  if (body === null) return nothingToDo("nothing to say any more");
  const published = await deps.publisher.upsertComment(ref, {
    key: due.key,
    body,
    knownId: due.entry.id,
    isRetry: due.entry.status === "intended",
  });
  return wrote({ id: published.id, node_id: published.nodeId, url: published.url });
};

type About = { effect: Effect; record: PullRequestRecord; round: RoundRecord | null };

function renderBody({ effect, record, round }: About, deps: Deps): string | null {
  const options = reportOptions(round, deps);
  if (effect.kind === "skip") return renderSkip(skipInput(record, deps), options);
  if (effect.kind === "notice") {
    const notice = noticeOf(effect.about, record, round, effect.round);
    return notice === null ? null : renderNotice(notice, options);
  }
  if (round === null) return null;
  switch (effect.kind) {
    case "round":
      return renderRoundComment(record, round, options);
    case "kickoff":
      return renderKickoff(record, round, options);
    case "result":
      return renderResult(record, round, options);
    case "evaluation":
      return renderEvaluation(record, round, evaluationInput(record, round), options);
    case "ready":
      return renderReady(record, round, readyInput(record, round, options), options);
    default:
      return null;
  }
}

function evaluationInput(record: PullRequestRecord, round: RoundRecord): Parameters<typeof renderEvaluation>[2] {
  const result = Object.values(record.effects).find(
    (entry) => entry.effect.kind === "result" && entry.effect.round === round.n,
  );
  return { resultUrl: result?.url ?? null, externalName: "External", externalUrl: null, externalComments: [] };
}

function readyInput(
  record: PullRequestRecord,
  round: RoundRecord,
  options: ReportOptions,
): Parameters<typeof renderReady>[2] {
  const isTrue = record.state === "READY" && record.round === round.n;
  const supersededBy = isTrue
    ? null
    : { sha: round.superseded_by ?? record.head_sha_seen ?? round.head_sha, at: options.now };
  return { supersededBy, humanBlocks: [], lateExternal: null };
}

function skipInput(record: PullRequestRecord, deps: Deps): Parameters<typeof renderSkip>[0] {
  return {
    configSource: "defaults",
    reviewers: deps.reviewers.map((reviewer) => reviewer.name),
    externalPolicy: "off",
    maxRounds: record.max_rounds,
    runId: `${record.repo_id}-${record.pr}`,
  };
}

type Topic = Extract<Effect, { kind: "notice" }>["about"];

/** What a notice says, or null when it is no longer true. */
function noticeOf(about: Topic, record: PullRequestRecord, round: RoundRecord | null, n: number): Notice | null {
  const headSha = round?.head_sha ?? record.head_sha_seen ?? record.head_sha ?? "";
  switch (about) {
    case "budget":
      if (record.state !== "BUDGET_EXCEEDED") return null;
      return { kind: "budgetExceeded", round: n, limit: record.limit, key: "max_rounds", until: null };
    case "aborted":
      if (record.state !== "ABORTED") return null;
      return { kind: "aborted", by: record.aborted.by, reason: record.aborted.text };
    case "waiting":
      return {
        kind: "waiting",
        externalNames: ["external reviewer"],
        minutes: round?.config.settings.external_deadline_minutes ?? 30,
      };
    case "help":
      return { kind: "help" };
    case "worker_lost":
      return { kind: "workerLost", round: n, headSha, claims: record.claims };
    case "not_reviewed":
      return notReviewed(record, round, n, headSha);
  }
}

function notReviewed(record: PullRequestRecord, round: RoundRecord | null, n: number, headSha: string): Notice {
  const failed = round?.reviewers.find((reviewer) => reviewer.failure !== null);
  const failure = round?.failure ?? failed?.failure ?? record.failure;
  if (round?.verdict === "UNKNOWN" && failure === null) {
    return {
      kind: "unknownVerdict",
      round: n,
      headSha,
      reviewer: round.reviewers.map((reviewer) => reviewer.name).join(", "),
    };
  }
  return {
    kind: "reviewerFailed",
    round: n,
    headSha,
    reviewer: failed?.name ?? "rondo",
    failure: failure ?? "unknown: no cause was recorded",
    attempts: failed?.attempt ?? 1,
    limit: null,
    elapsedSeconds: failed?.duration_s ?? null,
  };
}
