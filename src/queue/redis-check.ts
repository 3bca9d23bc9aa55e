// Is this Redis fit for a queue? Asked once at start and by `rondo doctor`: a wrong setting loses jobs silently, weeks later.
import { Redis, type RedisOptions } from "ioredis";
import { UserError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { isConnectionError, type RedisTarget } from "./connection.ts";
import { timedOut, within } from "./deadline.ts";

/** `error`: refuse to start. `warning`: start, and say so. */
export type RedisProblem = {
  code:
    | "unreachable"
    | "password"
    | "permission"
    | "eviction"
    | "aof"
    | "aofFailing"
    | "replica"
    | "version"
    | "cluster";
  level: "error" | "warning";
  message: string;
  hint: string;
};

/** BullMQ runs from 5.0 and recommends 6.2 (https://docs.bullmq.io/guide/redis-tm-compatibility); older ones are not tried here. */
const oldestVersion = [6, 2] as const;

/** Looks at the Redis; resolves within `timeoutMs`, with every problem found. An empty list means: fit. */
export async function checkRedis(target: RedisTarget, timeoutMs = 3000): Promise<readonly RedisProblem[]> {
  const answer = await askRedis(target, (client) => client.info(), timeoutMs);
  return "problem" in answer ? [answer.problem] : judgeInfo(answer.value);
}

/** Asks over a connection of its own that is gone afterwards; resolves within `timeoutMs`, with what is wrong instead. */
export async function askRedis<T>(
  target: RedisTarget,
  ask: (client: Redis) => Promise<T>,
  timeoutMs: number,
): Promise<{ value: T } | { problem: RedisProblem }> {
  const options: RedisOptions = {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    // The ready check is an INFO of its own that hides the server's answer.
    enableReadyCheck: false,
  };
  const client = "url" in target ? new Redis(target.url, options) : new Redis({ ...options, path: target.path });
  let failure: Error | undefined;
  client.on("error", (error: Error) => {
    failure ??= error;
  });
  try {
    const value = await within(
      client.connect().then(() => ask(client)),
      timeoutMs,
    );
    return value === timedOut ? { problem: unreachable("it does not answer in time") } : { value };
  } catch (error) {
    return { problem: judgeError(error instanceof Error ? error : new Error(String(error)), failure) };
  } finally {
    client.disconnect();
  }
}

/**
 * Warns about what can be lived with and refuses what loses jobs: throws UserError REDIS_UNFIT (exit 78, configuration).
 * A Redis that cannot be reached is not refused: it may come up, and until then web answers 503.
 */
export function refuseUnfitRedis(problems: readonly RedisProblem[], log: Log): void {
  const fatal = problems.filter(({ level, code }) => level === "error" && code !== "unreachable");
  for (const { message, hint } of problems.filter((problem) => !fatal.includes(problem))) log.warn(message, { hint });
  if (fatal.length === 0) return;
  throw new UserError(fatal.map(({ message }) => message).join(" "), {
    code: "REDIS_UNFIT",
    hint: fatal.map(({ hint }) => hint).join(" "),
  });
}

/** Reads the answer of INFO (https://redis.io/docs/latest/commands/info/). A field that is missing is no problem: hosted servers hide some. */
export function judgeInfo(info: string): readonly RedisProblem[] {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const version = field("redis_version") ?? "0.0";
  const policy = field("maxmemory_policy") ?? "noeviction";
  const findings: readonly [boolean, RedisProblem][] = [
    [
      isTooOld(version),
      {
        code: "version",
        level: "error",
        message: `Redis ${version} is too old.`,
        hint: `Use Redis ${oldestVersion.join(".")} or newer, or any Valkey.`,
      },
    ],
    [
      policy !== "noeviction",
      {
        code: "eviction",
        level: "error",
        message: `Redis may throw jobs away when its memory is full (maxmemory-policy is ${policy}).`,
        hint: "Set maxmemory-policy to noeviction, e.g. redis-cli CONFIG SET maxmemory-policy noeviction.",
      },
    ],
    [
      field("role") === "slave",
      {
        code: "replica",
        level: "error",
        message: "This Redis is a replica and takes no writes.",
        hint: "Point REDIS_URL at the primary.",
      },
    ],
    [
      field("cluster_enabled") === "1",
      {
        code: "cluster",
        level: "error",
        message: "This Redis is a cluster, which Rondo does not support.",
        hint: "Use a single Redis or Valkey; Rondo needs very little of it.",
      },
    ],
    [
      field("aof_enabled") === "0",
      {
        code: "aof",
        level: "warning",
        message: "Redis does not write jobs to disk as they come (appendonly is off): a crash loses them.",
        hint: "Set appendonly to yes, e.g. redis-cli CONFIG SET appendonly yes.",
      },
    ],
    [
      field("aof_enabled") === "1" && field("aof_last_write_status") === "err",
      {
        code: "aofFailing",
        level: "warning",
        message: "Redis cannot write jobs to disk.",
        hint: "Look for a full disk where Redis keeps its data.",
      },
    ],
  ];
  return findings.filter(([isFound]) => isFound).map(([, problem]) => problem);
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]);
}

function judgeError(error: Error, earlier: Error | undefined): RedisProblem {
  const said = `${error.message} ${earlier?.message ?? ""}`;
  if (/NOAUTH|WRONGPASS|ERR AUTH|invalid password/i.test(said)) {
    return {
      code: "password",
      level: "error",
      message: "Redis refuses the password.",
      hint: "Put the right user and password into REDIS_URL: redis://user:password@host:port.",
    };
  }
  if (/NOPERM/.test(said)) {
    return {
      code: "permission",
      level: "error",
      message: "This Redis user may not run the commands that Rondo needs.",
      hint: "Give it the rights +@all on the keys rondo:* and the channel rondo:announcements.",
    };
  }
  return unreachable(isConnectionError(earlier ?? error) ? (earlier ?? error).message : error.message);
}

function unreachable(reason: string): RedisProblem {
  return {
    code: "unreachable",
    level: "error",
    message: `Redis cannot be reached: ${reason}.`,
    hint: "Check that it runs and that REDIS_URL is right; Rondo connects by itself once it is there.",
  };
}
