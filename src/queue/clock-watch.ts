// The queue library puts off jobs until a time of this machine's clock. A clock that is set back by an hour would let every
// retry and every look around wait for an hour longer; so whoever notices starts what waits, and that looks for itself
// whether it is time. A clock set forth needs nothing: jobs that start early do the same.
import type { Queue } from "bullmq";
import type { QueueName } from "./jobs.ts";

/** Less is put right by time services all the time, and waiting so much longer harms nobody. */
export const SET_BACK_MS = 10_000;

/** Tells, each time it is called, whether the clock was set back since the call before. */
export function watchClock(
  nowMs: () => number = () => Date.now(),
  monotonicMs: () => number = () => performance.now(),
): () => boolean {
  let ahead = nowMs() - monotonicMs();
  return () => {
    const before = ahead;
    ahead = nowMs() - monotonicMs();
    return before - ahead > SET_BACK_MS;
  };
}

/** Lets every job start that waits for a time. Those of `upkeep` are set again, for they come by a schedule. */
export async function startWaiting({ deliveries, rounds, fixes }: Record<QueueName, Queue>): Promise<void> {
  for (const queue of [deliveries, rounds, fixes]) await queue.promoteJobs();
}
