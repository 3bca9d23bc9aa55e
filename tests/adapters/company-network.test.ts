// A company's walls, with a real proxy and certificates of an authority of our own: Rondo's requests and git take the same
// way through them, and where there is none, both say why in the same words.
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeAuthorities } from "../../src/authorities-file.ts";
import { createFetch, DIRECT, type NetworkSettings } from "../../src/github/create-fetch.ts";
import { explainedCause } from "../../src/github/network-errors.ts";
import { proxyFor } from "../../src/github/proxy.ts";
import {
  createAuthority,
  startProxy,
  startTlsFront,
  type Authority,
  type CompanyProxy,
  type TlsFront,
} from "../support/company-network.ts";
import { gitHarness, type GitHarness } from "../support/git-harness.ts";

// No resolver knows it: only who asks the proxy gets there.
const HOST = "ghe.example.test";
// Leads to this machine, but is no loopback address: it would go through the proxy.
const ANY_ADDRESS = "0.0.0.0";
const LOGIN = "ada:p@ss word";
const USER = "ada:p%40ss%20word";

let harness: GitHarness;
let authority: Authority;
let proxy: CompanyProxy;
let loginProxy: CompanyProxy;
let tlsProxy: CompanyProxy;
let front: TlsFront;
let company: NetworkSettings;
let commits: { base: string; head: string };

beforeAll(async () => {
  harness = await gitHarness();
  authority = createAuthority();
  front = await startTlsFront(authority.issue(HOST), HOST, harness.server.url);
  [proxy, loginProxy, tlsProxy] = await Promise.all([
    startProxy(),
    startProxy({ login: LOGIN }),
    startProxy({ tls: authority.issue(ANY_ADDRESS) }),
  ]);
  const extraCa = [readFileSync(authority.caFile, "utf8")];
  company = { proxy: `http://127.0.0.1:${proxy.port}`, noProxy: "", extraCa };
  const base = harness.repo.commit({ a: "1\n" });
  commits = { base, head: harness.repo.commit({ a: "2\n" }, [base]) };
}, 60_000);

afterAll(async () => {
  await Promise.all([proxy, loginProxy, tlsProxy, front, ...fronts].map((one) => one.stop()));
  for (const server of deaf) server.close();
  await harness.close();
  authority.remove();
});

const fronts: TlsFront[] = [];
const deaf: Server[] = [];

async function rest(network: NetworkSettings, url = `https://${HOST}:${front.port}`): Promise<number> {
  return (await createFetch(network, 5000)(`${url}/api/v3/app`)).status;
}

async function git(network: NetworkSettings, url = `https://${HOST}:${front.port}`): Promise<void> {
  await harness.prepareCommits(commits.base, commits.head, {
    serverUrl: url,
    proxy: proxyFor(url, network),
    caFile: await writeAuthorities(harness.root, network.extraCa),
  });
}

/** Code and message of what went wrong; every such error also says what to do, and holds nothing that must not show. */
async function told(tried: Promise<unknown>): Promise<string> {
  const error = await tried.then(
    () => undefined,
    (thrown: unknown) => explainedCause(thrown),
  );
  const text = `${error?.code} ${error?.message}`;
  expect(error?.hint).toMatch(/./);
  expect(`${text} ${error?.hint}`).not.toMatch(/secret|p%40|p@ss|CAfile|\/tmp/);
  return text;
}

async function failures(network: NetworkSettings, url?: string): Promise<{ rest: string; git: string }> {
  return { rest: await told(rest(network, url)), git: await told(git(network, url)) };
}

const through = (port: number, more: { scheme?: string; host?: string; user?: string } = {}): NetworkSettings => ({
  ...company,
  proxy: `${more.scheme ?? "http"}://${more.user === undefined ? "" : `${more.user}@`}${more.host ?? "127.0.0.1"}:${port}`,
});

describe("the way through", () => {
  it("is CONNECT by name for REST and git, with few tunnels for many requests", async () => {
    proxy.connects.length = 0;
    const send = createFetch(company, 5000);
    for (let n = 0; n < 10; n += 1) expect((await send(`https://${HOST}:${front.port}/x${n}`)).status).toBe(401);
    // A request may start before the connection of the one before it is free.
    expect(proxy.connects.length).toBeLessThan(4);
    front.requests.length = 0;
    await git(company);
    expect(front.requests).toContain("POST /octo/demo.git/git-upload-pack");
    expect(proxy.connects.length).toBeGreaterThan(1);
    expect(new Set(proxy.connects)).toEqual(new Set([`${HOST}:${front.port}`]));
  });

  it("takes a login with special characters", async () => {
    loginProxy.connects.length = 0;
    const network = through(loginProxy.port, { user: USER });
    expect(await rest(network)).toBe(401);
    expect(loginProxy.connects).toHaveLength(1);
    await git(network);
    expect(loginProxy.connects.length).toBeGreaterThan(1);
  });

  it("may be TLS up to the proxy", async () => {
    tlsProxy.connects.length = 0;
    const network = through(tlsProxy.port, { scheme: "https", host: ANY_ADDRESS });
    expect(await rest(network)).toBe(401);
    await git(network);
    expect(tlsProxy.connects.length).toBeGreaterThan(1);
  });

  it("goes around the proxy for hosts of NO_PROXY", async () => {
    const own = await startTlsFront(authority.issue(ANY_ADDRESS), ANY_ADDRESS, harness.server.url);
    fronts.push(own);
    const url = `https://${ANY_ADDRESS}:${own.port}`;
    proxy.connects.length = 0;
    const direct = { ...company, noProxy: "corp.test,0.0.0.0/31" };
    expect(await rest(direct, url)).toBe(401);
    await git(direct, url);
    expect(proxy.connects).toEqual([]);
    expect(await rest(company, url)).toBe(401);
    await git(company, url);
    expect(proxy.connects).toContain(`${ANY_ADDRESS}:${own.port}`);
  });

  it("follows a redirect on the same server, and none to another one", async () => {
    const own = await startTlsFront(authority.issue(ANY_ADDRESS), ANY_ADDRESS, harness.server.url);
    fronts.push(own);
    harness.server.answerWith((response, request) => {
      if (request.url === "/old") response.writeHead(301, { location: "/new" });
      if (request.url === "/away") response.writeHead(301, { location: `https://${ANY_ADDRESS}:${own.port}/new` });
      response.end();
    });
    try {
      proxy.connects.length = 0;
      const send = createFetch({ ...company, noProxy: ANY_ADDRESS }, 5000);
      const at = `https://${HOST}:${front.port}`;
      expect((await send(`${at}/old`)).url).toBe(`${at}/new`);
      expect(new Set(proxy.connects)).toEqual(new Set([`${HOST}:${front.port}`]));
      await expect(send(`${at}/away`)).rejects.toMatchObject({ code: "GITHUB_REDIRECTED" });
    } finally {
      harness.server.answerWith(undefined);
    }
  });

  it("needs no proxy to trust the company's authority", async () => {
    const own = await startTlsFront(authority.issue(ANY_ADDRESS), ANY_ADDRESS, harness.server.url);
    fronts.push(own);
    const url = `https://${ANY_ADDRESS}:${own.port}`;
    const network = { ...DIRECT, extraCa: company.extraCa };
    expect(await rest(network, url)).toBe(401);
    await git(network, url);
    expect(await failures(DIRECT, url)).toEqual({
      rest: expect.stringMatching(/^CERTIFICATE_UNKNOWN .*0\.0\.0\.0:\d+ comes from an authority that is not trusted/),
      git: expect.stringMatching(/^CERTIFICATE_UNKNOWN .*0\.0\.0\.0:\d+ comes from an authority that is not trusted/),
    });
  });

  it("gives git the well-known authorities too", async () => {
    const file = await writeAuthorities(harness.root, company.extraCa);
    const count = readFileSync(file ?? "", "utf8").match(/BEGIN CERTIFICATE/g)?.length ?? 0;
    expect(count).toBeGreaterThan(100);
    expect(file).toBe(await writeAuthorities(harness.root, company.extraCa));
    expect(await writeAuthorities(join(harness.root, "none"), [])).toBeNull();
  });
});

describe("no way through", () => {
  it("tells who does not answer", async () => {
    const nobody = await failures(through(1));
    expect(nobody.rest).toBe(
      "PROXY_UNREACHABLE The proxy http://127.0.0.1:1 cannot be used: nothing listens at this address.",
    );
    expect(nobody.git).toMatch(/^PROXY_UNREACHABLE The proxy http:\/\/127\.0\.0\.1:1 cannot be used: nothing answers/);
    const unknown = "The proxy http://proxy.invalid:3128 cannot be used: its name is not known.";
    const both = { rest: `PROXY_UNREACHABLE ${unknown}`, git: `PROXY_UNREACHABLE ${unknown}` };
    expect(await failures(through(3128, { host: "proxy.invalid", user: "u:secret" }))).toEqual(both);
  });

  it("asks a proxy that hangs up only once", async () => {
    let connections = 0;
    const port = await listen((socket) => {
      connections += 1;
      socket.once("data", () => socket.destroy());
    });
    const both = await failures(through(port));
    const hungUp = expect.stringMatching(/^PROXY_UNREACHABLE .* it ended the connection without an answer\.$/);
    expect(both).toEqual({ rest: hungUp, git: hungUp });
    expect(connections).toBe(2);
  });

  it("gives a proxy that says nothing half of the time", async () => {
    const port = await listen(() => {});
    const startedAt = performance.now();
    const send = createFetch({ ...through(port), extraCa: [] }, 2000);
    await expect(send(`https://${HOST}/`)).rejects.toMatchObject({
      code: "PROXY_UNREACHABLE",
      message: expect.stringContaining("it does not answer"),
      isAmbiguous: false,
    });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it("tells what the proxy answered", async () => {
    const words =
      /^PROXY_REFUSED The proxy http:\/\/127\.0\.0\.1:\d+ did not connect to ghe\.example\.test:\d+ \(status 403\)/;
    proxy.refuse(HOST, 403);
    expect(await failures(company)).toEqual({ rest: expect.stringMatching(words), git: expect.stringMatching(words) });
    proxy.refuse(HOST, 502);
    expect(await told(rest(company))).toMatch(/^PROXY_REFUSED .* \(status 502\)/);
    proxy.refuse(HOST, undefined);
  });

  it("tells that the proxy wants another login", async () => {
    const words = /^PROXY_LOGIN_REFUSED The proxy http:\/\/127\.0\.0\.1:\d+ wants another user name or password/;
    expect(await failures(through(loginProxy.port, { user: "ada:secret" }))).toEqual({
      rest: expect.stringMatching(words),
      git: expect.stringMatching(words),
    });
    expect(await told(rest(through(loginProxy.port)))).toMatch(words);
    expect(await told(rest(through(loginProxy.port, { user: "ada" })))).toMatch(words);
  });

  it("tells a proxy with TLS from one without", async () => {
    const noTls = expect.stringMatching(/^PROXY_UNREACHABLE .*https:.* does not speak TLS; write http:\/\//);
    expect(await failures(through(proxy.port, { scheme: "https" }))).toEqual({ rest: noTls, git: noTls });
    const hungUp = expect.stringMatching(/^PROXY_UNREACHABLE .* ended the connection without an answer/);
    expect(await told(rest(through(tlsProxy.port)))).toEqual(hungUp);
    const secure = through(tlsProxy.port, { scheme: "https", host: ANY_ADDRESS });
    expect(await failures({ ...secure, extraCa: [] })).toEqual({
      rest: expect.stringMatching(
        /^CERTIFICATE_UNKNOWN The certificate of the proxy https:\/\/0\.0\.0\.0:\d+ comes from/,
      ),
      git: expect.stringMatching(/^CERTIFICATE_UNKNOWN The certificate of .*through the proxy https:\/\/0\.0\.0\.0/),
    });
    const wrong = through(tlsProxy.port, { scheme: "https" });
    expect((await failures(wrong)).rest).toMatch(/^CERTIFICATE_WRONG_HOST The certificate of the proxy https:/);
  });

  it("names the setting when the company's authority is not known", async () => {
    await expect(rest({ ...company, extraCa: [] })).rejects.toMatchObject({
      code: "CERTIFICATE_UNKNOWN",
      hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      isAmbiguous: false,
    });
    expect((await failures({ ...company, extraCa: [] })).git).toMatch(/^CERTIFICATE_UNKNOWN .*, or has expired\.$/);
  });

  it("tells a certificate that has expired, or is for another host", async () => {
    const expired = await startTlsFront(authority.issue(HOST, { isExpired: true }), HOST, harness.server.url);
    const other = await startTlsFront(authority.issue("other.example.test"), HOST, harness.server.url);
    fronts.push(expired, other);
    expect(await failures(company, `https://${HOST}:${expired.port}`)).toEqual({
      rest: expect.stringMatching(/^CERTIFICATE_EXPIRED .* has expired or is not valid yet\.$/),
      // What GnuTLS and OpenSSL have git say.
      git: expect.stringMatching(/^CERTIFICATE_(?:EXPIRED|UNKNOWN) .*has expired/),
    });
    const wrong = expect.stringMatching(/^CERTIFICATE_WRONG_HOST .* was made for another name\.$/);
    expect(await failures(company, `https://${HOST}:${other.port}`)).toEqual({ rest: wrong, git: wrong });
  });
});

/** A server on this machine that does with connections what `meet` does. */
async function listen(meet: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    meet(socket);
  });
  deaf.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
