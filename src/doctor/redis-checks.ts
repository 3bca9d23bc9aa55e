// Checks of the Redis that the queue lives in: is it there, does it keep what it is given, and is there room.
import { findRedisServer } from "../queue/managed-redis.ts";
import { inspectRedis, type RedisFacts } from "../queue/inspect-redis.ts";
import { managedSocket, redisInstallLine } from "../queue/redis-files.ts";
import type { RedisProblem } from "../queue/redis-check.ts";
import type { Settings } from "../settings.ts";
import { missing, ok, skipped, warning, wrong, type Check, type Finding, type Role } from "./check.ts";
import { problemOf } from "./settings-checks.ts";

/**
 * What is known of the Redis. `none`: no address is configured and none of our own runs; `serve` would start `binary`
 * (null: none is installed). `failed`: it is configured and cannot be used.
 */
export type RedisState =
  | { kind: "facts"; facts: RedisFacts; isOwn: boolean }
  | { kind: "failed"; problem: RedisProblem }
  | { kind: "none"; binary: string | null; installLine: string };

/** Asks the Redis of REDIS_URL, or the one that a running `rondo serve` keeps in the data directory. */
export async function readRedisState(settings: Settings): Promise<RedisState> {
  if (settings.redis !== null) {
    const answer = await inspectRedis(settings.redis, REDIS_MS);
    return "facts" in answer
      ? { kind: "facts", facts: answer.facts, isOwn: false }
      : { kind: "failed", problem: answer.problem };
  }
  const own = await inspectRedis({ path: managedSocket(settings.dataDir) }, REDIS_MS);
  if ("facts" in own) return { kind: "facts", facts: own.facts, isOwn: true };
  return { kind: "none", binary: await findRedisServer(), installLine: await redisInstallLine() };
}

const REDIS_MS = 5000;

/** Server, persistence, eviction, memory. */
export function redisChecks(settings: Settings, role: Role, state: () => Promise<RedisState>): readonly Check[] {
  const group = "Redis";
  const detail = (judge: (facts: RedisFacts) => Finding) => async (): Promise<Finding> => {
    const seen = await state();
    if (seen.kind === "facts") return judge(seen.facts);
    return skipped(seen.kind === "none" ? "set by rondo serve when it starts its own" : "Redis did not tell");
  };
  return [
    {
      id: "redis",
      group,
      title: "Server",
      of: "any",
      run: async () => problemOf(settings.problems, "REDIS_URL") ?? judgeServer(await state(), role),
    },
    { id: "redis-persistence", group, title: "Persistence", of: "any", run: detail(judgePersistence) },
    { id: "redis-eviction", group, title: "Eviction", of: "any", run: detail(judgeEviction) },
    { id: "redis-memory", group, title: "Memory", of: "any", run: detail(judgeMemory) },
  ];
}

/** Reachable, new enough and writable; for `serve` without REDIS_URL: is there a program to start? */
export function judgeServer(state: RedisState, role: Role): Finding {
  if (state.kind === "failed") {
    const { code, message, hint } = state.problem;
    return code === "unreachable" ? missing(message, hint) : wrong(message, hint);
  }
  if (state.kind === "none") {
    if (role !== "serve") {
      return wrong(
        "REDIS_URL is not set, and no Redis of a rondo serve runs on this data.",
        "Name the Redis that web and workers share, or run `rondo serve`, which starts its own.",
      );
    }
    if (state.binary !== null) return ok(`rondo serve will start its own: ${state.binary}`);
    return missing(
      "Neither redis-server nor valkey-server is installed.",
      `Run \`${state.installLine}\`, or set REDIS_URL to a Redis that is already running.`,
    );
  }
  const { facts, isOwn } = state;
  const grave = facts.problems.find(({ code }) => code === "version" || code === "replica" || code === "cluster");
  if (grave !== undefined) return wrong(grave.message, grave.hint);
  return ok(`${facts.version}, ${isOwn ? "started by rondo serve" : "answers at REDIS_URL"}`);
}

/** Jobs must be on disk: AOF. */
export function judgePersistence({ problems, isAppendOnly }: RedisFacts): Finding {
  const problem = problems.find(({ code }) => code === "aof" || code === "aofFailing");
  if (problem !== undefined) return warning(problem.message, problem.hint);
  if (isAppendOnly === null) return ok("the server does not tell (hosted servers hide it)");
  return ok("append-only file is on");
}

/** Nothing may be thrown away: noeviction. */
export function judgeEviction({ problems, evictionPolicy }: RedisFacts): Finding {
  const problem = problems.find(({ code }) => code === "eviction");
  if (problem !== undefined) return wrong(problem.message, problem.hint);
  return ok(evictionPolicy ?? "the server does not tell (hosted servers hide it)");
}

/** With noeviction a full Redis refuses every job. */
export function judgeMemory({ usedBytes, maxBytes }: RedisFacts): Finding {
  if (usedBytes === null) return ok("the server does not tell");
  const used = megabytes(usedBytes);
  if (maxBytes === null || maxBytes === 0) return ok(`${used} in use, no limit set`);
  const words = `${used} of ${megabytes(maxBytes)} in use`;
  const todo = "Raise maxmemory, or remove what else is kept in this Redis: a full one takes no jobs.";
  if (usedBytes >= maxBytes * 0.98) return missing(`${words}: Redis is full.`, todo);
  return usedBytes >= maxBytes * 0.8 ? warning(`${words}.`, todo) : ok(words);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
