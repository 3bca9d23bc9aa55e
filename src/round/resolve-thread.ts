// A resolved thread. Whoever resolves it says "dealt with" and no reason, so it is no dispute: it takes the finding out of
// what blocks at this commit only (match-round.ts), and reviewers that see it at the next one say it again.
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import { follow } from "./decide.ts";
import type { RoundEvent } from "./event.ts";
import { lastJudged } from "./match-round.ts";
import type { PullRequestRecord } from "./round.ts";
import { changeRound, type Step, stay } from "./step.ts";

type Changed = Extract<RoundEvent, { kind: "threadChanged" }>;

/** E10 by a click (T22b, T23c, T23d): an open finding becomes resolved, a resolved one open; nothing else changes. */
export function changeThread(record: PullRequestRecord, event: Changed): Step {
  const round = lastJudged(record);
  const finding = round?.findings.find(({ id }) => id === event.findingId);
  if (round === undefined || finding === undefined) return stay(record, "the last round does not have the finding");
  const changed = event.isResolved ? resolve(finding, event) : reopen(finding);
  if (changed === finding) return stay(record, "the finding stands so already, or somebody decided about it");
  const next = changeRound(record, round.n, (current) => ({
    ...current,
    findings: current.findings.map((one) => (one === finding ? changed : one)),
  }));
  return follow(record, next, [], { closed: "T22b", noted: "T23c", reopened: "T23d" });
}

function resolve(finding: TrackedFinding, { by, at }: Changed): TrackedFinding {
  const isOpen = finding.status === "open" || finding.status === "still_open";
  return isOpen ? { ...finding, status: "resolved", resolved_by: { by, at } } : finding;
}

function reopen(finding: TrackedFinding): TrackedFinding {
  if (finding.status !== "resolved" || finding.resolved_by === undefined) return finding;
  const { resolved_by: _, ...kept } = finding;
  return { ...kept, status: finding.age > 1 ? "still_open" : "open" };
}
