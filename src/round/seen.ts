// Webhooks and comments come twice. What acted once is remembered here, so that the second time changes nothing.
import type { RoundEvent } from "./event.ts";
import type { PullRequestRecord, Trigger } from "./round.ts";

/** How many deliveries and comments a pull request remembers. */
const REMEMBERED = 200;

type Origin = { delivery: string | null; comment: Trigger["comment"] };

/** Where an event came from: a delivery's GUID, a comment, or neither. */
function originOf(event: RoundEvent): Origin {
  if ("trigger" in event) return { delivery: event.trigger.delivery, comment: event.trigger.comment };
  if ("comment" in event) return { delivery: null, comment: event.comment };
  return { delivery: null, comment: null };
}

/** False when the delivery or comment behind this event has acted already. */
export function isNews(record: PullRequestRecord, event: RoundEvent): boolean {
  const origin = originOf(event);
  if (origin.comment !== null && record.seen_comments.includes(origin.comment.id)) return false;
  return origin.delivery === null || !record.seen_deliveries.includes(origin.delivery);
}

/** Remembers the delivery and the comment behind an event that acted. */
export function remember(record: PullRequestRecord, event: RoundEvent): PullRequestRecord {
  const origin = originOf(event);
  if (origin.delivery === null && origin.comment === null) return record;
  return {
    ...record,
    seen_deliveries: append(record.seen_deliveries, origin.delivery),
    seen_comments: append(record.seen_comments, origin.comment?.id ?? null),
  };
}

function append<T>(list: readonly T[], item: T | null): T[] {
  return item === null ? [...list] : [...list, item].slice(-REMEMBERED);
}
