// A round's findings beside those of the rounds before: which are known, which are gone, what was decided about them.
import { matchFindings } from "../findings/match.ts";
import type { Decision, TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord } from "./round.ts";

type Matched = ReturnType<typeof matchFindings>;

/** The newest round before `n` that came to findings: one whose reviewers failed without any says nothing about them. */
export function lastJudged(record: PullRequestRecord, n = Number.POSITIVE_INFINITY): RoundRecord | undefined {
  return record.rounds
    .filter((round) => round.n < n && round.verdict !== null)
    .filter((round) => round.verdict !== "ERROR" || round.findings.length > 0)
    .at(-1);
}

/**
 * Matches with the last round and with every older finding that somebody disputed: what comes back after a round without
 * it is still disputed. A full review keeps the ids, and everything is said again and open again.
 */
export function matchRound(
  record: PullRequestRecord,
  round: RoundRecord,
  current: Parameters<typeof matchFindings>[1],
): Matched {
  const lastRound = lastJudged(record, round.n);
  const last = lastRound?.findings ?? [];
  const earlier = [...last, ...disputedBefore(record, round, last)];
  const matched = matchFindings(earlier, current, record.next_finding);
  const byId = new Map(earlier.map((finding) => [finding.id, finding]));
  const isOfLast = new Set(last.map(({ id }) => id));
  const tracked = matched.tracked.map((finding) => {
    const kept = withPast(finding, byId.get(finding.id));
    if (round.trigger.is_full === true) return sayAgain(kept);
    return afterResolved(kept, byId.get(finding.id), lastRound?.head_sha === round.head_sha);
  });
  return { ...matched, tracked, resolved: matched.resolved.filter(({ id }) => isOfLast.has(id)) };
}

/** Disputed findings that the last round no longer had, in their newest form. */
function disputedBefore(
  record: PullRequestRecord,
  round: RoundRecord,
  last: readonly TrackedFinding[],
): TrackedFinding[] {
  const newest = new Map<string, TrackedFinding>();
  for (const earlier of record.rounds)
    if (earlier.n < round.n) for (const finding of earlier.findings) newest.set(finding.id, finding);
  for (const { id } of last) newest.delete(id);
  return [...newest.values()].filter((finding) => finding.status === "disputed");
}

/** Earlier decisions and proposals stay with the finding; a decision that no longer counts becomes one of the earlier. */
function withPast(finding: TrackedFinding, earlier: TrackedFinding | undefined): TrackedFinding {
  if (earlier === undefined) return finding;
  const isDropped = earlier.decision !== null && finding.decision === null;
  const history = [...(earlier.history ?? []), ...(isDropped && earlier.decision !== null ? [earlier.decision] : [])];
  return withHistory(
    { ...finding, ...(earlier.proposals === undefined ? {} : { proposals: earlier.proposals }) },
    history,
  );
}

/**
 * A finding whose thread somebody resolved: on the same commit it stays resolved. Found at a new one it is open, and is said
 * again in a thread of its own, because nobody looks into a resolved one.
 */
function afterResolved(
  finding: TrackedFinding,
  earlier: TrackedFinding | undefined,
  isSameHead: boolean,
): TrackedFinding {
  if (earlier?.status !== "resolved" || earlier.resolved_by === undefined) return finding;
  if (isSameHead) return { ...finding, status: "resolved", resolved_by: earlier.resolved_by };
  return { ...finding, status: "open", comment_id: null, comment_url: null };
}

function sayAgain(finding: TrackedFinding): TrackedFinding {
  const { decision, history = [] } = finding;
  const open: TrackedFinding = { ...finding, status: "open", comment_id: null, comment_url: null, decision: null };
  return withHistory(open, decision === null ? history : [...history, decision]);
}

function withHistory(finding: TrackedFinding, history: readonly Decision[]): TrackedFinding {
  return history.length === 0 ? finding : { ...finding, history: history.slice(-MAX_KEPT) };
}

/** Earlier decisions that are kept of one finding. */
const MAX_KEPT = 20;
