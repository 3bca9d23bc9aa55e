// Bad configuration is refused at start-up, all problems at once, each with what to do; and secrets leave the environment.
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  readFirstStartConfig,
  readServeConfig,
  readWebConfig,
  readWorkerConfig,
  type Environment,
} from "../../src/config.ts";
import { UserError } from "../../src/errors.ts";
import { maskSecrets, MASK } from "../../src/mask-secrets.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const SECRET = "0123456789abcdef0123456789abcdef";
const REDIS_URL = "redis://:topsecretpw@cache.example:6379";
const web = (more: Environment = {}): Environment => ({ WEBHOOK_SECRET: SECRET, REDIS_URL, ...more });
const worker = (more: Environment = {}): Environment => ({ APP_ID: "7", PRIVATE_KEY: pkcs1, REDIS_URL, ...more });

function problem(read: () => unknown): UserError {
  try {
    read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function keyFile(text: string, mode = 0o600): string {
  const path = join(mkdtempSync(join(tmpdir(), "rondo-key-")), "app.pem");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe("readWebConfig", () => {
  it("needs the webhook secret and Redis only, and has safe defaults", () => {
    expect(readWebConfig(web())).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      logLevel: "info",
      dataDir: join(process.cwd(), "data"),
      publicUrl: null,
      webhookSecrets: [SECRET],
      redis: { url: REDIS_URL },
      warnings: [],
    });
  });

  it("takes the previous secret as the second one", () => {
    const previous = "p".repeat(32);

    expect(readWebConfig(web({ WEBHOOK_SECRET_PREVIOUS: previous })).webhookSecrets).toEqual([SECRET, previous]);
  });

  it("neither keeps nor reads the App key, and says so", () => {
    const env = web({ PRIVATE_KEY: "not even a key", OPENAI_API_KEY: "sk-12345678" });
    const config = readWebConfig(env);

    expect(JSON.stringify(config)).not.toContain("not even a key");
    expect(config.warnings).toEqual([
      "PRIVATE_KEY is set for web, which does not need it. Give it to the worker only.",
      "OPENAI_API_KEY is set for web, which does not need it. Give it to the worker only.",
    ]);
    expect(env["PRIVATE_KEY"]).toBeUndefined();
  });

  it("removes every secret from the environment and knows them from then on, also when something is wrong", () => {
    const env = web({ PORT: "x", OPENAI_API_KEY: "sk-proj-abcdef", RONDO_MARKER_KEY: "m".repeat(40) });
    problem(() => readWebConfig(env));

    expect(Object.keys(env)).toEqual(["PORT"]);
    expect(maskSecrets(`${SECRET} topsecretpw sk-proj-abcdef`)).toBe(`${MASK} ${MASK} ${MASK}`);
  });

  it("accepts a Redis on a unix socket", () => {
    expect(readWebConfig(web({ REDIS_URL: "unix:///run/redis/redis.sock" })).redis).toEqual({
      path: "/run/redis/redis.sock",
    });
  });

  const refused: [string, Environment, string][] = [
    ["no secret", { WEBHOOK_SECRET: undefined }, "WEBHOOK_SECRET is not set. Make one with `openssl rand -hex 32`"],
    ["an empty secret", { WEBHOOK_SECRET: "" }, "WEBHOOK_SECRET is not set."],
    ["the default secret", { WEBHOOK_SECRET: "development" }, "well-known default `development`"],
    ["a short secret", { WEBHOOK_SECRET: "x".repeat(31) }, "WEBHOOK_SECRET has 31 bytes; it needs 32 or more"],
    ["a secret with a line break", { WEBHOOK_SECRET: `${SECRET}\n` }, "starts or ends with white space"],
    ["a short previous secret", { WEBHOOK_SECRET_PREVIOUS: "old" }, "WEBHOOK_SECRET_PREVIOUS has 3 bytes"],
    ["no Redis", { REDIS_URL: undefined }, "REDIS_URL is not set. Name the Redis that web and workers share"],
    ["a Redis that is none", { REDIS_URL: "http://x" }, "REDIS_URL is not an address of a Redis server"],
    ["a port that is none", { PORT: "99999" }, "PORT must be a whole number from 0 to 65535."],
    ["an unknown log level", { LOG_LEVEL: "loud" }, "LOG_LEVEL must be one of silent, error, warn, info, debug."],
    [
      "a public address over http",
      { RONDO_PUBLIC_URL: "http://rondo.example" },
      "RONDO_PUBLIC_URL must start with https",
    ],
  ];

  it.each(refused)("refuses %s", (_name, change, words) => {
    const error = problem(() => readWebConfig(web(change)));

    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(words);
    expect(error.message).not.toContain(SECRET);
  });

  it("reports all problems at once", () => {
    expect(problem(() => readWebConfig({ WEBHOOK_SECRET: "short", PORT: "-1", LOG_LEVEL: "x" })).message)
      .toMatchInlineSnapshot(`
      "The configuration has 4 problems:
        - WEBHOOK_SECRET has 5 bytes; it needs 32 or more. Make one with \`openssl rand -hex 32\`.
        - PORT must be a whole number from 0 to 65535.
        - LOG_LEVEL must be one of silent, error, warn, info, debug.
        - REDIS_URL is not set. Name the Redis that web and workers share, or run \`rondo serve\`, which starts its own."
    `);
  });
});

describe("readWorkerConfig", () => {
  it("needs the App and Redis only", () => {
    expect(readWorkerConfig(worker())).toMatchObject({
      appId: 7,
      privateKey: pkcs1.trim(),
      githubApiUrl: "https://api.github.com",
      githubServerUrl: "https://github.com",
      port: 3001,
      reviewers: null,
      markerKeys: null,
      configFile: join(process.cwd(), "data", "rondo.yml"),
      model: { apiKey: null, baseUrl: null, name: null },
    });
  });

  it("does not hold the webhook secret, and says so", () => {
    const config = readWorkerConfig(worker({ WEBHOOK_SECRET: SECRET }));

    expect(JSON.stringify(config)).not.toContain(SECRET);
    expect(config.warnings).toEqual([
      "WEBHOOK_SECRET is set for a worker, which does not need it. Give it to web only.",
    ]);
  });

  it.each([
    ["PKCS#1 PEM", pkcs1],
    ["PKCS#8 PEM", pkcs8],
    ["PEM with \\n", pkcs1.replaceAll("\n", "\\n")],
    ["base64", Buffer.from(pkcs1).toString("base64")],
    [
      "base64 in lines",
      Buffer.from(pkcs8)
        .toString("base64")
        .replaceAll(/(.{76})/g, "$1\n"),
    ],
  ])("reads a key given as %s", (_name, value) => {
    expect(readWorkerConfig(worker({ PRIVATE_KEY: value })).privateKey).toMatch(
      /^-----BEGIN (RSA )?PRIVATE KEY-----\n/,
    );
  });

  it("reads a key file, and warns when others may read it", () => {
    const path = keyFile(pkcs1, 0o644);
    const config = readWorkerConfig(worker({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path }));

    expect(config.privateKey).toBe(pkcs1.trim());
    expect(config.warnings).toEqual([`${path} is open to other users (mode 0644). Run: chmod 600 ${path}`]);
    const closed = keyFile(pkcs1);
    expect(readWorkerConfig(worker({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: closed })).warnings).toEqual([]);
  });

  it("reads lists and numbers", () => {
    const keys = `${"a".repeat(32)}, ${"b".repeat(32)}`;
    const config = readWorkerConfig(
      worker({ RONDO_REVIEWERS: "codex, static", RONDO_CONCURRENCY: "3", RONDO_MARKER_KEY: keys }),
    );

    expect(config).toMatchObject({
      reviewers: ["codex", "static"],
      concurrency: 3,
      markerKeys: ["a".repeat(32), "b".repeat(32)],
    });
  });

  it("lets a double on this machine be used over plain http, without its trailing slash", () => {
    const config = readWorkerConfig(
      worker({ GITHUB_API_URL: "http://127.0.0.1:4000/api/v3/", GITHUB_SERVER_URL: "http://127.0.0.1:4000" }),
    );

    expect(config.githubApiUrl).toBe("http://127.0.0.1:4000/api/v3");
  });

  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const refused: [string, Environment, string][] = [
    ["no App id", { APP_ID: undefined }, "APP_ID is not set. The App's settings page shows it"],
    ["an App id that is none", { APP_ID: "Iv1.abc" }, "APP_ID must be a whole number from 1."],
    ["no key", { PRIVATE_KEY: undefined }, "PRIVATE_KEY_PATH is not set, nor PRIVATE_KEY."],
    ["two keys", { PRIVATE_KEY_PATH: "/x" }, "PRIVATE_KEY and PRIVATE_KEY_PATH are both set. Keep one."],
    ["text as a key", { PRIVATE_KEY: "hello" }, "PRIVATE_KEY is not a private key"],
    ["a cut key", { PRIVATE_KEY: pkcs1.slice(0, 800) }, "PRIVATE_KEY cannot be read as a private key: it is cut"],
    [
      "a public key",
      { PRIVATE_KEY: "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----" },
      "PRIVATE_KEY is not a private key",
    ],
    [
      "a key of another kind",
      { PRIVATE_KEY: ec.export({ type: "pkcs8", format: "pem" }).toString() },
      "PRIVATE_KEY is not an RSA key",
    ],
    [
      "a key file that is not there",
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/nowhere/app.pem" },
      "PRIVATE_KEY_PATH names a file that cannot be read: /nowhere/app.pem (ENOENT)",
    ],
    [
      "a key file that holds none",
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: keyFile("not a key") },
      "PRIVATE_KEY_PATH is not a private key",
    ],
    ["a reviewer with a bad name", { RONDO_REVIEWERS: "codex;rm" }, "RONDO_REVIEWERS must be a comma list"],
    ["no concurrency", { RONDO_CONCURRENCY: "0" }, "RONDO_CONCURRENCY must be a whole number from 1 to 64."],
    ["a short marker key", { RONDO_MARKER_KEY: "short" }, "RONDO_MARKER_KEY must be a comma list of keys"],
    ["GitHub over http", { GITHUB_API_URL: "http://ghe.example/api/v3" }, "GITHUB_API_URL must start with https://"],
    ["half a GitHub", { GITHUB_API_URL: "https://ghe.example/api/v3" }, "two different GitHubs"],
    ["an address with a password", { GITHUB_SERVER_URL: "https://me:pw@ghe.example" }, "must not hold a user name"],
    ["an address that is none", { OPENAI_BASE_URL: "localhost" }, "OPENAI_BASE_URL must be an http(s) address."],
  ];

  it.each(refused)("refuses %s", (_name, change, words) => {
    const error = problem(() => readWorkerConfig(worker(change)));

    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(words);
    expect(error.message).not.toContain(pkcs1.slice(40, 80));
  });
});

describe("readFirstStartConfig", () => {
  it("is for a server without any of the App's settings", () => {
    expect(readFirstStartConfig({ PORT: "8080" })).toMatchObject({
      port: 8080,
      githubServerUrl: "https://github.com",
      githubApiUrl: "https://api.github.com",
    });
    for (const name of ["APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET"]) {
      expect(readFirstStartConfig({ [name]: "x" })).toBeNull();
    }
    // Compose files pass NAME= for what is unset.
    expect(readFirstStartConfig({ APP_ID: "" })).not.toBeNull();
  });

  it.each([
    [{ PORT: "x" }, "PORT must be"],
    [{ GITHUB_SERVER_URL: "ftp://x" }, "GITHUB_SERVER_URL must be"],
    [{ GITHUB_SERVER_URL: "https://github.example" }, "two different GitHubs"],
    [{ GITHUB_API_URL: "https://github.example/api/v3" }, "two different GitHubs"],
  ])("refuses %o", (env, words) => {
    const error = problem(() => readFirstStartConfig(env));

    expect([error.code, error.message]).toEqual(["CONFIG_INVALID", expect.stringContaining(words)]);
  });
});

describe("readServeConfig", () => {
  it("needs no Redis: it starts its own", () => {
    const config = readServeConfig({ ...web({ REDIS_URL: undefined }), APP_ID: "7", PRIVATE_KEY: pkcs1 });

    expect(config).toMatchObject({ redis: null, appId: 7, webhookSecrets: [SECRET], port: 3000 });
  });

  it("explains how to create the App when nothing is set", () => {
    const error = problem(() => readServeConfig({}));

    expect(error.code).toBe("CONFIG_NO_APP");
    expect(error.hint).toContain("https://github.com/settings/apps/new?name=Rondo");
    expect(error.hint).toContain("openssl rand -hex 32");
  });

  it("lists what is missing when something is set", () => {
    const error = problem(() => readServeConfig({ APP_ID: "7" }));

    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/2 problems:\n {2}- WEBHOOK_SECRET .*\n {2}- PRIVATE_KEY_PATH /);
  });
});
