// The change could not be fetched, and it may pass: git servers answer 500 now and then, as GitHub's API does. The round
// keeps its place and tries again by timer, so that no worker and no slot wait with it.
import { RetryableError } from "../errors.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { type Due, settle } from "../round/outbox.ts";
import type { Deps } from "./deps.ts";

/** Waits before the second and the third try, milliseconds. */
const WAITS_MS = [1000, 5000] as const;

/** True when the run was put off and will be tried again; false when the round has to end with this error. */
export async function fetchAgain(
  ref: PullRequestRef,
  { key, entry }: Due,
  error: unknown,
  deps: Pick<Deps, "rounds" | "clock">,
): Promise<boolean> {
  const wait = WAITS_MS[entry.tries];
  if (!(error instanceof RetryableError) || wait === undefined) return false;
  const at = deps.clock.now().getTime() + Math.max(wait, error.retryAfterMs ?? 0);
  const later = { tries: entry.tries + 1, not_before: new Date(at).toISOString(), note: error.code };
  await deps.rounds.update(ref, (current) => ({
    record: settle(current, key, entry.seq, (known) => ({ ...known, ...later })),
    event: { kind: "effectSettled", detail: { effect: key, status: "pending" } },
  }));
  return true;
}
