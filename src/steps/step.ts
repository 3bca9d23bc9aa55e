// What every step that performs an effect takes and answers.
import type { Published } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { Shown } from "../round/effect-record.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Due } from "../round/outbox.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";

/** The object an effect became, and what else it told us. */
export type Performed = {
  /** What is known of the object now; empty when nothing was written. */
  object: { id?: number | null; node_id?: string | null; url?: string | null; shown?: Shown; resent_at?: string };
  event: RoundEvent | null;
  /** What else the record keeps of the answer, e.g. where each finding's comment stands. */
  learn?: (record: PullRequestRecord) => PullRequestRecord;
  /** Why nothing was written; null when it was. */
  note: string | null;
  /** True when the effect stays open: the event makes it meaningless or somebody else decides. */
  isPostponed: boolean;
};

/** An effect that wrote an object. */
export function wrote(object: Performed["object"]): Performed {
  return { object, event: null, note: null, isPostponed: false };
}

/** An effect that wrote an object with a key; one that was sent twice is remembered, to be looked at again later. */
export function wroteObject(published: Published, { clock }: Pick<Deps, "clock">, shown?: Shown): Performed {
  const { id, nodeId, url, isResent = false } = published;
  return wrote({
    id,
    node_id: nodeId,
    url,
    ...(shown !== undefined && { shown }),
    ...(isResent && { resent_at: clock.now().toISOString() }),
  });
}

/** An effect that had nothing to do. */
export function nothingToDo(note: string): Performed {
  return { object: {}, event: null, note, isPostponed: false };
}

/** One step: it reads the record it is given and writes one object. */
export type Step = (ref: PullRequestRef, record: PullRequestRecord, due: Due, deps: Deps) => Promise<Performed>;
