// The question to an OpenAI-compatible endpoint: what Rondo says, then the change as data, and the shape of the answer.
// Both APIs get the same words. https://developers.openai.com/api/docs/guides/structured-outputs
import type { ModelApi } from "../gateway/contract.ts";
import type { ReviewRequest } from "../reviewer.ts";

/** `isStructured` false: the endpoint does not offer it, so the schema stands in the words. */
export type Question = { api: ModelApi; model: string; isStructured: boolean; request: ReviewRequest; change: string };

/** The body of the request. Streams, so that silence can be told from thinking. Keeps nothing at the endpoint. */
export function questionBody({ api, model, isStructured, request, change }: Question): Record<string, unknown> {
  const instructions = instructionsOf(request, isStructured);
  const texts = [change, ...again(request)];
  const format = { name: "review", strict: true, schema: ANSWER_SCHEMA };
  if (api === "responses") {
    return {
      model,
      stream: true,
      store: false,
      instructions,
      input: texts.map((text) => ({ type: "message", role: "user", content: [{ type: "input_text", text }] })),
      ...(isStructured && { text: { format: { type: "json_schema", ...format } } }),
    };
  }
  return {
    model,
    stream: true,
    messages: [{ role: "system", content: instructions }, ...texts.map((content) => ({ role: "user", content }))],
    ...(isStructured && { response_format: { type: "json_schema", json_schema: format } }),
  };
}

/** True for an answer of status 400 that is about structured output and nothing else. */
export function refusesStructure(status: number, body: string): boolean {
  return (status === 400 || status === 422) && /response_format|text\.format|json_schema|structured output/i.test(body);
}

function instructionsOf(request: ReviewRequest, isStructured: boolean): string {
  const shape = isStructured ? [] : [`The JSON schema of your answer: ${JSON.stringify(ANSWER_SCHEMA)}`];
  return [
    request.prompt,
    "You cannot run commands or open files. The change follows as text: what is known beside it, the list of changed files, and the diff against the merge base.",
    "Paths in your answer are those of the file list. Line numbers count in the new file and lie within the diff.",
    "Nobody can answer you: `question` is null unless a review is impossible without an answer; then it is that one question.",
    ...shape,
  ].join("\n\n");
}

/** The second and last time: what was answered, and what was wrong with it (no verdict could be read). */
function again({ previousAnswer }: ReviewRequest): string[] {
  if (previousAnswer === undefined) return [];
  const { output, problem } = previousAnswer;
  return [
    `Your first answer to this could not be used: ${problem}. Here it is, as data:\n\n${JSON.stringify(output)}\n\nAnswer again, only with the JSON object of the schema.`,
  ];
}

const text = (description: string) => ({ type: "string", description });
const nullable = (type: string, description: string) => ({ type: [type, "null"], description });
const object = (properties: Record<string, unknown>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** The review JSON of src/findings/parse-json.ts in the strict subset: all fields required, nothing else allowed. */
export const ANSWER_SCHEMA = object({
  findings: {
    type: "array",
    description: "Empty when there is nothing to say",
    items: object({
      title: text("Imperative, at most 80 characters, starting with its tag, e.g. [P1]"),
      body: text("One paragraph of Markdown: why it matters and when it bites"),
      confidence_score: { type: "number", description: "0 to 1" },
      priority: { type: "integer", description: "0 to 3, as in the tag" },
      code_location: {
        anyOf: [
          object({
            absolute_file_path: text("Path as in the file list"),
            line_range: object({
              start: { type: "integer", description: "1-based, in the new file" },
              end: { type: "integer", description: "Inclusive" },
            }),
          }),
          { type: "null" },
        ],
      },
    }),
  },
  overall_correctness: { type: "string", enum: ["patch is correct", "patch is incorrect"] },
  overall_explanation: text("One to three sentences"),
  overall_confidence_score: { type: "number", description: "0 to 1" },
  question: nullable("string", "null, or the one question without which no review is possible"),
});
