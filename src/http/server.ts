// A plain node:http server with the limits and the ending that every process needs: time-outs against slow senders, a clear
// word when the port is taken, and a stop that lets running requests finish but does not wait for idle connections.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { UserError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { answer } from "./answer.ts";

/** Handles one path; the path is matched exactly, without its query. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** A listening server. */
export type RunningServer = {
  /** `http://host:port` with the real port. */
  url: string;
  /** Takes no new connections, waits for running requests at most `graceMs`, then cuts them. */
  stop(graceMs: number): Promise<void>;
};

/** Starts listening. Throws UserError PORT_TAKEN, PORT_FORBIDDEN or HOST_UNKNOWN. */
export async function startServer(options: {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  routes: Readonly<Record<string, Handler>>;
  log: Log;
}): Promise<RunningServer> {
  const { host, port, routes, log } = options;
  const server = createServer(
    {
      // Slow headers are cut before they hold a connection; the webhook body has its own, shorter deadline.
      headersTimeout: 5000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => void dispatch(request, response, routes, log),
  );
  server.maxConnections = 1000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explainListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  server.on("error", (error) => log.error("HTTP server failed", { err: error }));
  return { url: urlOf(server.address(), host), stop: (graceMs) => stopServer(server, graceMs) };
}

async function dispatch(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Readonly<Record<string, Handler>>,
  log: Log,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
  try {
    if (handler === undefined) answer(request, response, { status: 404, json: { error: "not found" } });
    else await handler(request, response);
  } catch (error) {
    log.error("Request failed: this is a bug", { path, err: error });
    if (!response.headersSent) answer(request, response, { status: 500, json: { error: "internal error" } });
    else response.destroy();
  }
}

async function stopServer(server: ReturnType<typeof createServer>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new UserError(`Port ${port} on ${host} is taken by another program.`, {
      code: "PORT_TAKEN",
      hint: `Stop the other program, or set PORT to a free one. To see who has it: ss -ltnp 'sport = :${port}'`,
    });
  }
  if (error.code === "EACCES") {
    return new UserError(`Port ${port} may not be used by this user.`, {
      code: "PORT_FORBIDDEN",
      hint: "Set PORT to 1024 or higher and let a reverse proxy listen on 443.",
    });
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") {
    return new UserError(`HOST=${host} is not an address of this machine.`, {
      code: "HOST_UNKNOWN",
      hint: "Use 127.0.0.1 for this machine only or 0.0.0.0 for all its addresses.",
    });
  }
  return error;
}

function urlOf(address: ReturnType<ReturnType<typeof createServer>["address"]>, host: string): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return typeof address === "object" && address !== null ? `http://${shown}:${address.port}` : `http://${shown}`;
}
