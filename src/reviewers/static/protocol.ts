// What parent and child of a static run say to each other. In a file of its own so that the parent, which holds secrets,
// never loads a parser.
import { z } from "zod";

/** One finding of one rule: `context` is the line it stands on, for the fingerprint. */
export const FoundHit = z.object({
  line: z.number().int().positive(),
  endLine: z.number().int().positive(),
  detail: z.string().exactOptional(),
  rule: z.string(),
  context: z.string(),
});
export type FoundHit = z.infer<typeof FoundHit>;

/** What the child tells its parent, one JSON line each, in this order of time. */
export const Report = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("start"), path: z.string() }),
  z.object({ kind: z.literal("done"), path: z.string(), hits: z.array(FoundHit), directives: z.number() }),
  z.object({ kind: z.literal("refused"), path: z.string(), reason: z.string() }),
  z.object({ kind: z.literal("oxlint"), hits: z.array(FoundHit.extend({ path: z.string() })) }),
  z.object({ kind: z.literal("alive") }),
  z.object({ kind: z.literal("end") }),
]);
export type Report = z.infer<typeof Report>;

/** What to analyse. `done` are paths whose own rules ran in an earlier child; only oxlint still needs them. */
export const Assignment = z.object({
  checkoutDir: z.string(),
  diffFile: z.string(),
  workDir: z.string(),
  paths: z.array(z.string()),
  done: z.array(z.string()),
  /** What the repository's base branch says about single rules. */
  choice: z.object({ disable: z.array(z.string()), enable: z.array(z.string()) }).exactOptional(),
});
export type Assignment = z.infer<typeof Assignment>;
