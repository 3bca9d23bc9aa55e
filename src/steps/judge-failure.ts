// What follows when an effect failed: try again later, or give it up and say so. Not fatal for a round: reactions,
// notices, minimising, the check run itself. Fatal: whatever the verdict needs (the round's comments, its review, and the
// last look at the head: a round that cannot take it must end, or it would be "in progress" for ever).
import { PermanentError, RetryableError, UserError } from "../errors.ts";
import type { EffectKind } from "../round/effect.ts";
import type { EffectRecord } from "../round/effect-record.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Due } from "../round/outbox.ts";
import type { Deps } from "./deps.ts";

/** Tries of one effect before it is given up. */
const MAX_TRIES = 8;
/** Longest wait between two tries; GitHub's reads were seen to lag writes for up to two minutes. */
const MAX_WAIT_MS = 130_000;

const NEEDED: ReadonlySet<EffectKind> = new Set(["round", "kickoff", "result", "evaluation", "review", "evaluate"]);

/** The entry as it is kept, and the event that follows, if any. */
export type Judged = { entry: EffectRecord; event: RoundEvent | null };

/** Judges a failed effect. A bug counts as permanent: repeating it helps nobody. */
export function judgeFailure(
  error: unknown,
  due: Due,
  deps: {
    clock: Pick<Deps["clock"], "now">;
    installation: Pick<Deps["installation"], "settleMs" | "staleReadMs">;
  },
): Judged {
  const now = deps.clock.now();
  const { entry } = due;
  const isHeldBack = error instanceof RetryableError && error.isHeldBack;
  // Held back by our own limiter, however often: that is waiting, not failing.
  const tries = isHeldBack ? entry.tries : entry.tries + 1;
  const note = describe(error, "message");
  if (error instanceof RetryableError && tries < MAX_TRIES) {
    const wait = waitMs(error, tries, deps.installation.settleMs);
    // Without an ambiguous end nothing is on GitHub: the next try need not look for it.
    const status = error.isAmbiguous || entry.status === "intended" ? "intended" : "pending";
    return {
      entry: { ...entry, status, tries, note, not_before: new Date(now.getTime() + wait).toISOString() },
      event: null,
    };
  }
  const missingMs = isMissing(error) ? deps.installation.staleReadMs[tries - 1] : undefined;
  if (missingMs !== undefined) {
    const status = entry.status === "intended" ? "intended" : "pending";
    const notBefore = new Date(now.getTime() + missingMs).toISOString();
    return { entry: { ...entry, status, tries, note, not_before: notBefore }, event: null };
  }
  const isGone = error instanceof PermanentError && error.code === "OBJECT_GONE";
  const given: EffectRecord = { ...entry, status: "abandoned", tries, note: isGone ? "deleted by a person" : note };
  if (isGone || !NEEDED.has(entry.effect.kind)) return { entry: given, event: null };
  const why = describe(error, "publicMessage");
  const failure =
    entry.effect.kind === "evaluate"
      ? `evaluation_failed: the pull request could not be read again (${why})`
      : `publishing_failed: the ${what(entry.effect.kind)} could not be posted (${why})`;
  return {
    entry: given,
    event: { kind: "publishingFailed", at: now.toISOString(), round: entry.effect.round, failure },
  };
}

/** "Not found" for what was there a moment ago: GitHub's reads lag. It is believed when it is said again and again. */
function isMissing(error: unknown): boolean {
  return error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND";
}

function waitMs(error: RetryableError, tries: number, settleMs: number): number {
  if (error.isHeldBack) return error.retryAfterMs ?? 1000;
  const growing = Math.min(MAX_WAIT_MS, (error.isAmbiguous ? settleMs : 1000) * 2 ** (tries - 1));
  return Math.max(error.retryAfterMs ?? 0, growing);
}

/** The note in the state file is for operators and names hosts; the round's failure is shown on the pull request. */
function describe(error: unknown, words: "message" | "publicMessage"): string {
  if (error instanceof UserError || error instanceof PermanentError || error instanceof RetryableError)
    return `${error.code}: ${error[words]}`;
  return "INTERNAL: an unexpected error; the log has it";
}

function what(kind: EffectKind): string {
  return kind === "review" ? "review" : `${kind} comment`;
}
