// The limiter that all processes share: reads what is known of an installation, asks the rule, writes what it counted,
// and begins again when another process was faster. A call that has to wait is told when to come back; nobody sleeps here.
//
// Redis away: this process goes on with a quarter of every limit and what it saw last, and tells Redis afterwards what it
// sent. Stopping would stop the loop for as long as Redis is away; going on without limits could get the App banned.
import { createHash, randomUUID } from "node:crypto";
import { decide, spend, type LimitedCall } from "../limits/decide.ts";
import { isUrgent, learn, type LimitAnswer } from "../limits/learn.ts";
import { EMPTY, tidy, type LimitState } from "../limits/limit-state.ts";
import { DEFAULT_LIMITS, shareOf, type Limits } from "../limits/limits.ts";
import type { Ids, Log } from "../ports.ts";
import { pullRequestKey } from "../pull-request.ts";
import type { LimitEvents, LimitWait, RateLimits } from "../rate-limits.ts";
import { timedOut, within } from "./deadline.ts";
import { limitNotices } from "./limit-notices.ts";
import type { LimitStore, ReadLimits } from "./limit-store.ts";
import type { RondoQueue } from "./port.ts";

/** What the limiter is made of. `nowMs`: this machine's clock, for when Redis' cannot be read. */
export type RateLimitParts = {
  store: LimitStore;
  limits: Limits;
  log: Log;
  ids: Pick<Ids, "uuid">;
  nowMs(): number;
  events?: Partial<LimitEvents>;
};

/** `openRateLimits` of the queue's port on a store. */
export function rateLimitsOn(store: LimitStore, log: Log): RondoQueue["openRateLimits"] {
  return ({ limits, events } = {}) => {
    const all = { ...DEFAULT_LIMITS, ...limits };
    return sharedRateLimits({ store, limits: all, log, ids: { uuid: randomUUID }, nowMs, ...(events && { events }) });
  };
}

/** Never jumps, as the wall clock does; only differences to Redis' clock are taken from it. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Part of the limits for a process on its own: right for up to four of them. */
const ALONE_SHARE = 0.25;
/** How long Redis may take for one question; and how long it is left alone after it took longer. */
const ANSWER_MS = 1000;
const REST_MS = 1000;
/** More processes at once than this many tries need would have been held back by the limits long before. */
const MOST_TRIES = 20;

/** What this process knows about one installation beside Redis. */
type Mine = {
  /** The state as last seen or made here. */
  seen: LimitState;
  /** What was sent or heard and Redis does not know yet, oldest first. */
  untold: ((state: LimitState) => LimitState)[];
  ended: Set<string>;
  heard: { answer: LimitAnswer; atMs: number } | null;
  /** One question of this process at a time: it would only compete with itself. */
  turn: Promise<unknown>;
};

/** The `RateLimits` port on a shared store. Starts nothing and holds nothing open. */
export function sharedRateLimits(parts: RateLimitParts): RateLimits {
  const { limits, ids } = parts;
  const installations = new Map<number, Mine>();
  const notices = limitNotices(parts);
  const clock = { aheadMs: 0, restUntil: 0 };

  function mineOf(installationId: number): Mine {
    let mine = installations.get(installationId);
    if (mine === undefined) {
      mine = { seen: EMPTY, untold: [], ended: new Set(), heard: null, turn: Promise.resolve() };
      installations.set(installationId, mine);
    }
    return mine;
  }

  /** Changes the shared state by `change`, or this process' own copy of it while Redis is away. */
  async function update<T>(
    installationId: number,
    change: (state: LimitState, now: number, limits: Limits) => { state: LimitState; result: T },
  ): Promise<{ result: T; now: number }> {
    const mine = mineOf(installationId);
    const run = mine.turn.then(async () => (await together(installationId, mine, change)) ?? alone(mine, change));
    mine.turn = run.catch(() => undefined);
    return await run;
  }

  async function together<T>(
    installationId: number,
    mine: Mine,
    change: (state: LimitState, now: number, limits: Limits) => { state: LimitState; result: T },
  ): Promise<{ result: T; now: number } | undefined> {
    if (parts.nowMs() < clock.restUntil) return undefined;
    try {
      let found: ReadLimits = await soon(parts.store.read(installationId));
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const { now, version } = found;
        clock.aheadMs = now - parts.nowMs();
        const { untold, ended, heard } = mine;
        // A Redis that lost everything does not make us forget.
        const known = untold.reduce((state, tell) => tell(state), tidy(found.state ?? mine.seen, now, limits));
        const told = learn(known, { leases: ended, answer: fresh(heard, parts.nowMs()) }, now, limits);
        const { state, result } = change(told, now, limits);
        const written = await soon(parts.store.write(installationId, version, state));
        if (written.isWritten) {
          mine.seen = state;
          mine.untold = mine.untold.filter((tell) => !untold.includes(tell));
          mine.ended = new Set([...mine.ended].filter((lease) => !ended.has(lease)));
          if (mine.heard === heard) mine.heard = null;
          notices.together();
          return { result, now };
        }
        found = written;
      }
      throw new Error("other processes were faster every time");
    } catch (error) {
      clock.restUntil = parts.nowMs() + REST_MS;
      notices.alone(error);
      return undefined;
    }
  }

  function alone<T>(
    mine: Mine,
    change: (state: LimitState, now: number, limits: Limits) => { state: LimitState; result: T },
  ): { result: T; now: number } {
    const now = parts.nowMs() + clock.aheadMs;
    const share = shareOf(limits, ALONE_SHARE);
    const known = learn(
      tidy(mine.seen, now, share),
      { leases: mine.ended, answer: fresh(mine.heard, parts.nowMs()) },
      now,
      share,
    );
    const { state, result } = change(known, now, share);
    mine.seen = state;
    return { result, now };
  }

  async function ask(installationId: number, call: LimitedCall): Promise<LimitWait | null> {
    const { result, now } = await update(installationId, (state, at, applied) => {
      const decision = decide(state, call, at, applied);
      // Only the process' own copy has smaller limits than those it was made with.
      if (applied !== limits && decision.kind === "go")
        mineOf(installationId).untold.push((shared) => spend(shared, call, at, limits));
      return { state: decision.state, result: decision };
    });
    if (result.kind === "go") return null;
    notices.wait(installationId, result.why, result.at, now);
    return { kind: "wait", waitMs: Math.max(1, Math.ceil(result.at - now)), why: result.why };
  }

  return {
    async admit(installationId, { name, resource, cost, isStarting }) {
      const lease = ids.uuid();
      const wait = await ask(installationId, { resource, cost, isStarting, ticket: shortened(name), lease });
      return wait ?? { kind: "go", lease };
    },
    async report(installationId, lease, answer) {
      const mine = mineOf(installationId);
      if (answer === null || !isUrgent(answer)) {
        // Told with the next question: a call costs no more questions than it must.
        mine.ended.add(lease);
        if (answer !== null) mine.heard = { answer, atMs: parts.nowMs() };
        return;
      }
      const ended = { leases: new Set([lease]), answer };
      const { result, now } = await update(installationId, (state, at, applied) => {
        const next = learn(state, ended, at, applied);
        if (applied !== limits) mine.untold.push((shared) => learn(shared, ended, at, limits));
        return { state: next, result: next.blockedUntil };
      });
      if (answer.refusal !== null) notices.refused(installationId, result, now);
    },
    async admitRound(ref) {
      const ticket = shortened(`round ${pullRequestKey(ref)}`);
      const cost = { rest: 0, graphql: 0, content: 0, start: 1 };
      return await ask(ref.installationId, { resource: "core", cost, isStarting: true, ticket, lease: null });
    },
  };
}

/** What was heard a while ago says nothing any more: others may have sent since. */
function fresh(heard: Mine["heard"], nowMs: number): LimitAnswer | null {
  if (heard === null || nowMs - heard.atMs > FRESH_MS) return null;
  const { primary } = heard.answer;
  if (primary === null) return heard.answer;
  return { ...heard.answer, primary: { ...primary, resetInMs: primary.resetInMs - (nowMs - heard.atMs) } };
}

const FRESH_MS = 5000;

/** Names hold paths and are long; a place in the line only has to be found again. */
function shortened(name: string): string {
  return createHash("sha256").update(name).digest("base64url").slice(0, 16);
}

async function soon<T>(question: Promise<T>): Promise<T> {
  const answer = await within(question, ANSWER_MS);
  if (answer === timedOut) throw new Error("Redis did not answer in time");
  return answer;
}
