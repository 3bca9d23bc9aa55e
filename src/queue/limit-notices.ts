// What the limiter says: one line a wait of an installation, not one a call, and one when Redis goes and comes back.
import type { WaitReason } from "../limits/decide.ts";
import type { RateLimitParts } from "./rate-limits.ts";

export type LimitNotices = {
  wait(installation: number, why: WaitReason, at: number, now: number): void;
  refused(installation: number, until: number, now: number): void;
  /** Redis could not be asked, or could again. */
  alone(error: unknown): void;
  together(): void;
};

/** Log lines and counts of one process. */
export function limitNotices({ log, events }: Pick<RateLimitParts, "log" | "events">): LimitNotices {
  const said = new Map<string, number>();
  let isAlone = false;
  return {
    wait(installation, why, at, now) {
      events?.onWait?.(why);
      const key = `${installation} ${why}`;
      const before = said.get(key) ?? 0;
      said.set(key, Math.max(before, at));
      // While somebody waits the times move on with every call: that is the same wait.
      if (now <= before || at - now < WORTH_SAYING_MS) return;
      if (said.size > MOST_KEPT) said.delete(said.keys().next().value ?? "");
      log.info("Calls to GitHub wait for a limit", { installation, why, until: new Date(at).toISOString() });
    },
    refused(installation, until, now) {
      events?.onRefusal?.();
      const waitSeconds = Math.ceil((until - now) / 1000);
      log.warn("GitHub says that a limit is reached; nothing is sent until then", {
        installation,
        waitSeconds,
        until: new Date(until).toISOString(),
      });
    },
    alone(error) {
      events?.onAlone?.();
      if (isAlone) return;
      isAlone = true;
      log.warn("Redis cannot be asked about limits; this process keeps to a quarter of each", {
        reason: String(error),
      });
    },
    together() {
      if (isAlone) log.info("Redis is asked about limits again");
      isAlone = false;
    },
  };
}

/** Shorter waits are awaited where they arise. */
const WORTH_SAYING_MS = 1000;
const MOST_KEPT = 1000;
