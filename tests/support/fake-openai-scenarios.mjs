// What the scripted model can be told to do, by name: every row of the failure matrix that codex was measured with, and
// what other endpoints do besides.

/** A review without findings, as the schema wants it. */
export const CLEAN_REVIEW = JSON.stringify({
  findings: [],
  overall_correctness: "patch is correct",
  overall_explanation: "Nothing is wrong with this change.",
  overall_confidence_score: 0.8,
});

const say = (text) => ({ items: [{ text }] });
const OK = say(CLEAN_REVIEW);
const fails = (status, code, message, headers) => [
  { status, body: { error: { message, type: code, code, param: null } }, ...(headers && { headers }) },
];

export const SCENARIOS = {
  ok: [OK],
  /** Does what a careful reviewer would: reports each `BUG(P1): title` of an added line. */
  reviewer: (_, body) => say(reviewOf(textOf(body))),
  "json-in-prose": [say(`Here is my review:\n\n\`\`\`json\n${CLEAN_REVIEW}\n\`\`\``)],
  "schema-mismatch": [say('{"verdict":"fine"}')],
  "then-json": [say("Looks good to me, mostly."), OK],
  prose: [say("Looks good to me, mostly.")],
  question: [say("Which database does this run against?")],
  "question-field": [
    say(
      JSON.stringify({ ...JSON.parse(CLEAN_REVIEW), overall_correctness: null, question: "Which database is meant?" }),
    ),
  ],
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
  "no-schema": (_, body) =>
    body?.text?.format !== undefined || body?.response_format !== undefined
      ? fails(
          400,
          "unsupported_parameter",
          "'response_format' of type 'json_schema' is not supported with this model.",
        )[0]
      : OK,
};

function textOf(body) {
  const texts = [];
  JSON.stringify(body ?? null, (key, value) => {
    if ((key === "text" || key === "content") && typeof value === "string") texts.push(value);
    return value;
  });
  return texts.join("\n");
}

/** The review of a unified diff that stands somewhere in `text`. */
function reviewOf(text) {
  const findings = [];
  let path = null;
  let line = 0;
  for (const row of text.split("\n")) {
    path = /^\+\+\+ b\/(.*)$/.exec(row)?.[1] ?? path;
    const start = /^@@ -\S+ \+(\d+)/.exec(row)?.[1];
    if (start !== undefined) line = Number(start) - 1;
    else if (/^[+ ]/.test(row) && !row.startsWith("+++")) line += 1;
    const [, priority, title] = /^\+.*BUG\(P([0-3])\): (.*)$/.exec(row) ?? [];
    if (title !== undefined) findings.push(findingOf({ path, line, priority, title }));
  }
  return JSON.stringify({
    findings,
    overall_correctness: findings.length === 0 ? "patch is correct" : "patch is incorrect",
    overall_explanation: findings.length === 0 ? "Nothing is wrong with this change." : "The change has errors.",
    overall_confidence_score: 0.8,
  });
}

function findingOf({ path, line, priority, title }) {
  return {
    title: `[P${priority}] ${title.trim()}`,
    body: "The line says so itself.",
    confidence_score: 0.9,
    priority: Number(priority),
    code_location: { absolute_file_path: path, line_range: { start: line, end: line } },
    suggestion: null,
  };
}
