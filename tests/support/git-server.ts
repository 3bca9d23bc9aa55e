// A git server for tests: git's own http-backend behind Basic auth on a loopback port, with a log of every request.
// Repositories are folders `<root>/<owner>/<repo>.git`. https://git-scm.com/docs/git-http-backend
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

export type GitServer = {
  /** For example http://127.0.0.1:41234. */
  url: string;
  requests: { method: string; path: string; authorization: string | null; bytesOut: number }[];
  /** Answers every further request itself; undefined goes back to git. */
  answerWith(answer: ((response: ServerResponse, request: IncomingMessage) => void) | undefined): void;
  close(): Promise<void>;
};

/** Serves the repositories below `root` to who has the token; everybody else gets GitHub's 401 or 404. */
export async function gitServer(root: string, token: string): Promise<GitServer> {
  const requests: GitServer["requests"] = [];
  let own: Parameters<GitServer["answerWith"]>[0];
  const server = createServer((request, response) => {
    const authorization = request.headers.authorization ?? null;
    const entry = { method: request.method ?? "", path: request.url ?? "", authorization, bytesOut: 0 };
    requests.push(entry);
    if (own !== undefined) return own(response, request);
    if (authorization === null) return void response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    const [user, secret] = Buffer.from(authorization.replace("Basic ", ""), "base64").toString().split(":");
    if (user !== "x-access-token" || secret !== token)
      return void response.writeHead(404).end("Repository not found.\n");
    void serve(root, request, response).then((bytes) => (entry.bytesOut = bytes));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answerWith: (answer) => (own = answer),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(root: string, request: IncomingMessage, response: ServerResponse): Promise<number> {
  const url = new URL(request.url ?? "/", "http://x");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  const printed = await buffer(child.stdout);
  const headEnd = printed.indexOf("\r\n\r\n");
  for (const line of printed.subarray(0, Math.max(headEnd, 0)).toString("latin1").split("\r\n")) {
    const [, name, value] = /^(.*?): *(.*)$/.exec(line) ?? [];
    if (name === "Status") response.statusCode = Number.parseInt(value ?? "500", 10);
    else if (name !== undefined && value !== undefined) response.setHeader(name, value);
  }
  if (headEnd === -1) response.statusCode = 500;
  response.end(printed.subarray(headEnd + 4));
  return printed.length - headEnd - 4;
}
