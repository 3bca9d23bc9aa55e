// How much of what reviewers left on the server's disk is kept. Only the server's file has it.
import { z } from "zod";

/** The section `retention` of the server's file. */
export const Retention = z.object({
  runs: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(50)
    .describe("Reviewer runs that are kept for each repository, the newest ones; 0 keeps all."),
});
