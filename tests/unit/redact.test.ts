import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { createRedactor, REDACTED } from "../../src/redact.ts";

const SECRET = "s3cr3t-Value/That+Is=Long-1234567890";
const redact = createRedactor([SECRET, "short-pw1"], {
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
    ["wrapped", SECRET.replace(/(.{7})/g, "$1\n")],
    ["a short one, whole", "short-pw1"],
  ])("%s", (_, form) => {
    const { text, hits } = redact(`before ${form} after`);

    expect(text).toMatch(/^before .{0,12}\[redacted\].{0,4} after$|^before "?\[redacted\]"? after$/s);
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

  test("ordinary text stays as it is", () => {
    const text = "The value of `s3` is long; see src/a.ts:12 and BEGIN PRIVATE KEY in the docs.";

    expect(
      createRedactor([
        SECRET,
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
      ])(text),
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
    ["npm token", `npm_${"a1".repeat(18)}`],
    ["authorization header", `Authorization: Bearer ${"a1".repeat(10)}`],
    ["password in address", "https://user:hunter22@example.com/x"],
  ])("%s", (name, form) => {
    const { text, hits } = redact(form);

    expect(text).toContain(REDACTED);
    expect(hits).toEqual([{ kind: "pattern", name, count: 1 }]);
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
