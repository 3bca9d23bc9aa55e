// What people decide about findings. A dispute takes a finding out of what blocks; accepting one, or fixing it in another
// way, is only noted: the next commit shows it. The latest decision counts, earlier ones are kept.
import type { Decision, TrackedFinding } from "../findings/tracked-finding.ts";
import { openBlockers } from "../verdict.ts";
import { answer, reply } from "./answer.ts";
import type { Effect } from "./effect.ts";
import type { RoundEvent } from "./event.ts";
import { lastJudged } from "./match-round.ts";
import { type Armed, mayExist } from "./outbox.ts";
import type { PullRequestRecord, RoundRecord } from "./round.ts";
import type { RowName } from "./rows.ts";
import { changeRound, currentRound, enter, ownerAction, type Step, take } from "./step.ts";

type Decided = Extract<RoundEvent, { kind: "decisionRecorded" }>;
type One = Decided["decisions"][number];

/** E10 (T22, T23): all decisions of one comment. What cannot be recorded is answered, the rest is. */
export function decide(record: PullRequestRecord, event: Decided): Step {
  const round = lastJudged(record);
  const refusals = event.decisions.flatMap((one) => refusal(record, round, one) ?? []);
  const good = event.decisions.filter((one) => refusal(record, round, one) === null);
  const answers: Armed[] = [
    ...answer(record, event.comment, refusals.length > 0 ? "confused" : event.isProposal ? "eyes" : "+1"),
    // Somebody who may not decide gets a reaction and no more, as with every other command.
    ...(event.isProposal ? [] : refusals),
  ];
  if (round === undefined || good.length === 0) return take("T23", record, answers);
  const decided = changeRound(record, round.n, (current) => ({
    ...current,
    findings: current.findings.map((finding) => good.reduce((kept, one) => note(kept, one, event), finding)),
  }));
  if (event.isProposal) return take("T23", decided, answers);
  const repeated = good
    .filter(({ findingId }) => findingId !== event.here)
    .map(({ findingId }): Armed => ({ effect: { kind: "decision", round: round.n, finding_id: findingId } }));
  return follow(record, decided, [...answers, ...repeated], { closed: "T22", noted: "T23", reopened: "T23b" });
}

/** Why a decision cannot be recorded, as the answer to it; null when it can. */
function refusal(record: PullRequestRecord, round: RoundRecord | undefined, one: One): Armed | null {
  const { findingId, decision, hasFact } = one;
  const known = round?.findings.map(({ id }) => id) ?? [];
  if (!known.includes(findingId)) {
    const isGone = record.rounds.some((each) =>
      [...each.findings, ...each.resolved].some(({ id }) => id === findingId),
    );
    const what = isGone ? `${findingId} is not in the last round any more` : `there is no ${findingId}`;
    const listed = `${known.slice(0, 10).join(", ")}${known.length > 10 ? " and others" : ""}`;
    return reply(
      "refused",
      `${what}; ${known.length === 0 ? "there are no findings" : `the last round has ${listed}`}`,
    );
  }
  if (decision.word === "DISPUTE" && !hasFact) return reply(`fact.${findingId.toLowerCase()}`, findingId);
  return null;
}

function note(finding: TrackedFinding, one: One, event: Decided): TrackedFinding {
  if (finding.id !== one.findingId) return finding;
  if (event.isProposal) return { ...finding, proposals: [...(finding.proposals ?? []), one.decision].slice(-MAX_KEPT) };
  const decided = withDecision(finding, one.decision);
  if (one.decision.word === "DISPUTE") return DISPUTABLE.has(finding.status) ? disputed(decided) : decided;
  // Whoever accepts what was disputed takes the dispute back.
  return finding.status === "disputed" ? { ...decided, status: finding.age > 1 ? "still_open" : "open" } : decided;
}

/** What a resolved thread closed for this commit, a dispute closes for good. */
const DISPUTABLE: ReadonlySet<string> = new Set(["open", "still_open", "resolved"]);

function disputed(finding: TrackedFinding): TrackedFinding {
  const { resolved_by: _, ...kept } = finding;
  return { ...kept, status: "disputed" };
}

/** Decisions that are kept of one finding beside the one that counts. */
const MAX_KEPT = 20;

function withDecision(finding: TrackedFinding, decision: Decision): TrackedFinding {
  const history = finding.decision === null ? finding.history : [...(finding.history ?? []), finding.decision];
  return { ...finding, decision, ...(history === undefined ? {} : { history: history.slice(-MAX_KEPT) }) };
}

/** Rows of what follows: the last blocker went, a blocker came back to READY, or neither. */
type FollowRows = { closed: RowName; noted: RowName; reopened: RowName };

/** What a decision changes beside the finding: the last blocker gone, or a blocker back. */
export function follow(
  before: PullRequestRecord,
  decided: PullRequestRecord,
  armed: readonly Armed[],
  rows: FollowRows,
): Step {
  const round = currentRound(decided);
  const isAboutThis = round !== undefined && lastJudged(decided)?.n === round.n && decided.pending === null;
  if (!isAboutThis || round.superseded_by !== null) return take(rows.noted, decided, armed);
  const blockers = openBlockers(round.findings, round.config.settings.blocking_priorities).length;
  const edits = [...armed, ...texts(before, round)];
  if (decided.state === "OWNER_ACTION" && decided.reason === "blockers") {
    if (blockers > 0) return take(rows.noted, decided, edits);
    const open = changeRound(decided, round.n, (current) => ({ ...current, outcome: null, ended_at: null }));
    return take(rows.closed, enter(open, "EVALUATE"), [...armed, { effect: { kind: "evaluate", round: round.n } }]);
  }
  if (decided.state !== "READY") return take(rows.noted, decided, armed);
  if (blockers === 0) return take(rows.noted, decided, edits);
  const reopened = changeRound(decided, round.n, (current) => ({ ...current, outcome: "blockers" }));
  const thumbs: Armed[] = mayExist(before, "thumbs", round.n) ? [{ effect: { kind: "thumbs", round: round.n } }] : [];
  return take(rows.reopened, ownerAction(reopened, "blockers"), [...edits, ...thumbs]);
}

/** Everything on GitHub that counts blockers or names who disputed. */
function texts(record: PullRequestRecord, round: RoundRecord): Armed[] {
  const kinds = ["round", "evaluation", "ready"] as const;
  const comments: Effect[] = kinds
    .filter((kind) => mayExist(record, kind, round.n))
    .map((kind) => ({ kind, round: round.n }));
  return [...comments, { kind: "check" as const, round: round.n, head_sha: round.head_sha }].map((effect) => ({
    effect,
  }));
}
