// Decides which requests may reach the endpoint, and writes into them what makes them countable.
// The run behind the gateway may be steered by hostile text: with the key in the gateway's hand it could otherwise ask
// for a dearer model, for tools that the endpoint itself runs (they fetch addresses), or for answers nobody counts.
import { createHash, timingSafeEqual } from "node:crypto";
import type { ModelApi } from "./contract.ts";

/** Why a request was turned away: status, code and sentence of the answer. */
export type Refusal = { status: number; code: string; message: string };

/** A request that may pass, with its limits not yet written in. */
export type Admitted = { api: ModelApi; isStream: boolean; askedOutput: number | null; body: Record<string, unknown> };

/** The API that a request line asks for; null for every other path and method. */
export function apiOf(method: string | undefined, url: string | undefined): ModelApi | null {
  if (method !== "POST") return null;
  if (url === "/v1/responses") return "responses";
  return url === "/v1/chat/completions" ? "chat_completions" : null;
}

/** Compares in constant time; hashes have one length whatever was sent. */
export function isAuthorised(header: string | undefined, token: string): boolean {
  return timingSafeEqual(sha256(header ?? ""), sha256(`Bearer ${token}`));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Reads a request's body. */
export function admit(bytes: Buffer, api: ModelApi, models: readonly string[]): Admitted | Refusal {
  const body = parseObject(bytes);
  if (body === null) return { status: 400, code: "invalid_json", message: "The request is not a JSON object." };
  const refusal = whyNot(body, models);
  if (refusal !== null) return refusal;
  return { api, isStream: body["stream"] === true, askedOutput: askedOutput(body), body };
}

function whyNot(body: Record<string, unknown>, models: readonly string[]): Refusal | null {
  const { model, n, service_tier: tier } = body;
  if (typeof model !== "string" || !models.includes(model))
    return forbidden("model_not_allowed", "This run may not use this model.");
  const foreign = STATEFUL.find((name) => isGiven(body[name]) && body[name] !== false);
  if (foreign !== undefined) return forbidden("not_allowed", `${foreign} may not be used.`);
  if (isGiven(n) && n !== 1) return forbidden("not_allowed", "n may only be 1.");
  if (isGiven(tier) && !TIERS.has(tier)) return forbidden("not_allowed", "Only the standard service tier may be used.");
  if (!toolsOf(body).every(isLocalTool))
    return forbidden("not_allowed", "Tools that the endpoint runs may not be used.");
  return partsOf(body).every(isText) ? null : forbidden("not_allowed", "Only text may be sent.");
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The body that is sent: with the most output tokens it may have, and asking a stream for its usage. */
export function withLimits({ api, body, isStream }: Admitted, maxOutput: number): Buffer {
  const limited: Record<string, unknown> = { ...body };
  if (api === "responses") limited["max_output_tokens"] = maxOutput;
  // Older endpoints know only `max_tokens`; who uses that name keeps it.
  else if (typeof body["max_tokens"] === "number") limited["max_tokens"] = maxOutput;
  else limited["max_completion_tokens"] = maxOutput;
  if (api === "chat_completions" && isStream) {
    const options = body["stream_options"];
    limited["stream_options"] = { ...(typeof options === "object" ? options : {}), include_usage: true };
  }
  return Buffer.from(JSON.stringify(limited));
}

/** Each refers to what the endpoint keeps, whose length nobody here knows, or goes on after the run. */
const STATEFUL = ["background", "previous_response_id", "conversation", "prompt", "web_search_options"];

const TIERS: ReadonlySet<unknown> = new Set(["auto", "default", "flex"]);

/** Tools whose calls come back to the program; all others are run by the endpoint. */
const LOCAL_TOOLS: ReadonlySet<unknown> = new Set(["function", "custom", "local_shell", "apply_patch", "namespace"]);

const TEXT_PARTS: ReadonlySet<unknown> = new Set(["input_text", "output_text", "text", "refusal", "summary_text"]);

function askedOutput(body: Record<string, unknown>): number | null {
  const asked = ["max_output_tokens", "max_completion_tokens", "max_tokens"].map((name) => body[name]);
  const numbers = asked.filter((value): value is number => typeof value === "number" && value > 0);
  return numbers.length === 0 ? null : Math.floor(Math.min(...numbers));
}

function toolsOf({ tools }: Record<string, unknown>): readonly unknown[] {
  return Array.isArray(tools) ? tools : tools === undefined || tools === null ? [] : [tools];
}

function isLocalTool(tool: unknown): boolean {
  return LOCAL_TOOLS.has(field(tool, "type")) && toolsOf({ tools: field(tool, "tools") }).every(isLocalTool);
}

/** The parts of all messages; a plain text has none. */
function partsOf({ input, messages }: Record<string, unknown>): readonly unknown[] {
  return [input, messages].flatMap((list) =>
    Array.isArray(list)
      ? list.flatMap((item: unknown) => [field(item, "content"), field(item, "output")].filter(Array.isArray).flat())
      : [],
  );
}

function isText(part: unknown): boolean {
  return typeof part === "string" || TEXT_PARTS.has(field(part, "type"));
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function forbidden(code: string, message: string): Refusal {
  return { status: 403, code, message };
}

function parseObject(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
