// Follows GitHub's redirects: a renamed or transferred repository answers 301 at its old address, for writes too. The
// platform's own fetch would turn a POST into a GET there, whose list of comments looks like a comment that was posted.
// GitHub: "repeat your request" at the new address, for 301 as for 302 and 307.
// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
import { RetryableError } from "../errors.ts";
import type { Fetch } from "./timed-fetch.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);
/** GitHub needs one for a renamed repository, two when it was transferred as well. */
const MOST_HOPS = 5;

/**
 * `send`, with redirects followed: same method, same body, same server. Rejects with RetryableError GITHUB_REDIRECTED for
 * one that leads to another server (the token must not go there), nowhere, or on and on; such an answer did nothing.
 */
export function followRedirects(send: Fetch): Fetch {
  return async (url, init) => {
    let at = url;
    for (let hop = 0; ; hop += 1) {
      const response = await send(at, { ...init, redirect: "manual" });
      if (!REDIRECTS.has(response.status)) return response;
      const location = response.headers.get("location");
      // Read, so that the connection can be used again.
      await response.arrayBuffer();
      if (location === null || !URL.canParse(location, at)) throw redirected("to no address");
      const next = new URL(location, at);
      if (next.origin !== new URL(at).origin) throw redirected(`to another server, ${next.host}`);
      if (hop === MOST_HOPS) throw redirected(`more than ${MOST_HOPS} times`);
      at = next.href;
    }
  };
}

function redirected(where: string): RetryableError {
  return new RetryableError(`GitHub's answer led ${where}; it was not followed.`, {
    code: "GITHUB_REDIRECTED",
    publicMessage: "GitHub's answer led elsewhere and was not followed.",
    hint: "Check GITHUB_API_URL: it must be the address that GitHub's API answers at by itself.",
  });
}
