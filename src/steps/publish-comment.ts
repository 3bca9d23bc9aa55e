// Every issue comment Rondo writes goes through here: the text is rendered from the state file at the moment it is
// sent, so that a late or repeated send says what is true now.
import { renderEvaluation } from "../report/evaluation.ts";
import { renderKickoff } from "../report/kickoff.ts";
import { renderNotice } from "../report/notice.ts";
import { renderReady } from "../report/ready.ts";
import type { ReportOptions } from "../report/report-options.ts";
import { renderResult } from "../report/result.ts";
import { renderRoundComment } from "../report/round-comment.ts";
import { renderSkip } from "../report/skip.ts";
import type { Effect } from "../round/effect.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { noticeOf } from "./notice-of.ts";
import { maxRoundsOf, readConfig, settingsOf } from "./read-config.ts";
import { sendComment } from "./send-comment.ts";
import { nothingToDo, type Step } from "./step.ts";
import { reportOptions } from "./report-options.ts";

/** Writes or edits one issue comment. */
export const publishComment: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  const round = record.rounds.find((candidate) => candidate.n === effect.round) ?? null;
  const body = await renderBody({ ref, effect, record, round }, deps);
  if (body === null) return nothingToDo("nothing to say any more");
  return await sendComment(ref, body, due, deps);
};

type About = { ref: PullRequestRef; effect: Effect; record: PullRequestRecord; round: RoundRecord | null };

async function renderBody({ ref, effect, record, round }: About, deps: Deps): Promise<string | null> {
  if (effect.kind === "skip") return await skipBody(ref, record, deps);
  if (effect.kind === "notice") {
    const notice = noticeOf(effect.about, record, round, effect.round);
    if (notice === null) return null;
    const settings = round === null ? (await configOf(ref, record, deps)).settings : round.config.settings;
    return renderNotice(notice, reportOptions(settings, deps));
  }
  if (round === null) return null;
  const options = reportOptions(round.config.settings, deps);
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
  return { resultUrl: result?.url ?? null, externalName: "Copilot", externalUrl: null, externalComments: [] };
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

/** What is in force for a pull request without a round: its base branch's file, read now. */
async function configOf(ref: PullRequestRef, record: PullRequestRecord, deps: Deps) {
  const baseSha = record.base_sha ?? (await deps.pullRequests.fetchPullRequest(ref)).baseSha;
  const { config, source } = await readConfig(ref, baseSha, deps);
  return { config, source, settings: settingsOf(config, Math.max(1, record.round)) };
}

async function skipBody(ref: PullRequestRef, record: PullRequestRecord, deps: Deps): Promise<string> {
  const { config, source, settings } = await configOf(ref, record, deps);
  const offered = deps.reviewers.map((reviewer) => reviewer.name);
  const chosen = config.reviewers?.filter((name) => offered.includes(name)) ?? [];
  const input = {
    configSource: source,
    reviewers: chosen.length === 0 ? offered : chosen,
    externalPolicy: config.external.policy,
    maxRounds: maxRoundsOf(config),
    runId: `${record.repo_id}-${record.pr}`,
    startsWhenReady: config.triggers.ready_for_review,
  };
  return renderSkip(input, reportOptions(settings, deps));
}
