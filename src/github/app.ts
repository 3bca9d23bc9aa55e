// The App's credentials turned into clients that are safe to write with. The stock client repeats every request, POST
// included, after a 5xx or a reset (one comment became four in our measurement), has no time limit and sleeps through rate
// limits inside the call. This one sends once, ends in time, and leaves waiting and repeating to the queue.
// `new Probot` only: `createProbot` and `run` read REDIS_URL and open connections of their own.
import { randomUUID } from "node:crypto";
import { request } from "@octokit/request";
import { Probot, ProbotOctokit } from "probot";
import type { RateLimits } from "../rate-limits.ts";
import { callGithub } from "./errors.ts";
import { type GithubTime, hearTime, MACHINE_TIME, signJwt } from "./github-time.ts";
import { limitedFetch } from "./limited-fetch.ts";
import { forgetRefused, renewToken } from "./renew-token.ts";
import { timedFetch, type Fetch } from "./timed-fetch.ts";

/** An Octokit that sends every request once: REST methods, pagination, GraphQL. */
export type GithubClient = ProbotOctokit;

/** What a minted token may do, by GitHub's permission names. */
export type TokenScope = {
  /** One repository per token; an empty list is refused, because GitHub reads it as "all". */
  repositoryIds: readonly [number, ...number[]];
  permissions: Readonly<Record<string, "read" | "write">>;
};

/** The App, as the adapters need it. */
export type GithubApp = {
  /** Routes deliveries to src/app.ts. It has no server and knows no webhook secret: web has checked the signature. */
  probot: Probot;
  /** A client for one installation; its tokens are renewed by themselves. */
  installationOctokit(installationId: number): Promise<GithubClient>;
  /** A client for the App itself (JWT): installations, webhook deliveries. */
  appOctokit(): Promise<GithubClient>;
  /** A fresh token for git or one task; never from a cache, so that it lives its full hour. */
  mintToken(installationId: number, scope: TokenScope): Promise<{ token: string; expiresAt: string }>;
};

/** Options of `createGithubApp`. */
export type GithubAppOptions = {
  appId: number;
  /** PEM. */
  privateKey: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server. */
  apiUrl: string;
  /** Sends the requests; replaced for proxies and in tests. */
  send?: Fetch;
  /** Put right by GitHub's answers, and what the App's key signs; without it the machine's clock. */
  time?: GithubTime;
  /** Asked before every call of an installation; without it nothing is held back. */
  rateLimits?: RateLimits;
  /** Learns every token as it is made, to keep it out of logs. */
  onToken?: (token: string) => void;
  /** Probot's own log. It prints whole payloads with its errors, so give it a silent one and log yourself. */
  log?: ProbotLog;
};

type OctokitOptions = NonNullable<ConstructorParameters<typeof ProbotOctokit>[0]>;
type ProbotLog = NonNullable<NonNullable<ConstructorParameters<typeof Probot>[0]>["log"]>;

/** Makes the App's clients. Sends nothing. */
export function createGithubApp(options: GithubAppOptions): GithubApp {
  const { appId, privateKey, apiUrl, rateLimits, onToken, time = MACHINE_TIME } = options;
  const cache = tokenCache(onToken);
  const send = forgetRefused(hearTime(options.send ?? timedFetch(), time), cache.forget);
  const createJwt = signJwt(privateKey, time);
  const SafeOctokit = ProbotOctokit.plugin(renewToken).defaults((given: OctokitOptions) => ({
    ...given,
    request: { ...given.request, retries: 0, fetch: limitedFetch(send, installationIn(given), rateLimits) },
    retry: { enabled: false },
    // Only this form, a function, switches it off; as an object it has no effect.
    throttle: { ...given.throttle, enabled: false },
    auth: {
      ...given.auth,
      // Octokit takes one of the two.
      privateKey: undefined,
      createJwt,
      // Probot's own would ask api.github.com for tokens whatever the base URL is.
      request: request.defaults({ baseUrl: apiUrl, request: { fetch: send } }),
      cache,
    },
  }));
  const probot = new Probot({
    appId,
    privateKey,
    baseUrl: apiUrl,
    Octokit: SafeOctokit,
    // Never used to check anything; without it Probot would take its well-known default.
    secret: randomUUID(),
    ...(options.log && { log: options.log }),
  });
  return {
    probot,
    appOctokit: () => probot.auth(),
    installationOctokit: (installationId) => probot.auth(installationId),
    async mintToken(installationId, { repositoryIds, permissions }) {
      const octokit = await probot.auth(installationId);
      const minted = await callGithub("Getting an installation token", () =>
        octokit.auth({ type: "installation", installationId, repositoryIds, permissions, refresh: true }),
      );
      return readToken(minted);
    },
  };
}

/** Probot makes a client for an installation by giving its id to the authentication; none: a client of the App itself. */
function installationIn({ auth }: OctokitOptions): number | undefined {
  const id: unknown =
    typeof auth === "object" && auth !== null && "installationId" in auth ? auth.installationId : null;
  return typeof id === "number" ? id : undefined;
}

function readToken(minted: unknown): { token: string; expiresAt: string } {
  if (typeof minted === "object" && minted !== null && "token" in minted && "expiresAt" in minted) {
    const { token, expiresAt } = minted;
    if (typeof token === "string" && typeof expiresAt === "string") return { token, expiresAt };
  }
  throw new TypeError("Octokit gave no installation token");
}

/** The token cache of auth-app, with a look at each token. An entry starts with the token: `token|created|expires|…`. */
function tokenCache(onToken: ((token: string) => void) | undefined) {
  // `until` on the clock that never jumps: a clock that is set forth costs no working token, one set back keeps no dead one.
  const entries = new Map<string, { value: string; until: number }>();
  return {
    get(key: string): string | undefined {
      const entry = entries.get(key);
      return entry !== undefined && entry.until > performance.now() ? entry.value : undefined;
    },
    set(key: string, value: string): void {
      onToken?.(value.split("|", 1)[0] ?? "");
      entries.delete(key);
      entries.set(key, { value, until: performance.now() + TOKEN_KEEP_MS });
      if (entries.size > MOST_TOKENS) entries.delete(entries.keys().next().value ?? "");
    },
    /** GitHub refused it: whoever needs one next gets a new one. */
    forget(token: string): void {
      for (const [key, { value }] of entries) if (value.startsWith(`${token}|`)) entries.delete(key);
    },
  };
}

/** A token lives 60 minutes; five are left for the work it was taken for. */
const TOKEN_KEEP_MS = 55 * 60_000;
const MOST_TOKENS = 2000;
