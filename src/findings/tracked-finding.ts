// A finding as the pull request knows it over its rounds: an id that people can name, a status, and what was decided.
import { z } from "zod";
import { Finding } from "./finding.ts";

/** What somebody decided about a finding. */
export const Decision = z.object({
  word: z.enum(["ACCEPT", "MODIFY", "REJECT", "DISPUTE"]),
  /** Login. */
  by: z.string(),
  rationale: z.string(),
  /** Where it was said. */
  rationale_url: z.string().nullable(),
  /** The commit it names, 7 to 40 hexadecimal characters. */
  commit: z.string().nullable(),
  /** False: the commit it names was not found on the branch. */
  is_commit_known: z.boolean().optional(),
  at: z.string(),
});
export type Decision = z.infer<typeof Decision>;

/** A finding as the pull request knows it. `RD-{n}` is stable over rounds while the fingerprint is. */
export const TrackedFinding = Finding.extend({
  id: z.string().regex(/^RD-[1-9][0-9]*$/),
  status: z.enum(["open", "still_open", "disputed", "resolved", "outdated", "filtered", "suppressed"]),
  /** Rounds in which it was seen, first = 1. */
  age: z.number().int().positive(),
  /** GitHub's id of its inline comment, or null when it stands in the body. */
  comment_id: z.number().int().nullable(),
  comment_url: z.string().nullable(),
  /** The decision that counts: the latest one of a person who may decide. */
  decision: Decision.nullable(),
  /** Decisions that no longer count, oldest first; absent while there are none. */
  history: z.array(Decision).optional(),
  /** Who resolved its thread, while it counts as resolved for that; a bare click, so it is no decision with a reason. */
  resolved_by: z.object({ by: z.string(), at: z.string() }).optional(),
  /** What people without write permission said; it changes nothing. */
  proposals: z.array(Decision).optional(),
});
export type TrackedFinding = z.infer<typeof TrackedFinding>;
