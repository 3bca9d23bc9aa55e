// What a server allows its repositories to ask for at most, whatever their own files say. Only the server's file has it.
import { z } from "zod";

/** The section `caps` of the server's file. */
export const Caps = z.object({
  cost_usd_per_round: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("Upper bound for every repository; null: none."),
  cost_usd_per_day: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("Upper bound for every repository; null: none."),
  minutes_per_round: z
    .number()
    .min(1)
    .nullable()
    .default(null)
    .describe("Upper bound for every repository; null: none."),
  runs_per_day: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Upper bound for every repository; null: none."),
  max_rounds: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("Upper bound for every repository; null: none."),
});
