// Works off the `deliveries` queue: a stored webhook goes through Probot to src/app.ts, a timer that is due to its step.
import type { GithubApp } from "../src/github/app.ts";
import type { DeliveryProcessor } from "../src/queue/port.ts";
import type { TimerJob } from "../src/queue/jobs.ts";

/** A deadline, retry or long wait is due. */
export type OnTimer = (timer: TimerJob, signal: AbortSignal) => Promise<void>;

/** Makes the processor. What it throws decides whether the queue tries again (src/queue/port.ts). */
export function deliveriesProcessor(probot: GithubApp["probot"], onTimer: OnTimer): DeliveryProcessor {
  return async (job, signal) => {
    if (job.kind === "timer") return onTimer(job, signal);
    try {
      await probot.receive(asEvent({ id: job.delivery, name: job.event, payload: job.payload }));
    } catch (error) {
      throw firstCause(error);
    }
  };
}

type ProbotEvent = Parameters<GithubApp["probot"]["receive"]>[0];

/** Probot's type wants GitHub's whole payload; ours is reduced, and src/intent reads it without believing its shape. */
function asEvent(event: { id: string; name: string; payload: unknown }): ProbotEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return event as ProbotEvent;
}

/** Probot wraps what a handler throws into an AggregateError; the queue must see the error itself to know what follows. */
function firstCause(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? firstCause(error.errors[0]) : error;
}
