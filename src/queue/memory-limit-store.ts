// The limits' shared state in memory, for tests: views of one process share it as processes share Redis.
import type { LimitState } from "../limits/limit-state.ts";
import type { LimitStore } from "./limit-store.ts";

/** A store that keeps the promises of the one in Redis; `nowMs` is its clock. */
export function memoryLimitStore(nowMs: () => number): LimitStore {
  const states = new Map<number, { state: LimitState; version: number }>();
  const read = (installationId: number) => {
    const known = states.get(installationId);
    return { state: known?.state ?? null, version: String(known?.version ?? ""), now: nowMs() };
  };
  return {
    read: async (installationId) => read(installationId),
    async write(installationId, version, state) {
      const found = read(installationId);
      if (found.version !== version) return { isWritten: false, ...found };
      states.set(installationId, { state, version: Number(version) + 1 });
      return { isWritten: true };
    },
  };
}
