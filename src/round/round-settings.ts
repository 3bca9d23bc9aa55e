// What a round keeps of its configuration. Pinned when the round starts, so that a change of the file in the middle of it
// changes nothing, and so that every text about the round speaks of the settings that it went by.
import { z } from "zod";
import { Priority } from "../findings/finding.ts";

/** The settings of the repository that decide how a round ends and how it is written; fixed when the round starts. */
export const RoundSettings = z.object({
  transcript: z.enum(["compact", "full"]),
  /** Words accepted after `@`, without it; the first one appears in texts. */
  aliases: z.array(z.string()).min(1),
  badges: z.boolean(),
  blocking_priorities: z.array(Priority),
  external_policy: z.enum(["off", "best_effort", "require"]),
  external_deadline_minutes: z.number().positive(),
  request_changes: z.boolean(),
  on_base_change: z.enum(["note", "rerun"]),
  /** Globs of files to review, and of those to leave out; absent in files of older versions. */
  paths: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
  /** Set while `floor_after_round` binds: what blocked before and is advisory in this round. `blocking_priorities` say the rest. */
  floor: z.object({ after_round: z.number().int().positive(), lowered: z.array(Priority) }).optional(),
  /** Absent in files of older versions, as everything below. */
  max_inline_comments: z.number().int().nonnegative().optional(),
  /** Ids of embedded rules that are turned off and on. */
  static_rules: z.object({ disable: z.array(z.string()), enable: z.array(z.string()) }).optional(),
  /** Sentences for the reviewers. */
  rules: z.array(z.string()).optional(),
  minutes_per_round: z.number().positive().optional(),
  /** Tries of a reviewer that fails for infrastructure; from the server's file. */
  reviewer_attempts: z.number().int().positive().optional(),
});
export type RoundSettings = z.infer<typeof RoundSettings>;
