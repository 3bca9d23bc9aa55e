// The REST front: finds the route, checks the caller, runs the handler and adds what every answer has
// (ETag and 304, rate-limit headers, GitHub's error body). Pages and permissions live beside it.
import { ApiError, invalidRequest, notFound } from "./api-error.ts";
import { canSee, demandAccess } from "./access.ts";
import { authenticate } from "./auth.ts";
import type { Actor } from "./auth.ts";
import type { Limits } from "./limits.ts";
import type { Call, Reply, Route } from "./route.ts";
import { matchRoute } from "./route-table.ts";
import type { Repository } from "./state.ts";
import { apiUrl, findPullRequest, findRenamedRepository, findRepository, shortHash, userOf } from "./world.ts";
import type { World } from "./world.ts";

/** A request below `/api/v3`. */
export interface RestRequest {
  method: string;
  /** Path below `/api/v3`, still encoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** What goes out: bytes and headers, names lower case. */
export interface WireReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Answers a REST request. Never throws for anything a client can cause. */
export async function answerRest(world: World, limits: Limits, request: RestRequest): Promise<WireReply> {
  let actor: Actor = { kind: "anonymous" };
  try {
    actor = authenticate(world, request.headers["authorization"]);
    const reply = await dispatch(world, limits, actor, request);
    return finish(world, limits, actor, request, reply);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return finish(world, limits, actor, request, errorReply(error));
  }
}

/** GitHub's JSON error body. */
export function errorReply(error: ApiError): Reply {
  return {
    status: error.status,
    body: {
      message: error.message,
      ...(error.errors === undefined ? {} : { errors: error.errors }),
      documentation_url: "https://docs.github.com/rest",
      status: String(error.status),
    },
    headers: error.headers,
  };
}

async function dispatch(world: World, limits: Limits, actor: Actor, request: RestRequest): Promise<Reply> {
  const place = normalise(world, request.path);
  const match = matchRoute(request.method, place.path);
  if (match === undefined) {
    const what = `${request.method} ${place.path}`;
    return { status: 501, body: { message: `The GitHub double does not model ${what}`, route: what } };
  }
  const { route, params } = match;
  limits.demandCapacity(actor, route, world.now());
  const repository = place.repository ?? repositoryOfPath(world, actor, params, request);
  demandAccess(actor, route.access, repository);
  return route.handle(makeCall(world, actor, { route, params, repository, request }));
}

// `/repositories/{id}/…` is the address Link headers and redirects use; it is not described in OpenAPI.
function normalise(world: World, path: string): { path: string; repository: Repository | null } {
  const byId = /^\/repositories\/(?<id>\d+)(?<tail>\/.*)?$/.exec(path)?.groups;
  if (byId === undefined) return { path, repository: null };
  const repository = world.state.repositories.get(Number(byId["id"]));
  if (repository === undefined) throw notFound();
  const { login } = userOf(world, repository.ownerId);
  return { path: `/repos/${login}/${repository.name}${byId["tail"] ?? ""}`, repository };
}

function repositoryOfPath(
  world: World,
  actor: Actor,
  params: Record<string, string>,
  request: RestRequest,
): Repository | null {
  const { owner, repo } = params;
  if (owner === undefined || repo === undefined) return null;
  const repository = findRepository(world, `${owner}/${repo}`);
  if (repository !== undefined) return repository;
  const renamed = findRenamedRepository(world, `${owner}/${repo}`);
  if (renamed === undefined || !canSee(actor, renamed)) throw notFound();
  const tail = request.path.split("/").slice(4).join("/");
  const query = request.query.size === 0 ? "" : `?${request.query.toString()}`;
  const url = `${apiUrl(world)}/repositories/${renamed.id}${tail === "" ? "" : `/${tail}`}${query}`;
  throw new MovedPermanently(url);
}

class MovedPermanently extends ApiError {
  constructor(url: string) {
    super(301, "Moved Permanently", { headers: { location: url } });
  }
}

interface CallParts {
  route: Route;
  params: Record<string, string>;
  repository: Repository | null;
  request: RestRequest;
}

function makeCall(world: World, actor: Actor, { params, repository, request }: CallParts): Call {
  const { owner, repo } = params;
  const tail = request.path.replace(/^\/repos\/[^/]+\/[^/]+/, "").replace(/^\/repositories\/\d+/, "");
  const isRepositoryPath = owner !== undefined && repo !== undefined && repository !== null;
  return {
    world,
    actor,
    params,
    query: request.query,
    body: readBody(request),
    accept: (request.headers["accept"] ?? "").toLowerCase(),
    linkPath: isRepositoryPath ? `/repositories/${repository.id}${tail}` : request.path,
    repository: () => {
      if (repository === null) throw new Error("this route names no repository");
      return repository;
    },
    pull: () => {
      const number = Number(params["pull_number"] ?? params["issue_number"]);
      const pull = repository === null ? undefined : findPullRequest(world, repository.id, number);
      if (pull === undefined) throw notFound();
      return pull;
    },
    writer: () => {
      if (actor.kind === "installation") return { user: actor.bot, appId: world.state.app.id };
      if (actor.kind === "user") return { user: actor.user, appId: null };
      throw new ApiError(401, "Requires authentication");
    },
  };
}

function readBody(request: RestRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(request.body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    if (Array.isArray(value)) return { labels: value };
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
  throw invalidRequest("Body should be a JSON object");
}

function finish(world: World, limits: Limits, actor: Actor, request: RestRequest, reply: Reply): WireReply {
  const body = bytesOf(reply);
  const headers: Record<string, string> = {
    date: world.now().toUTCString(),
    server: "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": `${world.random.noise(4)}:${world.random.noise(6)}:${world.random.noise(8)}`.toUpperCase(),
    "x-github-api-version-selected": request.headers["x-github-api-version"] ?? "2022-11-28",
    ...(body.length > 0 ? { "content-type": reply.raw?.contentType ?? "application/json; charset=utf-8" } : {}),
  };
  const isCacheable = request.method === "GET" && reply.status === 200;
  if (isCacheable) {
    headers["etag"] = `W/"${shortHash(body)}"`;
    headers["cache-control"] = "private, max-age=60, s-maxage=60";
  }
  const isUnchanged = isCacheable && request.headers["if-none-match"] === headers["etag"];
  Object.assign(headers, limits.count(actor, world.now(), isUnchanged), reply.headers);
  if (isUnchanged) return { status: 304, headers, body: Buffer.alloc(0) };
  return { status: reply.status, headers, body };
}

function bytesOf(reply: Reply): Buffer {
  if (reply.raw !== undefined) return Buffer.from(reply.raw.content);
  return reply.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(reply.body));
}
