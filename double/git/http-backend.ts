// Serves one smart-HTTP git request with git's own CGI program, so clones, shallow fetches, filters, leases and refusals
// are git's, not ours. Interface: https://git-scm.com/docs/git-http-backend
import { spawn } from "node:child_process";
import { gitEnvironment } from "./run-git.ts";

/** One git request, already authorised. */
export interface GitRequest {
  /** Folder that holds the bare repository as `<name>.git`. */
  projectRoot: string;
  /** Path below it, e.g. `/12.git/info/refs`. */
  pathInfo: string;
  method: string;
  /** Query without the question mark. */
  query: string;
  headers: Record<string, string | undefined>;
  body: Buffer;
  user: string;
  mayPush: boolean;
  /** Folder with hooks for this push, or null. */
  hooksDir: string | null;
  /** Extra variables the hooks read. */
  hookEnvironment: Record<string, string>;
}

/** What the CGI program answered. */
export interface GitAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Runs `git http-backend`; resolves with 500 when it ends without headers. */
export function serveGit(request: GitRequest): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["http-backend"], { env: cgiEnvironment(request), stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", () => resolve(readAnswer(Buffer.concat(chunks))));
    // The program may stop reading early (a refused push); its answer still counts.
    child.stdin.on("error", () => {});
    child.stdin.end(request.body);
  });
}

function cgiEnvironment(request: GitRequest): Record<string, string> {
  const config = {
    "http.receivepack": String(request.mayPush),
    "uploadpack.allowFilter": "true",
    // GitHub serves any object that exists, which is what a fetch by SHA needs.
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.fsckObjects": "true",
    // Pull request refs are GitHub's own: readable, never pushable.
    "receive.hideRefs": "refs/pull",
    ...(request.hooksDir === null ? {} : { "core.hooksPath": request.hooksDir }),
  };
  return {
    ...gitEnvironment(config),
    ...request.hookEnvironment,
    GIT_PROJECT_ROOT: request.projectRoot,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: request.pathInfo,
    QUERY_STRING: request.query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
    REMOTE_USER: request.user,
    REMOTE_ADDR: "127.0.0.1",
  };
}

function readAnswer(output: Buffer): GitAnswer {
  const end = output.indexOf("\r\n\r\n");
  if (end < 0) return { status: 500, headers: {}, body: Buffer.alloc(0) };
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of output.subarray(0, end).toString("latin1").split("\r\n")) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers, body: output.subarray(end + 4) };
}
