// The conductor: takes a pull request's lease and performs what its outbox holds, one effect after the other, until
// nothing is due. Every effect is marked as intended before it is sent and as done afterwards, so a crash anywhere is
// followed by another conductor that looks at the same outbox and goes on.
//
// The reviewers are the one long effect. They run beside the loop, so that a comment is answered while they work, and
// they are killed the moment the state file says that their round is over.
import { isDiskTrouble, isExpectedError } from "../errors.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import { isInternal } from "../round/effect.ts";
import { effectKey } from "../round/effect-key.ts";
import { type Due, nextDueAt, nextEffect, settle } from "../round/outbox.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { HeldLease } from "../ports.ts";
import { apply } from "./apply.ts";
import { claimRound } from "./claim-round.ts";
import type { Deps } from "./deps.ts";
import { holdStart } from "./hold-start.ts";
import { judgeFailure } from "./judge-failure.ts";
import { perform } from "./perform.ts";
import { runReviewers } from "./run-reviewers.ts";
import type { Performed } from "./step.ts";

type Running = {
  fence: number;
  abort: AbortController;
  ended: Promise<void>;
  hasEnded: boolean;
  /** What kept the reviewers' answers from being saved. Starting them again at once would only cost the same again. */
  failure: { error: unknown } | undefined;
};

/**
 * Works on one pull request until nothing is due. Resolves to `{ delayMs }` when it should be tried again soon (no
 * slot, lease busy), to undefined when it is done. Rejects when the state cannot be read or written.
 */
export async function advance(
  ref: PullRequestRef,
  deps: Deps,
  signal: AbortSignal,
): Promise<{ delayMs: number } | undefined> {
  const held = await deps.rounds.acquireLease(ref);
  if (held === undefined) return { delayMs: deps.installation.busyMs };
  const stop = AbortSignal.any([signal, held.lost]);
  const conductor = newConductor(ref, deps, stop);
  try {
    await countTakeover(ref, deps, held);
    return await conductor.conduct();
  } finally {
    await conductor.close();
    await held.release();
  }
}

/** A lease that was taken from a dead owner counts; too many of them end the round (T45). */
async function countTakeover(ref: PullRequestRef, deps: Deps, held: HeldLease): Promise<void> {
  if (held.takenOverFrom === null) return;
  const claims = held.takeovers;
  deps.log.warn("took over from a dead worker", { pr: formatPullRequestRef(ref), claims });
  const at = deps.clock.now().toISOString();
  await apply(ref, { kind: "leaseTakenOver", at, claims, cap: deps.installation.recoveryCap }, deps);
}

function newConductor(ref: PullRequestRef, deps: Deps, stop: AbortSignal) {
  let running: Running | undefined;
  let slot: (() => void) | undefined;
  let wakeUp: (() => void) | undefined;
  const unsubscribe = deps.jobs.onAnnounced(ref, () => void look());

  /** Kills the reviewers when the record says that their round is over. */
  async function look(): Promise<void> {
    if (running === undefined) return;
    const record = await deps.rounds.load(ref).catch(() => null);
    if (record !== null && running !== undefined && record.fence !== running.fence) running.abort.abort("superseded");
    wakeUp?.();
  }

  async function conduct(): Promise<{ delayMs: number } | undefined> {
    while (!stop.aborted) {
      const record = await deps.rounds.load(ref);
      if (record === null) return undefined;
      if (running?.hasEnded === true) {
        const { failure } = running;
        running = undefined;
        if (failure !== undefined) throw failure.error;
      }
      if (running !== undefined && record.fence !== running.fence) {
        running.abort.abort("superseded");
        await running.ended;
        continue;
      }
      const now = deps.clock.now().toISOString();
      const due = nextEffect(record, now, running === undefined ? new Set() : new Set(["run"]));
      if (due === undefined && running === undefined) return await rest(record);
      if (due === undefined) {
        await idle();
        continue;
      }
      if (needsSlot(due) && slot === undefined) {
        slot = deps.slots.tryTake();
        if (slot === undefined) return { delayMs: deps.installation.busyMs };
      }
      await handle(record, due);
    }
    return undefined;
  }

  /** Waits until the reviewers end, somebody announces a change, or it is time to look again. */
  async function idle(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      wakeUp = resolve;
    });
    const rested = new AbortController();
    const wait = deps.clock.sleep(deps.installation.lookMs, AbortSignal.any([rested.signal, stop]));
    await Promise.race([woken, running?.ended ?? Promise.resolve(), wait]);
    rested.abort();
  }

  /** Nothing is due now: whatever waits gets a timer, so that no worker has to wait with it. */
  async function rest(record: PullRequestRecord): Promise<undefined> {
    const at = nextDueAt(record);
    if (at === undefined) return undefined;
    const atMs = Date.parse(at);
    const headSha = record.pending?.head_sha ?? record.head_sha ?? record.head_sha_seen ?? "0".repeat(40);
    const about = { repoId: record.repo_id, pr: record.pr, headSha, round: record.round, attempt: 1 };
    const key = effectKey({ ...about, kind: `due.${atMs}` });
    await deps.jobs.schedule({ key, ref, fence: record.fence, kind: "due", atMs });
    return undefined;
  }

  async function handle(record: PullRequestRecord, due: Due): Promise<void> {
    const { effect } = due.entry;
    const at = deps.clock.now().toISOString();
    if (effect.kind === "run") {
      running = start(record, due);
      return;
    }
    if (effect.kind === "start") {
      const held = await holdStart(ref, due, deps);
      if (held !== null)
        return await saveOutbox((current) => settle(current, due.key, due.entry.seq, () => held), due, held.status);
      const { event, later } = await claimRound(ref, record, due, deps);
      if (later !== undefined)
        return await saveOutbox((current) => settle(current, due.key, due.entry.seq, () => later), due, later.status);
      await apply(ref, event, deps, (current) => done(current, due, at));
      return;
    }
    if (effect.kind === "deadline") {
      await apply(ref, { kind: "waitDeadlinePassed", at, round: effect.round }, deps, (current) =>
        done(current, due, at),
      );
      return;
    }
    await send(record, due);
  }

  function start(record: PullRequestRecord, due: Due): Running {
    const abort = new AbortController();
    const state: Running = {
      fence: record.fence,
      abort,
      hasEnded: false,
      ended: Promise.resolve(),
      failure: undefined,
    };
    const both = AbortSignal.any([abort.signal, stop]);
    state.ended = runReviewers(ref, record, due, deps, both)
      .catch((error: unknown) => {
        state.failure = { error };
        if (!isDiskTrouble(error))
          deps.log.error("running the reviewers failed", { pr: formatPullRequestRef(ref), error });
      })
      .finally(() => {
        state.hasEnded = true;
        wakeUp?.();
      });
    return state;
  }

  /** Intent first, then the effect, then what came of it. */
  async function send(record: PullRequestRecord, due: Due): Promise<void> {
    if (!isInternal(due.entry.effect) && !(await intend(due))) return;
    const { performed, error } = await tryOnce(record, due);
    // What the saves below throw goes up: the effect stays intended, and is looked for before it is sent again.
    if (performed === undefined) return await giveBack(error, due);
    const at = deps.clock.now().toISOString();
    const settled = (current: PullRequestRecord): PullRequestRecord => {
      if (performed.isPostponed) return current;
      const known = { ...performed.object, status: "done" as const, at, note: performed.note };
      const next = settle(current, due.key, due.entry.seq, (entry) => ({ ...entry, ...known }));
      return performed.learn?.(next) ?? next;
    };
    if (performed.event === null) await saveOutbox(settled, due, "done");
    else await apply(ref, performed.event, deps, settled);
  }

  /** Throws when the disk is in trouble: that is no failure of the effect, and no try of it. */
  async function tryOnce(
    record: PullRequestRecord,
    due: Due,
  ): Promise<{ performed: Performed; error?: never } | { performed?: never; error: unknown }> {
    try {
      return { performed: await perform(ref, record, due, deps) };
    } catch (error) {
      if (isDiskTrouble(error)) throw error;
      return { error };
    }
  }

  /** An effect failed: later again, or never. */
  async function giveBack(error: unknown, due: Due): Promise<void> {
    const pr = formatPullRequestRef(ref);
    if (!isExpectedError(error)) deps.log.error("an effect failed unexpectedly", { pr, effect: due.key, error });
    const { entry, event } = judgeFailure(error, due, deps);
    deps.log.warn("effect not done", { pr, effect: due.key, note: entry.note, retryAt: entry.not_before });
    const settled = (current: PullRequestRecord): PullRequestRecord =>
      settle(current, due.key, due.entry.seq, () => entry);
    if (event === null) await saveOutbox(settled, due, entry.status);
    else await apply(ref, event, deps, settled);
  }

  /** Marks an effect as intended; false when it is no longer wanted. */
  async function intend(due: Due): Promise<boolean> {
    const at = deps.clock.now().toISOString();
    let isWanted = false;
    await deps.rounds.update(ref, (current) => {
      const entry = current.effects[due.key];
      isWanted = entry?.seq === due.entry.seq && (entry.status === "pending" || entry.status === "intended");
      const next = isWanted
        ? settle(current, due.key, due.entry.seq, (known) => ({ ...known, status: "intended", at }))
        : current;
      return { record: next, event: { kind: "effectIntended", detail: { effect: due.key } } };
    });
    return isWanted && !stop.aborted;
  }

  async function saveOutbox(
    change: (record: PullRequestRecord) => PullRequestRecord,
    due: Due,
    status: string,
  ): Promise<void> {
    await deps.rounds.update(ref, (current) => ({
      record: change(current),
      event: { kind: "effectSettled", detail: { effect: due.key, status } },
    }));
  }

  async function close(): Promise<void> {
    unsubscribe();
    running?.abort.abort("stopped");
    await running?.ended;
    slot?.();
  }

  return { conduct, close };
}

/** A round takes a slot from its start to the end of its reviewers. */
function needsSlot(due: Due): boolean {
  return due.entry.effect.kind === "start" || due.entry.effect.kind === "run";
}

function done(record: PullRequestRecord, due: Due, at: string): PullRequestRecord {
  return settle(record, due.key, due.entry.seq, (entry) => ({ ...entry, status: "done", at, note: null }));
}
