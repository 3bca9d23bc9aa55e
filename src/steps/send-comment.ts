// One way for every issue comment, whatever step wrote its text: known by its key, edited in place, looked for first when an
// earlier send may have landed.
import type { PullRequestRef } from "../pull-request.ts";
import type { Deps } from "./deps.ts";
import { type Step, wroteObject } from "./step.ts";

/** Writes or edits the comment of an effect that is due. Throws what the publisher throws. */
export async function sendComment(
  ref: PullRequestRef,
  body: string,
  due: Parameters<Step>[2],
  { publisher, clock }: Pick<Deps, "publisher" | "clock">,
): ReturnType<Step> {
  const published = await publisher.upsertComment(ref, {
    key: due.key,
    body,
    knownId: due.entry.id,
    isRetry: due.entry.status === "intended",
  });
  return wroteObject(published, { clock });
}
