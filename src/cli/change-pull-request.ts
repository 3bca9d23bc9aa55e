// Changes a pull request's state from the command line the way a worker does: under the state file's lock, through the
// transition function, with the effects left to a worker, which is woken through the queue.
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { loadEnvFile, readOperatorConfig, type OperatorConfig } from "../config.ts";
import { isExpectedError, RetryableError, UserError } from "../errors.ts";
import type { Jobs } from "../ports.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import type { Heads, RoundEvent } from "../round/event.ts";
import type { PullRequestRecord, Trigger } from "../round/round.ts";
import { findPullRequest, type FoundPullRequest, parsePullRequest, TERMINAL_LOG } from "./find-pull-request.ts";

/** Who did it, in the texts on the pull request. No login has a space, so nobody is meant by mistake. */
export const OPERATOR = "the server's operator";

/** What started a round that was asked for here. */
export const CLI_TRIGGER: Trigger = { kind: "cli", actor: OPERATOR, delivery: null, comment: null, focus: null };

/** What became of a change: the record before and after, and why nothing changed (`row` null). */
export type Changed = {
  name: string;
  before: PullRequestRecord;
  record: PullRequestRecord;
  row: string | null;
  why: string;
};

/**
 * Applies the event that `eventOf` makes to the pull request named by `text`, prints what `describe` makes of the result,
 * and wakes a worker. Resolves to 0. Throws UserError for a pull request that is not known or a data directory of another
 * user, what the store throws, and RetryableError QUEUE_UNREACHABLE when the change is saved and no worker was told.
 */
export async function changePullRequest(
  text: string | undefined,
  command: string,
  eventOf: (found: FoundPullRequest, at: string) => RoundEvent,
  describe: (changed: Changed) => string,
): Promise<number> {
  const named = parsePullRequest(text, command);
  loadEnvFile();
  const config = readOperatorConfig();
  const found = await findPullRequest(config.dataDir, named);
  await refuseForeignData(config.dataDir);
  const { ref, record: before, rounds } = found;
  const { apply } = await import("../steps/apply.ts");
  const event = eventOf(found, new Date().toISOString());
  const { record, row, why } = await apply(ref, event, {
    rounds,
    jobs: NOBODY_YET,
    log: TERMINAL_LOG,
  });
  process.stdout.write(`${describe({ name: formatPullRequestRef(ref), before, record, row, why })}\n`);
  if (row !== null) await wake(ref, config);
  return 0;
}

/** The heads that Rondo heard of last; the worker reads the live ones before it starts. */
export function knownHeads({ head_sha_seen, head_sha, base_ref, base_sha }: PullRequestRecord, name: string): Heads {
  const headSha = head_sha_seen ?? head_sha;
  if (headSha !== null) return { headSha, baseRef: base_ref ?? "", baseSha: base_sha ?? "" };
  throw new UserError(`No commit of the pull request ${name} was seen yet.`, {
    code: "PULL_REQUEST_UNKNOWN",
    hint: "Push to it or comment `@codex review` on it.",
  });
}

/** Workers are told once the change is saved and shown: waiting for a dead Redis must not come first. */
const NOBODY_YET: Jobs = {
  wake: async () => {},
  schedule: async () => {},
  announce: async () => {},
  onAnnounced: () => () => {},
};

/** Files written by another user (root, say) could not be replaced by the worker later. */
async function refuseForeignData(dataDir: string): Promise<void> {
  const { uid } = await stat(dataDir);
  const self = process.getuid?.() ?? uid;
  if (self === uid) return;
  throw new UserError(`The data directory ${dataDir} belongs to another user (id ${uid}).`, {
    code: "DATA_DIR_FOREIGN",
    hint: `Run this command as that user, for example with sudo -u '#${uid}', so that the worker can go on with the files.`,
  });
}

async function wake(ref: PullRequestRef, { dataDir, redis }: OperatorConfig): Promise<void> {
  const target = redis ?? (await managedRedis(dataDir));
  if (target === null) throw unreachable(null);
  const { openRedisQueue } = await import("../queue/redis-queue.ts");
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const queue = openRedisQueue({ target, log: silent });
  try {
    await Promise.all([queue.jobs.wake(ref), queue.jobs.announce(ref)]);
  } catch (error) {
    throw unreachable(error);
  } finally {
    await queue.close();
  }
}

/** The Redis that a running `rondo serve` keeps in this data directory; null when none runs. */
async function managedRedis(dataDir: string): Promise<{ path: string } | null> {
  if (!existsSync(join(dataDir, "redis"))) return null;
  const { prepareRedisFiles } = await import("../queue/redis-files.ts");
  const { probeRedis } = await import("../queue/redis-probe.ts");
  const { socket } = await prepareRedisFiles(dataDir);
  return (await probeRedis(socket, 1000)).kind === "absent" ? null : { path: socket };
}

function unreachable(cause: unknown): RetryableError {
  const why =
    cause === null
      ? "REDIS_URL is not set, and no rondo serve runs here"
      : `Redis did not take the job${isExpectedError(cause) || !(cause instanceof Error) ? "" : ` (${cause.message.slice(0, 200)})`}`;
  return new RetryableError(`The change is saved, but no worker could be told: ${why}.`, {
    code: "QUEUE_UNREACHABLE",
    hint: "A worker picks it up at its next look: at its start, and every 5 minutes.",
    cause,
  });
}
