// A thread was resolved or opened again: whose finding it is, whether that person may say so, and the event it becomes.
// GitHub lets people with write permission resolve, and the author of the pull request; the author alone decides nothing.
// https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request#resolving-conversations
import type { Intent } from "../intent/intent.ts";
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Deps } from "./deps.ts";
import { findingIdOf } from "./finding-of-thread.ts";
import { mayCommand } from "./may-command.ts";
import { readConfig } from "./read-config.ts";

/**
 * The event of a resolved or reopened thread, or one word for the log why there is none. The thread as it stands now
 * counts: a delivery that comes late or twice changes nothing.
 */
export async function threadEvent(
  intent: Extract<Intent, { kind: "threadChanged" }>,
  ref: PullRequestRef,
  live: LivePullRequest,
  deps: Deps,
): Promise<RoundEvent | string> {
  if (intent.actorIsBot) return "ignored: bots do not decide";
  if (live.state === "closed") return "ignored: the pull request is closed";
  const findingId = findingIdOf(await deps.rounds.load(ref), intent.commentId);
  if (findingId === null) return "ignored: not the thread of a finding";
  const thread = await deps.pullRequests.fetchThread(ref, intent.threadId);
  if (thread?.isResolved !== intent.isResolved) return "ignored: the thread changed again";
  // GitHub tells who resolved; who opened it again only the delivery does.
  const by = thread.resolvedBy ?? intent.actor;
  const { config } = await readConfig(ref, live.baseSha, deps);
  if (!(await mayCommand(ref, by, live, config, deps))) return `ignored: ${by} may not decide about findings`;
  return { kind: "threadChanged", at: deps.clock.now().toISOString(), findingId, isResolved: thread.isResolved, by };
}
