// The traps of the stock GitHub client, one by one, against a server on this machine that misbehaves on purpose.
// What counts is how often the server saw the POST, and which of our errors came out.
import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import pino from "pino";
import { PermanentError, RetryableError } from "../../src/errors.ts";
import { createGithubApp, type GithubApp } from "../../src/github/app.ts";
import { callGithub, githubError } from "../../src/github/errors.ts";
import { timedFetch } from "../../src/github/timed-fetch.ts";

type Behave = (request: IncomingMessage, response: ServerResponse) => void;

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const TOKEN = `ghs_7_${"x".repeat(200)}`;

let behave: Behave;
let seen: string[];
let tokens: string[];
let app: GithubApp;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  seen = [];
  tokens = [];
  server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      seen.push(`${request.method} ${request.url}`);
      if (request.url?.endsWith("/access_tokens") === true) {
        const expires_at = new Date(Date.now() + 3_600_000).toISOString();
        json(response, 201, { token: TOKEN, expires_at, permissions: { contents: "read" } });
      } else behave(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  app = createGithubApp({
    appId: 7,
    privateKey: pem,
    apiUrl: `http://127.0.0.1:${port}/api/v3`,
    send: timedFetch(3000),
    onToken: (token) => tokens.push(token),
    log: pino({ level: "silent" }),
  });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function postComment(): Promise<unknown> {
  const octokit = await app.installationOctokit(5);
  return callGithub("Posting a comment", () =>
    octokit.rest.issues.createComment({ owner: "o", repo: "r", issue_number: 1, body: "hi" }),
  );
}

const posts = () => seen.filter((line) => line === "POST /api/v3/repos/o/r/issues/1/comments").length;

describe("one POST stays one POST", () => {
  const traps: [string, Behave, Record<string, unknown>][] = [
    [
      "502 after the effect",
      (_, response) => json(response, 502, { message: "Server Error" }),
      { code: "GITHUB_FAILED", isAmbiguous: true },
    ],
    [
      "reset after the effect",
      (request) => request.socket.destroy(),
      { code: "GITHUB_UNREACHABLE", isAmbiguous: true },
    ],
    ["no answer at all", () => undefined, { code: "GITHUB_UNREACHABLE", isAmbiguous: true }],
    [
      "an answer that breaks off",
      (_, response) => {
        response.writeHead(201, { "content-type": "application/json", "content-length": "100" });
        response.write('{"id": 1');
        setTimeout(() => response.destroy(), 20);
      },
      { code: "GITHUB_UNREACHABLE", isAmbiguous: true },
    ],
    [
      "an answer that drips",
      (_, response) => {
        response.writeHead(201, { "content-type": "application/json" });
        const timer = setInterval(() => response.write(" "), 100);
        response.on("close", () => clearInterval(timer));
      },
      { code: "GITHUB_UNREACHABLE", isAmbiguous: true },
    ],
    [
      "cut JSON",
      (_, response) => response.writeHead(201, { "content-type": "application/json" }).end('{"id": 1'),
      { code: "GITHUB_UNREACHABLE", isAmbiguous: true },
    ],
    [
      "a web page with status 200",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>unicorn</h1>"),
      { code: "GITHUB_UNREACHABLE", isAmbiguous: true },
    ],
    [
      "429 with retry-after",
      (_, response) => json(response, 429, { message: "secondary rate limit" }, { "retry-after": "60" }),
      { code: "GITHUB_RATE_LIMITED", isAmbiguous: false, retryAfterMs: 60_000 },
    ],
    [
      "403 secondary limit with retry-after",
      (_, response) =>
        json(response, 403, { message: "You have exceeded a secondary rate limit" }, { "retry-after": "61" }),
      { code: "GITHUB_RATE_LIMITED", isAmbiguous: false, retryAfterMs: 61_000 },
    ],
    [
      "403 secondary limit without a time",
      (_, response) => json(response, 403, { message: "You have exceeded a secondary rate limit" }),
      { code: "GITHUB_RATE_LIMITED", isAmbiguous: false, retryAfterMs: 60_000 },
    ],
    [
      "422 abuse",
      (_, response) => json(response, 422, { message: "Validation Failed", errors: [{ code: "abuse" }] }),
      { code: "GITHUB_RATE_LIMITED", isAmbiguous: false, retryAfterMs: 60_000 },
    ],
  ];

  it.each(traps)("on %s", async (_name, trap, expected) => {
    behave = trap;
    const startedAt = performance.now();

    const error = await postComment().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject(expected);
    expect(posts()).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it("on a used-up primary limit it does not sleep inside the call", async () => {
    const reset = Math.floor(Date.now() / 1000) + 1800;
    behave = (_, response) =>
      json(
        response,
        403,
        { message: "API rate limit exceeded" },
        { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) },
      );

    const error = await postComment().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: "GITHUB_RATE_LIMITED" });
    expect(error instanceof RetryableError && error.retryAfterMs).toBeGreaterThan(1_700_000);
    expect(posts()).toBe(1);
  });

  it.each([
    [403, "Resource not accessible by integration", "GITHUB_FORBIDDEN"],
    [404, "Not Found", "GITHUB_NOT_FOUND"],
    [410, "Gone", "GITHUB_GONE"],
    [422, "Validation Failed", "GITHUB_REFUSED"],
  ])("%d is final", async (status, message, code) => {
    behave = (_, response) => json(response, status, { message });

    const error = await postComment().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(posts()).toBe(1);
  });

  it("on 401 it is repeated, because a refused token has no effect and a new one may not be known everywhere yet", async () => {
    behave = (_, response) => json(response, 401, { message: "Bad credentials" });

    await expect(postComment()).rejects.toMatchObject({ code: "GITHUB_UNAUTHORIZED", isAmbiguous: false });
    expect(posts()).toBeLessThanOrEqual(4);
  });

  it("sends ten comments at once without the stock client's pauses", async () => {
    behave = (_, response) => json(response, 201, { id: 1 });
    const startedAt = performance.now();

    await Promise.all(Array.from({ length: 10 }, postComment));

    expect(posts()).toBe(10);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe("tokens", () => {
  it("are asked for at the configured address, told to the log's mask, and shared by all clients", async () => {
    behave = (_, response) => json(response, 201, { id: 1 });
    await postComment();
    await postComment();

    expect(seen.filter((line) => line.endsWith("/access_tokens"))).toEqual([
      "POST /api/v3/app/installations/5/access_tokens",
    ]);
    expect(tokens).toEqual([TOKEN]);
  });

  it("for git are minted anew each time, from the configured address", async () => {
    const scope = { repositoryIds: [9], permissions: { contents: "read" } } as const;

    expect(await app.mintToken(5, { ...scope, repositoryIds: [9] })).toMatchObject({ token: TOKEN });
    await app.mintToken(5, { ...scope, repositoryIds: [9] });

    expect(seen).toEqual(Array(2).fill("POST /api/v3/app/installations/5/access_tokens"));
  });

  it("of the App itself are JWTs", async () => {
    let authorization = "";
    behave = (request, response) => {
      authorization = request.headers.authorization ?? "";
      json(response, 200, { slug: "rondo" });
    };

    const octokit = await app.appOctokit();
    expect((await octokit.request("GET /app")).data).toEqual({ slug: "rondo" });
    expect(authorization).toMatch(/^bearer ey/);
  });
});

describe("pagination", () => {
  it("still works over the timed fetch", async () => {
    behave = (request, response) => {
      const isFirst = request.url?.includes("page=2") !== true;
      const next = `<http://${request.headers.host}/api/v3/repositories/1/issues/1/comments?page=2>; rel="next"`;
      json(response, 200, [{ id: isFirst ? 1 : 2 }], isFirst ? { link: next } : {});
    };
    const octokit = await app.installationOctokit(5);

    const all = await octokit.paginate(octokit.rest.issues.listComments, { owner: "o", repo: "r", issue_number: 1 });

    expect(all.map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe("githubError", () => {
  it("leaves bugs and our own errors as they are", () => {
    const bug = new TypeError("x is undefined");
    const own = new PermanentError("gone", { code: "HEAD_GONE" });

    expect(githubError(bug, "Reading")).toBe(bug);
    expect(githubError(own, "Reading")).toBe(own);
  });

  it.each([
    [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }, "GITHUB_FORBIDDEN"],
    [{ type: "NOT_FOUND", message: "Could not resolve" }, "GITHUB_NOT_FOUND"],
    [{ type: "RATE_LIMITED", message: "limit" }, "GITHUB_RATE_LIMITED"],
    [{ message: "Something went wrong while executing your query" }, "GITHUB_FAILED"],
    [{ type: "UNPROCESSABLE", message: "no" }, "GITHUB_REFUSED"],
  ])("reads GraphQL's %o", async (error, code) => {
    behave = (_, response) => json(response, 200, { data: null, errors: [error] });
    const octokit = await app.installationOctokit(5);

    await expect(callGithub("Resolving", () => octokit.graphql("query { viewer { login } }"))).rejects.toMatchObject({
      code,
    });
  });
});
