// Nothing secret and nothing that people wrote may reach the log, whatever a call site hands over.
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { PermanentError } from "../../src/errors.ts";
import { createLog, type RootLog } from "../../src/log.ts";
import { MASK, maskSecrets, registerSecret } from "../../src/mask-secrets.ts";

let lines: string[];
let log: RootLog;

beforeEach(() => {
  lines = [];
  log = createLog({ name: "web", level: "info", sink: { write: (line) => lines.push(line) } });
});

function last(): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(lines.at(-1) ?? "{}"));
}

describe("createLog", () => {
  it("writes one JSON object per line with time, level, process, message and fields", () => {
    log.childLog({ delivery: "g-1" }).info("Delivery accepted", { event: "push" });

    expect(last()).toMatchObject({
      level: "info",
      process: "web",
      msg: "Delivery accepted",
      delivery: "g-1",
      event: "push",
    });
    expect(last()["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(lines[0]?.endsWith("\n")).toBe(true);
  });

  it("keeps quiet below its level", () => {
    log.debug("detail");

    expect(lines).toEqual([]);
  });

  it.each(["body", "payload", "token", "headers", "prompt"])("never writes the value of a key named %s", (key) => {
    const inside = { [key]: { deep: "people's words" } };
    log.info("x", { [key]: "people's words", event: inside, list: [[inside]], a: { b: { c: { d: { e: inside } } } } });
    log.childLog({ [key]: "people's words" }).info("y");

    expect(lines.join("")).not.toContain("people's words");
  });

  it("takes request, response and headers off the errors of client libraries", () => {
    const error = Object.assign(new Error("Bad gateway"), {
      status: 502,
      request: { headers: { authorization: "token abc" }, body: "text" },
      response: { data: "people's words" },
    });
    log.error("GitHub failed", { err: error });

    expect(last()["err"]).toMatchObject({ name: "Error", message: "Bad gateway", status: 502 });
    expect(lines.join("")).not.toMatch(/token abc|people's words/);
  });

  it("logs our own errors without a stack, others with one", () => {
    log.error("a", { err: new PermanentError("gone", { code: "HEAD_GONE" }) });
    expect(last()["err"]).toEqual({ name: "PermanentError", message: "gone", code: "HEAD_GONE" });

    log.error("b", { err: new TypeError("bug") });
    expect(last()["err"]).toHaveProperty("stack");
  });
});

describe("registered secrets", () => {
  const token = 'ghs_123_eyJhbGciOiJSUzI1NiJ9.payl"oad/+=\\x.sig';
  const pem = `-----BEGIN RSA PRIVATE KEY-----\n${"Q".repeat(64)}\n${"Z".repeat(40)}\n-----END RSA PRIVATE KEY-----\n`;

  it.each([
    ["raw", token],
    ["URL-encoded", encodeURIComponent(token)],
    ["JSON-escaped", JSON.stringify(token)],
    ["JSON in JSON", JSON.stringify(JSON.stringify(token))],
    ["base64", Buffer.from(token).toString("base64")],
    ["base64 after 1 byte", Buffer.from(`:${token}`).toString("base64")],
    ["base64 in git's header", Buffer.from(`x-access-token:${token}`).toString("base64")],
    ["base64url", Buffer.from(`ab${token}`).toString("base64url")],
    ["one line of a key", "Q".repeat(64)],
  ])("are masked when they turn up %s", (_name, text) => {
    registerSecret(token);
    registerSecret(pem);
    log.info(`start ${text} end`, { deep: { er: [text] }, err: new Error(text) });

    expect(lines[0]).toContain(MASK);
    expect(lines[0]).not.toMatch(/eyJhbGci|Q{64}/);
    // Of a base64 form only the characters at its edges, which also depend on the neighbours, may stay.
    expect(maskSecrets(text).replace(MASK, "").length).toBeLessThan(30);
    expect(() => JSON.parse(lines[0] ?? "")).not.toThrow();
  });

  it("leaves other text alone and takes no short values", () => {
    registerSecret("abc");

    expect(maskSecrets("abcdef")).toBe("abcdef");
  });

  it("keeps the first secrets for ever, however many tokens follow", () => {
    registerSecret("the-webhook-secret-of-this-process");
    for (let n = 0; n < 600; n += 1) registerSecret(`token-number-${n}-of-many`);

    expect(maskSecrets("the-webhook-secret-of-this-process token-number-599-of-many")).toBe(`${MASK} ${MASK}`);
  });
});
