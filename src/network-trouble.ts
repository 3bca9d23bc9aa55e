// The errors about a company's walls: the proxy, and certificates. One text for REST and for git, which meet the same
// walls and describe them in different words. In all of these cases nothing has reached GitHub, so a request may be sent
// again without looking first; and they pass once somebody acts, so jobs wait instead of being dropped.
// The message names hosts for the operator's log; a pull request is read by others and gets the words without them.
import { RetryableError } from "./errors.ts";

/** What stands in the way. */
export type NetworkTrouble =
  | { kind: "proxyUnreachable"; reason: string }
  | { kind: "proxyRefused"; status: number }
  | { kind: "certificateUnknown" | "certificateRefused" | "certificateExpired" | "certificateWrongHost" };

/** Where it stands: the host that was asked for, and the proxy on the way (`http://host:port`, no password) or null. */
export type NetworkPlace = { host: string; proxy: string | null; cause?: unknown };

/**
 * The error to throw: RetryableError PROXY_UNREACHABLE, PROXY_LOGIN_REFUSED, PROXY_REFUSED, CERTIFICATE_UNKNOWN,
 * CERTIFICATE_EXPIRED or CERTIFICATE_WRONG_HOST, never ambiguous.
 */
export function networkError(trouble: NetworkTrouble, { host, proxy, cause }: NetworkPlace): RetryableError {
  const whose = proxy === null ? host : `${host} (through the proxy ${proxy})`;
  switch (trouble.kind) {
    case "proxyUnreachable":
      return new RetryableError(`The proxy ${proxy} cannot be used: ${trouble.reason}.`, {
        code: "PROXY_UNREACHABLE",
        publicMessage: `The server's proxy cannot be used: ${trouble.reason}.`,
        hint: "Check HTTPS_PROXY and that the proxy runs; a host that needs no proxy belongs into NO_PROXY.",
        cause,
      });
    case "proxyRefused":
      return proxyRefused(trouble.status, { host, proxy, cause });
    case "certificateUnknown":
    case "certificateRefused": {
      const orExpired = trouble.kind === "certificateRefused" ? ", or has expired" : "";
      return new RetryableError(
        `The certificate of ${whose} comes from an authority that is not trusted${orExpired}.`,
        {
          code: "CERTIFICATE_UNKNOWN",
          publicMessage: `A certificate on the way to GitHub comes from an authority that is not trusted${orExpired}.`,
          hint: "Put the company's CA certificate into a PEM file, name the file in NODE_EXTRA_CA_CERTS and start again.",
          cause,
        },
      );
    }
    case "certificateExpired":
      return new RetryableError(`The certificate of ${whose} has expired or is not valid yet.`, {
        code: "CERTIFICATE_EXPIRED",
        publicMessage: "A certificate on the way to GitHub has expired or is not valid yet.",
        hint: "Check this machine's clock; if it is right, whoever runs the server or the proxy must renew the certificate.",
        cause,
      });
    default:
      return new RetryableError(`The certificate of ${whose} was made for another name.`, {
        code: "CERTIFICATE_WRONG_HOST",
        publicMessage: "A certificate on the way to GitHub was made for another name.",
        hint: "Check the names in GITHUB_API_URL, GITHUB_SERVER_URL and HTTPS_PROXY.",
        cause,
      });
  }
}

function proxyRefused(status: number, { host, proxy, cause }: NetworkPlace): RetryableError {
  if (status === 407) {
    return new RetryableError(`The proxy ${proxy} wants another user name or password (status 407).`, {
      code: "PROXY_LOGIN_REFUSED",
      publicMessage: "The server's proxy wants another user name or password (status 407).",
      hint:
        "Set HTTPS_PROXY=http://user:password@host:port, with special characters percent-encoded (@ is %40). " +
        "Only Basic is spoken; for NTLM or Kerberos put a local proxy in between.",
      cause,
    });
  }
  return new RetryableError(`The proxy ${proxy} did not connect to ${host} (status ${status}).`, {
    code: "PROXY_REFUSED",
    publicMessage: `The server's proxy did not connect to GitHub (status ${status}).`,
    hint: "Have the host allowed on the proxy, or name it in NO_PROXY if it is reached without one.",
    cause,
  });
}
