// The one way Rondo sends a request to GitHub: with a deadline, and with an answer that has arrived whole.
// Octokit has neither: a server that never answers is waited for without end, and an answer that breaks off in the middle
// is handed over as an empty text, which a caller could take for "there is nothing". Proxies and certificates
// are the business of create-fetch.ts.

import { followRedirects } from "./redirects.ts";

/** A `fetch` for Octokit. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Milliseconds from the first byte sent to the last byte received; GitHub itself gives up on a request after 10 s. */
export const REQUEST_TIMEOUT_MS = 15_000;

/**
 * Makes a `fetch` that rejects when the whole answer has not arrived in time, was cut off, or is not what it says it is
 * (broken JSON, a web page with status 200). Redirects are followed as redirects.ts says. Octokit turns a rejection into status 500 without a response.
 */
export function timedFetch(timeoutMs: number = REQUEST_TIMEOUT_MS, send: Fetch = fetch): Fetch {
  const follow = followRedirects(send);
  return async (url, init) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([deadline, init.signal]) : deadline;
    const response = await follow(url, { ...init, signal });
    const bytes = await response.arrayBuffer();
    if (response.ok) demandWholeAnswer(response, bytes);
    // The statuses that may not have a body, by the constructor's own rule.
    const isBodyless = [101, 204, 205, 304].includes(response.status);
    const whole = new Response(isBodyless ? null : bytes, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    // Pagination reads it; a constructed Response has none.
    Object.defineProperty(whole, "url", { value: response.url });
    return whole;
  };
}

function demandWholeAnswer(response: Response, bytes: ArrayBuffer): void {
  const type = response.headers.get("content-type") ?? "";
  if (/^text\/html\b/i.test(type)) throw new Error("GitHub answered with a web page instead of data");
  if (!/^application\/json\b/i.test(type) || bytes.byteLength === 0) return;
  try {
    JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw new Error("GitHub's answer is not valid JSON: it was cut off or damaged on its way");
  }
}
