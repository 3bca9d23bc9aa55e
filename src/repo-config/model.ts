// The server file's section about the model's endpoint: what no repository may set, because the server's key pays for it.
import { z } from "zod";

const usd = z.number().min(0).max(100_000);

const Price = z.object({
  input: usd.describe("US dollars for a million input tokens."),
  cached_input: usd.optional().describe("The same for input that the endpoint had kept; left out: as input."),
  output: usd.describe("The same for output, reasoning included."),
});

/** How models are asked, and what one run may use up. */
export const Model = z.object({
  api: z
    .enum(["responses", "chat_completions"])
    .default("responses")
    .describe("The API of the endpoint that the reviewer openai speaks."),
  requests_per_run: z.number().int().min(1).default(200).describe("Requests that one run may send, tries included."),
  tokens_per_run: z
    .number()
    .int()
    .min(1000)
    .default(4_000_000)
    .describe("Tokens that one run may use, input and output together."),
  output_tokens: z.number().int().min(256).default(32_000).describe("Tokens that one answer may have."),
  prices: z
    .record(z.string().min(1).max(200), Price)
    .default({})
    .describe("What models cost, by name, beside the list that Rondo knows."),
});
export type Model = z.infer<typeof Model>;
