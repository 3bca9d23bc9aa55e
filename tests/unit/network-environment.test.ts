// The variables about the way out, as the configuration takes them: what wins, what is refused, and that a password in an
// address goes nowhere else.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { readFirstStartConfig, readServeConfig, type Environment } from "../../src/config.ts";
import { maskSecrets } from "../../src/mask-secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "rondo-network-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const read = (env: Environment) => {
  const config = readFirstStartConfig(env);
  if (config === null) throw new Error("an App is configured");
  return config;
};

const failure = (env: Environment): string => {
  try {
    read(env);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  throw new Error("taken");
};

describe("proxy", () => {
  it("is HTTPS_PROXY with its exceptions; the lower-case spelling wins", () => {
    expect(read({}).network).toEqual({ proxy: null, noProxy: "", extraCa: [] });
    const upper = { HTTPS_PROXY: "http://upper.test:1", NO_PROXY: "a.test" };
    expect(read(upper).network).toEqual({ proxy: "http://upper.test:1", noProxy: "a.test", extraCa: [] });
    const both = { HTTPS_PROXY: "http://upper.test:1", https_proxy: "http://lower.test:1", no_proxy: "b.test" };
    const config = read({ ...both, NO_PROXY: "b.test" });
    expect(config.network).toMatchObject({ proxy: "http://lower.test:1", noProxy: "b.test" });
    expect(config.warnings).toEqual(["https_proxy and HTTPS_PROXY differ; https_proxy is used."]);
    expect(read({ HTTPS_PROXY: "", https_proxy: "" }).network.proxy).toBeNull();
  });

  it("is not HTTP_PROXY or ALL_PROXY, and says so", () => {
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
      const config = read({ [name]: "http://proxy.test:1" });
      expect(config.network.proxy).toBeNull();
      expect(config.warnings).toEqual([expect.stringMatching(`^${name} is set but not used.*Set HTTPS_PROXY`)]);
      expect(read({ [name]: "http://proxy.test:1", HTTPS_PROXY: "http://proxy.test:1" }).warnings).toEqual([]);
    }
  });

  it("warns of exceptions that match nothing", () => {
    const config = read({ HTTPS_PROXY: "http://proxy.test:1", NO_PROXY: "localhost,192.168.*" });
    expect(config.warnings).toEqual([expect.stringContaining("match nothing: 192.168.*.")]);
  });

  it("is refused by name when it cannot be used", () => {
    expect(failure({ https_proxy: "socks5://proxy.test:1080" })).toMatch(/- https_proxy is a proxy of the kind socks5/);
    const told = failure({ HTTPS_PROXY: "http://ada:hunter2hunter2#@proxy.test" });
    expect(told).toMatch(/- HTTPS_PROXY is not the address of a proxy\. Write http:\/\/host:port/);
    expect(told).not.toContain("hunter2");
  });

  it("keeps its password out of the environment and out of every text", () => {
    const env: Environment = {
      HTTPS_PROXY: "http://ada:cherry%40pie%21@proxy.test:1",
      http_proxy: "eve:pw@other.test:1",
    };
    expect(read(env).network.proxy).toBe("http://ada:cherry%40pie%21@proxy.test:1");
    expect(env).toEqual({});
    const basic = Buffer.from("ada:cherry@pie!").toString("base64");
    for (const text of ["cherry@pie!", "cherry%40pie%21", basic])
      expect(maskSecrets(`x ${text} y`)).not.toContain(text);
    // A password of two letters is masked together with its user, or not at all.
    expect(maskSecrets("http://proxy.test:1 and pwd")).toBe("http://proxy.test:1 and pwd");
  });
});

describe("NODE_EXTRA_CA_CERTS", () => {
  const [one = "", two = ""] = rootCertificates;

  it("is read by Rondo itself, every certificate of it", () => {
    const path = file("two.pem", `# Company CA\nsubject=/CN=x\n${one.replaceAll("\n", "\r\n")}\r\n\n${two}\n`);
    const certificates = read({ NODE_EXTRA_CA_CERTS: path }).network.extraCa;
    expect(certificates.map((text) => new X509Certificate(text).fingerprint256)).toEqual(
      [one, two].map((text) => new X509Certificate(text).fingerprint256),
    );
  });

  it.each([
    ["missing", join(folder, "missing.pem"), /cannot be read: .*missing\.pem \(ENOENT\)\. Give the path/],
    ["a folder", folder, /cannot be read: .* \(EISDIR\)/],
    ["empty", file("empty.pem", ""), /without a certificate in PEM form: .*empty\.pem\. .*openssl x509 -inform der/],
    ["a private key", file("key.pem", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"), /without a/],
    [
      "DER",
      file("ca.der", Buffer.from(one.split("\n").slice(1, -1).join(""), "base64").toString("latin1")),
      /without a/,
    ],
    [
      "cut off",
      file("cut.pem", `${one.slice(0, 300)}\n-----END CERTIFICATE-----\n`),
      /damaged certificate: .*cut\.pem/,
    ],
  ])("is refused when the file is %s", (_, path, problem) => {
    expect(failure({ NODE_EXTRA_CA_CERTS: path })).toMatch(problem);
    expect(failure({ NODE_EXTRA_CA_CERTS: path })).toContain("- NODE_EXTRA_CA_CERTS names a file");
  });

  it("stands beside the other problems of the configuration", () => {
    const env = { APP_ID: "x", NODE_EXTRA_CA_CERTS: join(folder, "missing.pem"), HTTPS_PROXY: "socks4://x" };
    expect(() => readServeConfig(env)).toThrow(/APP_ID must be[\s\S]*HTTPS_PROXY is a proxy/);
    expect(() => readServeConfig({ APP_ID: "1", NODE_EXTRA_CA_CERTS: "/nowhere" })).toThrow(
      /NODE_EXTRA_CA_CERTS names/,
    );
  });
});
