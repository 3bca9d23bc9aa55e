// Writes one JSON answer, and gets rid of a request whose body nobody wants: the connection ends with the answer, so that
// a refused sender cannot go on sending.
import type { IncomingMessage, ServerResponse } from "node:http";

/** What to answer. `json` is generic by rule: no error text of a library, nothing of the request. */
export type Answer = { status: number; json: Record<string, unknown>; headers?: Record<string, string> };

/** Answers `request`. Nothing happens when the other side has gone. */
export function answer(request: IncomingMessage, response: ServerResponse, { status, json, headers }: Answer): void {
  const isUnread = !request.complete;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(isUnread && { connection: "close" }),
    ...headers,
  });
  response.end(`${JSON.stringify(json)}\n`);
  if (!isUnread) return;
  // A socket closed at once would lose the answer on its way; so the rest is thrown away for a moment first.
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), 500);
  request.socket.once("close", () => clearTimeout(timer));
}
