// The answers of the scripted model, in the shapes of OpenAI's two APIs: as events, and whole.

/** Used where a step names no usage of its own. */
export const USAGE = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 200 },
  output_tokens: 90,
  output_tokens_details: { reasoning_tokens: 40 },
  total_tokens: 1290,
};

/** One response: `events` are ready to be written, `whole` is the JSON without a stream. */
export function responsesAnswer(step, { n }) {
  const usage = step.usage === undefined ? USAGE : step.usage;
  const base = { id: `resp_${n}`, object: "response" };
  const items = (step.items ?? []).map((item, index) => outputItem(item, `${n}_${index}`));
  const end = endOf(step, { ...base, output: [], ...(usage !== null && { usage }) });
  if (step.raw !== undefined) return { events: step.raw, usage, whole: {} };
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
export function chatAnswer(step, { n, body }) {
  const told = step.usage === undefined ? USAGE : step.usage;
  const usage = told === null ? undefined : chatUsage(told);
  const base = { id: `chatcmpl_${n}`, model: body?.model };
  const refusal = (step.items ?? []).find((item) => "refusal" in item)?.refusal ?? null;
  const texts = (step.items ?? []).flatMap((item) => ("text" in item ? [item.text] : []));
  const content = refusal === null ? texts.join("\n") : null;
  const finish_reason = { max_output_tokens: "length", content_filter: "content_filter" }[step.incomplete] ?? "stop";
  const error = step.failed && { error: { ...step.failed, type: step.failed.code } };
  const chunk = (fields) => data({ ...base, object: "chat.completion.chunk", usage: null, ...fields });
  const delta = refusal === null ? { role: "assistant", content } : { role: "assistant", refusal };
  const last = { choices: [{ index: 0, delta: {}, finish_reason }] };
  const events = [
    chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] }),
    ...padding(step.pad ?? 0).map((text) => chunk({ choices: [{ index: 0, delta: { content: text } }] })),
    chunk({ choices: [{ index: 0, delta, finish_reason: null }] }),
    ...(error ? [data(error)] : [chunk(last)]),
    ...(usage && body?.stream_options?.include_usage ? [chunk({ choices: [], usage })] : []),
    "data: [DONE]\n\n",
  ];
  const message = { role: "assistant", content, refusal };
  const whole = { ...base, object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage };
  return { events, usage: told ?? undefined, whole: error ?? whole };
}

function chatUsage(usage) {
  return {
    prompt_tokens: usage.input_tokens,
    prompt_tokens_details: usage.input_tokens_details,
    completion_tokens: usage.output_tokens,
    completion_tokens_details: usage.output_tokens_details,
    total_tokens: usage.input_tokens + usage.output_tokens,
  };
}

function endOf({ failed, incomplete }, { usage, ...base }) {
  if (failed !== undefined) return { ...base, status: "failed", error: failed };
  if (incomplete === undefined) return { ...base, status: "completed", usage };
  return { ...base, status: "incomplete", incomplete_details: { reason: incomplete }, usage };
}

function itemEvents(item, output_index) {
  const part = item.content?.[0];
  const done = event("response.output_item.done", { output_index, item });
  if (part === undefined) return [done];
  const open = { ...item, status: "in_progress", content: [] };
  const isText = part.type === "output_text";
  const type = isText ? "response.output_text.delta" : "response.refusal.delta";
  const delta = isText ? part.text : part.refusal;
  return [
    event("response.output_item.added", { output_index, item: open }),
    event(type, { item_id: item.id, output_index, content_index: 0, delta }),
    done,
  ];
}

/** `{text}`, `{refusal}`, `{call: "ls"}` (a shell command), `{reasoning: "…"}` or an item as it is sent. */
function outputItem(item, id) {
  if ("type" in item) return item;
  if ("call" in item) {
    const args = JSON.stringify({ cmd: item.call });
    return { type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, name: "exec_command", arguments: args };
  }
  if ("reasoning" in item) {
    const summary = [{ type: "summary_text", text: item.reasoning }];
    return { type: "reasoning", id: `rs_${id}`, summary, encrypted_content: "enc" };
  }
  const content =
    "text" in item
      ? { type: "output_text", text: item.text, annotations: [] }
      : { type: "refusal", refusal: item.refusal };
  return { type: "message", id: `msg_${id}`, role: "assistant", status: "completed", content: [content] };
}

/** Pieces of about 8 kB that together have `bytes`. */
function padding(bytes) {
  return Array.from({ length: Math.ceil(bytes / 8192) }, () => "é".repeat(4096));
}

function event(type, fields) {
  return `event: ${type}\n${data({ type, ...fields })}`;
}

function data(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}
