// The port of the ledger: what every run of a reviewer that uses a model cost, for good. Budgets are worked out from it, so
// a line is on the disk before the run's answer counts, and no later retention of runs takes it away.
import type { Spend } from "./reviewer.ts";

/** One run. Times are UTC ISO; `outcome` is the verdict, or the first word of the failure. */
export type LedgerEntry = {
  runId: string;
  /** `owner/repo`. */
  repo: string;
  pr: number;
  round: number;
  reviewer: string;
  spend: Spend;
  startedAt: string;
  endedAt: string;
  outcome: string;
};

/** Appends; never changes a line. Throws RetryableError STATE_NOT_WRITABLE when the machine cannot write. */
export type Ledger = { append(entry: LedgerEntry): Promise<void> };
