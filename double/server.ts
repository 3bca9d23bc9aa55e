// The HTTP server: reads a request, notes it in the journal, plays a fault if the script says so, hands it to REST, GraphQL,
// git or the pages, and writes the answer. One place, so that journal and faults see every byte.
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, FaultScript, FaultSubject } from "./faults.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import type { WireReply } from "./rest.ts";
import { matchRoute } from "./route-table.ts";
import type { World } from "./world.ts";

/** A request with its body, ready for a surface. */
export interface WireRequest {
  method: string;
  /** Path without the query, still encoded. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** What the server needs. */
export interface ServerParts {
  world: World;
  journal: Journal;
  faults: FaultScript;
  /** Answers a request on one surface. `world` may be an older view for stale reads. */
  answer(world: World, surface: FaultSubject["surface"], request: WireRequest): Promise<WireReply>;
  /** The world as it was: `lagMs` ago, or before the last change. */
  olderWorld(lagMs: number | undefined): World;
}

/** Makes the server; the caller listens and closes. */
export function createDoubleServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      // A bug in the double must be seen by the test that hit it, not end the process.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain", "x-rondo-double": "bug" });
      response.end(`The GitHub double failed: ${text}`);
    });
  });
}

async function serve(parts: ServerParts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const request = await readRequest(incoming);
  const surface = surfaceOf(request.path);
  const rest = surface === "rest" ? matchRoute(request.method, request.path.slice("/api/v3".length)) : undefined;
  const subject = {
    surface,
    method: request.method,
    path: incoming.url ?? "/",
    route: rest?.route.path ?? null,
    headers: request.headers,
    body: request.body,
  };
  const entry = parts.journal.open({
    surface,
    at: parts.world.now().getTime(),
    method: request.method,
    path: subject.path,
    route: subject.route,
    requestHeaders: definedOnly(request.headers),
    requestBody: request.body,
  });
  const fault = parts.faults.next(subject);
  entry.fault = fault === undefined ? null : fault.kind;
  const reply = await play(parts, fault, surface, request);
  await send(response, reply, fault, entry);
  parts.journal.close(entry, startedAt);
}

/** The reply to send, or undefined when the connection is to be cut or left hanging. */
async function play(
  parts: ServerParts,
  fault: Fault | undefined,
  surface: FaultSubject["surface"],
  request: WireRequest,
): Promise<WireReply | undefined> {
  if (fault !== undefined && "when" in fault && fault.when === "before") return instead(parts.world, fault);
  if (fault?.kind === "redirect") return { status: 301, headers: { location: fault.location }, body: Buffer.alloc(0) };
  if (fault?.kind === "delay") await sleep(fault.ms);
  const world = fault?.kind === "stale" ? parts.olderWorld(fault.lagMs) : parts.world;
  const reply = await parts.answer(world, surface, request);
  if (fault !== undefined && "when" in fault) return instead(parts.world, fault);
  if (fault?.kind === "html")
    return { status: 200, headers: { "content-type": "text/html" }, body: Buffer.from(HTML_PAGE) };
  if (fault?.kind === "cutJson") return { ...reply, body: reply.body.subarray(0, Math.floor(reply.body.length / 2)) };
  return reply;
}

const HTML_PAGE =
  "<!DOCTYPE html><html><head><title>Unicorn!</title></head><body><p>This page is taking too long to load.</p></body></html>";

function instead(world: World, fault: Fault): WireReply | undefined {
  if (fault.kind !== "status") return undefined;
  const text = fault.body === undefined ? "" : typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body);
  return {
    status: fault.status,
    headers: { "content-type": "application/json; charset=utf-8", date: world.now().toUTCString(), ...fault.headers },
    body: Buffer.from(text),
  };
}

async function send(
  response: ServerResponse,
  reply: WireReply | undefined,
  fault: Fault | undefined,
  entry: JournalEntry,
): Promise<void> {
  if (reply === undefined) {
    if (fault?.kind === "hang") await closed(response);
    else reset(response);
    return;
  }
  entry.status = reply.status;
  entry.responseHeaders = reply.headers;
  entry.responseBody = reply.body;
  const hasBody = reply.status !== 304 && reply.status !== 204;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(hasBody ? { "content-length": String(reply.body.length) } : {}),
  });
  if (fault?.kind === "truncate") {
    const sent = reply.body.subarray(0, fault.bytes ?? Math.floor(reply.body.length / 2));
    entry.responseBody = sent;
    response.write(sent, () => reset(response));
    return;
  }
  if (fault?.kind === "drip") await drip(response, reply.body, fault);
  else response.end(reply.body);
}

async function drip(response: ServerResponse, body: Buffer, fault: { pieces: number; ms: number }): Promise<void> {
  const size = Math.max(1, Math.ceil(body.length / fault.pieces));
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    response.write(body.subarray(at, at + size));
    await sleep(fault.ms);
  }
  response.end();
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once("close", () => resolve());
  });
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function surfaceOf(path: string): FaultSubject["surface"] {
  if (path === "/api/graphql") return "graphql";
  if (path === "/api/v3" || path.startsWith("/api/v3/")) return "rest";
  return /\/(?:info\/refs|git-upload-pack|git-receive-pack)$/.test(path) ? "git" : "page";
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? "/", "http://double");
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
  };
}

function definedOnly(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
