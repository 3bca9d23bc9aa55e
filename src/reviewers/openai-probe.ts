// Whether the model's endpoint would answer right now, for `rondo doctor`: one question of three words, through the same
// gateway as a run, so that key, quota, model, way and certificate are all tried. It costs less than a cent.
import type { FailureKind, Preflight } from "../reviewer.ts";
import { type ModelAccess, openRunGateway } from "./model-access.ts";
import { callModel } from "./openai-call.ts";

const PROBE_MS = 15_000;
/** The least that the Responses API takes; the answer itself is of no interest. */
const PROBE_OUTPUT_TOKENS = 16;

/** Never rejects; the words name what to do about each kind of failure. */
export async function probeModel(access: ModelAccess, label: string): Promise<Preflight> {
  const bounds = { headerTimeoutMs: PROBE_MS, responseTimeoutMs: PROBE_MS };
  const gateway = await openRunGateway(access, { costUsd: null, bounds });
  try {
    const signal = AbortSignal.timeout(PROBE_MS + 1000);
    const { api, model } = access;
    const body =
      api === "responses"
        ? { model, stream: true, store: false, input: "Say OK.", max_output_tokens: PROBE_OUTPUT_TOKENS }
        : { model, stream: true, messages: [{ role: "user", content: "Say OK." }], max_tokens: PROBE_OUTPUT_TOKENS };
    const { status } = await callModel(gateway, api, body, { signal, maxOutputBytes: 100_000 }).catch(() => ({
      status: 0,
    }));
    const failure = gateway.failure();
    // A reasoning model may use up 16 tokens before its first word: it answers, and that is what was asked.
    if (failure?.kind === "output_limit" || (failure === null && status === 200)) return { isReady: true, label };
    const [what, hint] = WORDS[failure?.kind ?? "unknown"];
    return { isReady: false, problem: `${what} ${failure?.message ?? ""}`.trim(), hint };
  } finally {
    await gateway.close();
  }
}

const LATER = "Nothing to do here: rounds try again by themselves. If it stays, ask whoever runs the endpoint.";
const OTHER: readonly [string, string] = ["The model's endpoint answered in an unexpected way.", LATER];

const WORDS: Readonly<Record<FailureKind, readonly [problem: string, hint: string]>> = {
  auth: [
    "The model's endpoint does not accept the key.",
    "Put OPENAI_API_KEY right; the key must be allowed to use the model.",
  ],
  quota: ["The account behind OPENAI_API_KEY has no money or quota left.", "Pay in, or raise the account's limit."],
  budget: ["The limits of one run are too small for any question.", "Raise model.tokens_per_run in the server file."],
  rate_limit: ["The model's endpoint is asked too often at the moment.", LATER],
  overloaded: ["The model's endpoint has an error of its own.", LATER],
  network: [
    "The model's endpoint cannot be reached.",
    "Check OPENAI_BASE_URL, and HTTPS_PROXY if this machine needs a proxy.",
  ],
  timeout: [
    "The model's endpoint takes the question and does not answer.",
    "Check OPENAI_BASE_URL and what stands on the way to it.",
  ],
  context: OTHER,
  output_limit: OTHER,
  bad_output: OTHER,
  refused: OTHER,
  needs_input: OTHER,
  sandbox: OTHER,
  config: [
    "The model's endpoint does not know what it is asked.",
    "Check RONDO_MODEL, OPENAI_BASE_URL (it usually ends in /v1) and model.api in the server file.",
  ],
  unknown: OTHER,
};
