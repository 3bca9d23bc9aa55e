// All checks of `rondo doctor`, in the order in which they are shown: this machine first, then outwards.
import type { Fetch } from "../github/timed-fetch.ts";
import type { Settings } from "../settings.ts";
import type { Check, Role } from "./check.ts";
import { dataChecks } from "./data-checks.ts";
import { githubChecks } from "./github-checks.ts";
import { machineChecks } from "./machine.ts";
import { readRedisState, redisChecks, type RedisState } from "./redis-checks.ts";
import { serverChecks } from "./server-checks.ts";
import { settingsChecks } from "./settings-checks.ts";

/** Loads what a check would load in the middle of others: a busy machine shall not look like a Redis that hangs. */
export async function loadClients(): Promise<void> {
  await Promise.all([import("../github/app.ts"), import("../github/inspect-app.ts")]);
}

/** Every check for a process of this role. Asks nothing until the checks run. */
export function allChecks(settings: Settings, role: Role, send: Fetch): readonly Check[] {
  let asked: Promise<RedisState> | undefined;
  const redis = (): Promise<RedisState> => (asked ??= readRedisState(settings));
  return [
    ...machineChecks(settings),
    ...settingsChecks(settings),
    ...dataChecks(settings.dataDir),
    ...redisChecks(settings, role, redis),
    ...githubChecks(settings, send, () => new Date()),
    ...serverChecks(settings, role, redis),
  ];
}
