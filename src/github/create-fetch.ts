// The `fetch` for everything that leaves this machine, GitHub above all: through the company's proxy where one applies, and
// trusting the company's certificate authorities besides the well-known ones. Node 20's own fetch can do neither.
// undici is what Node's fetch is made of; it is loaded only where a proxy or an authority is set, for it takes 20 MB.
import { isIP, type Socket } from "node:net";
import * as tls from "node:tls";
import { explainNetworkError } from "./network-errors.ts";
import { proxyFor, type ProxySettings } from "./proxy.ts";
import { REQUEST_TIMEOUT_MS, timedFetch, type Fetch } from "./timed-fetch.ts";
import { openTunnel } from "./tunnel.ts";

/** How the world outside is reached. */
export type NetworkSettings = ProxySettings & {
  /** Certificates (PEM, one each) of authorities to trust besides the well-known ones; empty for none. */
  extraCa: readonly string[];
};

/** No proxy and no authorities of one's own. */
export const DIRECT: NetworkSettings = { proxy: null, noProxy: "", extraCa: [] };

/**
 * Makes a `fetch` with the promises of `timedFetch` that keeps connections and tunnels open for the next request. The proxy
 * looks up the names of hosts that are reached through it. Rejects with RetryableError PROXY_UNREACHABLE,
 * PROXY_LOGIN_REFUSED, PROXY_REFUSED, CERTIFICATE_UNKNOWN, CERTIFICATE_EXPIRED or CERTIFICATE_WRONG_HOST where that is the
 * reason. Sends nothing by itself.
 */
export function createFetch(network: NetworkSettings = DIRECT, timeoutMs: number = REQUEST_TIMEOUT_MS): Fetch {
  let opened: Promise<Fetch> | undefined;
  const isPlain = network.proxy === null && network.extraCa.length === 0;
  const send: Fetch = async (url, init) => {
    try {
      // Plain http stays on this machine: there is no proxy and no certificate.
      if (isPlain || url.startsWith("http://")) return await fetch(url, init);
      opened ??= openFetch(network, timeoutMs);
      return await (
        await opened
      )(url, init);
    } catch (error) {
      throw explainNetworkError(error, url, network) ?? error;
    }
  };
  return timedFetch(timeoutMs, send);
}

/** Certificates (PEM) of all authorities to trust: Node's own and the given ones. */
export function trustedAuthorities(extraCa: readonly string[]): readonly string[] {
  // The company's file is often a copy of the system's: most of it is there already, with lines of another length.
  const byContent = new Map([...tls.rootCertificates, ...extraCa].map((pem) => [pem.replaceAll(/\s/g, ""), pem]));
  return [...byContent.values()];
}

/** As long as Node's own fetch gives a connection. */
const CONNECT_TIMEOUT_MS = 10_000;

async function openFetch(network: NetworkSettings, timeoutMs: number): Promise<Fetch> {
  const { Agent, buildConnector, fetch: send } = await import("undici");
  // Made once: reading 150 certificates takes 100 ms and more, which would be due for every connection.
  const secureContext =
    network.extraCa.length === 0
      ? undefined
      : tls.createSecureContext({ ca: [...trustedAuthorities(network.extraCa)] });
  // Shorter than the whole request may take, so that the reason is known when its time is over.
  const connectMs = Math.min(CONNECT_TIMEOUT_MS, Math.ceil(timeoutMs / 2));
  const connect = buildConnector({ timeout: connectMs, ...(secureContext && { secureContext }) });
  const connectThrough = async (
    tunnel: Promise<Socket>,
    options: Parameters<typeof connect>[0],
    callback: Parameters<typeof connect>[1],
  ): Promise<void> => {
    const opened = await tunnel.catch((error: Error) => error);
    if (opened instanceof Error) callback(opened, null);
    else connect({ ...options, httpSocket: opened }, callback);
  };
  const dispatcher = new Agent({
    // Asked for each new connection, so that a redirect is judged by where it leads.
    connect(options, callback) {
      const host = isIP(options.hostname) === 6 ? `[${options.hostname}]` : options.hostname;
      const target = `${host}:${options.port || "443"}`;
      const proxy = proxyFor(`${options.protocol}//${target}`, network);
      if (proxy === null) return connect(options, callback);
      void connectThrough(openTunnel(proxy, target, { timeoutMs: connectMs, secureContext }), options, callback);
    },
  });
  return async (url, init) => {
    // The same shape with other names for its types: undici's own and Node's.
    const options: object = { ...init, dispatcher };
    return await send(url, options);
  };
}
