// Registering an App on the double: what GitHub's form refuses, who may own it, and a code that works once and for an hour.
import { createPrivateKey, sign } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSample, appJwt, type Sample } from "./sample.ts";

const clock = { now: new Date() };
let sample: Sample;
beforeAll(async () => {
  sample = await startSample({ clock: () => clock.now });
  sample.double.createOrganization("acme");
});
afterAll(() => sample.double.stop());

const manifest = {
  name: "Rondo Acme",
  url: "https://rondo.example",
  hook_attributes: { url: "https://rondo.example/api/github/webhooks", active: true },
  redirect_url: "https://rondo.example/back",
  default_permissions: { pull_requests: "write", contents: "read" },
  default_events: ["pull_request", "push"],
};

function send(path: string, given: object, fields: Record<string, string> = {}) {
  const body = new URLSearchParams({ manifest: JSON.stringify(given), ...fields });
  return fetch(`${sample.double.url}${path}`, { method: "POST", body, redirect: "manual" });
}

async function codeFor(name: string, path = "/settings/apps/create"): Promise<string> {
  const answer = await send(path, manifest, { name, state: "a b" });
  const location = new URL(answer.headers.get("location") ?? "");
  expect([answer.status, location.origin, location.searchParams.get("state")]).toEqual([
    302,
    "https://rondo.example",
    "a b",
  ]);
  return location.searchParams.get("code") ?? "";
}

test.each([
  ["no homepage", { url: "" }, "url must be a valid URL"],
  ["no way back", { redirect_url: "back" }, "redirect_url must be a valid URL"],
  ["no webhook", { hook_attributes: {} }, "Hook url must be a valid URL"],
  [
    "events that every App gets",
    { default_events: ["installation", "push", "installation_repositories"] },
    "Default events unsupported: installation and installation_repositories",
  ],
  [
    "events without their permission",
    { default_events: ["check_run", "push"] },
    "Default events are not supported by permissions: check_run",
  ],
])("the form refuses a manifest with %s", async (_, change, words) => {
  const answer = await send("/settings/apps/new?state=s", { ...manifest, ...change });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain(`Error ${words}`);
});

test.each([
  ["", "Name can&#39;t be blank"],
  ["RONDO", "Name is already taken"],
  ["olga", "Name is already taken"],
  ["x".repeat(35), "Name is too long"],
])("the form refuses the name %s", async (name, words) => {
  const answer = await send("/settings/apps/create", manifest, { name });
  expect(await answer.text()).toContain(words);
});

test("an organization that is none has no such form", async () => {
  for (const path of ["/organizations/nobody/settings/apps/new", "/organizations/olga/settings/apps/new"]) {
    expect((await send(path, manifest)).status).toBe(404);
  }
});

test("a code is good for an hour and once; the new App takes the place of the old one", async () => {
  const { api, double } = sample;
  const old = await codeFor("Rondo Old");
  clock.now = new Date(clock.now.getTime() + 3_600_000);
  expect((await api("POST", `/app-manifests/${old}/conversions`)).status).toBe(404);

  const code = await codeFor("Rondo Acme", "/organizations/acme/settings/apps/create");
  const { status, body } = await api("POST", `/app-manifests/${code}/conversions`);
  expect([status, body.slug, body.owner.login]).toEqual([201, "rondo-acme", "acme"]);
  expect((await api("POST", `/app-manifests/${code}/conversions`)).status).toBe(404);

  const key = createPrivateKey(body.pem);
  expect(sign("RSA-SHA256", Buffer.from("x"), key)).toHaveLength(256);
  const now = clock.now.getTime();
  expect((await api("GET", "/app", { token: appJwt({ iss: body.id }, key, now) })).body.name).toBe("Rondo Acme");
  expect((await api("GET", "/app", { token: appJwt({}, undefined, now) })).status).toBe(401);
  expect(double.deliveries.target).toMatchObject({ url: manifest.hook_attributes.url, secret: body.webhook_secret });
  expect(double.state.installations.size).toBe(0);
});
