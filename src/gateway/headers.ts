// Which headers pass through the gateway. Those of one connection never do (RFC 9110, section 7.6.1), nor what would
// change who pays, where an answer goes, or whether it can be read on its way.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const NOT_SENT: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  "host",
  "authorization",
  "api-key",
  "x-api-key",
  "cookie",
  "openai-organization",
  "openai-project",
  "accept-encoding",
  "content-encoding",
  "content-length",
  "expect",
]);

const NOT_RETURNED: ReadonlySet<string> = new Set([...HOP_BY_HOP, "set-cookie", "location", "alt-svc"]);

/** Headers for the endpoint. `key` null: none is sent. */
export function requestHeaders(
  client: IncomingHttpHeaders,
  { key, bytes }: { key: string | null; bytes: number },
): OutgoingHttpHeaders {
  return {
    ...without(client, NOT_SENT),
    // Compressed events could not be counted as they pass.
    "accept-encoding": "identity",
    "content-type": "application/json",
    "content-length": bytes,
    ...(key !== null && { authorization: `Bearer ${key}` }),
  };
}

/** Headers for the run. */
export function responseHeaders(endpoint: IncomingHttpHeaders): OutgoingHttpHeaders {
  return without(endpoint, NOT_RETURNED);
}

function without(headers: IncomingHttpHeaders, unwanted: ReadonlySet<string>): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !unwanted.has(name) && !named.has(name) && !name.startsWith("x-forwarded"),
    ),
  );
}
