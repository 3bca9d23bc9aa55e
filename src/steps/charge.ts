// What a run may cost and what it did cost: the limit it is given, and the line that the ledger keeps of it.
import type { LedgerEntry } from "../ledger.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { ReviewerRecord, RoundRecord } from "../round/round.ts";
import type { Spend } from "../reviewer.ts";
import type { Deps } from "./deps.ts";

/** The server's limit for one round without what this reviewer's earlier tries used up; an unknown cost takes nothing off. */
export function costLeft(
  reviewer: Pick<ReviewerRecord, "spend"> | undefined,
  { installation }: Pick<Deps, "installation">,
): number | null {
  const limit = installation.serverConfig?.budget.cost_usd_per_round;
  const spent = reviewer?.spend?.cost_usd ?? 0;
  return limit === undefined ? null : Math.max(0, limit - (spent === "unknown" ? 0 : spent));
}

/** Writes down what a run used up; nothing for a reviewer without a model. The money is spent, whatever comes of the answer. */
export async function charge(
  { spend, ...run }: Pick<LedgerEntry, "runId" | "reviewer" | "startedAt"> & { spend: Spend | undefined },
  { ref, round, deps }: { ref: PullRequestRef; round: RoundRecord; deps: Pick<Deps, "ledger" | "clock"> },
  outcome: string,
): Promise<void> {
  if (spend === undefined) return;
  const where = { repo: `${ref.owner}/${ref.repo}`, pr: ref.number, round: round.n };
  await deps.ledger?.append({ ...run, ...where, spend, endedAt: deps.clock.now().toISOString(), outcome });
}
