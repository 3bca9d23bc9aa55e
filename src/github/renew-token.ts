// A token that GitHub does not take any more, although its hour is not over: revoked, or made with a key that was changed.
// It is forgotten and the request goes once more with a new one. A 401 did nothing, so this repeats no effect.
import type { ProbotOctokit } from "probot";
import { RetryableError } from "../errors.ts";
import type { Fetch } from "./timed-fetch.ts";

/**
 * `send`, which rejects when an installation token is refused, and lets `forget` know. Octokit's own way with new tokens
 * (they may not be known everywhere yet: it repeats for five seconds) goes by the machine's clock, which may be set.
 */
export function forgetRefused(send: Fetch, forget: (token: string) => void): Fetch {
  return async (url, init) => {
    const response = await send(url, init);
    if (response.status !== 401) return response;
    const given = new Headers(init?.headers).get("authorization") ?? "";
    // The App's own 401 (a JWT: `bearer`) is about its key or the clock, and a new token changes nothing about those.
    const token = /^token (?<token>\S+)$/i.exec(given)?.groups?.["token"];
    if (token === undefined) return response;
    forget(token);
    throw new RetryableError("GitHub refused the token with status 401.", {
      code: "GITHUB_UNAUTHORIZED",
      hint: "Check APP_ID and the private key on the App's settings page, and this machine's clock.",
    });
  };
}

/** An Octokit plugin: a request whose token was refused and forgotten goes once more, with a new token. */
export const renewToken: Parameters<typeof ProbotOctokit.plugin>[0] = ({ hook }) => {
  hook.wrap("request", async (request, options) => {
    try {
      return await request(options);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
      return await request(options);
    }
  });
};

function isRefusedToken(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof RetryableError && error.cause.code === "GITHUB_UNAUTHORIZED";
}
