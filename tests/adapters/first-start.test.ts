// The doors of the set-up: who gets in, what a wrong turn says, what is written, and that GitHub's code is used once. Over
// real HTTP, with the exchange replaced where GitHub's answer matters.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { PermanentError, RetryableError } from "../../src/errors.ts";
import { startFirstStart } from "../../src/first-start/start-first-start.ts";
import type { CreatedApp } from "../../src/github/convert-manifest.ts";
import { DIRECT } from "../../src/github/create-fetch.ts";
import type { RunningServer } from "../../src/http/server.ts";
import { createLog } from "../../src/log.ts";
import { APP_KEY, startRondo } from "../support/processes.ts";

const APP: CreatedApp = {
  appId: 77,
  name: "Rondo <Acme>",
  owner: "acme",
  pageUrl: "https://github.example/apps/rondo-acme",
  privateKey: APP_KEY,
  webhookSecret: "f".repeat(40),
};
const folder = mkdtempSync(join(tmpdir(), "rondo-setup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop(0);
});

type Options = { convert?: (code: string) => Promise<CreatedApp>; settingsFile?: string; publicUrl?: string };

const refuseCode = () => Promise.reject(new PermanentError("Not found.", { code: "GITHUB_NOT_FOUND" }));

async function begin({ convert = () => Promise.resolve(APP), settingsFile, publicUrl }: Options = {}) {
  const clock = { now: new Date("2026-01-05T10:00:00Z") };
  const codes: string[] = [];
  let printed = "";
  let logged = "";
  const server = await startFirstStart({
    config: {
      host: "127.0.0.1",
      port: 0,
      logLevel: "debug",
      dataDir: join(folder, "never"),
      publicUrl: publicUrl ?? null,
      warnings: [],
      githubApiUrl: "https://github.example/api/v3",
      githubServerUrl: "https://github.example",
      network: DIRECT,
    },
    secret: Buffer.alloc(32, 7),
    settingsFile: settingsFile ?? null,
    now: () => clock.now,
    log: createLog({ name: "serve", level: "debug", sink: { write: (line) => void (logged += line) } }),
    print: (text) => void (printed += text),
    convert: (code) => {
      codes.push(code);
      return convert(code);
    },
  });
  running.push(server);
  const link = /http:\S+\?token=\S+/.exec(printed)?.[0] ?? "";
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(new URL(path, server.url), { method, headers, redirect: "manual" });
  const opened = await get(link);
  const cookie = opened.headers.get("set-cookie")?.split(";")[0] ?? "";
  const as = { cookie };
  const review = await (
    await get("/setup/review?organization=acme&name=Rondo&publicUrl=https://rondo.example/", as)
  ).text();
  const state = /state=([\w-]+)/.exec(review)?.[1] ?? "";
  return { server, link, opened, get, as, cookie, review, state, codes, clock, printed, logged: () => logged };
}

const PATHS =
  "/setup /setup/review /setup/created?code=c&state=s /setup/settings /setup/rondo.env /setup/app.private-key.pem";

describe("without the link", () => {
  it.each(["/", ...PATHS.split(" ")])("%s shows nothing but the way to the link", async (path) => {
    const { get, codes } = await begin();
    for (const headers of [{}, { cookie: "rondo_setup=guess" }, { cookie: "rondo_setup=" }]) {
      const answer = await get(path, headers);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain("Open the link that Rondo printed");
    }
    expect(codes).toEqual([]);
  });

  it("a wrong token opens nothing", async () => {
    const { get, link } = await begin();
    const answer = await get(`${link}x`);
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([403, null]);
  });

  it.each(["POST", "PUT", "DELETE"])("%s changes nothing anywhere", async (method) => {
    const { get, as, codes } = await begin();
    for (const path of PATHS.split(" ")) expect((await get(path, as, method)).status).toBe(405);
    expect((await get("/setup/forget", {}, "POST")).status).toBe(403);
    expect(codes).toEqual([]);
  });

  it("a deployment hears the truth: up, not ready, no webhooks", async () => {
    const { get } = await begin();
    expect((await get("/healthz")).status).toBe(200);
    const ready = await get("/readyz");
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain("no GitHub App is configured yet");
    expect((await get("/api/github/webhooks", {}, "POST")).status).toBe(503);
    expect((await get("/metrics")).status).toBe(200);
  });
});

describe("with the link", () => {
  it("the token leaves the address at once and is in no log", async () => {
    const { opened, link, logged, cookie, state } = await begin();
    const token = new URL(link).searchParams.get("token") ?? "";
    expect([opened.status, opened.headers.get("location")]).toEqual([303, "/setup"]);
    expect(opened.headers.get("set-cookie")).toMatch(/; Path=\/setup; HttpOnly; SameSite=Lax$/);
    expect(token).toHaveLength(43);
    for (const derived of [cookie, state]) expect(derived).not.toContain(token);
    expect(logged()).not.toContain(token);
  });

  it("no answer is kept, framed, or told to another site", async () => {
    const { get, as } = await begin();
    for (const path of ["/setup", "/setup/review?name=R&publicUrl=https://r.example", "/setup/settings", "/"]) {
      const { headers } = await get(path, as);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("same-origin");
    }
    const policy = (await get("/setup", as)).headers.get("content-security-policy");
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-.+'; form-action 'self'; .*frame-ancestors 'none'$/);
    const toGithub = await get("/setup/review?name=R&publicUrl=https://r.example", as);
    expect(toGithub.headers.get("content-security-policy")).toContain("form-action 'self' https://github.example;");
  });

  it("over https the cookie stays there", async () => {
    const { get, link } = await begin();
    const answer = await get(link, { "x-forwarded-proto": "https" });
    expect(answer.headers.get("set-cookie")).toMatch(/; Secure$/);
  });

  it("text of the operator is text", async () => {
    const { get, as } = await begin();
    const query = new URLSearchParams({ organization: '"><script>1</script>', name: "<b>", publicUrl: "javascript:1" });
    const page = await (await get(`/setup/review?${query.toString()}`, as)).text();
    expect(page).not.toMatch(/<script|<b>/);
    expect(page.match(/class="problem"/g)).toHaveLength(2);
  });
});

describe("GitHub's way back", () => {
  it("with another state fetches nothing", async () => {
    const { get, as, codes } = await begin();
    const answer = await get("/setup/created?code=abc&state=other", as);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("does not belong to a form of this process");
    expect(codes).toEqual([]);
  });

  it.each(["", "../../user", "a b"])("with the code `%s` fetches nothing", async (code) => {
    const { get, as, codes, state } = await begin();
    const answer = await get(`/setup/created?${new URLSearchParams({ code, state }).toString()}`, as);
    expect([answer.status, codes]).toEqual([400, []]);
  });

  it("uses a code once, however often it is sent", async () => {
    // Slow enough for the second request to come while the first is under way.
    const convert = () => new Promise<CreatedApp>((resolve) => setTimeout(resolve, 100, APP));
    const { get, as, codes, state, logged } = await begin({ convert });
    const twice = await Promise.all([1, 2].map(() => get(`/setup/created?code=abc&state=${state}`, as)));
    const later = await get(`/setup/created?code=def&state=${state}`, as);
    for (const answer of [...twice, later]) expect(answer.headers.get("location")).toBe("/setup/settings");
    expect(codes).toEqual(["abc"]);
    const page = await (await get("/setup/settings", as)).text();
    expect(page).toContain(`WEBHOOK_SECRET=${APP.webhookSecret}`);
    expect(page).toContain("Rondo &#60;Acme&#62;");
    expect(page).toContain("https://github.example/apps/rondo-acme/installations/new");
    expect(await (await get("/setup/app.private-key.pem", as)).text()).toBe(APP_KEY);
    for (const secret of ["abc&", APP.webhookSecret ?? "", "BEGIN RSA"]) expect(logged()).not.toContain(secret);
  });

  it("says when the code is too old, and lets the operator start over", async () => {
    const { get, as, state } = await begin({ convert: refuseCode });
    const answer = await get(`/setup/created?code=abc&state=${state}`, as);
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain("https://github.example/settings/apps");
    expect((await get("/setup", as)).status).toBe(200);
  });

  it("can be tried again when GitHub was out of reach", async () => {
    let isDown = true;
    const convert = () => {
      if (!isDown) return Promise.resolve(APP);
      isDown = false;
      return Promise.reject(new RetryableError("GitHub did not answer.", { code: "GITHUB_UNREACHABLE" }));
    };
    const { get, as, state } = await begin({ convert });
    const answer = await get(`/setup/created?code=abc&state=${state}`, as);
    const page = await answer.text();
    expect(answer.status).toBe(502);
    const again = /href="(\/setup\/created[^"]+)"/.exec(page)?.[1]?.replaceAll("&#38;", "&") ?? "";
    expect((await get(again, as)).headers.get("location")).toBe("/setup/settings");
  });
});

describe("the secrets", () => {
  it("are for the browser that was there first", async () => {
    const { get, as, link, state } = await begin();
    await get(`/setup/created?code=abc&state=${state}`, as);
    const other = await get(link);
    expect([other.status, other.headers.get("set-cookie")]).toEqual([403, null]);
    expect(await other.text()).toContain("created already, in another browser");
    expect((await get(link, as)).status).toBe(303);
  });

  it.each([
    ["the button", 0, "POST"],
    ["half an hour", 30, "GET"],
  ])("are gone after %s", async (_, minutes, method) => {
    const { get, as, state, clock } = await begin();
    await get(`/setup/created?code=abc&state=${state}`, as);
    expect(await (await get("/setup/settings", as)).text()).toContain("PRIVATE_KEY=");
    clock.now = new Date(clock.now.getTime() + minutes * 60_000);
    await get("/setup/forget", as, method);
    const page = await (await get("/setup/settings", as)).text();
    expect(page).not.toContain("PRIVATE_KEY=");
    expect(page).toContain("no longer knows the key");
    expect((await get("/setup/rondo.env", as)).status).toBe(303);
  });

  it("are not forgotten because another site says so", async () => {
    const { get, as, state } = await begin();
    await get(`/setup/created?code=abc&state=${state}`, as);
    const answer = await get("/setup/forget", { ...as, origin: "https://evil.example" }, "POST");
    expect(answer.status).toBe(403);
    expect(await (await get("/setup/settings", as)).text()).toContain("PRIVATE_KEY=");
  });

  it("are written only to the file that was named, for its owner only, and never over another", async () => {
    const settingsFile = join(folder, "rondo.env");
    const first = await begin({ settingsFile });
    expect(existsSync(settingsFile)).toBe(false);
    await first.get(`/setup/created?code=abc&state=${first.state}`, first.as);
    expect(statSync(settingsFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(settingsFile, "utf8")).toContain("APP_ID=77\n");
    expect(await (await first.get("/setup/settings", first.as)).text()).toContain(`Written to <code>${settingsFile}`);

    writeFileSync(settingsFile, "mine");
    const second = await begin({ settingsFile });
    await second.get(`/setup/created?code=abc&state=${second.state}`, second.as);
    expect(readFileSync(settingsFile, "utf8")).toBe("mine");
    const page = await (await second.get("/setup/settings", second.as)).text();
    expect(page).toContain("cannot be written");
    expect(page).toContain("PRIVATE_KEY=");
  });
});

describe("rondo serve without an App", () => {
  it.each([
    ["a file that exists", ["--write-settings", join(folder, "taken")], {}, 2, "overwrites no file"],
    ["a folder that does not exist", ["--write-settings", join(folder, "no", "where")], {}, 2, "cannot be written"],
    ["an App that exists", ["--write-settings", "x"], { APP_ID: "7" }, 2, "for the first start only"],
    ["half an App", [], { APP_ID: "7" }, 78, "PRIVATE_KEY_PATH is not set"],
    ["half a GitHub", [], { GITHUB_SERVER_URL: "https://github.example" }, 78, "two different GitHubs"],
  ])("refuses %s", async (...row) => {
    const [, args, env, code, words] = row;
    writeFileSync(join(folder, "taken"), "");
    const process = startRondo(["serve", ...args], env);
    expect(await process.exited()).toBe(code);
    expect(process.stderr()).toContain(words);
    expect(process.stderr()).not.toContain("token=");
  });
});
