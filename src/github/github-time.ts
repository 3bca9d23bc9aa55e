// The time as GitHub tells it: every answer carries a `Date`. The App's key signs for ten minutes only, and a machine
// whose clock is wrong by more would be refused everything; with GitHub's own time it is not.
// Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
import githubAppJwt from "universal-github-app-jwt";
import type { Fetch } from "./timed-fetch.ts";

/** A clock that GitHub's answers put right. */
export type GithubTime = { now(): Date; hear(date: string): void };

/** The machine's clock, which learns nothing. */
export const MACHINE_TIME: GithubTime = { now: () => new Date(), hear: () => undefined };

/** `send`, which tells `time` the date of each answer of GitHub; what a proxy says by itself carries no request id. */
export function hearTime(send: Fetch, time: GithubTime): Fetch {
  return async (url, init) => {
    const response = await send(url, init);
    const date = response.headers.get("date");
    if (date !== null && response.headers.has("x-github-request-id")) time.hear(date);
    return response;
  };
}

/**
 * `createJwt` for Octokit's authentication, at GitHub's time. Its own correction of a wrong clock is not enough: it does
 * not cover the call that makes a token. What it does cover, a refused call of the App, it repeats with this time too.
 */
export function signJwt(privateKey: string, time: GithubTime) {
  return async (appId: string | number): Promise<{ jwt: string; expiresAt: string }> => {
    const now = Math.floor(time.now().getTime() / 1000);
    const { token, expiration } = await githubAppJwt({ id: appId, privateKey, now });
    return { jwt: token, expiresAt: new Date(expiration * 1000).toISOString() };
  };
}
