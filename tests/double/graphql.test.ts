// The double's GraphQL: a true part of GitHub's schema, GitHub's refusals, the same ids and effects as REST.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Actor } from "../../double/auth.ts";
import { answerGraphql } from "../../double/graphql/answer-graphql.ts";
import type { Permissions } from "../../double/state.ts";
import { userOf, type World } from "../../double/world.ts";
import { createContractJudge } from "../contracts/judge.ts";
import { createPageWorld, type PageWorld } from "./page-world.ts";

const judge = createContractJudge();
const folder = mkdtempSync(join(tmpdir(), "rondo-graphql-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const newWorld = () => createPageWorld(join(folder, String(made++)));

/** An installation token of the App on the shop repository. */
function app({ world }: PageWorld, permissions: Permissions): Actor {
  const shared = { id: 5, nodeId: "I_5", accountId: 1, repositoryIds: "all" as const, permissions, events: [] };
  const installation = { ...shared, suspendedAt: null, createdAt: new Date(0), updatedAt: new Date(0) };
  world.state.installations.set(5, installation);
  const token = {
    value: "t",
    kind: "installation" as const,
    holderId: 5,
    repositoryIds: null,
    permissions,
    expiresAt: null,
  };
  return { kind: "installation", installation, token, bot: userOf(world, 2) };
}

/** Sends a document that GitHub itself would accept. */
async function ask(world: World, actor: Actor, query: string, variables: Record<string, unknown> = {}) {
  expect(judge.judgeGraphql(query, variables)).toEqual([]);
  const answer: unknown = JSON.parse(JSON.stringify(await answerGraphql(world, actor, { query, variables })));
  return answer;
}

const THREADS = `query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    id isDraft headRefOid
    reviewThreads(first: 1, after: $after) {
      nodes { id isResolved isOutdated path line startLine diffSide subjectType resolvedBy { login }
        comments(first: 10) { nodes { databaseId id author { login } body } } }
      pageInfo { hasNextPage endCursor } totalCount } } } }`;
const where = { owner: "ada", name: "shop", number: 6 };
const RESOLVE =
  "mutation($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { id isResolved resolvedBy { login } } } }";
const MINIMIZE =
  "mutation($id: ID!, $classifier: ReportedContentClassifiers!) { minimizeComment(input: { subjectId: $id, classifier: $classifier }) { minimizedComment { isMinimized minimizedReason } } }";
const REACT =
  "mutation($id: ID!, $content: ReactionContent!) { addReaction(input: { subjectId: $id, content: $content }) { reaction { content user { login } } } }";
const DRAFT =
  "mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } } }";

describe("reading", () => {
  test("threads come in pages, with REST's ids and the bot's login without its suffix", async () => {
    const given = await newWorld();
    const reader = app(given, { pull_requests: "read" });
    const first = await ask(given.world, reader, THREADS, where);
    expect(first).toMatchObject({
      data: {
        repository: {
          pullRequest: {
            id: given.pull.nodeId,
            headRefOid: given.pull.headSha,
            reviewThreads: {
              totalCount: 2,
              pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
              nodes: [
                {
                  isResolved: true,
                  isOutdated: true,
                  path: "src/store.ts",
                  line: null,
                  diffSide: "RIGHT",
                  subjectType: "LINE",
                  resolvedBy: { login: "ada" },
                  comments: {
                    nodes: [
                      { databaseId: 80, author: { login: "rondo" } },
                      { databaseId: 81, author: { login: "ada" } },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
    });
    const after = JSON.stringify(first).match(/"endCursor":"([^"]+)"/)?.[1];
    const second = await ask(given.world, reader, THREADS, { ...where, after });
    expect(second).toMatchObject({
      data: {
        repository: {
          pullRequest: {
            reviewThreads: {
              pageInfo: { hasNextPage: false },
              nodes: [{ isResolved: false, line: 7, resolvedBy: null }],
            },
          },
        },
      },
    });
  });

  test("node(id) finds what REST's node_id names; viewer is the bot", async () => {
    const given = await newWorld();
    const comment = given.world.state.issueComments.get(55);
    const query =
      "query($id: ID!) { viewer { login } node(id: $id) { id __typename ... on IssueComment { databaseId url author { login } } } }";
    expect(await ask(given.world, app(given, {}), query, { id: comment?.nodeId })).toEqual({
      data: {
        viewer: { login: "rondo[bot]" },
        node: {
          id: comment?.nodeId,
          __typename: "IssueComment",
          databaseId: 55,
          url: "http://127.0.0.1:1/ada/shop/pull/6#issuecomment-55",
          author: { login: "ada" },
        },
      },
    });
  });

  test.each<[string, string, string, RegExp]>([
    [
      "an unknown repository",
      '{ repository(owner: "ada", name: "none") { id } }',
      "NOT_FOUND",
      /Repository with the name 'ada\/none'/,
    ],
    [
      "an unknown pull request",
      '{ repository(owner: "ada", name: "shop") { pullRequest(number: 9) { id } } }',
      "NOT_FOUND",
      /PullRequest with the number of 9/,
    ],
    ["an unknown id", '{ node(id: "IC_x") { id } }', "NOT_FOUND", /global id of 'IC_x'/],
    [
      "a list without a size",
      '{ repository(owner: "ada", name: "shop") { pullRequest(number: 6) { reviewThreads { totalCount } } } }',
      "MISSING_PAGINATION_BOUNDARIES",
      /`first` or `last`/,
    ],
    [
      "a list that is too long",
      '{ repository(owner: "ada", name: "shop") { pullRequest(number: 6) { reviewThreads(first: 101) { totalCount } } } }',
      "EXCESSIVE_PAGINATION",
      /`first` limit of 100/,
    ],
  ])("%s is refused as %s", async (_, query, type, message) => {
    const given = await newWorld();
    const answer = await ask(given.world, app(given, { pull_requests: "read" }), query);
    expect(answer).toMatchObject({ errors: [{ type, message: expect.stringMatching(message) }] });
  });

  test("a private repository is not there for a token that does not cover it", async () => {
    const given = await newWorld();
    const repository = given.world.state.repositories.get(10);
    if (repository) repository.isPrivate = true;
    const actor = app(given, { pull_requests: "read" });
    expect(await ask(given.world, actor, THREADS, where)).toMatchObject({ data: { repository: { pullRequest: {} } } });
    if (actor.kind === "installation") actor.token.repositoryIds = new Set([99]);
    expect(await ask(given.world, actor, THREADS, where)).toMatchObject({
      data: { repository: null },
      errors: [{ type: "NOT_FOUND" }],
    });
  });

  test("what is outside the part is refused by name", async () => {
    const given = await newWorld();
    const answer = await answerGraphql(given.world, app(given, {}), { query: "{ viewer { bio } }" });
    expect(answer).toMatchObject({
      errors: [{ message: expect.stringMatching(/"bio" on type "User".*double\/graphql\/schema/) }],
    });
    await expect(
      answerGraphql(given.world, { kind: "anonymous" }, { query: "{ viewer { login } }" }),
    ).rejects.toMatchObject({ status: 401 });
    await expect(answerGraphql(given.world, app(given, {}), {})).rejects.toMatchObject({ status: 400 });
  });
});

const thread = (given: PageWorld) => given.world.state.threads.get(71);
const events = (given: PageWorld) =>
  given.world.happenings.slice(2).map(({ happening }) => `${happening.event}.${happening.action}`);

describe("changing", () => {
  test("resolving a thread needs contents: write, and is announced once", async () => {
    const given = await newWorld();
    const id = thread(given)?.nodeId;
    expect(await ask(given.world, app(given, { pull_requests: "write", contents: "read" }), RESOLVE, { id })).toEqual({
      data: { resolveReviewThread: null },
      errors: [
        {
          type: "FORBIDDEN",
          path: ["resolveReviewThread"],
          locations: [{ line: 1, column: expect.any(Number) }],
          message: "Resource not accessible by integration",
        },
      ],
    });
    expect([thread(given)?.isResolved, events(given)]).toEqual([false, []]);
    const writer = app(given, { contents: "write" });
    expect(await ask(given.world, writer, RESOLVE, { id })).toMatchObject({
      data: { resolveReviewThread: { thread: { id, isResolved: true } } },
    });
    await ask(given.world, writer, RESOLVE, { id });
    await ask(given.world, writer, RESOLVE.replace("resolveReviewThread", "unresolveReviewThread"), { id });
    expect(events(given)).toEqual(["pull_request_review_thread.resolved", "pull_request_review_thread.unresolved"]);
  });

  test("a person needs write access to resolve", async () => {
    const given = await newWorld();
    const id = thread(given)?.nodeId;
    expect(await ask(given.world, { kind: "user", user: userOf(given.world, 2) }, RESOLVE, { id })).toMatchObject({
      errors: [{ type: "FORBIDDEN" }],
    });
    expect(await ask(given.world, { kind: "user", user: userOf(given.world, 1) }, RESOLVE, { id })).not.toHaveProperty(
      "errors",
    );
  });

  test("a reply stands in its thread", async () => {
    const given = await newWorld();
    const query =
      "mutation($id: ID!, $body: String!) { addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: $body }) { comment { databaseId body replyTo { databaseId } } } }";
    const writer = app(given, { pull_requests: "write" });
    const variables = { id: thread(given)?.nodeId, body: "Recorded as disputed." };
    expect(await ask(given.world, writer, query, variables)).toMatchObject({
      data: {
        addPullRequestReviewThreadReply: { comment: { body: "Recorded as disputed.", replyTo: { databaseId: 82 } } },
      },
    });
    expect(events(given)).toEqual(["pull_request_review_comment.created", "pull_request_review.submitted"]);
    expect(await ask(given.world, writer, query, { ...variables, body: " " })).toMatchObject({
      errors: [{ type: "UNPROCESSABLE", message: "Body cannot be blank" }],
    });
  });

  test("comments are minimised and shown again", async () => {
    const given = await newWorld();
    const comment = given.world.state.issueComments.get(51);
    const writer = app(given, { issues: "write" });
    const variables = { id: comment?.nodeId, classifier: "OUTDATED" };
    expect(await ask(given.world, writer, MINIMIZE, variables)).toMatchObject({
      data: { minimizeComment: { minimizedComment: { isMinimized: true, minimizedReason: "outdated" } } },
    });
    expect(comment?.minimizedReason).toBe("OUTDATED");
    await ask(
      given.world,
      writer,
      "mutation($id: ID!) { unminimizeComment(input: { subjectId: $id }) { unminimizedComment { isMinimized } } }",
      { id: comment?.nodeId },
    );
    expect(comment?.minimizedReason).toBeNull();
    const reader = app(given, { issues: "read", pull_requests: "read" });
    expect(await ask(given.world, reader, MINIMIZE, variables)).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
    expect(await ask(given.world, writer, MINIMIZE, { ...variables, id: thread(given)?.nodeId })).toMatchObject({
      errors: [{ type: "NOT_FOUND" }],
    });
  });

  test("reactions reach reviews too, which REST cannot", async () => {
    const given = await newWorld();
    const writer = app(given, { pull_requests: "write" });
    const id = given.world.state.reviews.get(61)?.nodeId;
    expect(await ask(given.world, writer, REACT, { id, content: "EYES" })).toMatchObject({
      data: { addReaction: { reaction: { content: "EYES", user: { login: "rondo" } } } },
    });
    const onReview = () => [...given.world.state.reactions.values()].filter(({ subject }) => subject.kind === "review");
    expect(onReview()).toMatchObject([{ content: "eyes", subject: { id: 61 } }]);
    await ask(given.world, writer, REACT.replace("addReaction", "removeReaction"), { id, content: "EYES" });
    expect(onReview()).toEqual([]);
  });

  test("a pull request becomes a draft and ready again", async () => {
    const given = await newWorld();
    const writer = app(given, { pull_requests: "write" });
    const id = given.pull.nodeId;
    expect(await ask(given.world, writer, DRAFT, { id })).toMatchObject({
      data: { convertPullRequestToDraft: { pullRequest: { isDraft: true } } },
    });
    await ask(given.world, writer, DRAFT.replace("convertPullRequestToDraft", "markPullRequestReadyForReview"), { id });
    expect(given.pull.isDraft).toBe(false);
    expect(events(given)).toEqual(["pull_request.converted_to_draft", "pull_request.ready_for_review"]);
    expect(await ask(given.world, app(given, { pull_requests: "read" }), DRAFT, { id })).toMatchObject({
      errors: [{ type: "FORBIDDEN" }],
    });
  });
});
