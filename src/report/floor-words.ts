// Why a finding that blocked in an earlier round does not block any more: `floor_after_round`. A gate that got milder
// says so wherever it is read, or people take it for a mistake.
import { effectivePriority } from "../findings/finding.ts";
import type { RoundRecord } from "../round/round.ts";
import { openFindings } from "../verdict.ts";
import { count } from "./words.ts";

/** One sentence about the open findings that the floor made advisory; null when there are none. */
export function floorWords(round: RoundRecord): string | null {
  const { floor } = round.config.settings;
  if (floor === undefined) return null;
  const lowered = openFindings(round.findings).filter((one) => floor.lowered.includes(effectivePriority(one)));
  if (lowered.length === 0) return null;
  const what = `${count(lowered.length, "finding")} of lower priority ${lowered.length === 1 ? "is" : "are"} advisory`;
  return `${rule(round)} (\`floor_after_round: ${floor.after_round}\`), so ${what}.`;
}

/** `Blocking priorities: P0, P1 (after round 3, floor_after_round)`, a field of KICKOFF; null while no floor binds. */
export function floorField(round: RoundRecord): string | null {
  const { floor, blocking_priorities: blocking } = round.config.settings;
  if (floor === undefined) return null;
  return `Blocking priorities: ${blocking.join(", ") || "none"} (after round ${floor.after_round}, floor_after_round)`;
}

function rule({ config: { settings } }: RoundRecord): string {
  const blocking = settings.blocking_priorities.toSorted().join(" and ");
  const which = blocking === "" ? "nothing blocks" : `only ${blocking} ${blocking.length > 2 ? "block" : "blocks"}`;
  return `After round ${settings.floor?.after_round} ${which}`;
}
