// How often one person commanded of late, as the state file keeps it; the counting is in flood.ts.
import { z } from "zod";

/** `since`: their first command in the window (UTC ISO); `is_told`: above the limit, the notice was decided. */
export const Commander = z.object({
  login: z.string(),
  since: z.string(),
  commands: z.number().int(),
  refused: z.number().int(),
  is_told: z.boolean(),
});
