// The periods of the suites: all of production's, divided by one factor that each suite prints.
import { Periods } from "../../src/repo-config/periods.ts";

/** Lines of the server's rondo.yml. `kept`: keys with a value of their own, in milliseconds. */
export function dividedPeriods(
  factor: number,
  kept: Readonly<Record<string, number | readonly number[]>> = {},
): string {
  const shorter = (ms: number): number => Math.max(10, Math.round(ms / factor));
  const divided = Object.entries({ ...Periods.parse({}), ...kept }).map(([key, value]) => {
    if (Object.hasOwn(kept, key)) return `  ${key}: ${JSON.stringify(value)}`;
    return `  ${key}: ${JSON.stringify(Array.isArray(value) ? value.map(shorter) : shorter(value))}`;
  });
  return `periods:\n${divided.join("\n")}\n`;
}
