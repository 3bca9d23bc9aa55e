// Reads a webhook: event name and payload in, what it asks for out, or why it asks for nothing.
// Pure and total: the front (src/webhook.ts) and the worker (src/app.ts) call it on whatever arrived, and it never throws.
// One file per family of events does the reading; this one only knows which family an event belongs to.
import type { z } from "zod";
import type { Ignored, Intent } from "./intent.ts";
import { PAYLOADS, isHandledEvent, type HandledEvent } from "./payload.ts";
import { readCheckRun, readCheckSuite, readMergeGroup, readPush } from "./read-commit-event.ts";
import { readIssueComment, readReview, readReviewComment, readReviewThread } from "./read-comment-event.ts";
import { readInstallation, readInstallationRepositories, readInstallationTarget } from "./read-installation-event.ts";
import { readRepository } from "./read-installation-event.ts";
import { readPullRequest } from "./read-pull-request-event.ts";

/**
 * What a delivery asks for. `event` is the `X-GitHub-Event` header, `payload` the parsed body, whole or reduced.
 * Returns `{ ignored: reason }` for everything Rondo does not act on, also for bad payloads.
 */
export function readIntent(event: string, payload: unknown): Intent | Ignored {
  return readDelivery(event, payload).intent;
}

/** The same, together with the payload reduced to the fields that are used: what web puts into the queue. */
export function readDelivery(event: string, payload: unknown): Delivery {
  if (!isHandledEvent(event)) return { intent: { ignored: `event ${printable(event)} is not used` }, slim: {} };
  return READERS[event](payload);
}

type Delivery = { intent: Intent | Ignored; slim: Record<string, unknown> };

/** True when the delivery asks for nothing. */
export function isIgnored(result: Intent | Ignored): result is Ignored {
  return "ignored" in result;
}

const READERS = {
  pull_request: reader(PAYLOADS.pull_request, readPullRequest),
  pull_request_review: reader(PAYLOADS.pull_request_review, readReview),
  pull_request_review_comment: reader(PAYLOADS.pull_request_review_comment, readReviewComment),
  pull_request_review_thread: reader(PAYLOADS.pull_request_review_thread, readReviewThread),
  issue_comment: reader(PAYLOADS.issue_comment, readIssueComment),
  check_run: reader(PAYLOADS.check_run, readCheckRun),
  check_suite: reader(PAYLOADS.check_suite, readCheckSuite),
  push: reader(PAYLOADS.push, readPush),
  merge_group: reader(PAYLOADS.merge_group, readMergeGroup),
  repository: reader(PAYLOADS.repository, readRepository),
  installation: reader(PAYLOADS.installation, readInstallation),
  installation_repositories: reader(PAYLOADS.installation_repositories, readInstallationRepositories),
  installation_target: reader(PAYLOADS.installation_target, readInstallationTarget),
} satisfies Record<HandledEvent, (payload: unknown) => Delivery>;

function reader<S extends z.ZodType<Record<string, unknown>>>(
  schema: S,
  read: (payload: z.infer<S>) => Intent | Ignored,
) {
  return (raw: unknown): Delivery => {
    const payload = schema.safeParse(raw);
    return payload.success
      ? { intent: read(payload.data), slim: payload.data }
      : { intent: { ignored: "the payload is not a JSON object" }, slim: {} };
  };
}

/** Event names come from a header: keep what GitHub uses in names, and little of it. */
function printable(event: string): string {
  return event.replaceAll(/[^A-Za-z0-9_.-]/g, "?").slice(0, 64);
}
