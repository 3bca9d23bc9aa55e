// The last gate before the wire: every request of an installation asks the limiter first, and what GitHub answers is told
// to it. It stands here, below everything that Octokit does by itself, so that no caller can forget it.
import { setTimeout as sleep } from "node:timers/promises";
import { RetryableError } from "../errors.ts";
import type { GithubCall, LimitWait, RateLimits } from "../rate-limits.ts";
import { readLimitAnswer } from "./limit-answer.ts";
import type { Fetch } from "./timed-fetch.ts";

/** The longest wait that is worth less than going away and coming back, milliseconds. */
const PATIENCE_MS = 1000;

/**
 * `send` behind the limiter. A request that may not go within a second rejects with RetryableError GITHUB_RATE_LIMITED
 * (`isHeldBack`, with retryAfterMs): it was not sent. Without an installation or a limiter it is `send` itself.
 */
export function limitedFetch(send: Fetch, installationId: number | undefined, limits: RateLimits | undefined): Fetch {
  if (installationId === undefined || limits === undefined) return send;
  return async (url, init) => {
    const call = describeCall(url, init);
    const lease = await admitted(limits, installationId, call);
    let response: Response | undefined;
    try {
      response = await send(url, init);
    } finally {
      const answer = response === undefined ? null : await readAnswer(response, call);
      await limits.report(installationId, lease, answer);
    }
    return response;
  };
}

async function admitted(limits: RateLimits, installationId: number, call: GithubCall): Promise<string> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const admission = await limits.admit(installationId, call);
    if (admission.kind === "go") return admission.lease;
    if (performance.now() + admission.waitMs > end) throw heldBack(admission);
    await sleep(admission.waitMs);
  }
}

function heldBack({ waitMs, why }: LimitWait): RetryableError {
  return new RetryableError(`held back for GitHub's limits (${why}); it may go in ${Math.ceil(waitMs / 1000)} s.`, {
    code: "GITHUB_RATE_LIMITED",
    hint: "Nothing to do: Rondo waits and tries again.",
    retryAfterMs: waitMs,
    isHeldBack: true,
  });
}

/**
 * What a request costs: a read 1 point, a write 5. Every POST counts as creating content, for GitHub does not say which
 * do, beyond "in general", and whether check runs do; except reactions: the pages of the others warn of creating content
 * too quickly, theirs does not (https://docs.github.com/en/rest/reactions/reactions), and GitHub's own client does not
 * count them among the calls that notify people
 * (https://github.com/octokit/plugin-throttling.js/blob/main/src/generated/triggers-notification-paths.ts).
 */
export function describeCall(url: string, init?: RequestInit): GithubCall {
  const method = (init?.method ?? "GET").toUpperCase();
  const path = new URL(url).pathname.replace(/^\/api\/(?:v3(?=\/)|(?=graphql))/, "");
  if (/^\/?graphql$/.test(path)) return describeGraphql(typeof init?.body === "string" ? init.body : "");
  const isRead = method === "GET" || method === "HEAD";
  const content = method === "POST" && !path.endsWith("/reactions") ? 1 : 0;
  return {
    name: `${method} ${path}`,
    resource: "core",
    cost: { rest: isRead ? 1 : 5, graphql: 0, content, start: 0 },
    // A check run is made when a round is accepted, and only edited from then on.
    isStarting: content === 1 && path.endsWith("/check-runs"),
  };
}

/** A mutation costs 5 points; those that add or create something count as content, again except reactions. */
function describeGraphql(body: string): GithubCall {
  const isMutation = /"query":\s*"(?:\\n|\s)*mutation\b/.test(body);
  const content = isMutation && /\b(?:add(?!Reaction)|create|submit)[A-Z]\w*\s*\(/.test(body) ? 1 : 0;
  return {
    name: `POST /graphql ${body.slice(0, MOST_OF_A_NAME)}`,
    resource: "graphql",
    cost: { rest: 0, graphql: isMutation ? 5 : 1, content, start: 0 },
    isStarting: false,
  };
}

const MOST_OF_A_NAME = 300;

async function readAnswer(response: Response, call: GithubCall) {
  const { status, headers } = response;
  // Only these say in words that they are about a limit.
  const mayBeRefusal = status === 403 || status === 422 || (status === 200 && call.resource === "graphql");
  const text = mayBeRefusal ? await response.clone().text() : "";
  const parts = { status, header: (name: string) => headers.get(name), text };
  return readLimitAnswer(parts, call.resource, new Date());
}
