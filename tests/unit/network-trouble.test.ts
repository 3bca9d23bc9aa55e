// What stands in the way is told twice: to the operator with the names of hosts, on the pull request without them.
import { expect, test } from "vitest";
import { githubError } from "../../src/github/errors.ts";
import { networkError, type NetworkTrouble } from "../../src/network-trouble.ts";

const INTERNAL = /corp\.test|3128|8443|10\.1\.2\.3/;

const troubles: NetworkTrouble[] = [
  { kind: "proxyUnreachable", reason: "its name is not known" },
  { kind: "proxyRefused", status: 407 },
  { kind: "proxyRefused", status: 502 },
  { kind: "certificateUnknown" },
  { kind: "certificateRefused" },
  { kind: "certificateExpired" },
  { kind: "certificateWrongHost" },
];

test.each(troubles)("$kind $status names hosts in the log only", (trouble) => {
  const error = networkError(trouble, { host: "ghe.corp.test:8443", proxy: "http://proxy.corp.test:3128" });

  expect(error.message).toMatch(INTERNAL);
  expect(error.publicMessage).not.toMatch(INTERNAL);
  expect(error.publicMessage).toMatch(/^(?:The server's proxy|A certificate on the way) .*\.$/);
});

test("what the system said of an address stays in the log, also around the cause", () => {
  const cut = Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:8443"), { status: 500 });
  const wall = networkError({ kind: "proxyRefused", status: 407 }, { host: "h", proxy: "http://proxy.corp.test:3128" });
  const wrapped = Object.assign(new Error("fetch failed", { cause: wall }), { status: 500 });

  expect(githubError(cut, "Posting a comment")).toMatchObject({
    message: expect.stringContaining("10.1.2.3:8443"),
    publicMessage: "Posting a comment: no whole answer came from GitHub.",
  });
  expect(githubError(wrapped, "Posting a comment")).toMatchObject({
    message: expect.stringContaining("proxy.corp.test:3128"),
    publicMessage: "Posting a comment: The server's proxy wants another user name or password (status 407).",
  });
});
