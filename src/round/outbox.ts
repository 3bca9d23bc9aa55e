// The outbox of a pull request: which effects are decided, which are under way, which are done.
// Pure bookkeeping on the record's `effects`; who performs them is src/steps/advance.ts.
import { type Effect, isInternal, keyOf } from "./effect.ts";
import type { EffectRecord } from "./effect-record.ts";
import type { PullRequestRecord } from "./round.ts";

/** An effect that a transition asks for. `notBefore` is a UTC ISO time; without it the effect is due at once. */
export type Armed = { effect: Effect; notBefore?: string };

/** An entry of the outbox with its key. */
export type Due = { key: string; entry: EffectRecord };

/**
 * Decides effects: each becomes pending with a new `seq`, in the order given. An effect that was decided before keeps
 * its entry, so that an object on GitHub is edited and not made twice; one whose object a person deleted stays abandoned.
 */
export function arm<R extends PullRequestRecord>(record: R, armed: readonly Armed[]): R {
  if (armed.length === 0) return record;
  const effects = { ...record.effects };
  let seq = record.next_seq;
  for (const { effect, notBefore } of armed) {
    const key = keyOf(record, effect, headOf(record, effect));
    const known = effects[key];
    if (known?.status === "abandoned" && known.id !== null) continue;
    effects[key] = {
      seq: seq++,
      // A send whose end is unknown stays "intended": whoever performs it next looks before sending again.
      status: known?.status === "intended" ? "intended" : "pending",
      effect,
      not_before: notBefore ?? null,
      tries: 0,
      id: known?.id ?? null,
      node_id: known?.node_id ?? null,
      url: known?.url ?? null,
      at: known?.at ?? null,
      note: null,
      ...(known?.shown === undefined ? {} : { shown: known.shown }),
      ...(known?.resent_at === undefined ? {} : { resent_at: known.resent_at }),
    };
  }
  return { ...record, effects, next_seq: seq };
}

/** The commit an effect is about: its own when it names one, else its round's, else that of the trigger that waits. */
export function headOf(record: PullRequestRecord, effect: Effect): string {
  if ("head_sha" in effect) return effect.head_sha;
  const round = record.rounds.find((candidate) => candidate.n === effect.round);
  return round?.head_sha ?? record.pending?.head_sha ?? record.head_sha_seen ?? record.head_sha ?? "0".repeat(40);
}

/** Entries that still have to be performed, in the order they were decided. */
export function openEffects(record: PullRequestRecord): readonly Due[] {
  return Object.entries(record.effects)
    .filter(([, entry]) => entry.status === "pending" || entry.status === "intended")
    .map(([key, entry]) => ({ key, entry }))
    .sort((a, b) => a.entry.seq - b.entry.seq);
}

/**
 * What to do next at `now` (UTC ISO): the first open effect that is due. A write that waits for its retry holds back
 * the writes behind it, because their order is part of what people see; what waits inside Rondo holds back nothing.
 * `skip` names kinds that are already under way.
 */
export function nextEffect(
  record: PullRequestRecord,
  now: string,
  skip: ReadonlySet<string> = new Set(),
): Due | undefined {
  let isHeld = false;
  for (const due of openEffects(record)) {
    if (skip.has(due.entry.effect.kind)) continue;
    const isWaiting = due.entry.not_before !== null && due.entry.not_before > now;
    if (!isWaiting && !isHeld) return due;
    if (!isWaiting && isInternal(due.entry.effect) && due.entry.effect.kind !== "evaluate") return due;
    if (!isInternal(due.entry.effect)) isHeld = true;
  }
  return undefined;
}

/** The earliest time at which something that waits becomes due, or undefined when nothing waits. */
export function nextDueAt(record: PullRequestRecord): string | undefined {
  return openEffects(record)
    .map((due) => due.entry.not_before)
    .filter((time): time is string => time !== null)
    .sort()[0];
}

/** Gives up the open effects that `matches`, with the reason. Objects already on GitHub stay known. */
export function abandon<R extends PullRequestRecord>(
  record: R,
  matches: (entry: EffectRecord) => boolean,
  note: string,
): R {
  const effects = { ...record.effects };
  for (const { key, entry } of openEffects(record)) {
    if (matches(entry)) effects[key] = { ...entry, status: entry.id === null ? "abandoned" : "done", note };
  }
  return { ...record, effects };
}

/**
 * Opens effects again that were sent twice before `before` (UTC ISO): by then GitHub's lists show what there is, and whoever
 * performs them looks first, keeps the oldest object and takes the others away. The same record when there are none.
 */
export function lookAgain<R extends PullRequestRecord>(record: R, before: string): R {
  const effects = { ...record.effects };
  let isChanged = false;
  for (const [key, entry] of Object.entries(effects)) {
    const { resent_at: at, ...rest } = entry;
    if (at === undefined || at > before || entry.status !== "done") continue;
    effects[key] = { ...rest, status: "intended", not_before: null, tries: 0 };
    isChanged = true;
  }
  return isChanged ? { ...record, effects } : record;
}

/** True when the object of `effect` is on GitHub or may be: a send was begun and nobody knows how it ended. */
export function mayExist(record: PullRequestRecord, kind: Effect["kind"], round: number): boolean {
  return Object.values(record.effects).some(
    (entry) =>
      entry.effect.kind === kind && entry.effect.round === round && (entry.id !== null || entry.status === "intended"),
  );
}

/** Changes one entry, but only while it is still the decision (`seq`) that the caller performed. */
export function settle<R extends PullRequestRecord>(
  record: R,
  key: string,
  seq: number,
  change: (entry: EffectRecord) => EffectRecord,
): R {
  const entry = record.effects[key];
  if (entry === undefined) return record;
  const changed = change(entry);
  // Decided again while it was performed: keep what was learned (the object), stay pending for the newer decision.
  const kept: EffectRecord =
    entry.seq === seq
      ? changed
      : { ...entry, id: changed.id, node_id: changed.node_id, url: changed.url, status: "pending" };
  if (changed.shown !== undefined) kept.shown = changed.shown;
  return { ...record, effects: { ...record.effects, [key]: kept } };
}

/** Forgets finished entries of rounds that nobody edits any more, so that the file stays small. */
export function prune<R extends PullRequestRecord>(record: R, keepRounds: number): R {
  const oldest = record.round - keepRounds;
  const kept = Object.entries(record.effects).filter(
    ([, entry]) =>
      entry.effect.round > oldest ||
      entry.effect.kind === "skip" ||
      entry.effect.kind === "reply" ||
      entry.status === "pending" ||
      entry.status === "intended",
  );
  if (kept.length === Object.keys(record.effects).length) return record;
  return { ...record, effects: Object.fromEntries(kept) };
}
