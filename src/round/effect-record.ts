// An effect as the state file keeps it: decided, under way, done or given up, and the object it became on GitHub.
import { z } from "zod";
import { Effect } from "./effect.ts";

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
});
export type EffectRecord = z.infer<typeof EffectRecord>;
