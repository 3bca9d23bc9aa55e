// The form of codex's answer, handed to the endpoint as strict JSON schema: every key required, none beside them, what may
// be missing is null (https://platform.openai.com/docs/guides/structured-outputs). The keys are those that
// src/findings/parse-json.ts reads.

const nullable = (schema: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  anyOf: [schema, { type: "null" }],
});

const object = (properties: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const describe = (type: string, description: string): Record<string, unknown> => ({ type, description });

const finding = object({
  title: describe("string", "Starts with its tag, [P0] to [P3]; imperative; at most 80 characters"),
  body: describe("string", "One paragraph: what goes wrong, when, and why"),
  confidence_score: describe("number", "0 to 1"),
  priority: nullable({ type: "integer", description: "The number of the tag, 0 to 3" }),
  code_location: nullable(
    object({
      absolute_file_path: describe("string", "Path from the root of the repository"),
      line_range: nullable(
        object({ start: describe("integer", "1-based, in the new file"), end: describe("integer", "Inclusive") }),
      ),
    }),
  ),
});

/** Schema of the review, for `--output-schema`. */
export const REVIEW_SCHEMA: Readonly<Record<string, unknown>> = object({
  findings: { type: "array", items: finding },
  overall_correctness: { type: "string", enum: ["patch is correct", "patch is incorrect"] },
  overall_explanation: describe("string", "One to three sentences"),
  overall_confidence_score: describe("number", "0 to 1"),
  question: nullable(describe("string", "Only when no review is possible without an answer from a person; else null")),
});
