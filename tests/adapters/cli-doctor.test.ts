// `rondo doctor` as operators run it: the built program against the GitHub double and a real redis-server, with one thing
// wrong at a time. Nothing it prints may hold a secret, and it may change nothing.
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { startDouble, type Double } from "../../double/double.ts";
import type { Repository, User } from "../../double/state.ts";
import type { Installation } from "../../double/state-app.ts";
import { APP_PERMISSIONS, newAppUrl } from "../../src/app-manifest.ts";
import { judgeJournal } from "../contracts/judge-journal.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { runRondo, type RondoRun } from "../support/run-rondo.ts";

const root = mkdtempSync(join(tmpdir(), "rondo-doctor-"));
const newKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const key = newKey();
const pem = key.export({ type: "pkcs1", format: "pem" }).toString();
const SECRET = "canary-7f3a9b1c5d8e2f60-canary-secret";
const PASSWORD = "canary-redis-password-91b7";
const EVENTS = new URL(newAppUrl("https://github.com")).searchParams.getAll("events[]");

let double: Double;
let redis: TestRedis;
let olga: User;
let shop: Repository;
let installation: Installation;
/** Nothing listens there. */
let closedPort = 0;
/** The double's clock is this far off the machine's. */
let skewMs = 0;

beforeAll(async () => {
  redis = await startRedis();
  const closed = await listen(() => {});
  closedPort = closed.port;
  closed.stop();
  double = await startDouble({
    app: {
      id: 4242,
      slug: "rondo",
      publicKeyPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
      ownerLogin: "app-owner",
      permissions: { ...APP_PERMISSIONS },
      events: EVENTS,
    },
    clock: () => new Date(Date.now() + skewMs),
  });
  double.setWebhook({ url: `${double.url}/api/github/webhooks`, secret: SECRET });
  olga = double.createUser("olga");
  shop = await double.createRepository({ owner: olga, name: "shop", files: { "README.md": "# Shop\n" } });
  installation = await double.installApp({ account: olga, repositories: "all" });
  await double.deliveries.settled();
});
afterAll(async () => {
  await double.stop();
  await redis.stop();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  skewMs = 0;
});

/** A TCP server that does what `serve` says with each connection. */
async function listen(serve: (socket: Socket) => void): Promise<{ port: number; stop: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A folder for one run, with the App's key and a data directory that is as it should be. */
function place(): string {
  const cwd = mkdtempSync(join(root, "run-"));
  writeFileSync(join(cwd, "app.pem"), pem, { mode: 0o600 });
  mkdirSync(join(cwd, "data"), { mode: 0o700 });
  return cwd;
}

const good = (): Record<string, string> => ({
  WEBHOOK_SECRET: SECRET,
  APP_ID: "4242",
  PRIVATE_KEY_PATH: "app.pem",
  REDIS_URL: `unix://${redis.target.path}`,
  GITHUB_API_URL: double.apiUrl,
  GITHUB_SERVER_URL: double.url,
  RONDO_PUBLIC_URL: double.url,
  PORT: String(closedPort),
});

const Report = z.strictObject({
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z][a-z-]+$/),
      group: z.string(),
      status: z.enum(["ok", "warning", "error", "skipped"]),
      found: z.string().min(1),
      todo: z.string().min(1).optional(),
    }),
  ),
});
type Checked = RondoRun & { ok: boolean; ids: readonly string[]; lines: readonly string[]; of: (id: string) => string };

/** Runs with `--json` and gives each check as `status found → todo`; `lines` are those that are neither ok nor skipped. */
async function doctor(
  env: Record<string, string | undefined> = {},
  { args = [], cwd = place() }: { args?: readonly string[]; cwd?: string } = {},
): Promise<Checked> {
  const all = Object.entries({ ...good(), ...env }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const files = (): Set<string> => new Set(readdirSync(cwd, { recursive: true, encoding: "utf8" }));
  const before = files();
  const run = await runRondo(["doctor", "--json", ...args], { cwd, env: Object.fromEntries(all) });
  expect(files()).toEqual(before);
  expect(run.out + run.err).not.toMatch(/canary|PRIVATE KEY-----|gh[sp]_/);
  expect(run.err).toBe("");
  const { ok, checks } = Report.parse(JSON.parse(run.out));
  for (const { status, todo } of checks) expect(todo !== undefined).toBe(status === "warning" || status === "error");
  const text = new Map(
    checks.map(({ id, status, found, todo }) => [id, `${status}: ${found}${todo === undefined ? "" : ` → ${todo}`}`]),
  );
  expect(text.size).toBe(checks.length);
  return {
    ...run,
    ok,
    ids: [...text.keys()],
    lines: checks
      .filter(({ status }) => status === "warning" || status === "error")
      .map(({ id, status }) => `${status} ${id}`),
    of: (id) => text.get(id) ?? "no such check",
  };
}

describe("a Rondo that can work", () => {
  it("is told so, check by check, in JSON and in words", async () => {
    const [{ code, ok, lines, ids, of }, words] = await Promise.all([
      doctor(),
      runRondo(["doctor"], { cwd: place(), env: good() }),
    ]);
    // The double's webhook leads to a server that is not started yet.
    expect(lines).toEqual(["warning webhook-deliveries"]);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(of("redis")).toMatch(/^ok: (?:Redis|Valkey) \d+\.\d+\.\d+, answers at REDIS_URL$/);
    expect(of("app-credentials")).toBe("ok: accepted; the App is rondo, owned by app-owner");
    expect(of("repositories")).toBe("ok: 1 repository");
    expect(of("clock")).toBe("ok: agrees with GitHub's");
    // Ids are promised.
    const documented = readFileSync("docs/commands.md", "utf8");
    for (const id of ids) expect(documented).toContain(`\`${id}\``);
    expect(of("server")).toBe(`skipped: nothing runs at http://127.0.0.1:${closedPort} yet`);
    expect(words.code).toBe(0);
    expect(words.out).toMatch(/^rondo \S+: can rondo serve do its work here\?\n\nMachine\n {2}ok {7}Node.js/);
    expect(words.out).toMatch(/\n {2}warning {2}Deliveries .*\n +→ .*\n/);
    expect(words.out).toMatch(
      /\nrondo serve can be started; the warnings .*\n1 warning, \d+ ok, \d+ skipped; [\d.]+ s\.\n$/,
    );
    expect(words.out + words.err).not.toMatch(/canary|\p{Cc}\[/u);
  });
});

describe("settings", () => {
  it("missing altogether: a line each, exit 78, and the other checks are still made", async () => {
    const none = Object.fromEntries(Object.keys(good()).map((name) => [name, undefined]));
    // Without it, the check-up would go to github.com.
    const { code, ok, lines, of } = await doctor({
      ...none,
      GITHUB_API_URL: double.apiUrl,
      GITHUB_SERVER_URL: double.url,
    });
    expect({ code, ok }).toEqual({ code: 78, ok: false });
    expect(lines).toEqual(["error webhook-secret", "error app-id", "error app-key"]);
    expect(of("github-api")).toMatch(/^ok: /);
    expect(of("webhook-url")).toBe("skipped: needs APP_ID and the App key");
    expect(of("redis")).toMatch(/^ok: rondo serve will start its own: \/\S+$/);
    expect(of("redis-eviction")).toMatch(/^skipped: /);
  });

  it("wrong ones, from .env: each is named, no value of a secret is", async () => {
    const cwd = place();
    chmodSync(join(cwd, "app.pem"), 0o644);
    chmodSync(join(cwd, "data"), 0o755);
    writeFileSync(
      join(cwd, "data", "rondo.yml"),
      "max_rounds: 0\ncommands:\n  mine: { argv: [/nonexistent/tool] }\nremarks: 1\n",
    );
    writeFileSync(join(cwd, ".env"), "LOG_LEVEL=loud\nRONDO_REVIEWERS=static,mine\n");
    const env = {
      WEBHOOK_SECRET: "canary-too-short",
      HTTPS_PROXY: "http://me:canary-proxy-pw@127.0.0.1:9/x",
      REDIS_URL: undefined,
    };
    const { code, ids, lines, of } = await doctor(env, { args: ["--offline"], cwd });
    expect(code).toBe(78);
    expect(ids).toHaveLength(32);
    expect(lines).toEqual([
      "error webhook-secret",
      "warning app-key",
      "error settings",
      "error network",
      "error server-file",
      "error reviewers",
      "warning data-dir",
    ]);
    expect(of("webhook-secret")).toContain("WEBHOOK_SECRET has 16 bytes; it needs 32 or more.");
    expect(of("app-key")).toBe("warning: app.pem is open to other users (mode 0644). → Run chmod 600 app.pem.");
    expect(of("settings")).toContain("LOG_LEVEL must be one of silent, error, warn, info, debug.");
    expect(of("server-file")).toMatch(
      /line 1, column 1: "max_rounds" is not valid.*; line 4, column 1: unknown key "remarks"/,
    );
    expect(of("reviewers")).toContain("/nonexistent/tool");
    expect(of("data-dir")).toMatch(/is open to other users \(mode 0755\).* → Run `chmod 700 /);
    expect(of("github-api")).toBe("skipped: --offline");
  });

  it("of one process: what another one holds is not asked for", async () => {
    const [web, worker] = await Promise.all([
      doctor({ APP_ID: undefined, PRIVATE_KEY_PATH: undefined }, { args: ["web"] }),
      doctor({ WEBHOOK_SECRET: undefined, REDIS_URL: undefined }, { args: ["worker", "--offline"] }),
    ]);
    expect(web).toMatchObject({ code: 0, lines: [] });
    expect(web.of("app-key")).toBe("skipped: not this process: worker only");
    expect(web.of("app-credentials")).toBe("skipped: not this process: worker only");
    expect(worker).toMatchObject({ code: 78, lines: ["error redis"] });
    expect(worker.of("webhook-secret")).toBe("skipped: not this process: web only");
  });

  it("of a process that does not exist are a usage error", async () => {
    const { code, err } = await runRondo(["doctor", "wrker"], { cwd: place() });
    expect(code).toBe(2);
    expect(err).toContain("rondo doctor does not know wrker. Did you mean worker?");
  });
});

describe("Redis", () => {
  it("that loses jobs, that wants a password, that is not there", async () => {
    const lossy = await startRedis(["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]);
    const locked = await startRedis(["--requirepass", PASSWORD]);
    try {
      const [lossyCheck, lockedCheck, goneCheck] = await Promise.all(
        [
          `unix://${lossy.target.path}`,
          `unix://${locked.target.path}`,
          `redis://:${PASSWORD}@127.0.0.1:${closedPort}`,
        ].map((url) => doctor({ REDIS_URL: url }, { args: ["web"] })),
      );
      expect(lossyCheck).toMatchObject({ code: 78, lines: ["warning redis-persistence", "error redis-eviction"] });
      expect(lossyCheck?.of("redis-eviction")).toContain("maxmemory-policy is allkeys-lru");
      expect(lockedCheck).toMatchObject({ code: 78, lines: ["error redis"] });
      expect(lockedCheck?.of("redis")).toContain("refuses the password");
      expect(goneCheck).toMatchObject({ code: 69, lines: ["error redis"] });
    } finally {
      await lossy.stop();
      await locked.stop();
    }
  });
});

describe("GitHub", () => {
  it("that refuses the key, and one whose clock differs: two different answers", async () => {
    const cwd = place();
    writeFileSync(join(cwd, "app.pem"), newKey().export({ type: "pkcs1", format: "pem" }));
    const wrongKey = await doctor({}, { cwd });
    expect(wrongKey).toMatchObject({ code: 78, lines: ["error app-credentials"] });
    expect(wrongKey.of("app-credentials")).toContain("it is not a key of App 4242");
    skewMs = -3_600_000;
    const skewed = await doctor();
    expect(skewed.lines).toEqual(["error clock", "warning webhook-deliveries"]);
    expect(skewed.of("clock")).toMatch(/^error: This machine's clock is 3(?:599|600|601) s ahead of GitHub's/);
  });

  it("that hangs or is not there: exit 69, in time, and only its own checks fail", async () => {
    const hanging = await listen(() => {});
    const started = performance.now();
    const address = `http://127.0.0.1:${hanging.port}`;
    const hung = await doctor({ GITHUB_API_URL: `${address}/api/v3`, GITHUB_SERVER_URL: address });
    hanging.stop();
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(hung).toMatchObject({ code: 69, lines: ["error github-api"] });
    expect(hung.of("github-api")).toContain("does not answer in time");
    expect(hung.of("app-credentials")).toBe("skipped: GitHub did not answer, see API");
    expect(hung.of("redis")).toMatch(/^ok/);
  });

  it("with an App that may too little, hears too little and is suspended", async () => {
    const { app } = double.state;
    const { checks: _, ...fewer } = app.permissions;
    app.permissions = fewer;
    app.events = EVENTS.filter((event) => event !== "issue_comment" && event !== "push");
    await double.suspendApp(olga, installation);
    double.setWebhook({ url: "https://example.com/api/github/webhooks" });
    try {
      const { code, lines, of } = await doctor();
      expect(code).toBe(78);
      expect(lines).toEqual([
        "error app-permissions",
        "error app-events",
        "error webhook-url",
        "warning webhook-deliveries",
        "warning installations",
      ]);
      expect(of("app-permissions")).toContain("does not ask for checks: write.");
      expect(of("app-events")).toContain("does not hear of issue_comment, push.");
      expect(of("webhook-url")).toContain("still the example's");
      expect(of("installations")).toContain("olga has suspended the App.");
      expect(of("repositories")).toBe("skipped: no active installation");
    } finally {
      app.permissions = { ...APP_PERMISSIONS };
      app.events = EVENTS;
      await double.unsuspendApp(olga, installation);
      double.setWebhook({ url: `${double.url}/api/github/webhooks` });
    }
  });

  it("with permissions that wait for an owner, a refused signature, and the official connector at work", async () => {
    installation.permissions = { ...APP_PERMISSIONS, issues: "read" };
    const connector = double.createUser("chatgpt-codex-connector[bot]", { type: "Bot" });
    await double.pushCommit(olga, shop, { branch: "topic", files: { "README.md": "# Shop!\n" } });
    const pull = await double.openPullRequest(olga, shop, { title: "A change", head: "topic" });
    await double.comment(connector, pull, "Codex Review: no issues.");
    const refusing = await listen((socket) => {
      socket.on("data", () =>
        socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
      );
    });
    const address = `http://127.0.0.1:${refusing.port}`;
    double.setWebhook({ url: `${address}/api/github/webhooks` });
    await double.comment(olga, pull, "Hello");
    await double.deliveries.settled();
    const { code, lines, of } = await doctor({ RONDO_PUBLIC_URL: address });
    refusing.stop();
    expect(code).toBe(78);
    expect(lines).toEqual(["error webhook-deliveries", "warning installations", "warning codex-alias"]);
    expect(of("webhook-deliveries")).toContain("WEBHOOK_SECRET differs from the App's secret");
    expect(of("installations")).toContain("olga has not accepted issues: write yet.");
    expect(of("codex-alias")).toContain("works in olga/shop and answers to @codex too.");
  });

  it("is only read, in ways that it documents", async () => {
    await double.stop();
    expect(judgeJournal(double.journal)).toEqual([]);
    const writes = double.journal.entries.filter(({ surface, method }) => surface === "rest" && method !== "GET");
    expect([...new Set(writes.map(({ route }) => route))]).toEqual([
      "/app/installations/{installation_id}/access_tokens",
    ]);
  });
});
