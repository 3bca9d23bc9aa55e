// What the model gateway promises to those who use it: `openGateway(options)` of gateway.ts gives a Gateway.
// One gateway stands between one run of a reviewer and the model's endpoint. It alone holds the key; the run gets an
// address and a token that are worth nothing elsewhere and end with the run. It counts tokens from the answers as they
// pass, and stops at the request that would cross a limit.
import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { FailureKind, Spend } from "../reviewer.ts";

/** The two APIs that are let through: `POST {base}/responses` and `POST {base}/chat/completions`. */
export type ModelApi = "responses" | "chat_completions";

/** What a run may use up. Null: no limit of this kind. Retries count as requests. */
export type GatewayLimits = {
  maxRequests: number | null;
  /** Input and output together. */
  maxTokens: number | null;
  /** US dollars; binds only for a model with a price. */
  costUsd: number | null;
  /** Most tokens that one answer may have; written into each request, so that what is set aside for it is enough. */
  maxOutputTokens: number;
};

/** US dollars for a million tokens. `cachedInput` and `cacheWrite` left out: as `input`. */
export type ModelPrice = {
  input: number;
  cachedInput?: number;
  cacheWrite?: number;
  output: number;
  /** A request with more input tokens than `above` costs so many times as much, all of it. */
  longContext?: { above: number; input: number; output: number };
};

/** Prices by model name. */
export type PriceTable = Readonly<Record<string, ModelPrice>>;

/** Milliseconds and bytes; each has a default in gateway.ts. */
export type GatewayBounds = {
  /** Until the endpoint's headers arrive. */
  headerTimeoutMs: number;
  /** Between two pieces of an answer, keep-alive comments included. */
  silenceMs: number;
  /** From the request to the end of the answer. */
  responseTimeoutMs: number;
  maxRequestBytes: number;
  maxResponseBytes: number;
};

export type GatewayOptions = {
  /** The endpoint, up to and without `/responses`: `https://api.openai.com/v1`. Plain http only for this machine. */
  upstream: string;
  /** Sent as `Authorization: Bearer`; null sends none. */
  key: string | null;
  /** Names of models that a request may ask for. The first one is the run's. */
  models: readonly [string, ...string[]];
  /** Left out: both. */
  apis?: readonly ModelApi[];
  limits: GatewayLimits;
  prices: PriceTable;
  bounds?: Partial<GatewayBounds>;
  /** Connections to the endpoint through proxy and extra authorities; left out: direct. The caller owns and keeps them. */
  agent?: HttpAgent | HttpsAgent;
  /** `unix`: the path may have 107 bytes (unix(7)); its folder belongs to the run alone. The socket gets mode 0600. */
  listen: { kind: "tcp" } | { kind: "unix"; path: string };
};

/** Why the last request failed; the words are for logs and `diagnostics`, secrets are taken out. */
export type GatewayFailure = {
  kind: FailureKind;
  message: string;
  /** The endpoint's status code, null when there was none. */
  status: number | null;
  /** What the endpoint asked to wait; null when it did not. */
  retryAfterMs: number | null;
};

/** What the run has used up so far; may be asked at any time, also after `close`. */
export type GatewayStats = Spend & {
  /** Requests that were not let through. */
  refused: number;
  /** The most it can have cost: an answer without usage counts as all that was set aside for it. Null without a price. */
  costAtMostUsd: number | null;
  /** The same for tokens, input and output together. */
  tokensAtMost: number;
};

export type Gateway = {
  /** `http://127.0.0.1:PORT/v1`; for a unix socket `http://localhost/v1`, to be reached through `socketPath`. */
  baseUrl: string;
  /** Null for TCP. */
  socketPath: string | null;
  /** What the run sends as `Authorization: Bearer`. New for each gateway. Known to the log's mask is the caller's job. */
  token: string;
  stats(): GatewayStats;
  /**
   * Null when the last request went well (an earlier failure that was tried again with success is none). A limit of the
   * run (`budget`) stays, and so does the reason behind a refusal that the gateway itself gave.
   */
  failure(): GatewayFailure | null;
  /** Ends all requests, there and here, and gives the address back. */
  close(): Promise<void>;
};
