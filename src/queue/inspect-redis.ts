// What `rondo doctor` wants to know of a Redis: the settings that matter, and what the queue in it looks like. It reads
// over one connection of its own and leaves nothing behind; opening the queue itself would write.
import { askRedis, judgeInfo, type RedisProblem } from "./redis-check.ts";
import type { RedisTarget } from "./connection.ts";
import { readHeartbeats } from "./health.ts";
import { queuePrefix } from "./jobs.ts";
import type { WorkerHeartbeat } from "./port.ts";

/** A Redis that answered. Fields that a hosted server hides are null. */
export type RedisFacts = {
  /** `Redis 7.0.15` or `Valkey 8.1.0`. */
  version: string;
  problems: readonly RedisProblem[];
  isAppendOnly: boolean | null;
  evictionPolicy: string | null;
  usedBytes: number | null;
  /** 0 means: no limit. */
  maxBytes: number | null;
  workers: readonly WorkerHeartbeat[];
  /** Deliveries that wait for a worker, and those that failed for good. */
  waiting: number;
  failed: number;
};

/** Resolves within `timeoutMs`; `problem` says why nothing could be read. */
export async function inspectRedis(
  target: RedisTarget,
  timeoutMs = 3000,
): Promise<{ facts: RedisFacts } | { problem: RedisProblem }> {
  const answer = await askRedis(
    target,
    async (client) => {
      const [info, { alive }, waiting, failed] = await Promise.all([
        client.info(),
        readHeartbeats(client),
        client.llen(`${queuePrefix}:deliveries:wait`),
        client.zcard(`${queuePrefix}:deliveries:failed`),
      ]);
      return { ...readInfo(info), workers: alive, waiting, failed };
    },
    timeoutMs,
  );
  return "problem" in answer ? answer : { facts: answer.value };
}

/** The answer of INFO (https://redis.io/docs/latest/commands/info/). */
function readInfo(info: string): Omit<RedisFacts, "workers" | "waiting" | "failed"> {
  const field = (name: string): string | null => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? null;
  const number = (name: string): number | null => (field(name) === null ? null : Number(field(name)));
  const aof = field("aof_enabled");
  const valkey = field("valkey_version");
  return {
    version: valkey === null ? `Redis ${field("redis_version") ?? "of unknown version"}` : `Valkey ${valkey}`,
    problems: judgeInfo(info),
    isAppendOnly: aof === null ? null : aof === "1",
    evictionPolicy: field("maxmemory_policy"),
    usedBytes: number("used_memory"),
    maxBytes: number("maxmemory"),
  };
}
