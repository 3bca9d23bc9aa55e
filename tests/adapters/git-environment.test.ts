// What the network wrapper opens: one origin for the token, one protocol, the proxy and authority of the operator.
import { expect, test } from "vitest";
import { networkEnvironment } from "../../src/git/environment.ts";

test("the header is tied to one origin, and only one protocol is open", () => {
  const env = networkEnvironment({
    origin: "https://github.com",
    url: "https://github.com/o/r.git",
    authorization: "Basic abc",
    proxy: "http://proxy:3128",
    caFile: "/etc/ca.pem",
  });
  const keys = Object.entries(env).filter(([name]) => name.startsWith("GIT_CONFIG_KEY_"));
  const setting = (key: string): string | undefined => {
    const found = keys.find(([, value]) => value === key)?.[0];
    return found === undefined ? undefined : env[found.replace("KEY", "VALUE")];
  };

  expect(setting("http.https://github.com/.extraHeader")).toBe("Authorization: Basic abc");
  expect(keys.filter(([, key]) => key.toLowerCase().endsWith("extraheader"))).toHaveLength(1);
  expect([setting("protocol.allow"), setting("protocol.https.allow"), setting("protocol.http.allow")]).toEqual([
    "never",
    "always",
    undefined,
  ]);
  expect([setting("http.proxy"), setting("http.sslCAInfo")]).toEqual(["http://proxy:3128", "/etc/ca.pem"]);
});
