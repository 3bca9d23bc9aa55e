// A model that says what a script tells it: the Responses API of OpenAI, as far as the codex CLI uses it, on loopback.
// For captures of the real codex binary. Address for codex: `<url>/s/<scenario>/<run>/v1`; a scenario is a list of steps,
// and step n answers the n-th request of a run (the last one repeats).
// Events: https://platform.openai.com/docs/api-reference/responses-streaming
import { createServer } from "node:http";

/**
 * @typedef {{ text: string } | { call: string } | { refusal: string }} Item a message, a shell command to run, a refusal
 * @typedef {{ items?: Item[], failed?: { code: string, message: string }, incomplete?: string, status?: number }} Step
 */

/**
 * Starts the server on a free port of 127.0.0.1.
 * @param {Record<string, Step[]>} scenarios
 */
export async function startScriptedModel(scenarios) {
  /** @type {{ run: string, body: unknown }[]} */
  const requests = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const [, run = "", scenario] = /^\/s\/(([a-z0-9-]+)\/[a-z0-9-]+)\/v1\/responses$/.exec(request.url ?? "") ?? [];
      const steps = scenario === undefined ? undefined : scenarios[scenario];
      if (request.method !== "POST" || steps === undefined) return sendError(response, 404, "not here");
      const n = requests.filter((one) => one.run === run).length;
      requests.push({ run, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) });
      return answer(response, steps[Math.min(n, steps.length - 1)] ?? {}, n);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve(undefined)))),
  };
}

/** One answer as server-sent events. */
function answer(response, step, n) {
  if (step.status !== undefined) return sendError(response, step.status, "scripted error");
  const id = `resp_${n}`;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (type, fields) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send("response.created", { response: { id, object: "response", status: "in_progress", output: [] } });
  (step.items ?? []).forEach((item, index) =>
    send("response.output_item.done", { output_index: index, item: outputItem(item, `${n}_${index}`) }),
  );
  const usage = {
    input_tokens: 1200,
    input_tokens_details: { cached_tokens: 200 },
    output_tokens: 90,
    total_tokens: 1290,
  };
  const base = { id, object: "response", output: [] };
  if (step.failed !== undefined)
    send("response.failed", { response: { ...base, status: "failed", error: step.failed } });
  else if (step.incomplete !== undefined) {
    const incomplete_details = { reason: step.incomplete };
    send("response.incomplete", { response: { ...base, status: "incomplete", incomplete_details, usage } });
  } else send("response.completed", { response: { ...base, status: "completed", usage } });
  return response.end();
}

function outputItem(item, id) {
  if ("call" in item) {
    const args = JSON.stringify({ cmd: item.call });
    return { type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, name: "exec_command", arguments: args };
  }
  const content =
    "text" in item
      ? { type: "output_text", text: item.text, annotations: [] }
      : { type: "refusal", refusal: item.refusal };
  return { type: "message", id: `msg_${id}`, role: "assistant", status: "completed", content: [content] };
}

function sendError(response, status, message) {
  response.writeHead(status, { "content-type": "application/json" });
  return response.end(JSON.stringify({ error: { message, type: "scripted", code: "scripted", param: null } }));
}
