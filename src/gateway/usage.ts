// Reads from an answer, as it passes, what it used and how it ended. Both APIs, as a stream of events or as one JSON.
// Responses: https://developers.openai.com/api/reference/resources/responses
// Chat Completions: https://developers.openai.com/api/reference/resources/chat
import { z } from "zod";
import type { TokenCount } from "../reviewer.ts";
import type { GatewayFailure, ModelApi } from "./contract.ts";
import { createEventReader } from "./event-stream.ts";
import { failureOfCode, failureOfIncomplete } from "./failure.ts";

/** What is known when the answer has ended. `isWhole` false: it broke off before it said that it is over. */
export type AnswerFacts = { usage: TokenCount | null; failure: GatewayFailure | null; isWhole: boolean };

/** Sees every chunk after the client got it. */
export type AnswerReader = { push(chunk: Buffer): void; end(): AnswerFacts };

/** `isStream`: server-sent events; else one JSON object, of which at most 4 MiB are kept. */
export function createAnswerReader(api: ModelApi, isStream: boolean): AnswerReader {
  const facts: AnswerFacts = { usage: null, failure: null, isWhole: false };
  const take = (text: string): void => {
    const value = parse(text);
    if (value === undefined) return;
    if (api === "responses") takeResponse(facts, value, isStream);
    else takeChat(facts, value, isStream);
  };
  if (!isStream) return wholeReader(facts, take);
  const reader = createEventReader({
    onData(data) {
      if (data === "[DONE]") facts.isWhole = true;
      else take(data);
    },
    ...(api === "responses" && { isWanted: endsResponse }),
  });
  return {
    push: (chunk) => reader.push(chunk),
    end() {
      reader.end();
      return facts;
    },
  };
}

const MAX_KEPT = 4_194_304;

function wholeReader(facts: AnswerFacts, take: (text: string) => void): AnswerReader {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    push(chunk) {
      bytes += chunk.length;
      if (bytes <= MAX_KEPT) chunks.push(chunk);
    },
    end() {
      if (bytes <= MAX_KEPT) take(Buffer.concat(chunks).toString("utf8"));
      return facts;
    },
  };
}

/** Of the many events of a response only those that end it are decoded; a delta may quote these words, which the JSON then tells. */
function endsResponse(line: Buffer): boolean {
  return ENDINGS.some((word) => line.includes(word));
}

const ENDINGS = ["response.completed", "response.incomplete", "response.failed", '"error"'].map((word) =>
  Buffer.from(word),
);

const tokens = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const details = <T extends z.ZodRawShape>(shape: T) => z.looseObject(shape).nullish();
const ResponsesUsage = z.looseObject({
  input_tokens: tokens,
  input_tokens_details: details({ cached_tokens: tokens.nullish(), cache_write_tokens: tokens.nullish() }),
  output_tokens: tokens,
  output_tokens_details: details({ reasoning_tokens: tokens.nullish() }),
});
const ChatUsage = z.looseObject({
  prompt_tokens: tokens,
  prompt_tokens_details: details({ cached_tokens: tokens.nullish(), cache_write_tokens: tokens.nullish() }),
  completion_tokens: tokens,
  completion_tokens_details: details({ reasoning_tokens: tokens.nullish() }),
});
const Trouble = z.looseObject({
  code: z.string().nullish(),
  type: z.string().nullish(),
  message: z.string().nullish(),
});
const Response = z.looseObject({
  status: z.string().nullish(),
  usage: z.unknown().optional(),
  error: Trouble.nullish(),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
});
const ResponseEvent = z.looseObject({ type: z.string(), response: Response.optional() });
const ChatAnswer = z.looseObject({
  usage: z.unknown().optional(),
  error: Trouble.nullish(),
  choices: z.array(z.looseObject({ finish_reason: z.string().nullish() })).nullish(),
});

function takeResponse(facts: AnswerFacts, value: unknown, isStream: boolean): void {
  const response = isStream ? endOfStream(value) : Response.safeParse(value).data;
  if (response === undefined) return;
  const { status, usage, error, incomplete_details: incomplete } = response;
  facts.isWhole = true;
  facts.usage = fromResponses(usage) ?? facts.usage;
  if (status === "failed") facts.failure = failureOfCode(error ?? {});
  if (status === "incomplete") facts.failure = failureOfIncomplete(incomplete?.reason ?? null);
}

/** The response as the last event has it; an event `error` is a failed one. Undefined for every other event. */
function endOfStream(value: unknown): z.infer<typeof Response> | undefined {
  const { type, response } = ResponseEvent.safeParse(value).data ?? {};
  if (type === "error") return { status: "failed", usage: null, error: Trouble.safeParse(value).data };
  const status = /^response\.(?<status>completed|incomplete|failed)$/.exec(type ?? "")?.groups?.["status"];
  return status === undefined || response === undefined ? undefined : { ...response, status };
}

function takeChat(facts: AnswerFacts, value: unknown, isStream: boolean): void {
  const answer = ChatAnswer.safeParse(value).data;
  if (answer === undefined) return;
  facts.usage = fromChat(answer.usage) ?? facts.usage;
  if (answer.error) {
    facts.failure = failureOfCode(answer.error);
    facts.isWhole = true;
  }
  const reason = answer.choices?.[0]?.finish_reason;
  if (reason === "length") facts.failure = failureOfIncomplete("max_output_tokens");
  if (reason === "content_filter") facts.failure = failureOfIncomplete("content_filter");
  if (!isStream || typeof reason === "string") facts.isWhole = true;
}

function fromResponses(value: unknown): TokenCount | null {
  const usage = ResponsesUsage.safeParse(value).data;
  if (usage === undefined) return null;
  const { input_tokens: input, output_tokens: output } = usage;
  return { input, output, ...kinds(usage.input_tokens_details, usage.output_tokens_details) };
}

function fromChat(value: unknown): TokenCount | null {
  const usage = ChatUsage.safeParse(value).data;
  if (usage === undefined) return null;
  const { prompt_tokens: input, completion_tokens: output } = usage;
  return { input, output, ...kinds(usage.prompt_tokens_details, usage.completion_tokens_details) };
}

function kinds(
  input:
    | { cached_tokens?: number | null | undefined; cache_write_tokens?: number | null | undefined }
    | null
    | undefined,
  output: { reasoning_tokens?: number | null | undefined } | null | undefined,
): Pick<TokenCount, "cachedInput" | "cacheWrite" | "reasoning"> {
  return {
    cachedInput: input?.cached_tokens ?? 0,
    cacheWrite: input?.cache_write_tokens ?? 0,
    reasoning: output?.reasoning_tokens ?? 0,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
