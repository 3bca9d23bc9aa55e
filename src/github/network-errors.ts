// Recognises in what was thrown on the way to GitHub that a company's walls were in the way: the proxy, or a certificate.
import { RetryableError } from "../errors.ts";
import { networkError, type NetworkTrouble } from "../network-trouble.ts";
import { routeOf, withoutCredentials, type ProxySettings } from "./proxy.ts";

/**
 * The error for what `fetch` threw on the way to `url`: RetryableError PROXY_UNREACHABLE, PROXY_LOGIN_REFUSED, PROXY_REFUSED,
 * CERTIFICATE_UNKNOWN, CERTIFICATE_EXPIRED or CERTIFICATE_WRONG_HOST, with message and hint for a person; null for
 * everything else. Holds no password.
 */
export function explainNetworkError(error: unknown, url: string, settings: ProxySettings): RetryableError | null {
  const explained = explainedCause(error);
  if (explained !== undefined) return explained;
  const trouble = certificateTrouble(error);
  if (trouble === null) return null;
  const route = routeOf(url, settings);
  const proxy = route.via === "proxy" ? withoutCredentials(route.proxy) : null;
  return networkError(trouble, { host: new URL(url).host, proxy, cause: error });
}

/** The RetryableError among `error` and its causes; undefined when there is none. */
export function explainedCause(error: unknown): RetryableError | undefined {
  return causes(error).find((one) => one instanceof RetryableError);
}

/** What is wrong with the certificate of the server that was talked to; null when something else went wrong. */
export function certificateTrouble(error: unknown): NetworkTrouble | null {
  const codes = codesOf(error);
  if (codes.some((code) => UNKNOWN_AUTHORITY.has(code))) return { kind: "certificateUnknown" };
  if (codes.some((code) => OUT_OF_TIME.has(code))) return { kind: "certificateExpired" };
  if (codes.includes("ERR_TLS_CERT_ALTNAME_INVALID")) return { kind: "certificateWrongHost" };
  return null;
}

/** Why a proxy could not be talked to. */
export function proxyTrouble(error: unknown): NetworkTrouble {
  const reasons = codesOf(error).map((code) => NO_CONNECTION[code]);
  return { kind: "proxyUnreachable", reason: reasons.find((one) => one !== undefined) ?? HUNG_UP };
}

function codesOf(error: unknown): readonly string[] {
  return causes(error).map((one) => ("code" in one ? String(one.code) : ""));
}

/** The error and what caused it, outermost first. */
function causes(error: unknown): readonly Error[] {
  const found: Error[] = [];
  for (let one = error; one instanceof Error && !found.includes(one); one = one.cause) found.push(one);
  return found;
}

// Codes of OpenSSL: https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_UNTRUSTED",
]);
const OUT_OF_TIME: ReadonlySet<string> = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

const HUNG_UP = "it ended the connection without an answer";
const NO_TLS = "it does not speak TLS; write http:// in front of its name";
const NO_CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at this address",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  ETIMEDOUT: "it does not answer",
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  EPROTO: NO_TLS,
};
