// An effect as the state file keeps it: decided, under way, done or given up, and the object it became on GitHub.
import { z } from "zod";
import { Effect } from "./effect.ts";

/** What a check run says, beside its words. A check belongs to a commit, which several pull requests may share. */
export const Shown = z.object({
  /** null while it is not completed. */
  conclusion: z.string().nullable(),
  /** Annotations sent so far: GitHub adds those of a request to the ones it has. */
  annotations: z.number().int().nonnegative(),
  /** Open pull requests with this head that were weighed, by number, and what each says (`failure: 1 blocking …`). */
  weighed: z.array(z.object({ pr: z.number().int().positive(), says: z.string() })),
  /** Open pull requests with this head that were never reviewed here. */
  unknown: z.array(z.number().int().positive()),
});
export type Shown = z.infer<typeof Shown>;

/**
 * An effect that was decided. `intended` means: it may or may not be on GitHub, look before sending again.
 * Deciding the same effect again arms the same entry again: an object on GitHub is edited, never made twice.
 */
export const EffectRecord = z.object({
  /** Order of decision; effects are performed by ascending `seq`. */
  seq: z.number().int().nonnegative(),
  status: z.enum(["pending", "intended", "done", "abandoned"]),
  effect: Effect,
  /** Not before this time (UTC ISO); null = now. Debounce, deadlines and retries all wait here. */
  not_before: z.string().nullable(),
  /** Failed tries since it was last armed. */
  tries: z.number().int().nonnegative(),
  /** GitHub's id, GraphQL node id and address of the object, once known. */
  id: z.number().int().nullable(),
  node_id: z.string().nullable(),
  url: z.string().nullable(),
  /** When it was last intended or done. */
  at: z.string().nullable(),
  /** Why it was abandoned, or the last error while it is retried. */
  note: z.string().nullable(),
  /**
   * When it was sent once more after an unclear end (UTC ISO): there may be two, and a later look keeps the oldest. Absent
   * when that was never so, or was looked at since.
   */
  resent_at: z.string().optional(),
  /** What a check run said when it was last written; absent for other effects and in files of older versions. */
  shown: Shown.optional(),
});
export type EffectRecord = z.infer<typeof EffectRecord>;
