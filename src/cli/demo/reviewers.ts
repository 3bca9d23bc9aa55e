// The reviewers that the demo can show. Apart from the rest of the demo, because the help text lists them.
import { UserError } from "../../errors.ts";

/** In the order of the help text; the first one is the default. */
export const DEMO_REVIEWERS = ["static", "codex", "openai"] as const;
export type DemoReviewer = (typeof DEMO_REVIEWERS)[number];

/** The value of `--reviewer`. Throws UserError USAGE. */
export function readDemoReviewer(value: unknown): DemoReviewer {
  const found = DEMO_REVIEWERS.find((name) => name === (value ?? "static"));
  if (found !== undefined) return found;
  throw new UserError(`--reviewer is ${DEMO_REVIEWERS.slice(0, -1).join(", ")} or ${DEMO_REVIEWERS.at(-1)}.`, {
    code: "USAGE",
    hint: "See rondo demo --help.",
  });
}
