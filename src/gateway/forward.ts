// Takes one admitted request to the endpoint and its answer back, piece by piece as it comes: the client's own speed is
// the speed at which the endpoint is read, and what passes is never put together. Watches the clock and the size.
import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { GatewayBounds, GatewayFailure, GatewayOptions, ModelApi } from "./contract.ts";
import type { Settlement } from "./budget.ts";
import { failureOfNetwork, failureOfStatus, withoutKeys } from "./failure.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import { createAnswerReader } from "./usage.ts";

/** One request to be forwarded; `body` is what is sent. */
export type Forwarding = {
  incoming: IncomingMessage;
  response: ServerResponse;
  api: ModelApi;
  isStream: boolean;
  body: Buffer;
};

/** How it ended. `failure` null: the whole answer arrived and says that it is one. */
export type Forwarded = { used: Settlement; failure: GatewayFailure | null; isHeaderTimeout: boolean };

/** Sends an error of our own, in the form in which endpoints send theirs. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ error: { code, type: code, message } });
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/**
 * Resolves when both sides are done with the request; never rejects. `mayRetry` false: a missing answer is told in a form
 * that programs do not try again.
 */
export function forward(
  forwarding: Forwarding,
  { upstream, key, agent }: Pick<GatewayOptions, "upstream" | "key" | "agent">,
  bounds: GatewayBounds,
  mayRetry: boolean,
): Promise<Forwarded> {
  const { incoming, response, api, body } = forwarding;
  const url = new URL(`${upstream}/${api === "responses" ? "responses" : "chat/completions"}`);
  const headers = requestHeaders(incoming.headers, { key, bytes: body.length });
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const out = send(url, { method: "POST", headers, ...(agent && { agent }) });
    let why: GatewayFailure | null = null;
    let isHeaderTimeout = false;
    const stopWith = (failure: GatewayFailure): void => {
      why ??= failure;
      out.destroy();
    };
    const whole = setTimeout(
      () => stopWith(timeout("The answer was not complete", bounds.responseTimeoutMs)),
      bounds.responseTimeoutMs,
    );
    const headersDue = setTimeout(() => {
      isHeaderTimeout = true;
      stopWith(timeout("The endpoint sent no answer", bounds.headerTimeoutMs));
    }, bounds.headerTimeoutMs);
    const finish = (ended: Omit<Forwarded, "isHeaderTimeout">): void => {
      clearTimeout(whole);
      clearTimeout(headersDue);
      resolve({ ...ended, isHeaderTimeout });
    };
    // The run is gone, killed perhaps: nothing of this is to be paid any longer.
    response.once("close", () => {
      if (!response.writableFinished) stopWith({ ...PLAIN, kind: "unknown", message: "The run went away." });
    });
    out.once("error", (error) => {
      if (response.headersSent) return;
      const network = failureOfNetwork(error);
      const failure = why ?? network;
      refuse(response, failure, mayRetry);
      finish({ used: why === null && network.isUnsent ? "free" : "unknown", failure });
    });
    out.once("response", (answer) => {
      clearTimeout(headersDue);
      void receive({ ...forwarding, out, answer }, { bounds, stopWith, reason: () => why, key }).then(finish);
    });
    out.end(body);
  });
}

type Receiving = Forwarding & { out: ClientRequest; answer: IncomingMessage };
type Watch = {
  bounds: GatewayBounds;
  stopWith(failure: GatewayFailure): void;
  reason(): GatewayFailure | null;
  key: string | null;
};

const PLAIN = { status: null, retryAfterMs: null };

async function receive(receiving: Receiving, watch: Watch): Promise<Omit<Forwarded, "isHeaderTimeout">> {
  const { answer, response, isStream } = receiving;
  const status = answer.statusCode ?? 0;
  if (status >= 400) return await passError(receiving, watch);
  const kind = kindOfAnswer(answer, isStream);
  if (kind === "events" || kind === "json") return await passAnswer(receiving, watch, kind === "events");
  const message = `The endpoint gave ${kind.other}. Is OPENAI_BASE_URL the address of its API?`;
  const failure: GatewayFailure = { ...PLAIN, kind: "config", message, status };
  answer.destroy();
  refuse(response, failure, false);
  return { used: "unknown", failure };
}

/** What can be counted as it passes, or words for what came instead. */
function kindOfAnswer(
  { statusCode, headers }: IncomingMessage,
  isStream: boolean,
): "events" | "json" | { other: string } {
  const type = headers["content-type"] ?? "no content type";
  const encoding = headers["content-encoding"] ?? "identity";
  if (statusCode !== 200) return { other: `status ${statusCode}; redirects are not followed` };
  if (encoding !== "identity") return { other: `an answer packed with ${encoding.slice(0, 40)}` };
  if (/^text\/event-stream\b/i.test(type)) return "events";
  if (!isStream && /^application\/json\b/i.test(type)) return "json";
  return { other: `an answer of another kind (${type.slice(0, 100)})` };
}

/** The stream itself, untouched: the client gets each piece before it is read here. */
function passAnswer(
  { answer, response, api, out }: Receiving,
  { bounds, stopWith, reason }: Watch,
  isEvents: boolean,
): Promise<Omit<Forwarded, "isHeaderTimeout">> {
  const reader = createAnswerReader(api, isEvents);
  let bytes = 0;
  const onSilence = (): void => {
    // A client that does not read is not the endpoint's silence; the deadline of the whole still holds.
    if (response.writableNeedDrain) silence.refresh();
    else stopWith(timeout("The endpoint fell silent in the middle of its answer", bounds.silenceMs));
  };
  const silence = setTimeout(onSilence, bounds.silenceMs);
  response.writeHead(answer.statusCode ?? 200, responseHeaders(answer.headers));
  // Agents wait for the headers, not for the first event.
  response.flushHeaders();
  answer.pipe(response);
  answer.on("data", (chunk: Buffer) => {
    silence.refresh();
    bytes += chunk.length;
    reader.push(chunk);
    if (bytes > bounds.maxResponseBytes) {
      const message = `The answer was longer than ${bounds.maxResponseBytes} bytes and was stopped.`;
      stopWith({ ...PLAIN, kind: "output_limit", message });
    }
  });
  return new Promise((resolve) => {
    answer.on("error", () => {});
    answer.once("close", () => {
      clearTimeout(silence);
      const { usage, failure, isWhole } = reader.end();
      const isCut = !answer.complete || !isWhole;
      if (isCut) response.destroy();
      out.destroy();
      const cut: GatewayFailure = { ...PLAIN, kind: "network", message: "The answer broke off before its end." };
      resolve({ used: usage ?? "unknown", failure: reason() ?? failure ?? (isCut ? cut : null) });
    });
  });
}

/** Errors are small: read whole, without keys, and handed on with their status. */
async function passError(
  { answer, response }: Receiving,
  { reason, key }: Watch,
): Promise<Omit<Forwarded, "isHeaderTimeout">> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      const piece: Buffer = chunk;
      bytes += piece.length;
      if (bytes > MAX_ERROR_BYTES) break;
      chunks.push(piece);
    }
  } catch {
    // What arrived says enough; the status is known.
  }
  answer.destroy();
  const status = answer.statusCode ?? 500;
  const raw = Buffer.concat(chunks).toString("utf8");
  const text = withoutKeys(key === null || key.length < 8 ? raw : raw.replaceAll(key, "[redacted]"));
  const failure = reason() ?? failureOfStatus(status, text, answer.headers["retry-after"]);
  const after = answer.headers["retry-after"];
  if (!response.headersSent && !response.destroyed) {
    const type = answer.headers["content-type"] ?? "application/json";
    response.writeHead(status, { "content-type": type, ...(after !== undefined && { "retry-after": after }) });
    response.end(text);
  }
  return { used: "free", failure };
}

const MAX_ERROR_BYTES = 65_536;

/** 5xx makes programs try again, 400 does not (measured with codex 0.169.0: nine requests against one). */
function refuse(response: ServerResponse, failure: GatewayFailure, mayRetry: boolean): void {
  const isPassing = mayRetry && (failure.kind === "network" || failure.kind === "timeout");
  const status = !isPassing ? 400 : failure.kind === "timeout" ? 504 : 502;
  const code = failure.kind === "timeout" ? "gateway_timeout" : "bad_gateway";
  sendError(response, status, code, failure.message);
}

function timeout(what: string, ms: number): GatewayFailure {
  return { ...PLAIN, kind: "timeout", message: `${what} within ${Math.round(ms / 100) / 10} s.` };
}
