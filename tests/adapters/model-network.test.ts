// The model's endpoint behind a company's walls: reached through a real proxy and trusted by a private authority, by the
// gateway of a run. What the proxy gets to see is read byte by byte: the key is not in it.
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import type { NetworkSettings } from "../../src/github/create-fetch.ts";
import { modelAgent } from "../../src/model-agent.ts";
import { Model } from "../../src/repo-config/model.ts";
import { modelAccess, openRunGateway } from "../../src/reviewers/model-access.ts";
import { callModel } from "../../src/reviewers/openai-call.ts";
import {
  type Authority,
  createAuthority,
  startProxy,
  startTlsFront,
  type TlsFront,
} from "../support/company-network.ts";

// No resolver knows it: only who asks the proxy gets there.
const HOST = "model.example.test";
const KEY = "sk-test-Pz7Hn3Xv9Qd5Lk2Wj8Fc";
const PASSWORD = "Vx4mTq8LzR";

const stops: (() => Promise<void>)[] = [];
let model: FakeOpenai;
let authority: Authority;
let front: TlsFront;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let wire: Awaited<ReturnType<typeof startTap>>;
let company: NetworkSettings;

beforeAll(async () => {
  authority = createAuthority();
  model = await startFakeOpenai();
  front = await startTlsFront(authority.issue(HOST), HOST, model.url);
  proxy = await startProxy({ login: `ada:${PASSWORD}` });
  wire = await startTap(proxy.port);
  stops.push(
    () => model.close(),
    () => front.stop(),
    () => proxy.stop(),
    async () => authority.remove(),
  );
  company = {
    proxy: `http://ada:${PASSWORD}@127.0.0.1:${wire.port}`,
    noProxy: "",
    extraCa: [readFileSync(authority.caFile, "utf8")],
  };
});
afterAll(async () => {
  wire.stop();
  for (const stop of stops) await stop();
});

/** Bytes on their way to `port`, in the order in which they came. */
async function startTap(port: number) {
  const seen: Buffer[] = [];
  const server = createServer((client) => {
    const onward = connect(port, "127.0.0.1");
    client.on("data", (bytes) => void seen.push(bytes)).pipe(onward);
    onward.pipe(client);
    client.on("error", () => onward.destroy());
    onward.on("error", () => client.destroy());
    stops.push(async () => void client.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const own = (server.address() as AddressInfo).port;
  return { port: own, text: () => Buffer.concat(seen).toString("latin1"), stop: () => void server.close() };
}

/** One question through the gateway of a run: how it was answered, and what would be told about a failure. */
async function ask(run: string, port: number, network: NetworkSettings, host = HOST) {
  const environment = { apiKey: KEY, baseUrl: `https://${host}:${port}/s/ok/${run}/v1`, name: "scripted-model" };
  const agent = modelAgent(network);
  const gateway = await openRunGateway(modelAccess({ environment, server: Model.parse({}), agent }, "openai"), {
    costUsd: null,
  });
  try {
    const body = { model: "scripted-model", stream: true, input: "Say OK." };
    const bounds = { signal: AbortSignal.timeout(20_000), maxOutputBytes: 100_000 };
    const { status } = await callModel(gateway, "responses", body, bounds);
    return { status, failure: gateway.failure(), arrived: model.of(run).map(({ headers }) => headers.authorization) };
  } finally {
    await gateway.close();
    agent?.destroy();
  }
}

describe("the model behind a company's walls", () => {
  it("is reached through the proxy and with the private authority; the proxy sees a name and no key", async () => {
    expect(await ask("good", front.port, company)).toEqual({
      status: 200,
      failure: null,
      arrived: [`Bearer ${KEY}`],
    });
    expect(proxy.connects).toEqual([`${HOST}:${front.port}`]);
    expect(wire.text()).toMatch(new RegExp(`^CONNECT ${HOST}:${front.port} HTTP/1.1\r\n`));
    expect(wire.text()).not.toMatch(/authorization: Bearer/i);
    expect(wire.text()).not.toContain(KEY);
  });

  const REFUSED: readonly (readonly [string, () => Promise<[number, NetworkSettings, string?]>, RegExp])[] = [
    [
      "of an authority that nobody named",
      async () => [front.port, { ...company, extraCa: [] }],
      /certificate was not accepted \((?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\)\. .*NODE_EXTRA_CA_CERTS/,
    ],
    [
      "made for another name",
      async () => [front.port, company, "other.example.test"],
      /certificate was not accepted \(ERR_TLS_CERT_ALTNAME_INVALID\)\. .*OPENAI_BASE_URL/,
    ],
    [
      "that has expired",
      async () => {
        const old = await startTlsFront(authority.issue(HOST, { isExpired: true }), HOST, model.url);
        stops.push(() => old.stop());
        return [old.port, company];
      },
      /certificate was not accepted \(CERT_HAS_EXPIRED\)/,
    ],
  ];
  it.each(REFUSED)(
    "a certificate %s is refused with its own words, and the key stays here",
    async (name, make, words) => {
      const [port, network, host] = await make();
      const { failure, arrived } = await ask(name.replaceAll(" ", "-"), port, network, host);
      expect(failure).toMatchObject({ kind: "config", message: expect.stringMatching(words) });
      expect(arrived).toEqual([]);
      expect(wire.text()).not.toContain(KEY);
    },
  );

  it("a proxy that wants another password, or is not there, is told as that, without the password", async () => {
    const wrong = { ...company, proxy: `http://ada:${PASSWORD}x@127.0.0.1:${proxy.port}` };
    const refused = await ask("login", front.port, wrong);
    expect(refused.failure).toMatchObject({
      kind: "config",
      message: expect.stringMatching(/proxy .*(?:password|login|user)/i),
    });
    const closed = await startTap(1);
    closed.stop();
    const gone = await ask("gone", front.port, {
      ...company,
      proxy: `http://ada:${PASSWORD}@127.0.0.1:${closed.port}`,
    });
    expect(gone.failure).toMatchObject({
      kind: "network",
      message: expect.stringContaining(`127.0.0.1:${closed.port}`),
    });
    expect(JSON.stringify([refused, gone])).not.toContain(PASSWORD);
    expect([...refused.arrived, ...gone.arrived]).toEqual([]);
  });
});
