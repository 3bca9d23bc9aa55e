// What the reviewers of a round were given beside the change, as the state file and the round's texts tell it: which
// rules, by path and size, and what was missing. The words themselves are not kept: they stand in the repository.
import { z } from "zod";

/** `bytes` of UTF-8 that reviewers got of the file. */
export const Given = z.object({
  rules: z.array(z.object({ path: z.string(), bytes: z.number().int().nonnegative() })),
  left_out: z.array(z.object({ what: z.string(), reason: z.string() })),
});
export type Given = z.infer<typeof Given>;

/** Of a context. */
export function givenOf(context: {
  rules: readonly { path: string; text: string }[];
  contextLeftOut?: readonly { what: string; reason: string }[];
}): Given {
  return {
    rules: context.rules.map(({ path, text }) => ({ path, bytes: new TextEncoder().encode(text).length })),
    left_out: [...(context.contextLeftOut ?? [])],
  };
}
