// Recognises in git's words that a company's walls were in the way: the proxy, or a certificate. git speaks through
// libcurl, whose words depend on its version and on the TLS library it was built with (GnuTLS on Debian).
import type { RetryableError } from "../errors.ts";
import { networkError, type NetworkTrouble } from "../network-trouble.ts";
import type { NetworkAccess } from "./environment.ts";

/** The error for what git said about a fetch; undefined when it speaks of something else. Holds no password. */
export function fetchTrouble(said: string, { origin, proxy }: NetworkAccess): RetryableError | undefined {
  const shown = proxy === null ? null : new URL(proxy);
  const trouble = certificateTrouble(said) ?? (proxy === null ? undefined : proxyTrouble(said));
  if (trouble === undefined) return undefined;
  return networkError(trouble, {
    host: new URL(origin).host,
    proxy: shown && `${shown.protocol}//${shown.host}`,
  });
}

function certificateTrouble(said: string): NetworkTrouble | undefined {
  if (/certificate subject name .{0,300}does not match|no alternative certificate subject name/i.test(said)) {
    return { kind: "certificateWrongHost" };
  }
  if (/certificate (?:has expired|is not yet valid)/i.test(said)) return { kind: "certificateExpired" };
  // GnuTLS says no more than this, whatever is wrong with the certificate.
  if (/certificate verification failed/i.test(said)) return { kind: "certificateRefused" };
  if (/SSL certificate problem|SSL peer certificate/i.test(said)) return { kind: "certificateUnknown" };
  return undefined;
}

function proxyTrouble(said: string): NetworkTrouble | undefined {
  const status = /CONNECT tunnel failed, response (\d{3})|HTTP code (\d{3}) from proxy/.exec(said);
  if (status !== null) return { kind: "proxyRefused", status: Number(status[1] ?? status[2]) };
  const reason = PROXY_REASONS.find(([words]) => words.test(said))?.[1];
  return reason === undefined ? undefined : { kind: "proxyUnreachable", reason };
}

/** With a proxy, connections are opened to the proxy alone: all of these are about it. */
const PROXY_REASONS: readonly (readonly [RegExp, string])[] = [
  [/Could not resolve proxy/i, "its name is not known"],
  [/Failed to connect to|Couldn't connect to/i, "nothing answers at this address"],
  [/Proxy CONNECT aborted/i, "it ended the connection without an answer"],
  [/unexpected TLS packet|wrong version number/i, "it does not speak TLS; write http:// in front of its name"],
];
