// Where the limits' shared state lives in Redis: read it with Redis' own time, and write it only if nobody else did
// meanwhile. The rule itself is TypeScript (src/limits/decide.ts): a second one in Lua could come to differ.
import { z } from "zod";
import { EMPTY, LimitState } from "../limits/limit-state.ts";
import { queuePrefix } from "./jobs.ts";
import type { Producer } from "./producer.ts";

/** A state as read: `version` is what `write` compares, `now` is Redis' clock in milliseconds. */
export type ReadLimits = { state: LimitState | null; version: string; now: number };

export type LimitStore = {
  read(installationId: number): Promise<ReadLimits>;
  /** False, with what is there instead, when somebody else wrote since `version` was read. */
  write(
    installationId: number,
    version: string,
    state: LimitState,
  ): Promise<{ isWritten: true } | ({ isWritten: false } & ReadLimits)>;
};

// One round trip each. The version tells apart what the JSON text would have to be sent a second time for.
const SCRIPT = `
local known = redis.call('HGET', KEYS[1], 'version') or ''
if ARGV[2] ~= '' and known == ARGV[1] then
  redis.call('HSET', KEYS[1], 'version', ARGV[3], 'state', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 1 }
end
local time = redis.call('TIME')
return { 0, known, redis.call('HGET', KEYS[1], 'state') or '', time[1], time[2] }`;

const Answer = z.union([
  z.tuple([z.literal(1)]),
  z.tuple([z.literal(0), z.string(), z.string(), z.coerce.number(), z.coerce.number()]),
]);

/** The store over a producer's connection; `newVersion` gives a text that was never used before. */
export function redisLimitStore(producer: Pick<Producer, "withRedis">, newVersion: () => string): LimitStore {
  async function run(installationId: number, version: string, state: LimitState | null): Promise<ReadLimits | null> {
    const text = state === null ? "" : JSON.stringify(state);
    const key = `${queuePrefix}:limits:${installationId}`;
    const reply = await producer.withRedis((client) =>
      client.eval(SCRIPT, 1, key, version, text, newVersion(), String(KEEP_MS)),
    );
    const answer = Answer.parse(reply);
    if (answer[0] === 1) return null;
    const [, known, found, seconds, micros] = answer;
    return { state: found === "" ? null : readState(found), version: known, now: seconds * 1000 + micros / 1000 };
  }
  return {
    async read(installationId) {
      // An empty state is never written, so this only reads.
      const found = await run(installationId, "", null);
      if (found === null) throw new Error("a read of the limits wrote");
      return found;
    },
    async write(installationId, version, state) {
      const found = await run(installationId, version, state);
      return found === null ? { isWritten: true } : { isWritten: false, ...found };
    },
  };
}

/** Longer than the longest thing it holds: an hour of content, and a wait of an hour. */
const KEEP_MS = 3 * 3_600_000;

/** Of another version of Rondo: what it counted cannot be read, what was refused to it is refused to us soon enough. */
function readState(text: string): LimitState {
  return LimitState.safeParse(JSON.parse(text)).data ?? EMPTY;
}
