// The fault script: every kind plays, before faults leave no effect and after faults leave it.
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as presets from "../../double/fault-presets.ts";
import type { Fault } from "../../double/faults.ts";
import { startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

let sample: Sample;
let skewMs = 0;
beforeEach(async () => {
  skewMs = 0;
  sample = await startSample({ clock: () => new Date(Date.now() + skewMs) });
});
afterEach(() => sample.double.stop());

const COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const post = () =>
  sample.api("POST", `${sample.path}/issues/1/comments`, { token: sample.token, body: { body: "hello" } });
const get = () => sample.api("GET", `${sample.path}/pulls/1`, { token: sample.token });
const script = (fault: Fault, method = "POST", path: string | RegExp = COMMENTS) =>
  sample.double.faults.add({ match: { method, path }, fault });
const written = () => sample.double.state.issueComments.size;

test("500 before and 502 after the effect", async () => {
  script(presets.serverError);
  expect([(await post()).status, written()]).toEqual([500, 0]);
  script(presets.badGatewayAfterEffect);
  expect([(await post()).status, written()]).toEqual([502, 1]);
  expect([(await post()).status, written()]).toEqual([201, 2]);
});

test("reset before and after the effect", async () => {
  script({ kind: "reset", when: "before" });
  await expect(post()).rejects.toThrow("fetch failed");
  expect(written()).toBe(0);
  script({ kind: "reset", when: "after" });
  await expect(post()).rejects.toThrow("fetch failed");
  expect(written()).toBe(1);
  expect(sample.double.journal.entries.filter(({ status }) => status === null)).toHaveLength(2);
});

test("a hanging request has its effect and no answer until the client gives up", async () => {
  script({ kind: "hang", when: "after" });
  const attempt = fetch(`${sample.double.apiUrl}${sample.path}/issues/1/comments`, {
    method: "POST",
    headers: { authorization: `Bearer ${sample.token}` },
    body: JSON.stringify({ body: "x" }),
    signal: AbortSignal.timeout(150),
  });
  await expect(attempt).rejects.toThrow(/timeout/i);
  await expect.poll(written).toBe(1);
});

test.each([
  ["403 with retry-after", presets.secondaryLimit(403, 60), 403, { "retry-after": "60" }],
  ["429 without retry-after", presets.secondaryLimit(429, null), 429, { "retry-after": null }],
  [
    "403 primary",
    presets.primaryLimit(new Date("2030-01-01T00:00:00Z")),
    403,
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1893456000" },
  ],
  ["422 abuse", presets.abuse, 422, {}],
  ["422 line", presets.lineNotInDiff, 422, {}],
  ["422 too long", presets.bodyTooLong, 422, {}],
  ["401", presets.badCredentials, 401, {}],
  ["404", presets.missing, 404, {}],
  ["410", presets.gone, 410, {}],
  ["403 locked", presets.locked, 403, {}],
])("preset %s refuses without an effect", async (_name, fault, status, headers) => {
  script(fault);
  const answer = await post();
  expect([answer.status, written()]).toEqual([status, 0]);
  expect(answer.body.message).toEqual(expect.any(String));
  for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toBe(value);
});

test("a delay and a slow drip answer late but right", async () => {
  script({ kind: "delay", ms: 80 }, "GET", /\/pulls\/1$/);
  let started = performance.now();
  expect((await get()).body.number).toBe(1);
  expect(performance.now() - started).toBeGreaterThan(75);
  script({ kind: "drip", pieces: 4, ms: 20 }, "GET", /\/pulls\/1$/);
  started = performance.now();
  expect((await get()).body.number).toBe(1);
  // Four pieces have three gaps between them.
  expect(performance.now() - started).toBeGreaterThan(55);
});

test("a truncated body, cut JSON, HTML with 200, a redirect", async () => {
  script({ kind: "truncate" }, "GET", /\/pulls\/1$/);
  await expect(get()).rejects.toThrow(/terminated|aborted|other side closed/);
  script({ kind: "cutJson" }, "GET", /\/pulls\/1$/);
  await expect(get()).rejects.toThrow(/JSON/);
  script({ kind: "html" }, "GET", /\/pulls\/1$/);
  const html = await get();
  expect([html.status, html.headers.get("content-type"), html.text.startsWith("<!DOCTYPE html>")]).toEqual([
    200,
    "text/html",
    true,
  ]);
  script({ kind: "redirect", location: "/elsewhere" }, "GET", /\/pulls\/1$/);
  const moved = await get();
  expect([moved.status, moved.headers.get("location")]).toEqual([301, "/elsewhere"]);
});

test("a stale read shows the state before the last change, writes are never stale", async () => {
  const { double, author, repository, pull } = sample;
  double.faults.add({
    match: { method: "GET", path: "/repos/{owner}/{repo}/pulls/{pull_number}" },
    fault: { kind: "stale" },
    times: 1,
  });
  const before = pull.headSha;
  const after = await double.pushCommit(author, repository, { branch: "feature", files: { "n.txt": "n" } });
  expect((await get()).body.head.sha).toBe(before);
  expect((await get()).body.head.sha).toBe(after);
});

test("read lag is measured on the double's clock", async () => {
  const { double, author, repository, pull } = sample;
  double.faults.add({ match: { method: "GET" }, fault: { kind: "stale", lagMs: 130_000 }, times: Infinity });
  const before = pull.headSha;
  const after = await double.pushCommit(author, repository, { branch: "feature", files: { "n.txt": "n" } });
  expect((await get()).body.head.sha).toBe(before);
  skewMs = 129_000;
  expect((await get()).body.head.sha).toBe(before);
  skewMs = 131_000;
  expect((await get()).body.head.sha).toBe(after);
});

test("a rule plays from its nth match on, as often as it says, and can be taken back", async () => {
  const { double } = sample;
  double.faults.add({ match: { path: COMMENTS, nth: 2 }, times: 2, fault: presets.missing });
  expect([(await post()).status, (await post()).status, (await post()).status, (await post()).status]).toEqual([
    201, 404, 404, 201,
  ]);
  const takeBack = double.faults.add({ match: { surface: "rest" }, times: Infinity, fault: presets.serverError });
  expect((await get()).status).toBe(500);
  takeBack();
  expect((await get()).status).toBe(200);
  expect(double.faults.played()).toBe(3);
});

test("faults reach git and GraphQL too", async () => {
  const { double, token } = sample;
  double.faults.add({ match: { surface: "git", path: /info\/refs/ }, fault: presets.serverError });
  expect((await fetch(`${double.url}/olga/shop.git/info/refs?service=git-upload-pack`)).status).toBe(500);
  double.faults.add({ match: { surface: "graphql", body: /viewer/ }, fault: presets.badCredentials });
  const body = JSON.stringify({ query: "{ viewer { login } }" });
  expect(
    (await fetch(`${double.url}/api/graphql`, { method: "POST", body, headers: { authorization: `Bearer ${token}` } }))
      .status,
  ).toBe(401);
});

test("the journal holds every byte in order, with the route and the fault", async () => {
  const { double, token } = sample;
  script(presets.badGatewayAfterEffect);
  await post();
  const entry = double.journal.entries.at(-1);
  expect(entry).toMatchObject({ surface: "rest", method: "POST", route: COMMENTS, status: 502, fault: "status" });
  expect(JSON.parse(entry?.requestBody.toString() ?? "")).toEqual({ body: "hello" });
  expect(double.journal.entriesWith(token)).toContain(entry);
  expect(double.journal.writes().at(-1)).toBe(entry);
  expect(double.journal.entries.map(({ index }) => index)).toEqual([...double.journal.entries.keys()]);
});

test("a request that is broken off leaves the double running", async () => {
  const { double } = sample;
  const { hostname, port } = new URL(double.url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write("POST /api/v3/app HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc", () =>
        socket.resetAndDestroy(),
      );
    });
    socket.on("close", () => resolve());
  });
  expect((await get()).status).toBe(200);
});
