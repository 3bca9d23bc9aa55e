// By which address the browser reached this page: GitHub must send it back there, and only the browser knows it, because
// ports are mapped and proxies stand in between. Used for nothing but links: it is not trusted.
import type { IncomingMessage } from "node:http";

/** `http(s)://host:port`. `publicUrl` tells the scheme when the request came in under its host. */
export function originOf(request: IncomingMessage, publicUrl: string | null): string {
  const given = request.headers.host ?? "";
  const host = /^(?:[\w.-]+|\[[\da-f:]+\])(?::\d{1,5})?$/i.test(given) ? given.toLowerCase() : "localhost";
  // What the browser itself says comes first. It names its own page: a form, or the page that a link stood on.
  for (const known of [request.headers.origin, request.headers.referer, publicUrl]) {
    if (typeof known !== "string" || !URL.canParse(known)) continue;
    const url = new URL(known);
    if (url.host === host && /^https?:$/.test(url.protocol)) return url.origin;
  }
  const forwarded = String(request.headers["x-forwarded-proto"] ?? "")
    .split(",", 1)[0]
    ?.trim();
  return `${forwarded === "https" ? "https" : "http"}://${host}`;
}
