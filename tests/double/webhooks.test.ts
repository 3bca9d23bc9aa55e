// Webhooks: signed, recorded, redelivered with the same GUID; and the mischief of the network.
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appJwt, startReceiver, startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

const SECRET = "It's a Secret to Everybody";
let sample: Sample;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeEach(async () => {
  receiver = await startReceiver();
  sample = await startSample({ webhook: { url: receiver.url, secret: SECRET } });
  await sample.double.deliveries.settled();
  receiver.got.length = 0;
});
afterEach(async () => {
  await sample.double.stop();
  await receiver.stop();
});

const names = () => receiver.got.map(({ event, action }) => `${event}.${action}`);
const deliveries = async (query = "") =>
  (await sample.api("GET", `/app/hook/deliveries${query}`, { token: appJwt() })).body;

test("headers and both signatures are GitHub's", async () => {
  const { double, author, pull, installation } = sample;
  await double.comment(author, pull, "hello");
  await double.deliveries.settled();
  const [hook] = receiver.got;
  const hmac = (algorithm: string): string =>
    createHmac(algorithm, SECRET)
      .update(hook?.raw ?? "")
      .digest("hex");
  expect(hook?.headers).toMatchObject({
    "x-github-event": "issue_comment",
    "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    "x-github-hook-id": expect.stringMatching(/^\d+$/),
    "x-github-hook-installation-target-id": String(double.state.app.id),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature": `sha1=${hmac("sha1")}`,
    "x-hub-signature-256": `sha256=${hmac("sha256")}`,
    "user-agent": expect.stringMatching(/^GitHub-Hookshot\//),
    "content-type": "application/json",
  });
  expect(hook?.body).toMatchObject({
    action: "created",
    issue: { number: 1, pull_request: { url: expect.any(String) } },
    comment: { body: "hello", user: { login: "arno" } },
    repository: { full_name: "olga/shop", owner: { login: "olga" } },
    sender: { login: "arno", type: "User" },
    installation: { id: installation.id },
  });
});

test("the App's own writes come back as events of its bot", async () => {
  const { api, double, token, path } = sample;
  await api("POST", `${path}/issues/1/comments`, { token, body: { body: "from the App" } });
  await double.deliveries.settled();
  expect(receiver.got[0]?.body).toMatchObject({
    sender: { login: "rondo[bot]", type: "Bot" },
    comment: { performed_via_github_app: { slug: "rondo" } },
  });
});

test("a redelivery has the same GUID and stands in the list as one", async () => {
  const { api, double, author, pull } = sample;
  receiver.status = 503;
  await double.comment(author, pull, "hello");
  await double.deliveries.settled();
  const [failed] = await deliveries("?status=failure");
  expect(failed).toMatchObject({ status_code: 503, redelivery: false, event: "issue_comment", action: "created" });
  receiver.status = 202;
  const asked = await api("POST", `/app/hook/deliveries/${failed.id}/attempts`, { token: appJwt() });
  await double.deliveries.settled();
  expect(asked.status).toBe(202);
  expect(receiver.got.map(({ headers }) => headers["x-github-delivery"])).toEqual([failed.guid, failed.guid]);
  const [latest] = await deliveries();
  expect(latest).toMatchObject({ guid: failed.guid, redelivery: true, status_code: 202 });
  const detail = await api("GET", `/app/hook/deliveries/${latest.id}`, { token: appJwt() });
  expect(detail.body.request.payload.comment.body).toBe("hello");
});

test("a receiver that is not there is no failure in the narrow sense: code 0, missing from status=failure", async () => {
  const { double, author, pull } = sample;
  double.setWebhook({ url: "http://127.0.0.1:1/hook" });
  await double.comment(author, pull, "hello");
  await double.deliveries.settled();
  expect((await deliveries())[0]).toMatchObject({ status_code: 0, status: "failed to connect to host" });
  expect(await deliveries("?status=failure")).toEqual([]);
});

test("a receiver that does not answer in time counts as failed, with code 0", async () => {
  const { double, author, pull } = sample;
  receiver.status = 0;
  double.setWebhook({ deadlineMs: 60 });
  await double.comment(author, pull, "hello");
  await double.deliveries.settled();
  expect((await deliveries())[0]).toMatchObject({ status_code: 0, status: "timed out" });
});

test("the list goes by cursor", async () => {
  const { api, double, author, pull } = sample;
  for (const body of ["1", "2", "3"]) await double.comment(author, pull, body);
  await double.deliveries.settled();
  const first = await api("GET", "/app/hook/deliveries?per_page=2", { token: appJwt() });
  const next = /<(?<url>[^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.groups?.["url"] ?? "";
  const second = await api("GET", next.slice(double.apiUrl.length), { token: appJwt() });
  const ids = [...first.body, ...second.body].map(({ id }: { id: number }) => id);
  const all = double.deliveries.records.map(({ id }) => id).toSorted((left, right) => right - left);
  expect(ids).toEqual(all.slice(0, ids.length));
  expect(ids.length).toBeGreaterThan(2);
});

test("drop, double, delay", async () => {
  const { double, author, pull } = sample;
  double.deliveries.script({ match: { event: "issue_comment" }, act: "drop" });
  await double.comment(author, pull, "lost without trace");
  double.deliveries.script({ match: { event: "issue_comment" }, act: "double" });
  await double.comment(author, pull, "twice");
  double.deliveries.script({ match: { event: "issue_comment" }, act: { delayMs: 500 } });
  await double.comment(author, pull, "late");
  await double.comment(author, pull, "in time");
  await double.deliveries.settled();
  expect(receiver.got.map(({ body }) => body.comment.body)).toEqual(["twice", "twice", "in time", "late"]);
  expect(receiver.got[0]?.headers["x-github-delivery"]).toBe(receiver.got[1]?.headers["x-github-delivery"]);
});

test("held events come in another order", async () => {
  const { double, author, pull } = sample;
  double.deliveries.script({ match: {}, act: "hold", times: 3 });
  await double.convertToDraft(author, pull);
  await double.markReady(author, pull);
  await double.comment(author, pull, "c");
  await double.deliveries.settled();
  expect(names()).toEqual([]);
  double.deliveries.release("reversed");
  await double.deliveries.settled();
  expect(names().toSorted()).toEqual([
    "issue_comment.created",
    "pull_request.converted_to_draft",
    "pull_request.ready_for_review",
  ]);
});

test("a rotated secret signs from then on", async () => {
  const { double, author, pull } = sample;
  double.setWebhook({ secret: "another" });
  await double.comment(author, pull, "x");
  await double.deliveries.settled();
  const [hook] = receiver.got;
  expect(hook?.headers["x-hub-signature-256"]).toBe(
    `sha256=${createHmac("sha256", "another")
      .update(hook?.raw ?? "")
      .digest("hex")}`,
  );
});

test("nothing is sent for repositories outside the installation, nor for events the App did not subscribe to", async () => {
  const { double, author, owner, repository } = sample;
  await double.createRepository({ owner: author, name: "elsewhere", files: { a: "1" } });
  await double.setStatus(owner, repository, { sha: sample.pull.headSha, state: "success", context: "ci" });
  await double.deliveries.settled();
  expect(names()).toEqual([]);
  expect(double.announced.at(-1)?.event).toBe("status");
});
