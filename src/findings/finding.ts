// What a reviewer claims about the code: one finding, its priority, and which priorities block a merge.
// Every reviewer, parser and comment speaks in these terms.
import { z } from "zod";

/** P0 stops everything, P1 fix before merge, P2 a real defect, P3 worth knowing (advisory). */
export const Priority = z.enum(["P0", "P1", "P2", "P3"]);
export type Priority = z.infer<typeof Priority>;

/** Which side of a diff a line number counts on: RIGHT is the new file, LEFT the old one (deleted lines). */
export const Side = z.enum(["LEFT", "RIGHT"]);
export type Side = z.infer<typeof Side>;

/** One claim of one reviewer, before it is matched against earlier rounds. */
export const Finding = z.object({
  /** null when the reviewer gave none; the verdict counts it as P2 and the text says "untagged". */
  priority: Priority.nullable(),
  /** One imperative line without its `[P1]` tag. */
  title: z.string(),
  /** Why it matters and what triggers it; Markdown; may be empty. Untrusted. */
  body: z.string(),
  /** Repository path with `/`, or null for a finding about the whole change. */
  path: z.string().nullable(),
  /** 1-based, inclusive, on `side`; null together with `endLine` for a finding about a file or the whole change. */
  startLine: z.number().int().positive().nullable(),
  endLine: z.number().int().positive().nullable(),
  side: Side.default("RIGHT"),
  /** Name of the reviewer that said it. */
  reviewer: z.string(),
  /** Rule id of a static rule, else null. */
  rule: z.string().nullable().default(null),
  /**
   * 16 hexadecimal characters that stay the same while the claim stays the same: path, rule or normalised title and
   * surrounding code; never the line number. See src/findings/match.ts.
   */
  fingerprint: z.string(),
  /**
   * What could stand instead of these lines of the new file (LF between lines; empty to delete them). Untrusted.
   * `applies` is worked out from the diff like `anchor`: only then may it be offered as a change by one click.
   */
  suggestion: z
    .object({
      startLine: z.number().int().positive(),
      endLine: z.number().int().positive(),
      text: z.string(),
      applies: z.boolean().default(false),
    })
    .nullish(),
  /**
   * Where it can stand as an inline comment, worked out from the diff once the reviewer is done; null or absent when
   * it can only stand in the body. Reviewers leave it out.
   */
  anchor: z
    .object({
      line: z.number().int().positive(),
      side: Side,
      startLine: z.number().int().positive().nullable(),
      startSide: Side.nullable(),
      path: z.string(),
    })
    .nullish(),
});
export type Finding = z.infer<typeof Finding>;

/** The priority a finding counts as: an untagged one counts as P2 (behaviour A21). */
export function effectivePriority(finding: Pick<Finding, "priority">): Priority {
  return finding.priority ?? "P2";
}

/** True when the finding stops a merge under the given blocking priorities. */
export function isBlocking(finding: Pick<Finding, "priority">, blocking: readonly Priority[]): boolean {
  return blocking.includes(effectivePriority(finding));
}
