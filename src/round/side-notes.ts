// Two things that the state file keeps beside the rounds: how often one person commanded of late (flood.ts counts), and
// how far the base branch was followed (follow.ts).
import { z } from "zod";

/** `since`: their first command in the window (UTC ISO); `is_told`: above the limit, the notice was decided. */
export const Commander = z.object({
  login: z.string(),
  since: z.string(),
  commands: z.number().int(),
  refused: z.number().int(),
  is_told: z.boolean(),
});

/** Newest tip of the base branch that was acted on: GitHub's own `base.sha` of a pull request lags behind it. */
export const BaseTip = z.string().optional();
