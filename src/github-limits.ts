// From the server's file to the limiter's figures.
import { readFile } from "node:fs/promises";
import { parseServerConfig } from "./repo-config.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits/limits.ts";
import type { ServerConfig } from "./repo-config/schema.ts";

/** The limits of a server whose file this is; it need not exist. Keys that are wrong have been told of already. */
export async function readGithubLimits(file: string): Promise<Limits> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return githubLimitsOf(parseServerConfig(text).config);
}

/** The limits that the server's file sets; its periods divide the time in which they apply. */
export function githubLimitsOf(config: Pick<ServerConfig, "github_limits" | "periods">): Limits {
  const { github_limits: given, periods } = config;
  // The places in the line, what is under way and the wait after a refusal belong to the minute.
  const scale = periods.limit_minute_ms / DEFAULT_LIMITS.minuteMs;
  const scaled = (ms: number): number => Math.max(1, Math.round(ms * scale));
  return {
    ...DEFAULT_LIMITS,
    contentPerMinute: given.content_per_minute,
    contentPerHour: given.content_per_hour,
    startsPerMinute: Math.max(1, Math.floor(given.content_per_minute / CALLS_OF_A_ROUND)),
    startsPerHour: Math.max(1, Math.floor(given.content_per_hour / CALLS_OF_A_ROUND)),
    restPerMinute: given.points_per_minute,
    graphqlPerMinute: given.graphql_points_per_minute,
    inFlight: given.calls_at_once,
    minuteMs: periods.limit_minute_ms,
    hourMs: periods.limit_hour_ms,
    blindWaitMs: scaled(DEFAULT_LIMITS.blindWaitMs),
  };
}

/** A check run, the round's comment, its review, and READY or a notice. */
const CALLS_OF_A_ROUND = 4;
