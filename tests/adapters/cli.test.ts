// `rondo` as people meet it: wrong words, wrong settings, missing services. Each ends with a sentence that says what to do
// and the exit code a service manager needs; never with a stack trace.
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RetryableError, UserError } from "../../src/errors.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { APP_KEY, postDelivery, SECRET, signedDelivery, startRondo, synchronize } from "../support/processes.ts";
import { prepareRedis, startRedis, type TestRedis } from "../support/redis.ts";

const sample: Command = {
  name: "sample",
  summary: "for these tests",
  usage: "sample [--name NAME] [FILE]",
  options: {
    name: { type: "string", short: "n", value: "NAME", help: "a name" },
    loud: { type: "boolean", help: "louder" },
  },
  maxPositionals: 1,
  examples: ["rondo sample --name x"],
  run: async ({ values, positionals }) => {
    if (values["name"] === "user") throw new UserError("That name is taken.", { code: "TAKEN", hint: "Try another." });
    if (values["name"] === "queue") throw new RetryableError("No queue.", { code: "QUEUE_UNAVAILABLE" });
    if (values["name"] === "bug") throw new TypeError("x is not a function");
    return positionals.length;
  },
};

async function cli(...args: string[]) {
  let out = "";
  let err = "";
  const io = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const code = await runCli(args, io, [sample, ...COMMANDS]);
  return { code, out, err };
}

describe("the command line", () => {
  it.each([
    [["smaple"], 2, "rondo: There is no command smaple. Did you mean sample?\nrondo --help lists the commands.\n"],
    [["frobnicate"], 2, "rondo: There is no command frobnicate.\nrondo --help lists the commands.\n"],
    [["--frob"], 2, "rondo: There is no option --frob.\nrondo --help lists the commands.\n"],
    [
      ["--verison"],
      2,
      "rondo: There is no option --verison. Did you mean --version?\nrondo --help lists the commands.\n",
    ],
    [
      ["--json", "status"],
      2,
      "rondo: There is no option --json.\nOptions stand after the command: rondo status --json.\n",
    ],
    [
      ["octo/hello#7"],
      2,
      "rondo: There is no command octo/hello#7. Did you mean rondo status octo/hello#7?\nrondo --help lists the commands.\n",
    ],
    [
      ["sample", "--name", "--loud"],
      2,
      "rondo: --name needs a value: --name NAME.\nIf --loud is the value, write --name=--loud.\n",
    ],
    [
      ["sample", "--nmae", "x"],
      2,
      "rondo: rondo sample has no option --nmae. Did you mean --name?\nrondo sample --help shows how it is used.\n",
    ],
    [["sample", "--name"], 2, "rondo: --name needs a value: --name NAME.\nrondo sample --help shows how it is used.\n"],
    [["sample", "--loud=yes"], 2, "rondo: --loud takes no value.\nrondo sample --help shows how it is used.\n"],
    [["sample", "a", "b"], 2, "rondo: rondo sample has no place for b.\nrondo sample --help shows how it is used.\n"],
    [["sample", "--name", "user"], 2, "rondo: That name is taken.\nTry another.\n"],
    [["sample", "--name", "queue"], 69, "rondo: No queue.\n"],
    [
      ["sample", "--name", "bug"],
      3,
      "rondo: x is not a function\nThis is a bug in Rondo. Run it again with LOG_LEVEL=debug for the details, and report them.\n",
    ],
  ])("%j", async (args, code, err) => {
    expect(await cli(...args)).toEqual({ code, out: "", err });
  });

  it("hands over what was given", async () => {
    expect(await cli("sample", "-n", "x", "--loud", "file")).toEqual({ code: 1, out: "", err: "" });
    // Numbers below zero are no options, and behind -- nothing is.
    for (const args of [["-5"], ["--name", "-5", "x"], ["--", "--loud"], ["--", "--help"]])
      expect(await cli("sample", ...args)).toEqual({ code: 1, out: "", err: "" });
  });

  it("has help for every command, with every option", async () => {
    expect((await cli("help")).out).toBe((await cli("--help")).out);
    for (const command of [sample, ...COMMANDS].flatMap((one) => [one, ...(one.subcommands ?? [])])) {
      const words = command.name.split(" ");
      const { code, out } = await cli(...words, "--help");
      expect(code).toBe(0);
      expect(out).toContain(`rondo ${command.name}: `);
      expect((await cli("help", ...words)).out).toBe(out);
      expect((await cli()).out).toContain(`  ${words[0] ?? ""}`);
      for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
      expect(command.examples.length).toBeGreaterThan(0);
    }
  });

  it("says its version", async () => {
    expect((await cli("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

const webEnv = (target: { path: string }) => ({ WEBHOOK_SECRET: SECRET, REDIS_URL: `unix://${target.path}` });
const workerEnv = {
  APP_ID: "7",
  PRIVATE_KEY: APP_KEY,
  GITHUB_API_URL: "http://127.0.0.1:9",
  GITHUB_SERVER_URL: "http://127.0.0.1:9",
};

async function refused(args: string[], env: Record<string, string>, options = {}) {
  const process = startRondo(args, env, options);
  const code = await process.exited();
  const err = process.stderr();
  expect(err).not.toMatch(/^\s+at /m);
  expect(err).not.toContain("bug in Rondo");
  return { code, err };
}

describe("rondo as a process", () => {
  const redises: TestRedis[] = [];
  afterEach(async () => {
    for (const redis of redises.splice(0)) await redis.stop();
  });
  async function redis(...options: string[]): Promise<TestRedis> {
    const server = await startRedis(options);
    redises.push(server);
    return server;
  }
  it.each([
    ["web", { REDIS_URL: "redis://127.0.0.1:1" }, "WEBHOOK_SECRET is not set"],
    ["web", { WEBHOOK_SECRET: SECRET }, "REDIS_URL is not set"],
    ["worker", workerEnv, "REDIS_URL is not set"],
    ["serve", { WEBHOOK_SECRET: SECRET }, "APP_ID is not set"],
  ])("%s without its settings exits 78 (%#)", async (command, env, words) => {
    const { code, err } = await refused([command], env);

    expect(code).toBe(78);
    expect(err).toContain(words);
  });

  it("a second serve on the same data and port exits 69 and leaves the first one's Redis alone", async () => {
    const env = { ...workerEnv, WEBHOOK_SECRET: SECRET };
    const first = startRondo(["serve"], env);
    const { port } = new URL(await first.url());
    const second = startRondo(["serve"], { ...env, PORT: port, RONDO_DATA_DIR: join(first.cwd, "data") });

    expect(await second.exited()).toBe(69);
    expect(second.stderr()).toContain(`Port ${port} on 127.0.0.1 is taken by another program.`);
    const pid = Number(first.log().find((line) => line.msg === "Started Redis")?.["pid"]);
    expect(() => globalThis.process.kill(pid, 0)).not.toThrow();
    await first.end();
    expect(() => globalThis.process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("a reviewer that there is not is refused at the start, exit 78", async () => {
    const { code, err } = await refused(["serve"], { ...workerEnv, WEBHOOK_SECRET: SECRET, RONDO_REVIEWERS: "statik" });

    expect(code).toBe(78);
    expect(err).toContain('RONDO_REVIEWERS: There is no reviewer called "statik".\nDid you mean static?');
  });

  it.each([
    ["a file", () => join(mkdtempSync(join(tmpdir(), "rondo-file-")), "x"), {}],
    ["a directory of somebody else", () => mkdtempSync(join(tmpdir(), "rondo-root-")), { uid: 65534 }],
  ])("a data directory that is %s exits 78", async (name, make, options) => {
    if (name !== "a file" && process.getuid?.() !== 0) return;
    const dir = make();
    if (name === "a file") writeFileSync(dir, "");
    else chmodSync(dir, 0o755);
    const env = { ...workerEnv, REDIS_URL: "redis://127.0.0.1:1", RONDO_DATA_DIR: dir };

    const { code, err } = await refused(["worker"], env, options);

    expect(err).toContain(`The data directory ${dir} cannot be written`);
    expect(code).toBe(78);
  });

  it.each([
    ["evicts jobs", ["--maxmemory-policy", "allkeys-lru"], "maxmemory-policy is allkeys-lru"],
    ["wants a password", ["--requirepass", "hunter2hunter2"], "Redis refuses the password."],
    ["is a replica", ["--replicaof", "127.0.0.1 1"], "is a replica and takes no writes"],
  ])("a Redis that %s exits 78", async (_name, options, words) => {
    const server = await redis(...options);

    const { code, err } = await refused(["web"], webEnv(server.target));

    expect(err).toContain(words);
    expect(code).toBe(78);
  });

  it("web starts without Redis, answers 503 within 5 s, and takes webhooks as soon as Redis is there", async () => {
    const server = await prepareRedis();
    redises.push(server);
    const process = startRondo(["web"], webEnv(server.target));
    const url = await process.url();
    const startedAt = Date.now();

    expect(await postDelivery(url, signedDelivery("pull_request", synchronize(1)))).toMatchObject({
      status: 503,
      retryAfter: "30",
    });
    expect(Date.now() - startedAt).toBeLessThan(5000);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    await server.start();
    await new Promise((wake) => setTimeout(wake, 1500));
    expect((await postDelivery(url, signedDelivery("pull_request", synchronize(1)))).status).toBe(202);
    expect((await process.end()).code).toBe(0);
  });

  it("web answers 503 within 5 s while Redis hangs, and stops in time", async () => {
    const server = await redis();
    const process = startRondo(["web"], webEnv(server.target));
    const url = await process.url();
    server.hang();
    const startedAt = Date.now();

    expect((await postDelivery(url, signedDelivery("pull_request", synchronize(1)))).status).toBe(503);
    expect(Date.now() - startedAt).toBeLessThan(5000);
    server.resume();
    expect((await postDelivery(url, signedDelivery("pull_request", synchronize(2)))).status).toBe(202);
    server.hang();
    expect((await process.end()).ms).toBeLessThan(5500);
    server.resume();
  });

  it("web never holds the App key: it takes it out of its environment and says so", async () => {
    const server = await redis();
    const process = startRondo(["web"], { ...webEnv(server.target), PRIVATE_KEY: APP_KEY });
    await process.url();

    await process.waitFor((line) => String(line.msg).startsWith("PRIVATE_KEY is set for web"));
    expect(process.stdout()).not.toContain(APP_KEY.slice(40, 90));
    await process.end();
  });
});
