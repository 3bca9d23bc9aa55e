// Opens a connection through an HTTP proxy: CONNECT by name, so that the proxy looks the name up.
// undici's own ProxyAgent is not used: when a proxy hangs up on CONNECT it tries again at once and without end, even after
// the request was given up (2,150 connections in three seconds when we tried 7.30.2), and it takes a user without a
// password for no user.
import { request as httpRequest, type ClientRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { RetryableError } from "../errors.ts";
import { networkError } from "../network-trouble.ts";
import { certificateTrouble, proxyTrouble } from "./network-errors.ts";
import { credentialsOf, withoutCredentials } from "./proxy.ts";

/**
 * A socket that leads to `target` (`host:port`) through `proxy` (as `readProxy` gives it). `secureContext`
 * says whom to trust when the proxy speaks TLS itself; undefined: whom Node trusts. Rejects with RetryableError PROXY_UNREACHABLE,
 * PROXY_LOGIN_REFUSED, PROXY_REFUSED, or CERTIFICATE_… about the proxy's own certificate.
 */
export async function openTunnel(
  proxy: string,
  target: string,
  options: { timeoutMs: number; secureContext: SecureContext | undefined },
): Promise<Socket> {
  const connecting = connectRequest(proxy, target, options);
  return await new Promise((resolve, reject) => {
    connecting.once("connect", (response, socket, head) => {
      socket.setTimeout(0);
      if (response.statusCode === 200) {
        // A proxy may send the first bytes of the server together with its own answer.
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      const trouble = { kind: "proxyRefused", status: response.statusCode ?? 0 } as const;
      reject(networkError(trouble, { host: target, proxy: withoutCredentials(proxy) }));
    });
    connecting.once("timeout", () => {
      connecting.destroy(Object.assign(new Error("The proxy did not answer in time"), { code: "ETIMEDOUT" }));
    });
    connecting.once("error", (error) => reject(unreachable(error, proxy)));
    connecting.end();
  });
}

function connectRequest(
  proxy: string,
  target: string,
  { timeoutMs, secureContext }: { timeoutMs: number; secureContext: SecureContext | undefined },
): ClientRequest {
  const url = new URL(proxy);
  const login = credentialsOf(proxy);
  const authorization = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const options: RequestOptions = {
    host,
    port: url.port || (url.protocol === "https:" ? 443 : 80),
    method: "CONNECT",
    path: target,
    headers: { host: target, ...(authorization && { "proxy-authorization": authorization }) },
    timeout: timeoutMs,
    // The connection becomes the tunnel: nothing is left over that could be used again.
    agent: false,
  };
  if (url.protocol === "http:") return httpRequest(options);
  // Node would take the name in the Host header for the proxy's. An IP address is no server name (RFC 6066, section 3).
  const servername = isIP(host) === 0 ? host : "";
  return httpsRequest({ ...options, servername, ...(secureContext && { secureContext }) });
}

function unreachable(error: Error, proxy: string): RetryableError {
  const shown = withoutCredentials(proxy);
  const certificate = certificateTrouble(error);
  if (certificate === null) return networkError(proxyTrouble(error), { host: shown, proxy: shown, cause: error });
  return networkError(certificate, { host: `the proxy ${shown}`, proxy: null, cause: error });
}
