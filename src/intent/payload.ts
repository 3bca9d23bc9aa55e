// What Rondo keeps of a webhook payload: ids, names and flags. Everything else (texts, titles, e-mail addresses, unknown
// fields) is dropped at the door, so that nothing private waits in the queue and a payload of 24 KB becomes one of 0.5 KB.
// The shapes keep GitHub's own nesting, because Probot and src/intent/read-intent.ts both read them. Every field may be
// missing: GitHub's payloads drift (122 of its own 329 examples do not fit its newer schemas), and a missing field must
// lead to "ignored, because …", never to a refused delivery.
// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
import { z } from "zod";
import { holdsTriggerBox, mayHoldCommand } from "./may-hold-command.ts";

/** A field that may be missing or of another shape than expected; both read as undefined. */
function maybe<T extends z.ZodType>(schema: T) {
  return schema.optional().catch(undefined);
}

const text = maybe(z.string().max(1024));
const flag = maybe(z.boolean());
const id = z.number().int();
const account = maybe(z.object({ login: z.string().min(1), type: text }));

const common = {
  action: text,
  installation: maybe(z.object({ id })),
  repository: maybe(z.object({ id, name: z.string(), owner: z.object({ login: z.string() }) })),
  sender: account,
};

const pullRequest = maybe(z.object({ number: id, merged: flag, head: maybe(z.object({ sha: z.string() })) }));

/** A comment or review: its text is reduced to two flags, the worker reads the live text by id. */
const written = maybe(
  z
    .object({
      id,
      user: account,
      state: text,
      in_reply_to_id: maybe(id.nullable()),
      body: maybe(z.string().nullable()),
      isEmpty: flag,
      mayHoldCommand: flag,
      holdsTriggerBox: flag,
    })
    .transform(({ body, ...kept }) =>
      body === undefined
        ? kept
        : {
            ...kept,
            isEmpty: body === null || body.trim() === "",
            mayHoldCommand: body !== null && mayHoldCommand(body),
            holdsTriggerBox: body !== null && holdsTriggerBox(body),
          },
    ),
);

const changes = maybe(z.object({ base: maybe(z.object({}).nullable()) }));
/** Ids of repositories; a list of objects in the payload, and of objects again in its reduced form. */
const idList = maybe(z.array(z.object({ id })));
const checkSuite = maybe(z.object({ head_sha: z.string() }));

/** The kept fields of every event that Rondo subscribes to; the same list stands in app.yml (a test compares them). */
export const PAYLOADS = {
  pull_request: z.object({
    ...common,
    pull_request: pullRequest,
    changes,
    label: maybe(z.object({ name: z.string().max(255) })),
  }),
  pull_request_review: z.object({ ...common, pull_request: pullRequest, review: written }),
  pull_request_review_comment: z.object({ ...common, pull_request: pullRequest, comment: written }),
  pull_request_review_thread: z.object({
    ...common,
    pull_request: pullRequest,
    thread: maybe(
      z.object({ node_id: z.string(), comments: z.array(z.object({ id })).transform((all) => all.slice(0, 1)) }),
    ),
  }),
  issue_comment: z.object({
    ...common,
    issue: maybe(z.object({ number: id, pull_request: maybe(z.object({})) })),
    comment: written,
  }),
  check_run: z.object({
    ...common,
    check_run: maybe(z.object({ head_sha: z.string(), external_id: maybe(z.string().max(1024).nullable()) })),
    requested_action: maybe(z.object({ identifier: z.string().max(64) }).nullable()),
  }),
  check_suite: z.object({ ...common, check_suite: checkSuite }),
  push: z.object({ ...common, ref: text, after: text, deleted: flag }),
  merge_group: z.object({ ...common, merge_group: maybe(z.object({ head_sha: z.string(), head_ref: z.string() })) }),
  repository: z.object(common),
  installation: z.object(common),
  installation_repositories: z.object({ ...common, repositories_added: idList, repositories_removed: idList }),
  installation_target: z.object(common),
} as const;

/** Names of the events that may ask for something; all others are answered 202 and ignored. */
export type HandledEvent = keyof typeof PAYLOADS;

/** The kept fields of one event. */
export type Payload<E extends HandledEvent> = z.infer<(typeof PAYLOADS)[E]>;

/** True for an event that Rondo subscribes to. */
export function isHandledEvent(event: string): event is HandledEvent {
  return Object.hasOwn(PAYLOADS, event);
}
