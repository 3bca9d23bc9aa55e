// Every webhook asks for one thing or nothing: a table of GitHub's payloads, cut to the fields that matter, with the
// intent expected of each; then GitHub's own 329 examples; then the properties that hold for any input.
import { createRequire } from "node:module";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HANDLED } from "../../../src/intent/handled.ts";
import { Intent } from "../../../src/intent/intent.ts";
import { PAYLOADS, isHandledEvent } from "../../../src/intent/payload.ts";
import { isIgnored, readDelivery, readIntent } from "../../../src/intent/read-intent.ts";

const HEAD = "a".repeat(40);
const installation = { id: 5 };
const repository = { id: 7, name: "Hello", owner: { login: "Octo" }, full_name: "Octo/Hello" };
const person = { login: "ada", type: "User" };
const bot = { login: "helper[bot]", type: "Bot" };
const base = { installation, repository, sender: person };
const repo = { installationId: 5, repoId: 7, owner: "Octo", repo: "Hello" };
const about = { pr: { ...repo, number: 3 }, actor: "ada", actorIsBot: false };
const pull_request = { number: 3, head: { sha: HEAD }, merged: false, title: "t", body: "b" };
const issue = { number: 3, pull_request: { url: "u" } };

function comment(body: string | null, more: Record<string, unknown> = {}) {
  return { id: 11, user: person, body, ...more };
}

describe("readIntent", () => {
  const asks: [string, string, Record<string, unknown>, Record<string, unknown>][] = [
    ["pull_request", "opened", { pull_request }, { kind: "opened", action: "opened", ...about }],
    ["pull_request", "reopened", { pull_request }, { kind: "opened", action: "reopened", ...about }],
    ["pull_request", "ready_for_review", { pull_request }, { kind: "opened", action: "ready_for_review", ...about }],
    ["pull_request", "synchronize", { pull_request }, { kind: "headMoved", headSha: HEAD, ...about }],
    [
      "pull_request",
      "edited",
      { pull_request, changes: { base: { ref: { from: "old" } } } },
      { kind: "baseChanged", ...about },
    ],
    ["pull_request", "converted_to_draft", { pull_request }, { kind: "convertedToDraft", ...about }],
    ["pull_request", "closed", { pull_request }, { kind: "closed", isMerged: false, ...about }],
    [
      "pull_request",
      "closed",
      { pull_request: { ...pull_request, merged: true } },
      { kind: "closed", isMerged: true, ...about },
    ],
    ["pull_request", "labeled", { pull_request, label: { name: "go" } }, { kind: "labeled", label: "go", ...about }],
    [
      "issue_comment",
      "created",
      { issue, comment: comment("hi\r\n  @codex review") },
      { kind: "commentCreated", source: "issue_comment", commentId: 11, ...about },
    ],
    [
      "issue_comment",
      "edited",
      { issue, comment: comment("- [x] <!-- rondo:trigger --> go", { user: bot }) },
      { kind: "commentEdited", source: "issue_comment", commentId: 11, ...about },
    ],
    [
      "issue_comment",
      "deleted",
      { issue, comment: comment("x", { user: bot }) },
      { kind: "objectRemoved", source: "issue_comment", objectId: 11, ...about },
    ],
    [
      "pull_request_review_comment",
      "created",
      { pull_request, comment: comment("/rondo review") },
      { kind: "commentCreated", source: "review_comment", commentId: 11, ...about },
    ],
    [
      "pull_request_review_comment",
      "created",
      { pull_request, comment: comment("DISPUTE: see a.ts:3", { in_reply_to_id: 9 }) },
      { kind: "commentCreated", source: "review_comment", commentId: 11, ...about },
    ],
    [
      "pull_request_review",
      "submitted",
      { pull_request, review: comment("Looks good", { state: "approved" }) },
      { kind: "reviewSubmitted", reviewId: 11, ...about },
    ],
    [
      "pull_request_review",
      "submitted",
      { pull_request, review: comment("@codex review", { state: "commented" }) },
      { kind: "commentCreated", source: "review", commentId: 11, ...about },
    ],
    [
      "pull_request_review",
      "submitted",
      { pull_request, review: comment("@someone look", { user: bot }), sender: bot },
      { kind: "reviewSubmitted", reviewId: 11, ...about, actor: "helper[bot]", actorIsBot: true },
    ],
    [
      "pull_request_review",
      "edited",
      { pull_request, review: comment("x") },
      { kind: "reviewSubmitted", reviewId: 11, ...about },
    ],
    [
      "pull_request_review",
      "dismissed",
      { pull_request, review: comment("x") },
      { kind: "objectRemoved", source: "review", objectId: 11, ...about },
    ],
    [
      "pull_request_review_thread",
      "resolved",
      { pull_request, thread: { node_id: "PRRT_1", comments: [{ id: 21 }, { id: 22 }] } },
      { kind: "threadChanged", isResolved: true, threadId: "PRRT_1", commentId: 21, ...about },
    ],
    [
      "check_run",
      "rerequested",
      { check_run: { head_sha: HEAD, external_id: "v1/x" } },
      { kind: "checkRerequested", repo, headSha: HEAD, externalId: "v1/x", actor: "ada", actorIsBot: false },
    ],
    [
      "check_run",
      "requested_action",
      { check_run: { head_sha: HEAD, external_id: "" }, requested_action: { identifier: "abort" } },
      {
        kind: "buttonPressed",
        identifier: "abort",
        repo,
        headSha: HEAD,
        externalId: null,
        actor: "ada",
        actorIsBot: false,
      },
    ],
    [
      "check_suite",
      "rerequested",
      { check_suite: { head_sha: HEAD } },
      { kind: "checkRerequested", repo, headSha: HEAD, externalId: null, actor: "ada", actorIsBot: false },
    ],
    [
      "merge_group",
      "checks_requested",
      { merge_group: { head_sha: HEAD, head_ref: "refs/heads/q" } },
      { kind: "mergeGroupRequested", repo, headSha: HEAD, headRef: "refs/heads/q" },
    ],
    ["repository", "renamed", {}, { kind: "repositoryMoved", repo }],
    ["repository", "transferred", {}, { kind: "repositoryMoved", repo }],
    [
      "installation",
      "suspend",
      {},
      { kind: "installationChanged", installationId: 5, action: "suspend", repositoryIds: null },
    ],
    [
      "installation_repositories",
      "added",
      { repositories_added: [{ id: 8, full_name: "octo/x" }], repositories_removed: [] },
      { kind: "installationChanged", installationId: 5, action: "repositories_added", repositoryIds: [8] },
    ],
    [
      "installation_target",
      "renamed",
      {},
      { kind: "installationChanged", installationId: 5, action: "target_renamed", repositoryIds: null },
    ],
  ];

  it.each(asks)("%s.%s asks", (event, action, payload, intent) => {
    expect(readIntent(event, { ...base, action, ...payload })).toEqual(intent);
  });

  it("reads a push to a branch, without refs/heads/", () => {
    expect(readIntent("push", { ...base, ref: "refs/heads/release/1", after: HEAD })).toEqual({
      kind: "branchPushed",
      repo,
      ref: "release/1",
      headSha: HEAD,
    });
  });

  const ignored: [string, Record<string, unknown>, string][] = [
    ["ping", { zen: "…" }, "event ping is not used"],
    ["github_app_authorization", { action: "revoked" }, "event github_app_authorization is not used"],
    ["constructor", {}, "event constructor is not used"],
    ["a\nb", {}, "event a?b is not used"],
    ["pull_request", { ...base, action: "assigned", pull_request }, "pull_request.assigned is not used"],
    ["pull_request", { ...base, pull_request }, "pull_request without an action"],
    [
      "pull_request",
      { ...base, action: "edited", pull_request, changes: { title: { from: "x" } } },
      "the title or description was edited, not the base",
    ],
    ["pull_request", { ...base, action: "opened" }, "the payload names no pull request"],
    [
      "pull_request",
      { ...base, action: "opened", installation: undefined, pull_request },
      "the payload names no installation",
    ],
    [
      "pull_request",
      { ...base, action: "opened", repository: { id: "7" }, pull_request },
      "the payload names no repository",
    ],
    [
      "pull_request",
      { ...base, action: "opened", repository: { ...repository, id: 0 }, pull_request },
      "the payload's repository cannot be read",
    ],
    [
      "pull_request",
      { ...base, action: "synchronize", pull_request: { number: 3 } },
      "the payload names no head commit",
    ],
    [
      "issue_comment",
      { ...base, action: "created", issue: { number: 3 }, comment: comment("@codex review") },
      "the comment is on an issue, not on a pull request",
    ],
    [
      "issue_comment",
      { ...base, action: "created", issue, comment: comment("thanks @ada") },
      "no line of the comment starts with @ or /rondo",
    ],
    [
      "issue_comment",
      { ...base, action: "created", issue, comment: comment("@codex review", { user: bot }) },
      "a bot wrote the comment",
    ],
    [
      "issue_comment",
      { ...base, sender: bot, action: "created", issue, comment: comment("@codex review") },
      "a bot wrote the comment",
    ],
    [
      "issue_comment",
      { ...base, action: "edited", issue, comment: comment("@codex review") },
      "edited comments start nothing",
    ],
    [
      "issue_comment",
      { ...base, sender: bot, action: "edited", issue, comment: comment("<!-- rondo:trigger -->") },
      "a bot edited the comment",
    ],
    ["issue_comment", { ...base, action: "deleted", issue, comment: comment("x") }, "a person's comment was deleted"],
    [
      "pull_request_review",
      { ...base, action: "submitted", pull_request, review: comment(null, { state: "commented" }) },
      "the review is only the container of its comments",
    ],
    ["check_run", { ...base, action: "completed", check_run: { head_sha: HEAD } }, "check_run.completed is not used"],
    ["push", { ...base, ref: "refs/tags/v1", after: HEAD }, "the push is not to a branch"],
    ["push", { ...base, ref: "refs/heads/x", after: "0".repeat(40), deleted: true }, "the branch was deleted"],
    ["installation", { action: "created" }, "the payload names no installation"],
  ];

  it.each(ignored)("%s is ignored %#", (event, payload, reason) => {
    expect(readIntent(event, payload)).toEqual({ ignored: reason });
  });
});

type Example = { name: string; examples: Record<string, unknown>[] };
const examples: Example[] = createRequire(import.meta.url)("@octokit/webhooks-examples");

describe("GitHub's own example payloads", () => {
  it("are read alike whole and reduced, and reduced payloads hold no texts", () => {
    let count = 0;
    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) {
        count += 1;
        const whole = readIntent(name, payload);
        if (!isIgnored(whole)) Intent.parse(whole);
        if (!isHandledEvent(name)) continue;
        const { slim } = readDelivery(name, payload);
        expect(readIntent(name, slim)).toEqual(whole);
        expect(readDelivery(name, JSON.parse(JSON.stringify(slim))).slim).toEqual(slim);
        expect(JSON.stringify(slim).length).toBeLessThan(900);
        expect(JSON.stringify(slim)).not.toMatch(/"(?:body|title|email|message|description)"/);
      }
    }
    expect(count).toBe(329);
  });

  it("ask for these intents", () => {
    const counts: Record<string, number> = {};
    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) {
        const read = readIntent(name, { installation: { id: 1 }, ...payload });
        const key = isIgnored(read) ? "ignored" : read.kind;
        counts[key] = (counts[key] ?? 0) + 1;
      }
    }
    expect(counts).toMatchInlineSnapshot(`
      {
        "branchPushed": 2,
        "buttonPressed": 1,
        "checkRerequested": 4,
        "closed": 2,
        "convertedToDraft": 3,
        "headMoved": 1,
        "ignored": 285,
        "installationChanged": 10,
        "labeled": 2,
        "mergeGroupRequested": 2,
        "objectRemoved": 1,
        "opened": 9,
        "repositoryMoved": 4,
        "threadChanged": 3,
      }
    `);
  });
});

describe("readIntent is total", () => {
  it("never throws and always answers an Intent or a reason, for any JSON", () => {
    const names = fc.oneof(fc.constantFrom(...Object.keys(PAYLOADS)), fc.string());
    fc.assert(
      fc.property(names, fc.jsonValue(), (event, payload) => {
        const read = readIntent(event, payload);
        expect(isIgnored(read) ? read.ignored.length > 0 : Intent.safeParse(read).success).toBe(true);
      }),
    );
  });

  it("survives any one field of a real payload being replaced by anything", () => {
    const all = examples.flatMap(({ name, examples: payloads }) =>
      isHandledEvent(name) ? payloads.map((payload) => ({ name, payload })) : [],
    );
    const property = fc.property(
      fc.constantFrom(...all),
      fc.nat(),
      fc.oneof(fc.jsonValue(), fc.constant(undefined)),
      ({ name, payload }, where, junk) => {
        const broken = structuredClone(payload);
        replaceOne(broken, where, junk);
        const read = readIntent(name, broken);
        expect(isIgnored(read) || Intent.safeParse(read).success).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});

/** Replaces the `where`-th of the fields that Rondo reads (of all fields, in document order). */
function replaceOne(payload: object, where: number, junk: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const record = value as Record<string, unknown>; // oxlint-disable-line typescript/no-unsafe-type-assertion -- any object
    for (const key of Object.keys(record)) {
      if (
        /^(?:id|number|sha|head|login|owner|name|type|user|sender|action|body|ref|after|comments?|thread|review|label|pull_request|repository|installation|changes|base|check_run|check_suite|external_id|merged|issue|requested_action|merge_group)$/.test(
          key,
        )
      ) {
        places.push([record, key]);
      }
      visit(record[key]);
    }
  };
  visit(payload);
  const place = places[where % places.length];
  if (place !== undefined) place[0][place[1]] = junk;
}

describe("HANDLED", () => {
  it("has a word for every intent and a reason for each that is not acted on", () => {
    const kinds = Intent.options.map((option) => option.shape.kind.value);
    expect(Object.keys(HANDLED).toSorted()).toEqual(kinds.toSorted());
    for (const word of Object.values(HANDLED)) {
      expect(word === "acted on" || word.notYet.length > 10).toBe(true);
    }
  });
});
