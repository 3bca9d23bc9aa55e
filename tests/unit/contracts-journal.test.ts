// The journal's judge: what it looks at, what is exempt, and that a known slip of GitHub's description hides nothing else.
import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../double/journal.ts";
import { judgeJournal } from "../contracts/judge-journal.ts";
import { unwaived, WAIVERS, type Problem } from "../contracts/waivers.ts";

const bytes = (value: unknown) => Buffer.from(value === undefined ? "" : JSON.stringify(value));

function entry(
  parts: Partial<Omit<JournalEntry, "requestBody" | "responseBody">> & { sent?: unknown; got?: unknown },
): JournalEntry {
  const { sent, got, ...rest } = parts;
  return {
    index: 0,
    surface: "rest",
    at: 0,
    method: "GET",
    path: "/api/v3/repos/o/r/labels",
    route: null,
    requestHeaders: { "user-agent": "rondo" },
    status: 200,
    responseHeaders: { "content-type": "application/json; charset=utf-8" },
    durationMs: 1,
    fault: null,
    requestBody: bytes(sent),
    responseBody: bytes(got),
    ...rest,
  };
}
const problemsOf = (...entries: JournalEntry[]) => judgeJournal({ entries });

test("a right exchange leaves nothing, a wrong answer is told once with its count", () => {
  expect(problemsOf(entry({ got: [] }))).toEqual([]);
  const wrong = entry({ got: [{}], path: "/api/v3/repos/o/r/labels/x" });
  expect(problemsOf(wrong, wrong).at(0)).toMatch(
    /^GET \/api\/v3\/repos\/o\/r\/labels\/x: response body: .*\(2 times\)$/,
  );
});

test("an answer made up by a fault is not judged, the request that met it is", () => {
  const misspelt = { method: "POST", path: "/api/v3/repos/o/r/labels", sent: { name: "x", colour: "red" } };
  expect(problemsOf(entry({ got: "<html>", fault: "html" }))).toEqual([]);
  expect(problemsOf(entry({ ...misspelt, status: 502, fault: "status" })).join()).toMatch(/request body: .*colour/);
  expect(problemsOf(entry({ ...misspelt, status: null })).join()).toMatch(/request body: .*colour/);
});

test("a route the double does not model, or nobody described, is a problem", () => {
  const answer = { status: 501, got: { message: "not modelled" } };
  expect(problemsOf(entry(answer))).toEqual(["GET /api/v3/repos/o/r/labels: status: 501 is not described"]);
  expect(problemsOf(entry({ ...answer, path: "/api/v3/rounds" })).join()).toMatch(/no judge covers GET \/rounds/);
});

test("GraphQL documents and webhooks are judged, git and pages are not", () => {
  const graphql = { surface: "graphql", method: "POST", path: "/api/graphql" } as const;
  expect(problemsOf(entry({ ...graphql, sent: { query: "{ viewer { login } }" } }))).toEqual([]);
  expect(problemsOf(entry({ ...graphql, sent: { query: "{ viewer { loginName } }" } })).join()).toMatch(/loginName/);
  expect(problemsOf(entry({ ...graphql, sent: { document: "{ viewer { login } }" } })).join()).toMatch(
    /query must be a string/,
  );
  const requestHeaders = { "x-github-event": "ping", "x-github-delivery": "g" };
  expect(problemsOf(entry({ surface: "webhook", requestHeaders, sent: { hook: 1 } })).join()).toMatch(
    /webhook ping: payload/,
  );
  expect(
    problemsOf(entry({ surface: "git", path: "/o/r.git/info/refs" }), entry({ surface: "page", path: "/o/r/pull/1" })),
  ).toEqual([]);
});

describe("waivers", () => {
  const comments = "POST /api/v3/repos/o/r/pulls/1/comments";
  test.each<[string, Problem, boolean]>([
    ["a null line", { operation: comments, part: "response body", detail: "/line must be integer, is null" }, true],
    [
      "a line as text",
      { operation: comments, part: "response body", detail: "/line must be integer, is string" },
      false,
    ],
    [
      "a null line in a request",
      { operation: comments, part: "request body", detail: "/line must be integer, is null" },
      false,
    ],
    ["another null", { operation: comments, part: "response body", detail: "/id must be integer, is null" }, false],
    ["an undescribed 502", { operation: comments, part: "status", detail: "502 is not described", status: 502 }, true],
    ["an undescribed 418", { operation: comments, part: "status", detail: "418 is not described", status: 418 }, false],
    [
      "an App's mail",
      {
        operation: "webhook push",
        part: "payload",
        detail: '/pusher/email must match format "email", is 4+rondo[bot]@users.noreply.github.com',
      },
      true,
    ],
    [
      "a broken mail",
      { operation: "webhook push", part: "payload", detail: '/pusher/email must match format "email", is rondo' },
      false,
    ],
  ])("%s", (_, problem, isWaived) => {
    expect(unwaived([problem]).length).toBe(isWaived ? 0 : 1);
  });

  test("each has a name of its own and a reason", () => {
    expect(new Set(WAIVERS.map(({ name }) => name)).size).toBe(WAIVERS.length);
    expect(WAIVERS.filter(({ reason }) => reason.length < 9)).toEqual([]);
  });
});
