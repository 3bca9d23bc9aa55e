// The Probot app: every event Rondo subscribes to becomes an intent, and the intent is handed on. Nothing is decided here,
// and nothing of a payload is believed: the steps behind `receive` look at GitHub's live state.
import type { Probot } from "probot";
import type { DeliveryOutcome } from "./http/metrics.ts";
import { HANDLED } from "./intent/handled.ts";
import type { Intent } from "./intent/intent.ts";
import { isHandledEvent, PAYLOADS } from "./intent/payload.ts";
import { isIgnored, readIntent } from "./intent/read-intent.ts";
import type { Clock, Log } from "./ports.ts";

/** Acts on one intent and says in a few words what came of it, for the log. `delivery` is GitHub's GUID. */
export type Receive = (intent: Intent, delivery: { id: string; event: string }) => Promise<string>;

/** Makes the app function. Exactly one line is logged per delivery, also when it fails; the error is thrown on. */
export function rondoApp(options: {
  receive: Receive;
  clock: Pick<Clock, "monotonicMs">;
  log: Log;
  onDone?: (event: string, outcome: DeliveryOutcome, seconds: number) => void;
}): (app: Probot) => void {
  const { receive, clock, log, onDone } = options;
  return (app) => {
    app.on(Object.keys(PAYLOADS).filter(isHandledEvent), async ({ id, name: event, payload }) => {
      const startedAt = clock.monotonicMs();
      const intent = readIntent(event, payload);
      const done = (outcome: DeliveryOutcome, fields: Record<string, unknown>): void => {
        const durationMs = Math.round(clock.monotonicMs() - startedAt);
        onDone?.(event, outcome, durationMs / 1000);
        log[outcome === "failed" ? "error" : "info"]("Delivery", { delivery: id, event, ...fields, durationMs });
      };
      if (isIgnored(intent)) return done("ignored", { outcome: `ignored: ${intent.ignored}` });
      const about = { intent: intent.kind, ...subjectOf(intent) };
      const handled = HANDLED[intent.kind];
      if (handled !== "acted on") return done("not yet", { ...about, outcome: `not yet: ${handled.notYet}` });
      try {
        done("done", { ...about, outcome: await receive(intent, { id, event }) });
      } catch (error) {
        done("failed", { ...about, outcome: "failed", err: error });
        throw error;
      }
    });
  };
}

function subjectOf(intent: Intent): Record<string, unknown> {
  if ("pr" in intent) return { repo: `${intent.pr.owner}/${intent.pr.repo}`, pr: intent.pr.number };
  return "repo" in intent ? { repo: `${intent.repo.owner}/${intent.repo.repo}` } : {};
}
