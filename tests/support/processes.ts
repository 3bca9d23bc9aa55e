// Starts `rondo` the way a deployment does: the built program, a process of its own, its own data directory.
// RONDO_TEST_DIST names another build than dist/.
import { spawn, type ChildProcess } from "node:child_process";
import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

export const SECRET = "0123456789abcdef0123456789abcdef";

/** The App's key in PKCS#1 PEM, made anew for each run of the tests. */
export const APP_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

const LogLine = z.looseObject({ msg: z.string().optional() });
export type LogLine = z.infer<typeof LogLine>;

export type RondoProcess = {
  child: ChildProcess;
  /** Its working directory, made for it. */
  cwd: string;
  /** Lines of its log so far. */
  log(): LogLine[];
  stdout(): string;
  stderr(): string;
  /** Resolves to the first log line that fits, also one that was written before. */
  waitFor(fits: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine>;
  /** Address of its HTTP server, once it listens. */
  url(): Promise<string>;
  /** Sends the signal and resolves to exit code and time. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
  exited(): Promise<number | null>;
};

/** Starts `rondo ARGS`. The environment is exactly `env` and a PATH. */
export function startRondo(
  args: readonly string[],
  env: Record<string, string> = {},
  options: { uid?: number } = {},
): RondoProcess {
  const cwd = mkdtempSync(join(tmpdir(), "rondo-cwd-"));
  const main = resolve(process.env["RONDO_TEST_DIST"] ?? "dist", "src/cli/main.js");
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", PORT: "0", RONDO_DATA_DIR: join(cwd, "data"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const exit = once(child, "exit").then(() => child.exitCode);

  function log(): LogLine[] {
    return out
      .split("\n")
      .slice(0, -1)
      .map((line) => LogLine.parse(JSON.parse(line)));
  }
  async function waitFor(fits: (line: LogLine) => boolean, timeoutMs = 20_000): Promise<LogLine> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = log().find(fits);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`rondo ${args.join(" ")} never logged it:\n${out.slice(-2000)}${err}`);
      if (child.exitCode !== null) throw new Error(`rondo ${args.join(" ")} has ended:\n${out.slice(-2000)}${err}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }
  return {
    child,
    cwd,
    log,
    stdout: () => out,
    stderr: () => err,
    waitFor,
    url: async () => String((await waitFor((line) => line.msg === "Listening"))["url"]),
    async end(signal = "SIGTERM") {
      const startedAt = Date.now();
      child.kill(signal);
      return { code: await exit, ms: Date.now() - startedAt };
    },
    exited: () => exit,
  };
}

const newGuid = (): string => randomUUID();

/** Headers and body of a delivery as GitHub signs it. */
export function signedDelivery(
  event: string,
  payload: unknown,
  { guid = newGuid(), secret = SECRET } = {},
): { guid: string; body: string; headers: Record<string, string> } {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  return {
    guid,
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": guid,
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
  };
}

/** Posts a delivery; `json` is the answer. */
export async function postDelivery(
  url: string,
  delivery: { body: string; headers: Record<string, string> },
): Promise<{ status: number; json: Record<string, unknown>; retryAfter: string | null }> {
  const response = await fetch(`${url}/api/github/webhooks`, {
    method: "POST",
    body: delivery.body,
    headers: delivery.headers,
  });
  const json = z.record(z.string(), z.unknown()).parse(await response.json());
  return { status: response.status, json, retryAfter: response.headers.get("retry-after") };
}

/** A synchronize delivery of pull request `number`. */
export function synchronize(number: number): Record<string, unknown> {
  return {
    action: "synchronize",
    installation: { id: 5 },
    repository: { id: 7, name: "hello", owner: { login: "octo" } },
    sender: { login: "ada", type: "User" },
    pull_request: { number, head: { sha: "a".repeat(40) } },
  };
}
