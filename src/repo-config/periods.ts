// The periods of the server: how long it waits before it takes something for dead, late or settled. Only the server's file
// has them. The defaults are meant for production; test suites divide all of them by one factor, hence milliseconds.
import { z } from "zod";

const ms = (least: number, usual: number) => z.number().int().min(least).max(86_400_000).default(usual);

/** The section `periods` of the server's file. All values in milliseconds. */
export const Periods = z.object({
  heartbeat_ms: ms(10, 5_000).describe("Milliseconds between two signs of life of whoever works on a pull request."),
  lease_stale_ms: ms(100, 60_000).describe(
    "Milliseconds without a sign of life after which another worker takes the round over; at least four heartbeats.",
  ),
  lock_wait_ms: ms(50, 10_000).describe("Milliseconds that a change of a state file waits for another one to end."),
  lock_stale_ms: ms(100, 30_000).describe(
    "Milliseconds after which a change that another host or container never ended counts as abandoned.",
  ),
  settle_ms: ms(10, 10_000).describe(
    "Milliseconds before a write whose answer got lost is looked for on GitHub; doubled with each try.",
  ),
  request_ms: ms(100, 15_000).describe(
    "Milliseconds that a request to GitHub may take, its answer included; GitHub itself gives up after ten seconds.",
  ),
  stale_read_ms: z
    .array(z.number().int().min(1).max(600_000))
    .max(10)
    .default([2_000, 10_000, 30_000])
    .describe("Milliseconds after which an answer of GitHub that seems older than the event is asked for again."),
  job_lock_ms: ms(200, 30_000).describe(
    "Milliseconds after which the queue job of a worker that died is free; renewed at half of it.",
  ),
  job_stalled_ms: ms(100, 15_000).describe(
    "Milliseconds between two looks for jobs of dead workers; the second look that finds one takes it.",
  ),
  job_retry_ms: ms(10, 2_000).describe(
    "Milliseconds before a failed queue job is tried again; three times more each time.",
  ),
  busy_ms: ms(10, 500).describe("Milliseconds before a pull request that somebody else works on is offered again."),
  look_ms: ms(10, 1_000).describe("Milliseconds between two looks at the state file while reviewers run."),
  limit_minute_ms: ms(100, 62_000).describe(
    "Milliseconds in which a limit of GitHub that it gives for a minute applies; a little more, for calls that arrive late.",
  ),
  limit_hour_ms: ms(1_000, 3_602_000).describe("The same for limits that GitHub gives for an hour."),
  reconcile_ms: ms(1_000, 300_000).describe("Milliseconds between two comparisons of all open rounds with GitHub."),
});
export type Periods = z.infer<typeof Periods>;

/** What is wrong between periods that each are fine alone: a sentence for each, empty when they fit together. */
export function clashesOf(periods: Periods): readonly string[] {
  const { heartbeat_ms: heartbeat, lease_stale_ms: stale } = periods;
  if (stale >= 4 * heartbeat) return [];
  return [
    `"periods.lease_stale_ms" (${stale}) must be at least four times "periods.heartbeat_ms" (${heartbeat}): ` +
      "else a worker that is merely slow loses its round",
  ];
}
