// Plants mistakes in exchanges, documents and payloads: a judge that lets one pass would make every story worthless.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createContractJudge } from "../contracts/judge.ts";
import type { Exchange } from "../contracts/rest-judge.ts";
import { readRestSlice, readWebhookSlice } from "../contracts/slice.ts";
import { WAIVERS } from "../contracts/waivers.ts";

const judge = createContractJudge();
const JSON_HEADERS = { "content-type": "application/json; charset=utf-8" };

type Call = {
  method?: string;
  url: string;
  body?: unknown;
  status?: number;
  answer?: unknown;
  headers?: Record<string, string>;
};

function exchange({ method = "GET", url, body, status = 200, answer, headers = {} }: Call): Exchange {
  return {
    method,
    url: `http://127.0.0.1:1/api/v3${url}`,
    requestHeaders: { "user-agent": "rondo/0", ...headers },
    requestBody: body === undefined ? undefined : JSON.stringify(body),
    status,
    responseHeaders: JSON_HEADERS,
    responseBody: answer === undefined ? undefined : JSON.stringify(answer),
  };
}

const label = {
  id: 1,
  node_id: "LA_1",
  url: "http://127.0.0.1:1/api/v3/repos/o/r/labels/rondo",
  name: "rondo",
  description: null,
  color: "ededed",
  default: false,
};
const notFound = { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" };

describe("REST", () => {
  test("a right request and a right answer have no problems", () => {
    const call = { method: "POST", url: "/repos/o/r/labels", body: { name: "rondo" }, status: 201, answer: label };
    expect(judge.judgeExchange(exchange(call))).toEqual([]);
    expect(judge.judgeExchange(exchange({ url: "/repos/o/r/labels?per_page=100&page=2", answer: [label] }))).toEqual(
      [],
    );
  });

  test.each<[string, Call, RegExp]>([
    [
      "a misspelt request field",
      { method: "POST", url: "/repos/o/r/labels", body: { name: "x", colour: "red" }, status: 201, answer: label },
      /request body: .*colour/,
    ],
    [
      "a missing request field",
      { method: "POST", url: "/repos/o/r/labels", body: {}, status: 201, answer: label },
      /request body: .*name/,
    ],
    [
      "a missing request body",
      { method: "POST", url: "/repos/o/r/labels", status: 201, answer: label },
      /request body: is required/,
    ],
    [
      "a wrong enum value",
      { method: "POST", url: "/repos/o/r/pulls/1/reviews", body: { event: "REJECT" }, status: 404, answer: notFound },
      /request body: \/event .*APPROVE/,
    ],
    [
      "a field that review entries do not have",
      {
        method: "POST",
        url: "/repos/o/r/pulls/1/reviews",
        body: { comments: [{ path: "a", body: "b", subject_type: "line" }] },
        status: 404,
        answer: notFound,
      },
      /request body: \/comments\/0 .*subject_type/,
    ],
    [
      "a misspelt field where alternatives exist",
      {
        method: "POST",
        url: "/repos/o/r/check-runs",
        body: { name: "Rondo", head_sha: "a", externalid: "k" },
        status: 404,
        answer: notFound,
      },
      /request body: .*externalid/,
    ],
    ["an unknown query value", { url: "/repos/o/r/labels?perpage=5", answer: [] }, /query: perpage is not described/],
    [
      "a query value of the wrong type",
      { url: "/repos/o/r/labels?per_page=many", answer: [] },
      /query: per_page: must be integer/,
    ],
    [
      "a path value of the wrong type",
      { url: "/repos/o/r/pulls/one", status: 404, answer: notFound },
      /path: pull_number: must be integer/,
    ],
    [
      "a request without a user agent",
      { url: "/repos/o/r/labels", answer: [], headers: { "user-agent": "" } },
      /header: user-agent/,
    ],
    ["an undescribed status", { url: "/repos/o/r/labels", status: 202, answer: [] }, /status: 202 is not described/],
    [
      "an answer of the wrong type",
      { url: "/repos/o/r/labels", answer: [{ ...label, id: "1" }] },
      /response body: \/0\/id must be integer/,
    ],
    [
      "an answer that lacks a required field",
      { url: "/repos/o/r/labels", answer: [{ ...label, node_id: undefined }] },
      /response body: \/0 .*node_id/,
    ],
    [
      "an error without a message",
      { url: "/repos/o/r/labels", status: 401, answer: { error: "no" } },
      /needs a JSON object with a message/,
    ],
    [
      "an operation nobody described",
      { url: "/repos/o/r/rounds", status: 200, answer: [] },
      /no judge covers GET \/repos\/o\/r\/rounds/,
    ],
    [
      "a method nobody described",
      { method: "PUT", url: "/repos/o/r/labels", status: 200, answer: [] },
      /no judge covers PUT \/repos\/o\/r\/labels/,
    ],
  ])("%s is a problem", (_, call, expected) => {
    const problems = judge.judgeExchange(exchange(call));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  test("HTML where JSON is described is a problem, a diff that was asked for is not", () => {
    const page = {
      ...exchange({ url: "/repos/o/r/pulls/1" }),
      responseHeaders: { "content-type": "text/html" },
      responseBody: "<p>",
    };
    expect(judge.judgeExchange(page)).toEqual([expect.stringContaining("text/html where JSON is described")]);
    const asked = { ...page, requestHeaders: { ...page.requestHeaders, accept: "application/vnd.github.diff" } };
    expect(judge.judgeExchange(asked)).toEqual([]);
  });

  test("paths are told apart: slashes in refs and files, escapes, pages by repository id", () => {
    expect(judge.operationOf("GET", "/repos/o/r/commits/feature/a/check-runs")).toBe(
      "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
    );
    expect(judge.operationOf("GET", "/api/v3/repos/o/r/commits/feature%2Fa")).toBe(
      "GET /repos/{owner}/{repo}/commits/{ref}",
    );
    expect(judge.operationOf("GET", "/repos/o/r/contents/src%2Fx.ts?ref=main")).toBe(
      "GET /repos/{owner}/{repo}/contents/{path}",
    );
    expect(judge.operationOf("GET", "/repositories/7/issues/1/comments?page=2")).toBe(
      "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
    );
    expect(judge.operationOf("GET", "/repos/o/r/issues/comments/5")).toBe(
      "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
    );
  });

  test("a waived status still needs an error body, and each waiver has a reason", () => {
    expect(
      judge.judgeExchange(exchange({ url: "/repos/o/r/labels", status: 401, answer: { message: "Bad credentials" } })),
    ).toEqual([]);
    for (const { reason } of WAIVERS) expect(reason.length).toBeGreaterThan(8);
  });
});

describe("GraphQL", () => {
  const resolve = "mutation($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }";

  test("a right document has no problems", () => {
    expect(judge.judgeGraphql(resolve, { id: "PRRT_1" })).toEqual([]);
  });

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ["a field GitHub does not have", "{ viewer { loginName } }", {}, /Cannot query field "loginName" on type "User"/],
    ["an argument GitHub does not have", '{ repository(owner: "o", repo: "r") { id } }', {}, /Unknown argument "repo"/],
    [
      "a variable of the wrong type",
      'query($n: Int!) { repository(owner: "o", name: "r") { pullRequest(number: $n) { id } } }',
      { n: "six" },
      /\$n.*Int cannot represent/,
    ],
    ["a variable that is missing", resolve, {}, /\$id.*required type "ID!" was not provided/],
    ["a variable nobody declared", resolve, { id: "a", threadId: "b" }, /\$threadId is not declared/],
    [
      "a classifier GitHub does not have",
      'mutation { minimizeComment(input: { subjectId: "a", classifier: OLD }) { clientMutationId } }',
      {},
      /"OLD" does not exist in "ReportedContentClassifiers"/,
    ],
    ["a document that does not parse", "{ viewer {", {}, /Syntax Error/],
  ])("%s is a problem", (_, document, variables, expected) => {
    expect(judge.judgeGraphql(document, variables).join("\n")).toMatch(expected);
  });
});

describe("webhooks", () => {
  const events = readWebhookSlice().events;
  // The package's types describe another shape than its JSON, so the file is read as JSON.
  const recorded: { name: string; examples: Record<string, unknown>[] }[] = JSON.parse(
    readFileSync("node_modules/@octokit/webhooks-examples/api.github.com/index.json", "utf8"),
  );
  // GitHub's own recorded payloads: those that pass show that the judge does not refuse what GitHub sends.
  const examples = recorded.flatMap(({ name, examples }) =>
    name in events ? examples.map((payload) => ({ name, payload })) : [],
  );
  const accepted = examples.filter(({ name, payload }) => judge.judgeWebhook(name, payload).length === 0);

  // The rest are older than a field that became required since, mostly `has_discussions`.
  test("of GitHub's own recorded payloads those of the current shape pass", () => {
    expect({ examples: examples.length, accepted: accepted.length }).toMatchInlineSnapshot(`
      {
        "accepted": 56,
        "examples": 108,
      }
    `);
  });

  test("a payload that lacks a required field is a problem", () => {
    const right = accepted.find(({ name, payload }) => name === "pull_request" && payload["action"] === "closed");
    const { repository: _, ...without } = right?.payload ?? {};
    expect(judge.judgeWebhook("pull_request", right?.payload)).toEqual([]);
    expect(judge.judgeWebhook("pull_request", without).join()).toMatch(
      /webhook pull_request.closed: payload: .*repository/,
    );
  });

  test("a payload of the wrong type, an unknown action and an unknown event are problems", () => {
    const right = accepted.find(({ name, payload }) => name === "pull_request" && payload["action"] === "opened");
    expect(judge.judgeWebhook("pull_request", { ...right?.payload, number: "6" }).join()).toMatch(
      /\/number must be integer/,
    );
    expect(judge.judgeWebhook("pull_request", { action: "pushed" })).toEqual([
      expect.stringContaining("no judge covers webhook pull_request.pushed"),
    ]);
    expect(judge.judgeWebhook("star", { action: "created" })).toEqual([
      expect.stringContaining("no judge covers webhook star.created"),
    ]);
  });
});

test("the slices say which package they come from", () => {
  expect(readRestSlice().source).toMatchObject({ package: "@octokit/openapi", version: "23.0.2", licence: "MIT" });
  expect(readWebhookSlice().source).toMatchObject({
    package: "@octokit/openapi-webhooks",
    version: "12.1.0",
    licence: "MIT",
  });
});
