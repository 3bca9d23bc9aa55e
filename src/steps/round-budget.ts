// `budget.minutes_per_round`: how long the reviewers of a round may take in all, their second tries included. The cap of a
// single run (`phase_cap`) is another limit; whoever reads that a limit fired must learn which of the two it was.
import { describeEnding } from "../report/failure.ts";
import type { RoundEvent } from "../round/event.ts";
import type { RoundRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";

/** The clock of a round's reviewers. `signal` aborts when the caller's does or when the time is used up. */
export type RoundBudget = {
  signal: AbortSignal;
  /** What happened, once the time was used up; null before, and when the caller stopped the run. */
  exhausted(): Extract<RoundEvent, { kind: "budgetExhausted" }> | null;
  /** Stops the clock; call it when the run is over. */
  forget(): void;
};

type Run = { round: RoundRecord; attempt: number; claims: number };

/** Starts the clock, or goes on with it. A round of an older version has no budget. */
export function startRoundBudget(run: Run, deps: Pick<Deps, "clock">, signal: AbortSignal): RoundBudget {
  const { round } = run;
  const limitMs = (round.config.settings.minutes_per_round ?? 0) * 60_000;
  if (limitMs === 0) return { signal, exhausted: () => null, forget: () => {} };
  const { clock } = deps;
  const usedMs = usedBefore(run, limitMs, clock.now());
  const startedMs = clock.monotonicMs();
  const over = new AbortController();
  const forgotten = new AbortController();
  let elapsedMs: number | null = null;
  const stopped = AbortSignal.any([signal, forgotten.signal]);
  const expire = async (): Promise<void> => {
    await clock.sleep(limitMs - usedMs, stopped);
    if (stopped.aborted) return;
    elapsedMs = usedMs + clock.monotonicMs() - startedMs;
    over.abort("run_budget");
  };
  void expire();
  return {
    signal: AbortSignal.any([signal, over.signal]),
    exhausted() {
      if (elapsedMs === null || signal.aborted) return null;
      const { exit, failure } = describeEnding({ kind: "timedOut", limit: "run_budget", limitMs }, elapsedMs);
      const limit = `run_budget ${Math.round(limitMs / 1000)} s reached after ${(elapsedMs / 1000).toFixed(1)} s`;
      const at = clock.now().toISOString();
      return { kind: "budgetExhausted", at, round: round.n, limit, exit, failure: failure ?? limit };
    },
    forget: () => forgotten.abort(),
  };
}

/**
 * What earlier tries took, or the worker before this one. The first try of the first worker starts at zero: it needs no
 * wall clock, which may have been set in between.
 */
function usedBefore({ round, attempt, claims }: Run, limitMs: number, now: Date): number {
  if (attempt === 1 && claims === 0) return 0;
  return Math.min(limitMs, Math.max(0, now.getTime() - Date.parse(round.started_at)));
}
