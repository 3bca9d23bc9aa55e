// A model that says what a script tells it: OpenAI's Responses and Chat Completions on loopback, as far as codex and Rondo
// use them, with every way of failing. Address: `<url>/s/<scenario>/<run>/v1`. A scenario is a list of steps, or a function
// of request number and body; step n answers request n of a run and the last one repeats. `run` keeps tests apart.
// Events: https://developers.openai.com/api/reference/resources/responses/streaming-events
import { createServer } from "node:http";
import { SCENARIOS } from "./fake-openai-scenarios.mjs";
import { chatAnswer, responsesAnswer } from "./fake-openai-answers.mjs";

/** Starts the server on a free port of 127.0.0.1; `more` scenarios stand beside the named ones. */
export async function startFakeOpenai(more = {}) {
  const scenarios = { ...SCENARIOS, ...more };
  const requests = [];
  const server = createServer((request, response) => void handle(request, response, { scenarios, requests }));
  server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 404 Not Found\r\n\r\n"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = server.address();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    requests,
    baseUrl: (scenario, run) => `${url}/s/${scenario}/${run}/v1`,
    of: (run) => requests.filter((one) => one.run === run),
    /** The tokens that the answers of a run told. */
    told(run) {
      const usages = requests.filter((one) => one.run === run).flatMap((one) => one.told ?? []);
      const sum = (read) => usages.reduce((total, usage) => total + (read(usage) ?? 0), 0);
      return {
        input: sum((usage) => usage.input_tokens),
        cachedInput: sum((usage) => usage.input_tokens_details?.cached_tokens),
        cacheWrite: sum((usage) => usage.input_tokens_details?.cache_write_tokens),
        output: sum((usage) => usage.output_tokens),
        reasoning: sum((usage) => usage.output_tokens_details?.reasoning_tokens),
      };
    },
    close: () => new Promise((resolve) => (server.close(() => resolve(undefined)), server.closeAllConnections())),
  };
}

async function handle(request, response, { scenarios, requests }) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks);
  const place = /^\/s\/(?<scenario>[a-z0-9-]+)\/(?<run>[A-Za-z0-9-]+)\/v1\/(?<path>.*)$/.exec(request.url ?? "");
  const { scenario = "", run = "", path = "" } = place?.groups ?? {};
  const api = { responses: "responses", "chat/completions": "chat" }[path];
  const n = requests.filter((one) => one.run === run && one.api !== undefined).length;
  const record = { scenario, run, n, api, method: request.method, url: request.url, headers: request.headers };
  Object.assign(record, { bytes: text.length, body: parse(text), at: Date.now(), ended: null, told: undefined });
  requests.push(record);
  response.setMaxListeners(0);
  response.on("close", () => (record.ended = response.writableFinished ? "finished" : "client closed"));
  response.on("close", () => (record.closedAt = Date.now()));
  if (api === undefined || request.method !== "POST") return sendJson(response, 404, error("not here", "not_found"));
  const steps = scenarios[scenario];
  if (steps === undefined) return sendJson(response, 400, error(`no scenario ${scenario}`, "no_scenario"));
  const step = typeof steps === "function" ? steps(n, record.body) : (steps[Math.min(n, steps.length - 1)] ?? {});
  await play(step, { response, record, api });
}

async function play(step, { response, record, api }) {
  if (step.sleep) await wait(step.sleep);
  if (step.hang === "connect") return undefined;
  if (step.status !== undefined) {
    const body = step.body ?? error("scripted error", "scripted");
    const type = typeof body === "string" ? "text/html" : "application/json";
    response.writeHead(step.status, { "content-type": type, ...step.headers });
    return response.end(typeof body === "string" ? body : JSON.stringify(body));
  }
  const answer = (api === "chat" ? chatAnswer : responsesAnswer)(step, record);
  if (record.body?.stream !== true) {
    record.told = answer.usage === undefined ? [] : [answer.usage];
    return sendJson(response, 200, answer.whole);
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", ...step.headers });
  response.flushHeaders();
  if (step.hang === "headers") return undefined;
  return await stream(step, answer, { response, record });
}

/** Sends the events; whatever the step says about the way is done here. */
async function stream(step, { events, usage }, { response, record }) {
  let sent = 0;
  for (const event of events) {
    if (step.cut === sent) return await wait(20).then(() => response.destroy());
    if (step.eof === sent) return response.end();
    await write(response, step, event);
    sent += 1;
    if (event.includes('"usage":{')) record.told = [usage];
    if (step.hang === "mid") return undefined;
    if (step.keepalive) return await keepAlive(response, step.keepalive);
    if (step.trickle) await wait(step.trickle);
  }
  return response.end();
}

async function write(response, step, event) {
  const bytes = Buffer.from(step.crlf ? event.replaceAll("\n", "\r\n") : event);
  const size = step.pieces ?? bytes.length;
  for (let at = 0; at < bytes.length; at += size) {
    if (response.destroyed) return;
    const isFull = !response.write(bytes.subarray(at, at + size));
    if (step.pieces) await new Promise((resolve) => setImmediate(resolve));
    if (isFull) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
}

async function keepAlive(response, ms) {
  while (!response.destroyed) {
    response.write(": keep-alive\n\n");
    await wait(ms);
  }
}

function once(emitter, name) {
  return new Promise((resolve) => emitter.once(name, resolve));
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function error(message, code) {
  return { error: { message, type: code, code, param: null } };
}

function sendJson(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
