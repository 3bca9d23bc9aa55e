// Effect → step: which file makes which object on GitHub look as the state file says. Exhaustive by type, so a new
// kind of effect does not compile before somebody has said here who performs it.
import { RetryableError } from "../errors.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { EffectKind } from "../round/effect.ts";
import type { Due } from "../round/outbox.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { evaluateRound } from "./evaluate-round.ts";
import { missedEvent } from "./live-head.ts";
import type { Performed, Step } from "./step.ts";
import { minimiseRound } from "./minimise-round.ts";
import { publishCheck } from "./publish-check.ts";
import { publishComment } from "./publish-comment.ts";
import { publishDecision } from "./publish-decision.ts";
import { publishReply } from "./publish-reply.ts";
import { publishReview } from "./publish-review.ts";
import { answerCommand, showRunning, showThumbs } from "./react.ts";

/** Effects that the conductor itself performs are not here. */
const steps: Record<Exclude<EffectKind, "start" | "run" | "deadline">, Step> = {
  evaluate: evaluateRound,
  check: publishCheck,
  eyes: showRunning,
  thumbs: showThumbs,
  answer: answerCommand,
  round: publishComment,
  kickoff: publishComment,
  result: publishComment,
  evaluation: publishComment,
  ready: publishComment,
  notice: publishComment,
  skip: publishComment,
  reply: publishReply,
  decision: publishDecision,
  review: publishReview,
  minimise: minimiseRound,
};

/** Objects that make a statement about a commit: they are written only while that commit is the live head. */
const ABOUT_THE_HEAD: ReadonlySet<EffectKind> = new Set([
  "round",
  "kickoff",
  "result",
  "evaluation",
  "review",
  "ready",
]);

/** What GitHub itself makes once, however often it is asked for. */
const IDEMPOTENT: ReadonlySet<EffectKind> = new Set(["eyes", "thumbs", "answer", "minimise"]);

/** Performs one effect. Throws the three errors; an ambiguous RetryableError means that it may have happened. */
export async function perform(
  ref: PullRequestRef,
  record: PullRequestRecord,
  due: Due,
  deps: Deps,
): Promise<Performed> {
  const { effect } = due.entry;
  if (effect.kind === "start" || effect.kind === "run" || effect.kind === "deadline") {
    throw new Error(`${effect.kind} is the conductor's own effect`);
  }
  demandSettled(due, deps);
  const round = record.rounds.find((candidate) => candidate.n === effect.round);
  const isCurrent = round !== undefined && round.superseded_by === null && record.state !== "ABORTED";
  if (isCurrent && ABOUT_THE_HEAD.has(effect.kind)) {
    const missed = await missedEvent(ref, round.head_sha, deps);
    if (missed !== null) return { object: {}, event: missed, note: null, isPostponed: true };
  }
  return await steps[effect.kind](ref, record, due, deps);
}

/**
 * A worker that died while it sent, and whoever decides the effect again, leave no time to wait for: GitHub's lists may not
 * show yet what was sent a moment ago, so it is looked for after the settling time, counted from the send.
 */
function demandSettled({ entry }: Due, { clock, installation }: Pick<Deps, "clock" | "installation">): void {
  if (entry.status !== "intended" || entry.id !== null || entry.at === null || IDEMPOTENT.has(entry.effect.kind))
    return;
  const leftMs = Date.parse(entry.at) + installation.settleMs - clock.now().getTime();
  if (leftMs <= 0) return;
  throw new RetryableError(
    "What was sent before may have arrived; it is looked for when GitHub's lists have settled.",
    {
      code: "NOT_SETTLED",
      retryAfterMs: leftMs,
      isHeldBack: true,
    },
  );
}
