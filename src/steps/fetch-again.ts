// What may pass is waited for by timer: the change could not be fetched, or the round could not begin, because GitHub
// failed, told us to wait, or did not know yet what it told us of. The round keeps its place, and no worker and no slot wait
// with it.
import { PermanentError, RetryableError } from "../errors.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { EffectRecord } from "../round/effect-record.ts";
import { type Due, settle } from "../round/outbox.ts";
import type { Deps } from "./deps.ts";

/** Waits before the second and the third try of a fetch, milliseconds: git servers answer 500 now and then. */
const FETCH_WAITS_MS = [1000, 5000] as const;
/** Before the next try of a round that cannot begin: without end, for an outage must not end it. */
const MAX_WAIT_MS = 130_000;
/** What GitHub's API and its git server say of what they do not show; git does not tell it from a refusal. */
const MISSING: ReadonlySet<string> = new Set(["GITHUB_NOT_FOUND", "GIT_FETCH_FAILED"]);

type Needs = Pick<Deps, "clock" | "installation">;

/** True when the run was put off and will be tried again; false when the round has to end with this error. */
export async function fetchAgain(
  ref: PullRequestRef,
  { key, entry }: Due,
  error: unknown,
  deps: Needs & Pick<Deps, "rounds">,
): Promise<boolean> {
  const wait = waitBefore(entry, error, FETCH_WAITS_MS[entry.tries], deps);
  if (wait === undefined) return false;
  const later = putOff(entry, error, wait, deps);
  await deps.rounds.update(ref, (current) => ({
    record: settle(current, key, entry.seq, (known) => ({ ...known, ...later })),
    event: { kind: "effectSettled", detail: { effect: key, status: "pending" } },
  }));
  return true;
}

/** The start of a round as it is kept until its next try; null when the error is final. */
export function startAgain({ entry }: Due, error: unknown, deps: Needs): EffectRecord | null {
  const growing = Math.min(MAX_WAIT_MS, 1000 * 2 ** entry.tries);
  const wait = waitBefore(entry, error, growing, deps);
  return wait === undefined ? null : { ...entry, ...putOff(entry, error, wait, deps) };
}

function waitBefore(
  entry: EffectRecord,
  error: unknown,
  usualMs: number | undefined,
  { installation }: Needs,
): number | undefined {
  // "Not found" for what was there a moment ago: GitHub's reads lag. It is believed when it is said again and again.
  if (error instanceof PermanentError && MISSING.has(error.code)) return installation.staleReadMs[entry.tries];
  if (!(error instanceof RetryableError)) return undefined;
  if (isLimit(error)) return error.retryAfterMs ?? 1000;
  return usualMs === undefined ? undefined : Math.max(usualMs, error.retryAfterMs ?? 0);
}

/** GitHub's limit, told by it or by our own limiter: waiting is no failure, however often. */
function isLimit({ code, isHeldBack }: RetryableError): boolean {
  return isHeldBack || code === "GITHUB_RATE_LIMITED";
}

function putOff(
  { tries }: EffectRecord,
  error: unknown,
  waitMs: number,
  { clock }: Needs,
): Pick<EffectRecord, "tries" | "not_before" | "note"> {
  const isWaiting = error instanceof RetryableError && isLimit(error);
  const at = new Date(clock.now().getTime() + waitMs).toISOString();
  const note = error instanceof RetryableError || error instanceof PermanentError ? error.code : null;
  return { tries: isWaiting ? tries : tries + 1, not_before: at, note };
}
