// Connections to Redis: who may wait for ever (workers), who must answer soon (producers), and how an outage is logged once.
import { Redis, type RedisOptions } from "ioredis";
import { UserError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { QueueTimings } from "./timings.ts";

/** Where Redis listens: a URL (`redis://`, `rediss://`) or a unix socket. A URL may hold a password: never log it. */
export type RedisTarget = { url: string } | { path: string };

/**
 * Reads REDIS_URL: `redis://` or `rediss://` with host, or `unix:///path` or a plain absolute path of a socket.
 * Throws UserError REDIS_URL_INVALID without repeating the text, which may hold a password.
 */
export function parseRedisTarget(text: string): RedisTarget {
  const path = /^(?:unix:\/\/)?(?<path>\/.+)$/.exec(text)?.groups?.["path"];
  if (path !== undefined) return { path };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== "") return { url: text };
  throw new UserError("REDIS_URL is not the address of a Redis.", {
    code: "REDIS_URL_INVALID",
    hint: "Write it like redis://user:password@host:6379/0, rediss://host:6380 or unix:///run/redis/redis.sock.",
  });
}

/**
 * A connection that fails fast: for everything somebody waits for.
 * Without the offline queue a command rejects at once while Redis is down, instead of pending without end.
 */
export function openProducerConnection(target: RedisTarget, timings: QueueTimings, log: Log): Redis {
  return open(target, log, "producer", {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: timings.commandMs,
    retryStrategy: retryStrategy(timings),
  });
}

/**
 * A connection that waits for Redis to come back: for workers and subscribers.
 * BullMQ demands `maxRetriesPerRequest: null` (https://docs.bullmq.io/guide/going-to-production).
 */
export function openWorkerConnection(target: RedisTarget, timings: QueueTimings, log: Log): Redis {
  return open(target, log, "worker", { maxRetriesPerRequest: null, retryStrategy: retryStrategy(timings) });
}

function retryStrategy(timings: QueueTimings): (times: number) => number {
  return (times) => Math.min(times * 50, timings.reconnectMs);
}

function open(target: RedisTarget, log: Log, role: string, options: RedisOptions): Redis {
  const common: RedisOptions = { ...options, connectTimeout: 5000, keepAlive: 10_000, connectionName: `rondo-${role}` };
  const client = "url" in target ? new Redis(target.url, common) : new Redis({ ...common, path: target.path });
  logOutages(client, log, role);
  return client;
}

/** An 'error' listener on every connection is a must: without one, the first refused connection ends the process. */
function logOutages(client: Redis, log: Log, role: string): void {
  let isDown = false;
  client.on("error", (error: Error) => {
    if (isDown) return;
    isDown = true;
    log.warn("Redis connection lost, trying again", { role, reason: error.message });
  });
  client.on("ready", () => {
    if (isDown) log.info("Redis connection is back", { role });
    isDown = false;
  });
}

/** True for the errors of a connection that is down: logged once by the connection itself, not again by every user of it. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string" && /^(?:ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(code))
    return true;
  return /Connection is closed|Connection closed|Stream isn't writeable|Command timed out|max retries per request|LOADING|READONLY/.test(
    `${error.name}: ${error.message}`,
  );
}
