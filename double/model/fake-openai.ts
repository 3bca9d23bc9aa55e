// A model that says what a script tells it: OpenAI's Responses and Chat Completions on loopback, as far as codex and Rondo
// use them, with every way of failing. Address: `<url>/s/<scenario>/<run>/v1`. `run` keeps tests apart. The demo and the
// tests use it; no request leaves the machine.
// Events: https://developers.openai.com/api/reference/resources/responses/streaming-events
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { chatAnswer, responsesAnswer } from "./answers.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { FakeStep, Scenario, Usage } from "./script.ts";
import { sendEvents, sendJson, wait } from "./send.ts";

/** One request as it came in. `body` is the parsed JSON, undefined when it is none; times in milliseconds since 1970. */
export type FakeRequest = {
  scenario: string;
  run: string;
  /** 0-based, of the run's questions. */
  n: number;
  api: "responses" | "chat" | undefined;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
  // oxlint-disable-next-line no-explicit-any -- whoever asks knows what was sent
  body: any;
  at: number;
  closedAt?: number;
  ended: "finished" | "client closed" | null;
  /** What the answer told of its usage. */
  told?: readonly Usage[];
};

/** Tokens by kind, summed up. */
type Told = { input: number; cachedInput: number; cacheWrite: number; output: number; reasoning: number };

/** The running server. */
export type FakeOpenai = {
  url: string;
  requests: readonly FakeRequest[];
  /** OPENAI_BASE_URL for a scenario; `run` is any name of letters, digits and dashes. */
  baseUrl(scenario: string, run: string): string;
  /** The requests of a run. */
  of(run: string): readonly FakeRequest[];
  /** The tokens that the answers of a run told. */
  told(run: string): Told;
  close(): Promise<void>;
};

/** Starts the server on a free port of 127.0.0.1; `more` scenarios stand beside the named ones. */
export async function startFakeOpenai(more: Readonly<Record<string, Scenario>> = {}): Promise<FakeOpenai> {
  const scenarios = { ...SCENARIOS, ...more };
  const requests: FakeRequest[] = [];
  const server = createServer((request, response) => void handle(request, response, { scenarios, requests }));
  server.on("upgrade", (_, socket: Duplex) => socket.end("HTTP/1.1 404 Not Found\r\n\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const of = (run: string): readonly FakeRequest[] => requests.filter((one) => one.run === run);
  return {
    url,
    requests,
    baseUrl: (scenario, run) => `${url}/s/${scenario}/${run}/v1`,
    of,
    told: (run) => sumOf(of(run).flatMap((one) => one.told ?? [])),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sumOf(usages: readonly Usage[]): Told {
  const sum = (read: (usage: Usage) => number | undefined): number =>
    usages.reduce((total, usage) => total + (read(usage) ?? 0), 0);
  return {
    input: sum((usage) => usage.input_tokens),
    cachedInput: sum((usage) => usage.input_tokens_details?.cached_tokens),
    cacheWrite: sum((usage) => usage.input_tokens_details?.cache_write_tokens),
    output: sum((usage) => usage.output_tokens),
    reasoning: sum((usage) => usage.output_tokens_details?.reasoning_tokens),
  };
}

type Known = { scenarios: Readonly<Record<string, Scenario>>; requests: FakeRequest[] };

async function handle(request: IncomingMessage, response: ServerResponse, known: Known): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // Whoever asked went away in the middle of the question.
    return;
  }
  const record = note(request, Buffer.concat(chunks), known.requests);
  response.setMaxListeners(0);
  response.on("close", () => {
    record.ended = response.writableFinished ? "finished" : "client closed";
    record.closedAt = Date.now();
  });
  if (record.api === undefined || record.method !== "POST")
    return sendJson(response, 404, error("not here", "not_found"));
  const steps = known.scenarios[record.scenario];
  if (steps === undefined) return sendJson(response, 400, error(`no scenario ${record.scenario}`, "no_scenario"));
  const at = record.n;
  const step = typeof steps === "function" ? steps(at, record.body) : (steps[Math.min(at, steps.length - 1)] ?? {});
  await play(step, response, record);
}

const PLACE = /^\/s\/(?<scenario>[a-z0-9-]+)\/(?<run>[A-Za-z0-9-]+)\/v1\/(?<path>.*)$/;

function note(request: IncomingMessage, bytes: Buffer, requests: FakeRequest[]): FakeRequest {
  const { method = "", url = "", headers } = request;
  const { scenario = "", run = "", path = "" } = PLACE.exec(url)?.groups ?? {};
  const api = path === "responses" ? "responses" : path === "chat/completions" ? "chat" : undefined;
  const n = requests.filter((one) => one.run === run && one.api !== undefined).length;
  const about = { scenario, run, n, api, method, url, headers } as const;
  const record: FakeRequest = { ...about, bytes: bytes.length, body: parse(bytes), at: Date.now(), ended: null };
  requests.push(record);
  return record;
}

async function play(step: FakeStep, response: ServerResponse, record: FakeRequest): Promise<void> {
  if (step.sleep !== undefined) await wait(step.sleep);
  if (step.hang === "connect") return;
  if (step.status !== undefined) {
    const body = step.body ?? error("scripted error", "scripted");
    const type = typeof body === "string" ? "text/html" : "application/json";
    response.writeHead(step.status, { "content-type": type, ...step.headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
    return;
  }
  const answer = record.api === "chat" ? chatAnswer(step, record) : responsesAnswer(step, record);
  const told = answer.usage === undefined ? [] : [answer.usage];
  if (record.body?.stream !== true) {
    record.told = told;
    return sendJson(response, 200, answer.whole);
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", ...step.headers });
  response.flushHeaders();
  if (step.hang === "headers") return;
  await sendEvents(response, step, answer.events, (event) => {
    if (event.includes('"usage":{')) record.told = told;
  });
}

function error(message: string, code: string): Record<string, unknown> {
  return { error: { message, type: code, code, param: null } };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
