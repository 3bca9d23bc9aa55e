// The reviewer `openai`: one question to an OpenAI-compatible endpoint, with the change as text, and one answer as JSON.
// No shell, no tools, no files of this machine: whatever the change says, all it can do is change words of the answer.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import type { Gateway } from "../gateway/contract.ts";
import { renderData, type RenderedData } from "../prompt/render-data.ts";
import type {
  FailureKind,
  Preflight,
  Review,
  ReviewEnding,
  Reviewer,
  ReviewLimits,
  ReviewRequest,
} from "../reviewer.ts";
import { type ModelAccess, openRunGateway, spendOf } from "./model-access.ts";
import { callModel, type ModelAnswer } from "./openai-call.ts";
import { probeModel } from "./openai-probe.ts";
import { questionBody, refusesStructure } from "./openai-request.ts";
import { readAnswer } from "./review-answer.ts";

const NAME = "openai";
/** Of the diff in one question: about 100,000 tokens, which the context of every current model takes. */
const MAX_CHANGE_BYTES = 400_000;

/** One run is one question, and a second one where the endpoint knows no structured output. */
export function createOpenaiReviewer(access: ModelAccess): Reviewer {
  const label = `openai ${access.model}`;
  return {
    name: NAME,
    canBeAskedAgain: true,
    isPaid: true,
    preflight: async (): Promise<Preflight> => ({ isReady: true, label }),
    probe: () => probeModel(access, label),
    async review(request, limits, signal) {
      const started = performance.now();
      const { timeoutMs: responseTimeoutMs, silenceMs } = limits;
      const bounds = { responseTimeoutMs, ...(silenceMs !== undefined && { silenceMs, headerTimeoutMs: silenceMs }) };
      const gateway = await openRunGateway(access, { costUsd: limits.costUsd ?? null, bounds });
      try {
        const diff = await readFile(request.diffFile, "utf8");
        const boundary = randomBytes(16).toString("hex");
        const change = renderData(request, { diff, maxBytes: MAX_CHANGE_BYTES, boundary });
        const said = await ask(gateway, access, { request, change: change.text, limits, signal });
        const durationMs = performance.now() - started;
        return toReview(said, { request, change, gateway, label, durationMs });
      } finally {
        await gateway.close();
      }
    },
  };
}

type Asking = { request: ReviewRequest; change: string; limits: ReviewLimits; signal: AbortSignal };

/** How the question went: the words, or why there are none. */
type Said = { ending: ReviewEnding; text: string; diagnostics: string };

async function ask(gateway: Gateway, access: ModelAccess, asking: Asking): Promise<Said> {
  const { limits, signal } = asking;
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  const bounds = { signal: AbortSignal.any([signal, deadline]), maxOutputBytes: limits.maxOutputBytes };
  const { api, model } = access;
  const send = (isStructured: boolean): Promise<ModelAnswer> =>
    callModel(gateway, api, questionBody({ ...asking, api, model, isStructured }), bounds);
  let diagnostics = "";
  try {
    let answer = await send(true);
    if (refusesStructure(answer.status, answer.errorBody)) {
      diagnostics = "The endpoint knows no structured output; asked again with the schema in words.\n";
      answer = await send(false);
    }
    return judge(answer, gateway, limits, diagnostics);
  } catch (error) {
    if (signal.aborted) return { ending: { kind: "cancelled" }, text: "", diagnostics };
    if (deadline.aborted) return { ending: timedOut(limits), text: "", diagnostics };
    return failed(gateway, diagnostics, error);
  }
}

function judge(answer: ModelAnswer, gateway: Gateway, limits: ReviewLimits, diagnostics: string): Said {
  if (answer.isTooLong)
    return { ending: { kind: "outputTooLarge", limitBytes: limits.maxOutputBytes }, text: "", diagnostics };
  const { status, text, refusal } = answer;
  if (status !== 200 || gateway.failure() !== null) return failed(gateway, `${diagnostics}${text}\n`, null);
  if (refusal !== "") return { ending: ended("refused"), text: refusal, diagnostics };
  return { ending: { kind: "completed", exitCode: 0 }, text, diagnostics };
}

/** The gateway knows the reason; what was thrown here is only its shadow. */
function failed(gateway: Gateway, diagnostics: string, thrown: unknown): Said {
  const failure = gateway.failure();
  const words = failure?.message ?? (thrown instanceof Error ? thrown.message : "no reason is known");
  const ending = ended(failure?.kind ?? "unknown", failure?.retryAfterMs ?? null);
  return { ending, text: "", diagnostics: `${diagnostics}${words}\n` };
}

function ended(failure: FailureKind, retryAfterMs: number | null = null): ReviewEnding {
  return { kind: "failed", failure, message: null, exitCode: null, retryAfterMs };
}

function timedOut({ timeoutMs }: ReviewLimits): ReviewEnding {
  return { kind: "timedOut", limit: "phase_cap", limitMs: timeoutMs };
}

type Told = { request: ReviewRequest; change: RenderedData; gateway: Gateway; label: string; durationMs: number };

function toReview(said: Said, { request, change, gateway, label, durationMs }: Told): Review {
  const spend = spendOf(gateway);
  const answer = readAnswer(Buffer.from(said.text), request, NAME);
  const isAnswer = said.ending.kind === "completed";
  const isQuestion = isAnswer && answer.findings.length === 0 && asksBack(said.text, request);
  const isUsable = isAnswer && !isQuestion;
  return {
    reviewer: NAME,
    label,
    ending: isQuestion ? ended("needs_input") : said.ending,
    output: said.text,
    diagnostics: said.diagnostics,
    findings: isUsable ? answer.findings : [],
    statedVerdict: isUsable ? answer.statedVerdict : null,
    reading: isUsable ? answer.reading : "unreadable",
    problem: answer.problem,
    notAnalysed: change.leftOut,
    durationMs,
    costUsd: spend.costUsd,
    spend,
  };
}

/** A question in the field for it; in plain words only when that is all it had to say the second time as well. */
function asksBack(text: string, { previousAnswer }: ReviewRequest): boolean {
  const field = /"question"\s*:\s*"(?<question>[^"]+)"/.exec(text)?.groups?.["question"];
  if (field !== undefined && /^\s*[{`]/.test(text)) return true;
  return previousAnswer !== undefined && !text.includes('"findings"') && /\?["'*_\s]*$/.test(text);
}
