// Sends one question through the run's gateway and reads the answer's words as they come.
import { request as httpRequest, type IncomingMessage } from "node:http";
import { z } from "zod";
import type { Gateway, ModelApi } from "../gateway/contract.ts";
import { createEventReader } from "../gateway/event-stream.ts";

/** `text` is what the model said, `refusal` what it said instead of an answer. `errorBody` for a status of 400 and more. */
export type ModelAnswer = { status: number; text: string; refusal: string; errorBody: string; isTooLong: boolean };

/** Rejects when the answer breaks off or `signal` aborts; the gateway knows why. */
export async function callModel(
  gateway: Gateway,
  api: ModelApi,
  body: Record<string, unknown>,
  limits: { signal: AbortSignal; maxOutputBytes: number },
): Promise<ModelAnswer> {
  const answer = await send(gateway, api, JSON.stringify(body), limits.signal);
  const status = answer.statusCode ?? 0;
  const nothing = { status, text: "", refusal: "", errorBody: "", isTooLong: false };
  if (status !== 200) return { ...nothing, errorBody: await readText(answer) };
  const words = { text: "", deltas: "", refusal: "" };
  const take = api === "responses" ? takeResponseEvent : takeChatEvent;
  const reader = createEventReader({
    onData: (data) => {
      if (data !== "[DONE]") take(words, parse(data));
    },
  });
  for await (const chunk of answer) {
    reader.push(chunk);
    if (Math.max(words.text.length, words.deltas.length, words.refusal.length) > limits.maxOutputBytes) {
      answer.destroy();
      return { ...nothing, isTooLong: true };
    }
  }
  reader.end();
  // Some endpoints send only the pieces and never the whole message.
  return { ...nothing, text: words.text === "" ? words.deltas : words.text, refusal: words.refusal };
}

type Words = { text: string; deltas: string; refusal: string };

const Part = z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() });
const Item = z.looseObject({ type: z.string(), content: z.array(Part).nullish() });
const ResponseEvent = z.looseObject({ type: z.string(), delta: z.unknown().optional(), item: Item.optional() });
const Delta = z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() });
const ChatChunk = z.looseObject({ choices: z.array(z.looseObject({ delta: Delta.nullish() })).nullish() });

function takeResponseEvent(words: Words, value: unknown): void {
  const { type, delta, item } = ResponseEvent.safeParse(value).data ?? {};
  if (type === "response.output_text.delta" && typeof delta === "string") words.deltas += delta;
  if (type !== "response.output_item.done" || item?.type !== "message") return;
  for (const part of item.content ?? []) takePart(words, part);
}

function takePart(words: Words, { type, text = "", refusal = "" }: z.infer<typeof Part>): void {
  if (type === "output_text") words.text += words.text === "" ? text : `\n${text}`;
  if (type === "refusal") words.refusal += refusal;
}

function takeChatEvent(words: Words, value: unknown): void {
  const delta = ChatChunk.safeParse(value).data?.choices?.[0]?.delta;
  words.text += delta?.content ?? "";
  words.refusal += delta?.refusal ?? "";
}

function send(gateway: Gateway, api: ModelApi, body: string, signal: AbortSignal): Promise<IncomingMessage> {
  const url = `${gateway.baseUrl}/${api === "responses" ? "responses" : "chat/completions"}`;
  const headers = { authorization: `Bearer ${gateway.token}`, accept: "text/event-stream", "user-agent": "rondo" };
  return new Promise((resolve, reject) => {
    const out = httpRequest(url, { method: "POST", headers, signal, agent: false });
    out.once("response", resolve);
    out.on("error", reject);
    out.end(body);
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
