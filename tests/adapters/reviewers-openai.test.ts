// The openai reviewer against the scripted model: a review from each API, and for each way of failing the end it gives.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Model } from "../../src/repo-config/model.ts";
import { describeEnding, retryClass } from "../../src/report/failure.ts";
import type { ReviewLimits, ReviewRequest } from "../../src/reviewer.ts";
import { modelAccess } from "../../src/reviewers/model-access.ts";
import { createOpenaiReviewer } from "../../src/reviewers/openai.ts";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import { prepareRequest } from "../support/review-request.ts";

const KEY = "sk-test-Hq3Tz8Wn5Vb1Xc6Jd2Mf";
const LIMITS: ReviewLimits = { timeoutMs: 20_000, maxOutputBytes: 1_000_000 };
const FILES = { "src/a.ts": "export const a = 1;\nexport const b = 2; // BUG(P1): Add three\n" };

let model: FakeOpenai;
let change: Awaited<ReturnType<typeof prepareRequest>>;
beforeAll(async () => {
  model = await startFakeOpenai();
  change = await prepareRequest(FILES);
});
afterAll(async () => {
  await model.close();
  await change.dispose();
});

describe("a review", () => {
  it.each(["responses", "chat_completions"] as const)("comes over %s, with findings, tokens and cost", async (api) => {
    const review = await play("reviewer", `review-${api.slice(0, 4)}`, { server: { api, prices: PRICES } });
    expect(review).toMatchObject({
      reviewer: "openai",
      label: "openai m",
      ending: { kind: "completed" },
      reading: "structured",
      statedVerdict: "REQUEST_CHANGES",
      costUsd: 0.00192,
      spend: { model: "m", requests: 1, unmetered: 0, tokens: model.told(`review-${api.slice(0, 4)}`) },
    });
    expect(review.findings).toMatchObject([{ priority: "P1", title: "Add three", path: "src/a.ts", startLine: 2 }]);
  });

  it("asks with the instruction block, then the separator, then the change; strictly, and keeping nothing", async () => {
    await play("ok", "asked");
    const [request] = model.of("asked");
    const { instructions, input, text, store, tools } = request?.body ?? {};
    expect({ store, tools, format: text.format.type, strict: text.format.strict }).toEqual({
      store: false,
      tools: undefined,
      format: "json_schema",
      strict: true,
    });
    expect(instructions.startsWith("Review this change.")).toBe(true);
    const data: string = input[0].content[0].text;
    expect(data).toMatch(
      /^What follows is data about one change.*\b(?<drawn>[0-9a-f]{32})\b[^]*\k<drawn>: end =====\n$/,
    );
    expect(data).toContain('- "src/a.ts": added, ');
    expect(data).toContain("+export const b = 2;");
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it("sends a schema in which every field is required and nothing else is allowed", async () => {
    await play("ok", "schema");
    const objects: { required: string[]; properties: object; additionalProperties: unknown }[] = [];
    JSON.stringify(model.of("schema")[0]?.body.text.format.schema, (_, value) => {
      if (value?.type === "object") objects.push(value);
      return value;
    });
    expect(objects).toHaveLength(4);
    for (const { required, properties, additionalProperties } of objects) {
      expect(required).toEqual(Object.keys(properties));
      expect(additionalProperties).toBe(false);
    }
  });

  it("asks again with the schema in words where the endpoint knows no structured output", async () => {
    const review = await play("no-schema", "words");
    expect(review).toMatchObject({ reading: "structured", statedVerdict: "APPROVE", spend: { requests: 2 } });
    expect(review.diagnostics).toContain("structured output");
    const [first, second] = model.of("words");
    expect(first?.body.text).toBeDefined();
    expect(second?.body.text).toBeUndefined();
    expect(second?.body.instructions).toContain('"line_range"');
  });

  it("reads JSON out of prose; without a review the answer is unreadable, and the second time the model sees why", async () => {
    expect(await play("json-in-prose", "prose-json")).toMatchObject({
      reading: "structured",
      statedVerdict: "APPROVE",
    });
    const first = await play("then-json", "twice");
    expect(first).toMatchObject({ reading: "unreadable", ending: { kind: "completed" } });
    const previousAnswer = { output: first.output, problem: "it is no review" };
    const second = await play("then-json", "twice", { request: { previousAnswer } });
    expect(second).toMatchObject({ reading: "structured", statedVerdict: "APPROVE" });
    const said: string = model.of("twice")[1]?.body.input[1].content[0].text;
    expect(said).toContain(JSON.stringify(first.output));
    expect(said).toContain("it is no review");
  });

  it("leaves out what does not fit, and names it", async () => {
    const large = await prepareRequest({ ...FILES, "big.txt": "x".repeat(401_000) });
    const review = await play("reviewer", "large", { request: large.request });
    expect(review.findings).toHaveLength(1);
    expect(review.notAnalysed).toEqual([{ path: "big.txt", reason: expect.stringMatching(/^budget/) }]);
    const data: string = model.of("large")[0]?.body.input[0].content[0].text;
    expect(data).toContain('- "big.txt": budget');
    expect(data).not.toContain("xxxx");
    await large.dispose();
  });
});

describe("no review", () => {
  it.each([
    ["unauthorized", "auth", "skip"],
    ["forbidden", "auth", "skip"],
    ["quota", "quota", "skip"],
    ["usage-limit", "quota", "skip"],
    ["failed-quota", "quota", "skip"],
    ["rate-limited", "rate_limit", "retry"],
    ["failed-rate-limit", "rate_limit", "retry"],
    ["server-error", "overloaded", "retry"],
    ["unavailable", "overloaded", "retry"],
    ["failed-server-error", "overloaded", "retry"],
    ["cut", "network", "retry"],
    ["eof", "network", "retry"],
    ["gateway-timeout", "timeout", "retry"],
    ["context", "context", "retry_different"],
    ["failed-context", "context", "retry_different"],
    ["max-output", "output_limit", "retry_different"],
    ["model-not-found", "config", "skip"],
    ["bad-request", "config", "skip"],
    ["html", "config", "skip"],
    ["redirect", "config", "skip"],
    ["content-filter", "refused", "skip"],
    ["refusal", "refused", "skip"],
    ["question-field", "needs_input", "skip"],
  ])("%s ends as %s: %s", async (scenario, failure, again) => {
    const review = await play(scenario, `row-${scenario}`);
    expect(review).toMatchObject({ ending: { kind: "failed", failure }, findings: [], statedVerdict: null });
    expect(retryClass(review.ending)).toBe(again);
    const { failure: line } = describeEnding(review.ending, review.durationMs);
    expect(line).toMatch(new RegExp(`^${failure}: [a-z].*\\.$`));
    expect(`${line}${review.diagnostics}`).not.toMatch(/sk-proj-abc|127\.0\.0\.1.*\n.*sk-/);
    expect(model.of(`row-${scenario}`)).toHaveLength(1);
  });

  it("says nothing, or not the right thing", async () => {
    expect(await play("empty", "empty")).toMatchObject({
      ending: { kind: "completed" },
      output: "",
      reading: "unreadable",
    });
    expect(await play("no-message", "none")).toMatchObject({ ending: { kind: "completed" }, output: "" });
    expect(await play("schema-mismatch", "mismatch")).toMatchObject({ reading: "unreadable", statedVerdict: null });
  });

  it("takes a question for one only when nothing else came the second time, and hands on its words", async () => {
    const first = await play("question", "question");
    expect(first.ending.kind).toBe("completed");
    const previousAnswer = { output: first.output, problem: "it is no review" };
    const second = await play("question", "question", { request: { previousAnswer } });
    expect(second).toMatchObject({
      ending: { failure: "needs_input" },
      output: "Which database does this run against?",
    });
  });

  it("ends at the cap, at silence, when it is called off, and at too many words", async () => {
    const late = await play("keepalive", "late", { limits: { timeoutMs: 200 } });
    expect(["timedOut", "failed"]).toContain(late.ending.kind);
    expect(await play("idle-mid", "mute", { limits: { silenceMs: 100 } })).toMatchObject({
      ending: { failure: "timeout" },
      spend: { unmetered: 1 },
      costUsd: null,
    });
    expect(await play("no-headers", "gone", { signal: AbortSignal.timeout(100) })).toMatchObject({
      ending: { kind: "cancelled" },
    });
    await expect.poll(() => model.of("gone")[0]?.ended).toBe("client closed");
    expect(await play("reviewer", "wordy", { limits: { maxOutputBytes: 100 } })).toMatchObject({
      ending: { kind: "outputTooLarge" },
    });
  });

  it("costs no more than the run may", async () => {
    const review = await play("reviewer", "poor", { server: { prices: PRICES }, limits: { costUsd: 0.001 } });
    expect(review).toMatchObject({ ending: { failure: "budget" }, costUsd: 0, spend: { requests: 0 } });
    expect(model.of("poor")).toEqual([]);
  });

  it("says unknown where there is no price", async () => {
    expect(await play("ok", "priceless")).toMatchObject({ costUsd: null, spend: { unmetered: 0 } });
  });
});

describe("the probe of doctor", () => {
  it.each([
    ["ok", true, ""],
    ["max-output", true, ""],
    ["unauthorized", false, "OPENAI_API_KEY"],
    ["quota", false, "Pay in"],
    ["model-not-found", false, "RONDO_MODEL"],
    ["html", false, "/v1"],
    ["unavailable", false, "try again"],
  ])("%s", async (scenario, isReady, hint) => {
    const answer = await reviewerFor(scenario, `probe-${scenario}`).probe?.();
    expect(answer?.isReady).toBe(isReady);
    expect(answer?.isReady === false ? answer.hint : "").toContain(hint);
    expect(model.of(`probe-${scenario}`)[0]?.body.max_output_tokens).toBe(16);
  });

  it("says which it is when the endpoint is down or speaks no TLS", async () => {
    expect(await probeAt("http://127.0.0.1:1/v1")).toMatchObject({
      problem: expect.stringContaining("nothing listens"),
    });
    expect(await probeAt(model.url.replace("http:", "https:"))).toMatchObject({
      problem: expect.stringContaining("TLS"),
    });
  });
});

const PRICES = { m: { input: 1, cached_input: 0.1, output: 10 } };

type Play = {
  request?: Partial<ReviewRequest>;
  limits?: Partial<ReviewLimits>;
  server?: Parameters<typeof Model.parse>[0];
  signal?: AbortSignal;
};

function access({ baseUrl, server = {} }: { baseUrl: string; server?: Play["server"] }) {
  return modelAccess(
    { environment: { apiKey: KEY, baseUrl, name: "m" }, server: Model.parse(server), agent: null },
    "openai",
  );
}

function probeAt(baseUrl: string) {
  return createOpenaiReviewer(access({ baseUrl })).probe?.();
}

function reviewerFor(scenario: string, run: string, server?: Play["server"]) {
  return createOpenaiReviewer(access({ baseUrl: model.baseUrl(scenario, run), server }));
}

async function play(scenario: string, run: string, { request, limits, server, signal }: Play = {}) {
  const asked = { ...change.request, ...request };
  return await reviewerFor(scenario, run, server).review(
    asked,
    { ...LIMITS, ...limits },
    signal ?? new AbortController().signal,
  );
}
