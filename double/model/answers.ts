// The answers of the scripted model, in the shapes of OpenAI's two APIs: as events, and whole.
import type { FakeItem, FakeStep, Usage } from "./script.ts";

/** `events` are ready to be written, `whole` is the JSON without a stream; `usage` undefined: none is told. */
type Answer = { events: readonly string[]; usage: Usage | undefined; whole: unknown };

/** Used where a step names no usage of its own. */
const USAGE = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 200 },
  output_tokens: 90,
  output_tokens_details: { reasoning_tokens: 40 },
  total_tokens: 1290,
};

/** One response of the Responses API to request `n`. */
export function responsesAnswer(step: FakeStep, { n }: { n: number }): Answer {
  const usage = usageOf(step);
  const base = { id: `resp_${n}`, object: "response" };
  const items = (step.items ?? []).map((item, index) => outputItem(item, `${n}_${index}`));
  const end = endOf(step, { ...base, output: [] }, usage);
  if (step.raw !== undefined) return { events: step.raw, usage: usage ?? undefined, whole: {} };
  const events = [
    event("response.created", { response: { ...base, status: "in_progress", output: [] } }),
    ...items.flatMap((item, index) => itemEvents(item, index)),
    ...padding(step.pad ?? 0).map((delta) =>
      event("response.output_text.delta", { item_id: "msg_pad", output_index: 99, content_index: 0, delta }),
    ),
    event(`response.${end.status}`, { response: end }),
  ];
  return { events, usage: usage ?? undefined, whole: { ...end, output: items } };
}

/** The same step as a chat completion; shell calls do not exist there. */
export function chatAnswer(step: FakeStep, { n, body }: { n: number; body: unknown }): Answer {
  const told = usageOf(step);
  const usage = told === null ? undefined : chatUsage(told);
  const asked: { model?: string; stream_options?: { include_usage?: boolean } } = Object(body);
  const base = { id: `chatcmpl_${n}`, model: asked.model };
  const { content, refusal } = chatWords(step.items ?? []);
  const reason = step.incomplete === "max_output_tokens" ? "length" : (step.incomplete ?? "stop");
  const error = step.failed && { error: { ...step.failed, type: step.failed.code } };
  const chunk = (fields: Readonly<Record<string, unknown>>): string =>
    data({ ...base, object: "chat.completion.chunk", usage: null, ...fields });
  const choice = (delta: unknown, finish_reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason }] });
  const tellsUsage = usage !== undefined && asked.stream_options?.include_usage === true;
  const events = [
    choice({ role: "assistant", content: "" }),
    ...padding(step.pad ?? 0).map((text) => choice({ content: text })),
    choice(refusal === null ? { role: "assistant", content } : { role: "assistant", refusal }),
    error === undefined ? choice({}, reason) : data(error),
    ...(tellsUsage ? [chunk({ choices: [], usage })] : []),
    "data: [DONE]\n\n",
  ];
  const message = { role: "assistant", content, refusal };
  const whole = { ...base, object: "chat.completion", choices: [{ index: 0, message, finish_reason: reason }], usage };
  return { events, usage: told ?? undefined, whole: error ?? whole };
}

function usageOf({ usage }: FakeStep): Usage | null {
  return usage === undefined ? USAGE : usage;
}

/** Either words or a refusal. */
function chatWords(items: readonly FakeItem[]): { content: string | null; refusal: string | null } {
  const refusal = items.flatMap((item) => ("refusal" in item ? [item.refusal] : []))[0];
  if (typeof refusal === "string") return { content: null, refusal };
  return { content: items.flatMap((item) => ("text" in item ? [item.text] : [])).join("\n"), refusal: null };
}

function chatUsage(usage: Usage): Record<string, unknown> {
  return {
    prompt_tokens: usage.input_tokens,
    prompt_tokens_details: usage.input_tokens_details,
    completion_tokens: usage.output_tokens,
    completion_tokens_details: usage.output_tokens_details,
    total_tokens: (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0),
  };
}

type End = { status: "completed" | "failed" | "incomplete" } & Readonly<Record<string, unknown>>;

function endOf({ failed, incomplete }: FakeStep, base: Readonly<Record<string, unknown>>, usage: Usage | null): End {
  if (failed !== undefined) return { ...base, status: "failed", error: failed };
  const told = usage === null ? {} : { usage };
  if (incomplete === undefined) return { ...base, status: "completed", ...told };
  return { ...base, status: "incomplete", incomplete_details: { reason: incomplete }, ...told };
}

type Sent = {
  type: string;
  id?: unknown;
  content?: readonly ({ type: "output_text"; text: string } | { type: "refusal"; refusal: string })[];
};

function itemEvents(item: Sent, output_index: number): string[] {
  const part = item.content?.[0];
  const done = event("response.output_item.done", { output_index, item });
  if (part === undefined) return [done];
  const open = { ...item, status: "in_progress", content: [] };
  const type = part.type === "output_text" ? "response.output_text.delta" : "response.refusal.delta";
  const delta = part.type === "output_text" ? part.text : part.refusal;
  return [
    event("response.output_item.added", { output_index, item: open }),
    event(type, { item_id: item.id, output_index, content_index: 0, delta }),
    done,
  ];
}

function outputItem(item: FakeItem, id: string): Sent {
  if ("type" in item) return item;
  if ("call" in item) {
    const name = "exec_command";
    const args = JSON.stringify({ cmd: item.call });
    return Object.assign({ type: "function_call", id: `fc_${id}` }, { call_id: `call_${id}`, name, arguments: args });
  }
  if ("reasoning" in item) {
    const summary = [{ type: "summary_text", text: item.reasoning }];
    return Object.assign({ type: "reasoning", id: `rs_${id}` }, { summary, encrypted_content: "enc" });
  }
  const message = { type: "message", id: `msg_${id}`, role: "assistant", status: "completed" };
  return "text" in item
    ? { ...message, content: [Object.assign({ type: "output_text", text: item.text } as const, { annotations: [] })] }
    : { ...message, content: [{ type: "refusal", refusal: item.refusal }] };
}

/** Pieces of about 8 kB that together have `bytes`. */
function padding(bytes: number): string[] {
  return Array.from({ length: Math.ceil(bytes / 8192) }, () => "é".repeat(4096));
}

function event(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\n${data({ type, ...fields })}`;
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
