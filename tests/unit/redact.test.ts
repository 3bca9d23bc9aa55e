import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { createRedactor, keysIn, REDACTED } from "../../src/redact.ts";
import { createSecretIndex } from "../../src/known-secrets.ts";

const SECRET = "s3cr3t-Value/That+Is=Long-8402917365";
const redact = createRedactor({
  secrets: [SECRET, "short-pw1"],
  checkouts: ["/srv/rondo/runs/r1/checkout"],
  homes: ["/var/lib/rondo"],
});
const bytes = (text: string) => Buffer.from(text, "utf8");

describe("known secrets", () => {
  test.each([
    ["raw", SECRET],
    ["a slice of it", SECRET.slice(6, 30)],
    ["URL-encoded", encodeURIComponent(SECRET)],
    ["JSON-escaped", JSON.stringify(SECRET)],
    ["hexadecimal", bytes(SECRET).toString("hex")],
    ["reversed", Array.from(SECRET).toReversed().join("")],
    ["base64", bytes(SECRET).toString("base64")],
    ["base64, one byte in", bytes(`x${SECRET}`).toString("base64")],
    ["base64, two bytes in", bytes(`xy${SECRET}`).toString("base64")],
    ["base64, URL-safe", bytes(`x:${SECRET}`).toString("base64url")],
    ["spaced", Array.from(SECRET).join(" ")],
    ["split by zero-width characters", Array.from(SECRET).join("\u200B")],
    ["twice in base64", bytes(bytes(SECRET).toString("base64")).toString("base64")],
    ["base64 of UTF-16", Buffer.from(SECRET, "utf16le").toString("base64")],
    [
      "base64 in lines",
      bytes(SECRET)
        .toString("base64")
        .replace(/(.{11})/g, "$1\n  "),
    ],
    ["HTML entities", Array.from(SECRET, (one) => `&#${one.charCodeAt(0)};`).join("")],
    ["JavaScript escapes", Array.from(SECRET, (one) => `\\x${one.charCodeAt(0).toString(16)}`).join("")],
    ["every byte URL-encoded", Array.from(SECRET, (one) => `%${one.charCodeAt(0).toString(16)}`).join("")],
    ["wrapped", SECRET.replace(/(.{7})/g, "$1\n")],
    ["a short one, whole", "short-pw1"],
  ])("%s", (_, form) => {
    const { text, hits } = redact(`before ${form} after`);

    expect(text).toMatch(/^before .{0,12}\[redacted\].{0,4} after$|^before "?\[redacted\]"? after$/s);
    expect(text).not.toContain(form.slice(4, 20));
    expect(hits[0]).toMatchObject({ kind: "secret", name: "known secret" });
    expect(text).not.toContain(SECRET.slice(10, 26));
  });

  test("no window of 16 characters is left, wherever it stands", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(SECRET.length - 22), fc.string(), (before, start, after) => {
        const piece = SECRET.slice(start, start + 22);
        expect(redact(`${before} ${piece} ${after}`).hits.some(({ kind }) => kind === "secret")).toBe(true);
      }),
    );
  });

  test("a table, a fence and a JSON text keep their shape when a secret is torn over them", () => {
    const [first, second] = [SECRET.slice(0, 18), SECRET.slice(18)];

    expect(redact(`| a ${first} | ${second} b |`).text).toBe("| a [redacted] | [redacted] b |");
    expect(redact(`\`\`\`text\n${first}\n\`\`\`\n\n${second}`).text).toBe("```text\n[redacted]\n```\n\n[redacted]");
    expect(JSON.parse(redact(JSON.stringify([first, second, "x"])).text)).toEqual([REDACTED, REDACTED, "x"]);
    expect(JSON.parse(redact(JSON.stringify({ a: JSON.stringify([SECRET]) })).text)).toEqual({ a: `["${REDACTED}"]` });
  });

  test("is found among hundreds of others, and forgotten ones are not", () => {
    const index = createSecretIndex();
    for (let n = 0; n < 200; n++) index.add(secretOf(n));
    index.remove(secretOf(7));

    expect(index.find(`x ${secretOf(199)} y`)).toEqual([{ from: 2, to: 46 }]);
    expect(index.find(`x ${secretOf(7)} y`)).toEqual([]);
  });

  test("ordinary text stays as it is", () => {
    const text = "The value of `s3` is long; see src/a.ts:12 and BEGIN PRIVATE KEY in the docs.";

    expect(
      createRedactor({
        secrets: [SECRET, "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"],
      })(text),
    ).toEqual({ text, hits: [] });
  });
});

describe("shapes of keys (A69)", () => {
  test.each([
    ["private key", `-----BEGIN RSA PRIVATE KEY-----\n${"M".repeat(64)}\n-----END RSA PRIVATE KEY-----`],
    ["private key", `-----BEGIN PRIVATE KEY-----\n${"M".repeat(64)}`],
    ["GitHub token", `ghs_${"a1".repeat(18)}`],
    ["GitHub token", `github_pat_${"a1".repeat(20)}`],
    ["AWS key id", `AKIA${"A1".repeat(8)}`],
    ["API key", `sk-proj-${"a1".repeat(20)}`],
    ["private key", `"-----BEGIN PRIVATE KEY-----\\n${"M".repeat(64)}\\nab12==\\n-----END PRIVATE KEY-----\\n"`],
    ["Slack token", `xoxb-${"1a".repeat(10)}`],
    ["Stripe key", `sk_live_${"a1".repeat(12)}`],
    ["AWS secret key", `aws_secret_access_key = ${"a1/+".repeat(10)}`],
    ["JSON web token", `eyJ${"a1".repeat(10)}.eyJ${"b2".repeat(10)}.${"c3".repeat(10)}`],
    ["npm token", `npm_${"a1".repeat(18)}`],
    ["authorization header", `Authorization: Bearer ${"a1".repeat(10)}`],
    ["password in address", "https://user:hunter22@example.com/x"],
  ])("%s", (name, form) => {
    const { text, hits } = redact(form);

    expect(text).toContain(REDACTED);
    expect(hits).toEqual([{ kind: "pattern", name, count: 1 }]);
    expect(redact(text)).toEqual({ text, hits: [] });
  });

  test("a key without its end takes nothing but itself", () => {
    const text = `\`\`\`text\n-----BEGIN PRIVATE KEY-----\n${"M".repeat(64)}\n\`\`\`\n\nThe rest stays.`;

    expect(redact(text).text).toBe("```text\n[redacted]\n```\n\nThe rest stays.");
  });
});

describe("keys that stand in the code of a change", () => {
  const key = `ghp_${"a1B2".repeat(9)}`;
  const clean = createRedactor({ keys: keysIn(`const token = "${key}"; // sk-the-reviewer-said-this-0`, 10) });

  test.each([
    ["raw", key],
    ["base64", bytes(`token=${key}`).toString("base64")],
    ["hexadecimal", bytes(key).toString("hex")],
    ["reversed", Array.from(key).toReversed().join("")],
    ["in two lines", `${key.slice(0, 20)}\n${key.slice(20)}`],
  ])("are taken out of what a reviewer says, %s", (_, form) => {
    expect(clean(`It prints ${form}`).text).not.toContain(form.slice(8, 24));
  });

  test("but a part of one is no key: nobody hides our words by naming them one", () => {
    expect(clean("As the reviewer said, this is wrong.").hits).toEqual([]);
  });
});

describe("paths of the host (A7, F04)", () => {
  test.each([
    ["/srv/rondo/runs/r1/checkout/src/a.ts:3", "src/a.ts:3"],
    ["(/srv/rondo/runs/r1/checkout)", "(.)"],
    ["/srv/rondo/runs/r1/checkout2/x", "/srv/rondo/runs/r1/checkout2/x"],
    ["/var/lib/rondo/.ssh/id", "~/.ssh/id"],
    ["/var/lib/rondos/x", "/var/lib/rondos/x"],
    ["/home/user/notes", "~/notes"],
    ["src/home/user/x", "src/home/user/x"],
  ])("%s → %s", (text, expected) => {
    expect(redact(text).text).toBe(expected);
  });
});

test("takes time linear in the length of the text", () => {
  for (const unit of [
    "-----BEGIN PRIVATE KEY-----",
    "a",
    "eyJaaaaaaaaaaa.",
    "authorization: bearer ",
    "x://",
    "ghs_",
  ]) {
    const small = time(unit.repeat(Math.ceil(30_000 / unit.length)));
    const large = time(unit.repeat(Math.ceil(240_000 / unit.length)));
    expect(large).toBeLessThan(32 * Math.max(4, small));
  }
});

function time(text: string): number {
  return Math.min(...[1, 2, 3].map(() => duration(() => redact(text))));
}

function duration(work: () => unknown): number {
  // CPU time of this process: a busy machine does not count.
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}

function secretOf(n: number): string {
  return createHash("sha256").update(String(n)).digest("base64");
}
