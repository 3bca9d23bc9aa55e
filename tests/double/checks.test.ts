// Check runs, suites and buttons: limits and behaviour beyond the OpenAPI description.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await startSample();
});
afterAll(() => sample.double.stop());

const create = (body: Record<string, unknown>) =>
  sample.api("POST", `${sample.path}/check-runs`, {
    token: sample.token,
    body: { head_sha: sample.pull.headSha, ...body },
  });
const annotations = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    path: "base.txt",
    start_line: index + 1,
    end_line: index + 1,
    annotation_level: "warning",
    message: "m",
  }));

test("50 annotations a request, appended by updates, read back by pages", async () => {
  const { api, token, path } = sample;
  const output = { title: "t", summary: "s" };
  expect((await create({ name: "Many", output: { ...output, annotations: annotations(51) } })).status).toBe(422);
  const run = await create({ name: "Many", output: { ...output, annotations: annotations(50) } });
  const updated = await api("PATCH", `${path}/check-runs/${run.body.id}`, {
    token,
    body: { output: { ...output, annotations: annotations(2) } },
  });
  expect(updated.body.output.annotations_count).toBe(52);
  const page = await api("GET", `${path}/check-runs/${run.body.id}/annotations?per_page=50&page=2`, { token });
  expect(page.body).toHaveLength(2);
});

test.each([
  ["an output without a summary", { output: { title: "t" } }],
  ["an output without a title", { output: { summary: "s" } }],
  ["a summary over 65,535 characters", { output: { title: "t", summary: "s".repeat(65_536) } }],
  [
    "a fourth button",
    { actions: Array.from({ length: 4 }, () => ({ label: "l", description: "d", identifier: "i" })) },
  ],
  ["a button label over 20 characters", { actions: [{ label: "l".repeat(21), description: "d", identifier: "i" }] }],
  ["completed without a conclusion", { status: "completed" }],
  ["a commit that does not exist", { head_sha: "f".repeat(40) }],
])("%s is refused with 422", async (_name, body) => {
  expect((await create({ name: "Bad", ...body })).status).toBe(422);
});

test("people cannot write checks", async () => {
  const { api, double, owner, path, pull } = sample;
  const answer = await api("POST", `${path}/check-runs`, {
    token: double.tokenFor(owner),
    body: { name: "Mine", head_sha: pull.headSha },
  });
  expect([answer.status, answer.body.message]).toEqual([403, "You must authenticate via a GitHub App."]);
});

test("a conclusion completes the run; the list shows the newest of each name", async () => {
  const { api, token, path, pull } = sample;
  const first = await create({ name: "Rondo", status: "in_progress", external_id: "v1/a" });
  await api("PATCH", `${path}/check-runs/${first.body.id}`, { token, body: { conclusion: "success" } });
  const second = await create({ name: "Rondo", status: "queued", external_id: "v1/b" });
  const url = `${path}/commits/${pull.headSha}/check-runs?check_name=Rondo`;
  const latest = await api("GET", url, { token });
  const all = await api("GET", `${url}&filter=all`, { token });
  expect(latest.body.check_runs.map((run: { id: number }) => run.id)).toEqual([second.body.id]);
  expect(all.body.check_runs.map((run: { status: string }) => run.status)).toEqual(["queued", "completed"]);
});

test("a check run names its pull requests, but not those of a fork", async () => {
  const { api, token, double, repository, path } = sample;
  const own = await create({ name: "Own" });
  expect(own.body.pull_requests.map((one: { number: number }) => one.number)).toEqual([1]);
  const fay = double.createUser("fay");
  const fork = await double.createFork(fay, repository);
  await double.pushCommit(fay, fork, { branch: "theirs", files: { "f.txt": "f" } });
  const pull = await double.openPullRequest(fay, repository, {
    title: "From a fork",
    head: "theirs",
    headRepository: fork,
  });
  const run = await api("POST", `${path}/check-runs`, { token, body: { name: "Fork", head_sha: pull.headSha } });
  expect([run.status, run.body.pull_requests]).toEqual([201, []]);
});

test("buttons and re-runs become events", async () => {
  const { double, owner } = sample;
  const made = await create({
    name: "Buttons",
    actions: [{ label: "Again", description: "Review again", identifier: "again" }],
  });
  const run = double.state.checkRuns.get(made.body.id);
  if (run === undefined) throw new Error("no run");
  await double.pressButton(owner, run, "again");
  await double.requestRerun(owner, run);
  const suite = double.state.checkSuites.get(run.suiteId);
  if (suite === undefined) throw new Error("no suite");
  await double.requestSuiteRerun(owner, suite);
  const last = double.announced.slice(-3);
  expect(last.map(({ event, action }) => `${event}.${action}`)).toEqual([
    "check_run.requested_action",
    "check_run.rerequested",
    "check_suite.rerequested",
  ]);
  expect(last[0]?.payload).toMatchObject({ requested_action: { identifier: "again" }, sender: { login: "olga" } });
  await expect(double.pressButton(owner, run, "nope")).rejects.toThrow("has no button");
});

test("a push asks for checks once per commit", async () => {
  const { double, pull } = sample;
  const requested = double.announced.filter(({ event, action }) => event === "check_suite" && action === "requested");
  expect(
    requested.filter(({ payload }) => JSON.stringify(payload["check_suite"]).includes(`"head_sha":"${pull.headSha}"`)),
  ).toHaveLength(1);
});
