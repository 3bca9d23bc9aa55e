// A small world most tests of the double start from: one App, one person's repository with one open pull request by
// somebody else, the App installed. `api` speaks REST with whatever token a test hands in.
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { startDouble } from "../../double/double.ts";
import type { Double, DoubleOptions } from "../../double/double.ts";

/** Private half of the App's key in every sample. */
export const appKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
export const APP_ID = 4242;

export const baseFile = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`).join("\n");
/** `base.txt` on the feature branch: line 10 changed, one line added after 30. Commentable: 7–13 and 28–34 (RIGHT). */
export const headFile = baseFile
  .replace("line 10\n", "line ten\n")
  .replace("line 30\n", "line 30\nline thirty and a half\n");

/** An App JWT; `claims` override the good ones. */
export function appJwt(claims: Record<string, unknown> = {}, key = appKey, now = Date.now()): string {
  const seconds = Math.floor(now / 1000);
  const unsigned = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: APP_ID, iat: seconds - 30, exp: seconds + 570, ...claims })}`;
  return `${unsigned}.${sign("RSA-SHA256", Buffer.from(unsigned), key).toString("base64url")}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** What came back. */
export interface Answer {
  status: number;
  headers: Headers;
  // What GitHub answered is read field by field in the tests.
  body: ReturnType<typeof JSON.parse>;
  text: string;
}

/** Starts the sample. Stop it with `sample.double.stop()`. */
export async function startSample(options: Partial<DoubleOptions> = {}) {
  const double = await startDouble({
    app: {
      id: APP_ID,
      slug: "rondo",
      publicKeyPem: createPublicKey(appKey).export({ type: "spki", format: "pem" }).toString(),
      ownerLogin: "app-owner",
      permissions: { contents: "write", pull_requests: "write", issues: "write", checks: "write", statuses: "read" },
      events: [
        "pull_request",
        "push",
        "issue_comment",
        "check_run",
        "check_suite",
        "merge_group",
        "repository",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_review_thread",
      ],
    },
    ...options,
  });
  const owner = double.createUser("olga");
  const author = double.createUser("arno");
  const repository = await double.createRepository({
    owner,
    name: "shop",
    files: { "base.txt": baseFile, "other.txt": "x\n" },
  });
  double.setPermission(author, repository, "write");
  const installation = await double.installApp({ account: owner, repositories: "all" });
  await double.pushCommit(author, repository, { branch: "feature", files: { "base.txt": headFile } });
  const pull = await double.openPullRequest(author, repository, { title: "A change", head: "feature" });
  const api = apiOf(double);
  const token = await mint(api, installation.id);
  return { double, owner, author, repository, installation, pull, api, token, path: "/repos/olga/shop" };
}

export type Sample = Awaited<ReturnType<typeof startSample>>;
export type Api = ReturnType<typeof apiOf>;

/** A REST client of a double: `api("GET", "/app", { token })`. */
export function apiOf(double: Double) {
  return async (
    method: string,
    path: string,
    request: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const response = await fetch(`${double.apiUrl}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("application/json") === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : null,
      text,
    };
  };
}

/** An installation token, narrowed when `body` says so. */
export async function mint(api: Api, installationId: number, body: unknown = {}, jwt = appJwt()): Promise<string> {
  const answer = await api("POST", `/app/installations/${installationId}/access_tokens`, { token: jwt, body });
  if (answer.status !== 201) throw new Error(`no token: ${answer.text}`);
  return answer.body.token;
}

/** A receiver of webhooks that notes all it gets; `status` may be changed, 0 never answers. */
export async function startReceiver() {
  const got: {
    event: string;
    action: string | undefined;
    headers: Record<string, unknown>;
    raw: string;
    body: Answer["body"];
  }[] = [];
  const receiver = { url: "", status: 202, got, stop: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks).toString("utf8");
      const body: Answer["body"] = JSON.parse(raw);
      got.push({
        event: String(request.headers["x-github-event"]),
        action: body.action,
        headers: request.headers,
        raw,
        body,
      });
      if (receiver.status !== 0) response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP port");
  receiver.url = `http://127.0.0.1:${address.port}/hook`;
  receiver.stop = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return receiver;
}
