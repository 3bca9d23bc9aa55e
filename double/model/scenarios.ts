// What the scripted model can be told to do, by name: every row of the failure matrix that codex was measured with, and
// what other endpoints do besides.
import { reviewMarkedLines } from "./marked-lines.ts";
import type { FakeStep, Scenario } from "./script.ts";
import { textOf } from "./text-of.ts";

/** A review without findings, as the schema wants it. */
export const CLEAN_REVIEW = JSON.stringify({
  findings: [],
  overall_correctness: "patch is correct",
  overall_explanation: "Nothing is wrong with this change.",
  overall_confidence_score: 0.8,
});

const OK: FakeStep = say(CLEAN_REVIEW);
const QUESTION = {
  ...Object(JSON.parse(CLEAN_REVIEW)),
  overall_correctness: null,
  question: "Which database is meant?",
};
const NO_SCHEMA = "'response_format' of type 'json_schema' is not supported with this model.";

/** Every scenario by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ok: [OK],
  /** Does what a careful reviewer would: reports each `BUG(P1): title` of an added line. */
  reviewer: (_, body) => say(reviewMarkedLines(textOf(body))),
  "json-in-prose": [say(`Here is my review:\n\n\`\`\`json\n${CLEAN_REVIEW}\n\`\`\``)],
  "schema-mismatch": [say('{"verdict":"fine"}')],
  "then-json": [say("Looks good to me, mostly."), OK],
  prose: [say("Looks good to me, mostly.")],
  question: [say("Which database does this run against?")],
  "question-field": [say(JSON.stringify(QUESTION))],
  empty: [say("")],
  "no-message": [{ items: [{ reasoning: "**Reading**" }] }],
  refusal: [{ items: [{ refusal: "I cannot review this." }] }],
  "no-usage": [{ ...OK, usage: null }],

  unauthorized: fails(401, "invalid_api_key", "Incorrect API key provided: sk-proj-abc***********************wxyz."),
  forbidden: fails(403, "forbidden", "Your project may not use this."),
  "bad-request": fails(400, "invalid_request_error", "Unknown parameter: 'text.verbosity'."),
  "model-not-found": fails(404, "model_not_found", "The model `nope` does not exist."),
  "not-found": fails(404, "not_found", "Nothing is here."),
  "rate-limited": fails(429, "rate_limit_exceeded", "Too many requests."),
  "rate-limited-wait": fails(429, "rate_limit_exceeded", "Too many requests.", { "retry-after": "3" }),
  quota: fails(429, "insufficient_quota", "You exceeded your current quota."),
  "usage-limit": [{ status: 429, body: { error: { type: "usage_limit_reached", plan_type: "pro", resets_at: 1 } } }],
  "server-error": fails(500, "server_error", "An error occurred."),
  "bad-gateway": fails(502, "bad_gateway", "Bad gateway."),
  unavailable: fails(503, "server_is_overloaded", "Try again later."),
  "gateway-timeout": fails(504, "timeout", "Upstream took too long."),
  context: fails(400, "context_length_exceeded", "Your input exceeds the context window."),
  "once-unavailable": [...fails(503, "server_is_overloaded", "Try again later."), OK],

  "failed-quota": [{ failed: { code: "insufficient_quota", message: "You exceeded your current quota." } }],
  "failed-rate-limit": [{ failed: { code: "rate_limit_exceeded", message: "Please try again in 3s." } }],
  "failed-server-error": [{ failed: { code: "server_error", message: "An error occurred." } }],
  "failed-context": [{ failed: { code: "context_length_exceeded", message: "Too long." } }],
  "max-output": [{ ...say('{"findings":['), incomplete: "max_output_tokens" }],
  "content-filter": [{ ...say("The"), incomplete: "content_filter" }],

  cut: [{ ...OK, cut: 3 }],
  eof: [{ ...OK, eof: 4 }],
  "no-headers": [{ hang: "connect" }],
  "idle-headers": [{ hang: "headers" }],
  "idle-mid": [{ ...OK, hang: "mid" }],
  keepalive: [{ ...OK, keepalive: 50 }],

  html: [{ status: 200, body: "<html><body>Sign in</body></html>" }],
  redirect: [{ status: 302, body: "", headers: { location: "http://127.0.0.1:1/v1/responses" } }],
  /** An endpoint that does not know structured output. */
  "no-schema": (_, body) => {
    const { text, response_format }: { text?: { format?: unknown }; response_format?: unknown } = Object(body);
    const isStructured = text?.format !== undefined || response_format !== undefined;
    return (isStructured ? fails(400, "unsupported_parameter", NO_SCHEMA)[0] : OK) ?? OK;
  },
};

/** What the scenario of that name answers; for scripts that choose one by what they were asked. */
export function stepOf(name: string, n: number, body: unknown): FakeStep {
  const steps = SCENARIOS[name];
  return (typeof steps === "function" ? steps(n, body) : steps?.[0]) ?? {};
}

function say(text: string): FakeStep {
  return { items: [{ text }] };
}

// One argument more than a sentence has: headers are rare.
// oxlint-disable-next-line max-params
function fails(status: number, code: string, message: string, headers?: Record<string, string>): FakeStep[] {
  const error = { message, type: code, code, param: null };
  return [{ status, body: { error }, ...(headers && { headers }) }];
}
