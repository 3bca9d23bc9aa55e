// Connections to the model's endpoint: through the company's proxy and with its authorities, by the same rules as those to
// GitHub. Node's own agent knows neither. Kept by the worker over all runs, so that a connection can be used again.
import { Agent } from "node:https";
import { isIP, type Socket } from "node:net";
import * as tls from "node:tls";
import { trustedAuthorities, type NetworkSettings } from "./github/create-fetch.ts";
import { proxyFor } from "./github/proxy.ts";
import { openTunnel } from "./github/tunnel.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Null where Node's own agent does: no proxy and no authority is set. */
export function modelAgent(network: NetworkSettings): Agent | null {
  if (network.proxy === null && network.extraCa.length === 0) return null;
  const secureContext =
    network.extraCa.length === 0
      ? undefined
      : tls.createSecureContext({ ca: [...trustedAuthorities(network.extraCa)] });
  const connect = (
    options: tls.ConnectionOptions & { host?: string },
    callback: (error: Error | null, socket?: Socket) => void,
  ): Socket | undefined => {
    const host = options.host ?? "localhost";
    const target = `${isIP(host) === 6 ? `[${host}]` : host}:${options.port ?? 443}`;
    const proxy = proxyFor(`https://${target}`, network);
    const trusting = { ...options, ...(secureContext && { secureContext }) };
    if (proxy === null) return tls.connect(trusting);
    void (async () => {
      const opened = await openTunnel(proxy, target, { timeoutMs: CONNECT_TIMEOUT_MS, secureContext }).catch(
        (error: Error) => error,
      );
      if (opened instanceof Error) callback(opened);
      else callback(null, tls.connect({ ...trusting, socket: opened }));
    })();
    return undefined;
  };
  return Object.assign(new Agent({ keepAlive: true }), { createConnection: connect });
}
