// Which addresses go through the proxy. REST and git ask the same function, so what is proven here holds for both.
import { describe, expect, it } from "vitest";
import {
  credentialsOf,
  proxyFor,
  readProxy,
  routeOf,
  uselessExceptions,
  withoutCredentials,
} from "../../src/github/proxy.ts";

const PROXY = "http://proxy.corp.test:3128";
const isDirect = (address: string, noProxy: string) => proxyFor(address, { proxy: PROXY, noProxy }) === null;

describe("routeOf", () => {
  it.each([
    ["everything by default", "", "https://github.com", false],
    ["a host by its name", "github.com", "https://github.com/o/r", true],
    ["its subdomains", "github.com", "https://api.github.com", true],
    ["no host that only ends alike", "github.com", "https://notgithub.com", false],
    ["no parent", "api.github.com", "https://github.com", false],
    ["a suffix with a dot, and the name itself", ".corp.test", "https://corp.test", true],
    ["a suffix with a dot", ".corp.test", "https://ghe.corp.test", true],
    ["a suffix with a star", "*.corp.test", "https://ghe.corp.test", true],
    ["a star alone", "a.test, *", "https://github.com", true],
    ["no star in the middle", "git*.com", "https://github.com", false],
    ["whatever the case", "GitHub.COM", "https://GITHUB.com", true],
    ["with the dot of a full name", "github.com", "https://github.com./x", true],
    ["lists with commas, spaces and gaps", " a.test,,b.test  github.com", "https://github.com", true],
    ["a port that fits", "ghe.test:8443", "https://ghe.test:8443", true],
    ["no other port", "ghe.test:8443", "https://ghe.test", false],
    ["the port that https means", "ghe.test:443", "https://ghe.test", true],
    ["an IPv4 address", "10.1.2.3", "https://10.1.2.3/api/v3", true],
    ["no other address", "10.1.2.3", "https://10.1.2.30", false],
    ["no name that ends like an address", "2.3", "https://10.1.2.3", false],
    ["a subnet", "10.0.0.0/8", "https://10.200.0.1", true],
    ["no address beside it", "10.0.0.0/8", "https://11.0.0.1", false],
    ["a subnet with a port", "10.0.0.0/8:8443", "https://10.0.0.1:8443", true],
    ["no name for a subnet", "10.0.0.0/8", "https://ten.test", false],
    ["an IPv6 address", "fd00::1", "https://[fd00:0:0::1]", true],
    ["an IPv6 address in brackets with a port", "[fd00::1]:8443", "https://[fd00::1]:8443", true],
    ["an IPv6 subnet", "fd00::/8", "https://[fd12::9]", true],
    ["an IPv6 address outside", "fd00::/8", "https://[2001:db8::9]", false],
  ])("takes %s", (_, noProxy, address, direct) => {
    expect(isDirect(address, noProxy)).toBe(direct);
  });

  it("never asks a proxy for this machine, whatever NO_PROXY says", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.9.10", "[::1]", "app.localhost", "LOCALHOST"]) {
      expect(isDirect(`http://${host}:3000`, "")).toBe(true);
    }
    expect(isDirect("https://localhost.corp.test", "")).toBe(false);
    expect(isDirect("https://127.0.0.1.evil.test", "")).toBe(false);
  });

  it("says why", () => {
    const settings = { proxy: PROXY, noProxy: "a.test, .corp.test" };
    expect(routeOf("https://github.com", settings)).toEqual({ via: "proxy", proxy: PROXY });
    expect(routeOf("https://ghe.corp.test", settings)).toEqual({ via: "direct", why: "NO_PROXY", entry: ".corp.test" });
    expect(routeOf("http://localhost", settings)).toEqual({ via: "direct", why: "this machine" });
    expect(routeOf("https://github.com", { proxy: null, noProxy: "*" })).toEqual({
      via: "direct",
      why: "no proxy is set",
    });
  });

  it("knows entries that match nothing", () => {
    const good = "*, a.test .b.test,*.c.test,d:80,10.0.0.0/8,fd00::/8,::1,[fd00::1]:8443,192.168.0.1,under_score";
    expect(uselessExceptions(good)).toEqual([]);
    expect(uselessExceptions("192.168.*,https://a.test,10.0.0.0/99,a.*.test,<local>,x/8")).toEqual([
      "192.168.*",
      "https://a.test",
      "10.0.0.0/99",
      "a.*.test",
      "<local>",
      "x/8",
    ]);
  });
});

describe("readProxy", () => {
  it.each([
    ["http://proxy.test:3128", "http://proxy.test:3128"],
    ["http://proxy.test:3128/", "http://proxy.test:3128"],
    ["proxy.test:3128", "http://proxy.test:3128"],
    ["10.0.0.1:8080", "http://10.0.0.1:8080"],
    ["HTTPS://Proxy.Test", "https://proxy.test:443"],
    // curl would take port 1080, others 80.
    ["http://proxy.test", "http://proxy.test:80"],
    ["http://proxy.test:80", "http://proxy.test:80"],
    ["http://[fd00::1]:3128", "http://[fd00::1]:3128"],
    ["http://ada:p%40ss%3Aword@proxy.test:3128", "http://ada:p%40ss%3Aword@proxy.test:3128"],
    ["ada:secret@proxy.test:3128", "http://ada:secret@proxy.test:3128"],
    ["http://ada@proxy.test:3128", "http://ada@proxy.test:3128"],
  ])("takes %s", (value, proxy) => {
    expect(readProxy(value)).toEqual({ proxy });
  });

  it.each([
    ["socks5://proxy.test:1080", /kind socks5/],
    ["ftp://proxy.test", /kind ftp/],
    ["http://", /not the address/],
    ["http://proxy.test:99999", /not the address/],
    ["http://ada:hunter2#x@proxy.test:3128", /not the address/],
    ["http://ada:hunter2%x@proxy.test:3128", /not the address/],
    ["http://ada:hunter2/x@proxy.test:3128", /not the address/],
    ["http://wpad.test/proxy.pac", /more than the address/],
    ["http://proxy.test:3128?x=hunter2", /more than the address/],
  ])("refuses %s without repeating it", (value, problem) => {
    const read = readProxy(value);
    if (!("problem" in read)) throw new Error(`taken as ${read.proxy}`);
    expect(read.problem).toMatch(problem);
    expect(`${read.problem} ${read.todo}`).not.toContain("hunter2");
  });

  it("shows a proxy without its login, and gives the login decoded", () => {
    const proxy = "http://ada%40corp:p%40ss@proxy.test:80";
    expect(withoutCredentials(proxy)).toBe("http://proxy.test:80");
    expect(credentialsOf(proxy)).toEqual({ user: "ada@corp", password: "p@ss" });
    expect(credentialsOf("http://ada@proxy.test:80")).toEqual({ user: "ada", password: "" });
    expect(credentialsOf("http://proxy.test:80")).toBeNull();
  });
});
