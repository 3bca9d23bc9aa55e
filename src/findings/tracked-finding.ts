// A finding as the pull request knows it over its rounds: an id that people can name, a status, and what was decided.
import { z } from "zod";
import { Finding } from "./finding.ts";

/** A finding as the pull request knows it. `RD-{n}` is stable over rounds while the fingerprint is. */
export const TrackedFinding = Finding.extend({
  id: z.string().regex(/^RD-[1-9][0-9]*$/),
  status: z.enum(["open", "still_open", "disputed", "resolved", "outdated", "filtered", "suppressed"]),
  /** Rounds in which it was seen, first = 1. */
  age: z.number().int().positive(),
  /** GitHub's id of its inline comment, or null when it stands in the body. */
  comment_id: z.number().int().nullable(),
  comment_url: z.string().nullable(),
  decision: z
    .object({
      word: z.enum(["ACCEPT", "MODIFY", "REJECT", "DISPUTE"]),
      by: z.string(),
      rationale: z.string(),
      rationale_url: z.string().nullable(),
      commit: z.string().nullable(),
      at: z.string(),
    })
    .nullable(),
});
export type TrackedFinding = z.infer<typeof TrackedFinding>;
