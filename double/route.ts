// What a REST route is, and what its handler gets. A newcomer adds a route with one file in routes/ and one line in
// routes.ts; everything common (auth, permissions, hidden repositories, pages, ETag, limits) happens before and after it.
import type { Actor } from "./auth.ts";
import type { PullRequest, Repository } from "./state.ts";
import type { World, Writer } from "./world.ts";

/** An App permission a token must have, e.g. `pull_requests:write`. */
export type Need = `${string}:${"read" | "write"}`;

/**
 * Who may call: "everyone"; "app" (App JWT); "installation" (any installation token); or a list of permissions of which
 * one suffices, as in GitHub's "Permissions required for GitHub Apps" tables.
 */
export type Access = "everyone" | "app" | "installation" | Need[];

/** A parsed REST request, authorised already. */
export interface Call {
  world: World;
  actor: Actor;
  /** Values of the template's `{names}`, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Parsed JSON object; empty for a request without a body. */
  body: Record<string, unknown>;
  /** Value of the Accept header, lower case. */
  accept: string;
  /** Path below `/api/v3` in the form Link headers use: `/repositories/{id}/…`. */
  linkPath: string;
  /** The repository of `/repos/{owner}/{repo}/…`. */
  repository: () => Repository;
  /** The pull request `{pull_number}` or `{issue_number}`; throws 404. */
  pull: () => PullRequest;
  /** Account that writes: the App's bot for installation tokens. Throws 401 for nobody. */
  writer: () => Writer;
}

/** A handler's answer. `body` becomes JSON; `raw` goes out as it is. */
export interface Reply {
  status: number;
  body?: unknown;
  raw?: { contentType: string; content: string | Buffer };
  headers?: Record<string, string>;
}

/** One REST operation. `path` is the template exactly as in GitHub's OpenAPI description. */
export interface Route {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  access: Access;
  /** True for calls that count as content creation in GitHub's secondary limits. */
  createsContent?: boolean;
  handle(call: Call): Promise<Reply> | Reply;
}
