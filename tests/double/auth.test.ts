// Who may call what: App JWTs, installation tokens, narrowing, hidden repositories. GitHub's OpenAPI says nothing of these.
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { APP_ID, appJwt, mint, startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

let sample: Sample;
let now = new Date();
beforeAll(async () => {
  sample = await startSample({ clock: () => now });
});
afterAll(() => sample.double.stop());

test("an App JWT is accepted with the App id and with the client id as issuer", async () => {
  const { api, double } = sample;
  const byId = await api("GET", "/app", { token: appJwt() });
  const byClientId = await api("GET", "/app", { token: appJwt({ iss: double.state.app.clientId }) });
  expect([byId.status, byClientId.status]).toEqual([200, 200]);
  expect(byId.body).toMatchObject({ id: APP_ID, slug: "rondo", permissions: { metadata: "read", checks: "write" } });
});

test.each([
  ["expired", { exp: 1 }, "must be a numeric value representing the future time"],
  ["valid for too long", { exp: Math.floor(Date.now() / 1000) + 1200 }, "too far in the future"],
  ["issued in the future", { iat: Math.floor(Date.now() / 1000) + 600 }, "'Issued at' claim"],
  ["from another App", { iss: 1 }, "'Issuer' claim"],
])("a JWT that is %s is refused with 401", async (_name, claims, message) => {
  const answer = await sample.api("GET", "/app", { token: appJwt(claims) });
  expect(answer.status).toBe(401);
  expect(answer.body.message).toContain(message);
});

test("a JWT signed with another key is refused", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const answer = await sample.api("GET", "/app", { token: appJwt({}, privateKey) });
  expect([answer.status, answer.body.message]).toEqual([401, "A JSON web token could not be decoded"]);
});

test("tokens have the new long shape and die after an hour of the double's clock", async () => {
  const { api, installation, path } = sample;
  const token = await mint(api, installation.id);
  expect(token.startsWith(`ghs_${APP_ID}_ey`)).toBe(true);
  expect(token.length).toBeGreaterThan(300);
  expect((await api("GET", path, { token })).status).toBe(200);
  const started = now;
  now = new Date(started.getTime() + 3_600_000);
  const late = await api("GET", path, { token });
  now = started;
  expect([late.status, late.body.message]).toEqual([401, "Bad credentials"]);
});

test("an unknown token is 401, never somebody else", async () => {
  const answer = await sample.api("GET", sample.path, { token: "ghs_nobody" });
  expect([answer.status, answer.body.message]).toEqual([401, "Bad credentials"]);
});

test("a narrowed token has what was asked for and no more", async () => {
  const { api, installation, path } = sample;
  const token = await mint(api, installation.id, { repositories: ["shop"], permissions: { contents: "read" } });
  expect((await api("GET", `${path}/contents/base.txt`, { token })).status).toBe(200);
  const refused = await api("POST", `${path}/issues/1/comments`, { token, body: { body: "hi" } });
  expect([refused.status, refused.body.message]).toEqual([403, "Resource not accessible by integration"]);
});

test("asking for more than was granted is 422, for permissions and for repositories", async () => {
  const { api, installation } = sample;
  const url = `/app/installations/${installation.id}/access_tokens`;
  const permission = await api("POST", url, { token: appJwt(), body: { permissions: { statuses: "write" } } });
  const repository = await api("POST", url, { token: appJwt(), body: { repositories: ["elsewhere"] } });
  expect([permission.status, repository.status]).toEqual([422, 422]);
});

test("a private repository outside the token is 404; a public one can be read but not written", async () => {
  const { api, double, token } = sample;
  const stranger = double.createUser("stan");
  await double.createRepository({ owner: stranger, name: "hidden", isPrivate: true, files: { a: "1" } });
  const open = await double.createRepository({ owner: stranger, name: "open", files: { a: "1" } });
  await double.pushCommit(stranger, open, { branch: "b", files: { a: "2" } });
  await double.openPullRequest(stranger, open, { title: "t", head: "b" });
  expect((await api("GET", "/repos/stan/hidden", { token })).status).toBe(404);
  expect((await api("GET", "/repos/stan/open/pulls/1", { token })).status).toBe(200);
  expect((await api("POST", "/repos/stan/open/issues/1/comments", { token, body: { body: "x" } })).status).toBe(403);
});

test("a narrowed token does not see the installation's other private repositories", async () => {
  const { api, double, owner, installation } = sample;
  await double.createRepository({ owner, name: "secret", isPrivate: true, files: { a: "1" } });
  const token = await mint(api, installation.id, { repositories: ["shop"] });
  expect((await api("GET", "/repos/olga/secret", { token })).status).toBe(404);
  const listed = await api("GET", "/installation/repositories", { token });
  expect(listed.body.repositories.map((one: { name: string }) => one.name)).toEqual(["shop"]);
});

test("a suspended installation gets 403, an uninstalled one 401", async () => {
  const { api, double } = sample;
  const other = double.createUser("otto");
  const repository = await double.createRepository({ owner: other, name: "r", files: { a: "1" } });
  const installation = await double.installApp({ account: other, repositories: [repository] });
  const token = await mint(api, installation.id);
  await double.suspendApp(other, installation);
  expect((await api("GET", "/repos/otto/r", { token })).status).toBe(403);
  await double.uninstallApp(other, installation);
  expect((await api("GET", "/repos/otto/r", { token })).status).toBe(401);
});

test("permission of a person: role and old level, 404 for an unknown one", async () => {
  const { api, double, repository, token, path } = sample;
  const mia = double.createUser("mia");
  const read = await api("GET", `${path}/collaborators/mia/permission`, { token });
  double.setPermission(mia, repository, "maintain");
  const maintain = await api("GET", `${path}/collaborators/mia/permission`, { token });
  expect(read.body).toMatchObject({ permission: "read", role_name: "read" });
  expect(maintain.body).toMatchObject({ permission: "write", role_name: "maintain" });
  expect((await api("GET", `${path}/collaborators/nobody/permission`, { token })).status).toBe(404);
});

test("what is not modelled says so with 501 and its own name", async () => {
  const answer = await sample.api("GET", "/repos/olga/shop/milestones", { token: sample.token });
  expect([answer.status, answer.body.route]).toEqual([501, "GET /repos/olga/shop/milestones"]);
});
