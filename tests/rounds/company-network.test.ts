// A round behind a company's walls: GitHub Enterprise Server under a name that only the proxy knows, a proxy that wants a
// login, certificates of the company's own authority. The worker reaches nothing but the proxy.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import {
  createAuthority,
  startProxy,
  startTlsFront,
  type CompanyProxy,
  type TlsFront,
} from "../support/company-network.ts";
import { useStory } from "../support/use-story.ts";

const HOST = "ghe.example.test";
const PASSWORD = "cherry@pie 42";

let front: TlsFront;
let proxy: CompanyProxy;
const authority = createAuthority();

const stage = useStory({
  async workerEnv(doubleUrl) {
    front = await startTlsFront(authority.issue(HOST), HOST, doubleUrl);
    proxy = await startProxy({ login: `rondo:${PASSWORD}` });
    return {
      GITHUB_API_URL: `https://${HOST}:${front.port}/api/v3`,
      GITHUB_SERVER_URL: `https://${HOST}:${front.port}`,
      HTTPS_PROXY: `http://rondo:${encodeURIComponent(PASSWORD)}@127.0.0.1:${proxy.port}`,
      NO_PROXY: "localhost,.corp.test",
      NODE_EXTRA_CA_CERTS: authority.caFile,
    };
  },
});

afterAll(async () => {
  await Promise.all([front.stop(), proxy.stop()]);
  authority.remove();
});

it("goes through the proxy with REST, GraphQL and git, and ends READY", async () => {
  const story = stage();
  const pull = await story.open(await story.repository(), { "src/pay.ts": "const a = 1; // BUG(P1): Charge once\n" });
  await story.settled(pull, "OWNER_ACTION", 1);
  await story.push(pull, { "src/pay.ts": "const a = 1;\n" });
  await story.settled(pull, "READY", 2);

  // Links lead to the server as people know it.
  const own = `https://${HOST}:${front.port}/`;
  const links = [...JSON.stringify(story.page(pull).own).matchAll(/https?:\/\/[^/\s)"\\]+\//g)].map(([link]) => link);
  expect(links).toContain(own);
  expect(links.filter((link) => link !== own && link !== "https://img.shields.io/")).toEqual([]);

  // Whatever the double was asked came through the front, and the front was reached through the proxy only.
  expect(new Set(proxy.connects)).toEqual(new Set([`${HOST}:${front.port}`]));
  for (const path of [
    /^POST \/api\/v3\/repos\/.*\/check-runs/,
    /^POST \/api\/graphql$/,
    /^POST .*\/git-upload-pack$/,
  ]) {
    expect(front.requests.filter((request) => path.test(request)).length, String(path)).toBeGreaterThan(0);
  }
});

it("shows the proxy's password nowhere", () => {
  const story = stage();
  const files = readdirSync(story.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  expect(files.length).toBeGreaterThan(5);
  const basic = Buffer.from(`rondo:${PASSWORD}`).toString("base64");
  for (const text of [...files, ...story.workers.flatMap((worker) => [worker.stdout(), worker.stderr()])]) {
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), basic]) expect(text.includes(secret)).toBe(false);
  }
});

it("says what to set when the company's authority is not known", async () => {
  const story = stage();
  const worker = story.startWorker({ NODE_EXTRA_CA_CERTS: "" });
  const line = await worker.waitFor((one) => JSON.stringify(one).includes("CERTIFICATE_UNKNOWN"));
  expect(JSON.stringify(line)).toContain(
    `The certificate of ${HOST}:${front.port} (through the proxy http://127.0.0.1:`,
  );
  expect(JSON.stringify(line)).toContain("NODE_EXTRA_CA_CERTS");
});
