// A company's network on loopback: a certificate authority of its own, a server that only speaks TLS with its certificate,
// and a real proxy (proxy-chain) that is the only one to know where the server's name leads. The names end in `.test`,
// which no resolver knows: whoever does not ask the proxy gets nowhere.
import { execFileSync } from "node:child_process";
import type { lookup } from "node:dns";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { RequestError, Server as ProxyServer } from "proxy-chain";

/** Key and certificate, PEM. */
export type Identity = { key: string; cert: string };

export type Authority = {
  /** PEM file with the authority's own certificate. */
  caFile: string;
  /** Makes a certificate for a host name or an IP address. */
  issue(host: string, options?: { isExpired?: boolean }): Identity;
  remove(): void;
};

/** Makes a certificate authority; needs the `openssl` program. */
export function createAuthority(): Authority {
  const dir = mkdtempSync(join(tmpdir(), "rondo-ca-"));
  const caFile = join(dir, "ca.pem");
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const signer = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=Example Company CA",
    ...signer,
  );
  return {
    caFile,
    issue(host, { isExpired = false } = {}) {
      const kind = /^[0-9.]+$/.test(host) ? "IP" : "DNS";
      writeFileSync(join(dir, "leaf.ext"), `subjectAltName=${kind}:${host}\n`);
      openssl("req", ...newKey, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", `/CN=${host}`);
      const days = ["-days", isExpired ? "-1" : "2"];
      const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", ...days, "-extfile", "leaf.ext"];
      openssl("x509", "-req", "-in", "leaf.csr", ...sign, "-out", "leaf.pem");
      return { key: readFileSync(join(dir, "leaf.key"), "utf8"), cert: readFileSync(join(dir, "leaf.pem"), "utf8") };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export type TlsFront = {
  port: number;
  /** `METHOD /path` of every request. */
  requests: string[];
  stop(): Promise<void>;
};

/** A TLS server that passes everything on to `target` (plain http) and puts its own address where `target` names itself. */
export async function startTlsFront(identity: Identity, host: string, target: string): Promise<TlsFront> {
  const requests: string[] = [];
  const server = createServer(identity, (incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url?.split("?")[0]}`);
    const own = `https://${host}:${portOf(server)}`;
    const { method, headers } = incoming;
    const onward = httpRequest(`${target}${incoming.url}`, { method, headers }, (answer) => {
      void passBack(answer, outgoing, (text) => text.replaceAll(target, own));
    });
    onward.once("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passBack(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  rename: (text: string) => string,
): Promise<void> {
  const { "content-length": _length, link, ...headers } = answer.headers;
  const isJson = headers["content-type"]?.includes("json") === true;
  outgoing.writeHead(answer.statusCode ?? 502, { ...headers, ...(link && { link: rename(String(link)) }) });
  if (isJson) outgoing.end(rename((await buffer(answer)).toString("utf8")));
  else answer.pipe(outgoing);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

export type CompanyProxy = {
  port: number;
  /** `host:port` of every CONNECT, in order. */
  connects: string[];
  /** Status for further CONNECTs to this host; undefined: connect. */
  refuse(host: string, status: number | undefined): void;
  stop(): Promise<void>;
};

/** A proxy for which every name leads to this machine. `login`: Basic credentials it asks for; `tls`: it speaks TLS. */
export async function startProxy(options: { login?: string; tls?: Identity } = {}): Promise<CompanyProxy> {
  const connects: string[] = [];
  const refused = new Map<string, number>();
  const common = {
    port: 0,
    host: "127.0.0.1",
    prepareRequestFunction: (asked: { hostname: string; port: number; username: string; password: string }) => {
      const isAllowed = options.login === undefined || `${asked.username}:${asked.password}` === options.login;
      if (!isAllowed) return { requestAuthentication: true };
      connects.push(`${asked.hostname}:${asked.port}`);
      const status = refused.get(asked.hostname);
      if (status !== undefined) throw new RequestError("Not allowed here", status);
      return { dnsLookup: toThisMachine };
    },
  };
  const server =
    options.tls === undefined
      ? new ProxyServer(common)
      : new ProxyServer({ ...common, serverType: "https", httpsOptions: options.tls });
  await server.listen();
  return {
    port: server.port,
    connects,
    refuse: (host, status) => void (status === undefined ? refused.delete(host) : refused.set(host, status)),
    stop: async () => await server.close(true),
  };
}

/** `dns.lookup` for which every name is this machine. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its many forms; the proxy uses this one
const toThisMachine = ((
  _host: string,
  options: { all?: boolean },
  done: (error: null, address: unknown, family?: number) => void,
) => {
  if (options.all === true) done(null, [{ address: "127.0.0.1", family: 4 }]);
  else done(null, "127.0.0.1", 4);
}) as unknown as typeof lookup;
