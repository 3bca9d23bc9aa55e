// The model gateway: one small proxy for one run, in the worker. See contract.ts for what it promises, and
// docs/security-model.md for what it keeps away from whom.
import { chmod } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { PermanentError } from "../errors.ts";
import { type Admitted, admit, apiOf, isAuthorised, type Refusal, withLimits } from "./admission.ts";
import { type Budget, createBudget } from "./budget.ts";
import type { Gateway, GatewayBounds, GatewayFailure, GatewayOptions } from "./contract.ts";
import { forward, sendError } from "./forward.ts";
import { priceOf } from "./prices.ts";

/** Bounds where none are given. A reasoning model may think for minutes, and sends events meanwhile. */
export const DEFAULT_BOUNDS: GatewayBounds = {
  headerTimeoutMs: 120_000,
  silenceMs: 180_000,
  responseTimeoutMs: 1_800_000,
  maxRequestBytes: 16_777_216,
  maxResponseBytes: 67_108_864,
};

/** Header timeouts after which the next one is told as an error that is not tried again. */
const MOST_HEADER_TIMEOUTS = 2;

/**
 * Opens a gateway for one run. Throws PermanentError GATEWAY_UPSTREAM for an endpoint that is not https (or http on this
 * machine), GATEWAY_ADDRESS when it cannot listen.
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  requireSafe(options.upstream);
  const token = randomBytes(32).toString("base64url");
  const run = createRun(options, token);
  const server = createServer({ keepAliveTimeout: 5000, noDelay: true }, (incoming, response) => {
    void run.handle(incoming, response);
  });
  const { listen } = options;
  await listening(server, listen);
  if (listen.kind === "unix") await chmod(listen.path, 0o600);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    baseUrl: listen.kind === "tcp" ? `http://127.0.0.1:${port}/v1` : "http://localhost/v1",
    socketPath: listen.kind === "tcp" ? null : listen.path,
    token,
    stats: run.stats,
    failure: run.failure,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Run = Pick<Gateway, "stats" | "failure"> & {
  handle(incoming: IncomingMessage, response: ServerResponse): Promise<void>;
};

function createRun(options: GatewayOptions, token: string): Run {
  const [model] = options.models;
  const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
  const budget = createBudget(options.limits, priceOf(model, options.prices));
  let refused = 0;
  let headerTimeouts = 0;
  let last: GatewayFailure | null = null;
  let overBudget: GatewayFailure | null = null;

  const turnAway = (response: ServerResponse, { status, code, message }: Refusal): void => {
    refused += 1;
    sendError(response, status, code, message);
  };
  /** The run itself asked for something it may not have: that is why it fails, if it does. */
  const turnRunAway = (response: ServerResponse, refusal: Refusal): void => {
    last = { kind: "config", message: refusal.message, status: null, retryAfterMs: null };
    turnAway(response, refusal);
  };
  const pass = async (exchange: Exchange, bytes: Buffer, admitted: Admitted): Promise<void> => {
    const reservation = budget.reserve(bytes, admitted.askedOutput);
    if ("limit" in reservation) {
      overBudget ??= budgetFailure(reservation.limit, options, budget);
      // Programs take this code for an empty account and stop at once.
      return turnAway(exchange.response, { status: 429, code: "insufficient_quota", message: overBudget.message });
    }
    const body = withLimits(admitted, reservation.maxOutput);
    const forwarding = { ...exchange, api: admitted.api, isStream: admitted.isStream, body };
    const ended = await forward(forwarding, options, bounds, headerTimeouts + 1 < MOST_HEADER_TIMEOUTS);
    if (ended.isHeaderTimeout) headerTimeouts += 1;
    budget.settle(reservation, ended.used, bytes);
    last = ended.failure;
  };
  return {
    async handle(incoming, response) {
      // The reason of a broken connection is of no use to anybody: `close` follows and says that it is over.
      response.on("error", () => {});
      const exchange = { incoming, response };
      if (!isAuthorised(incoming.headers.authorization, token))
        return turnAway(response, refusal(401, "invalid_token", "This address needs the run's own token."));
      const api = apiOf(incoming.method, incoming.url);
      if (api === null || options.apis?.includes(api) === false)
        return turnRunAway(response, refusal(404, "not_found", "There is nothing at this address."));
      const bytes = await readBody(incoming, bounds.maxRequestBytes);
      if (bytes === null) return response.destroyed ? undefined : turnRunAway(response, TOO_LARGE);
      const admitted = admit(bytes, api, options.models);
      if ("status" in admitted) return turnRunAway(response, admitted);
      return await pass(exchange, bytes, admitted);
    },
    stats: () => ({ model, refused, ...budget.sums() }),
    failure: () => overBudget ?? last,
  };
}

type Exchange = { incoming: IncomingMessage; response: ServerResponse };

const TOO_LARGE = refusal(413, "context_length_exceeded", "The request is larger than a request may be.");

function refusal(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}

function budgetFailure(
  limit: "requests" | "tokens" | "cost",
  { limits }: Pick<GatewayOptions, "limits">,
  budget: Budget,
): GatewayFailure {
  const { requests, tokens, costUsd } = budget.sums();
  const of = {
    requests: `${limits.maxRequests} requests`,
    tokens: `${limits.maxTokens} tokens`,
    cost: `$${limits.costUsd}`,
  };
  const used = `${requests} requests, ${tokens.input} input and ${tokens.output} output tokens, cost ${costUsd === null ? "unknown" : `$${costUsd}`}`;
  const message = `The next request could cross the run's limit of ${of[limit]}; used: ${used}.`;
  return { kind: "budget", message, status: null, retryAfterMs: null };
}

/** Null when it is too long or broke off. */
async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming) {
      const piece: Buffer = chunk;
      bytes += piece.length;
      // Read on to the end, so that the answer reaches a program that still writes.
      if (bytes <= maxBytes) chunks.push(piece);
    }
  } catch {
    return null;
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : null;
}

function requireSafe(upstream: string): void {
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
  const isLoopback = /^(?:localhost|127(?:\.[0-9]+){3}|\[::1\])$/.test(url?.hostname ?? "");
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback)) return;
  throw new PermanentError("The model's endpoint must be an https address; plain http is for this machine only.", {
    code: "GATEWAY_UPSTREAM",
  });
}

function listening(server: Server, listen: GatewayOptions["listen"]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new PermanentError("The gateway to the model could not be opened.", { code: "GATEWAY_ADDRESS", cause: error }),
      );
    });
    if (listen.kind === "tcp") server.listen(0, "127.0.0.1", resolve);
    else server.listen(listen.path, resolve);
  });
}
