// The words for what a review concluded. They stand apart from the rules that compute them (src/verdict.ts), because
// the state file, the texts and the parsers all use the words.
import { z } from "zod";

/** UNKNOWN: a reviewer answered and nobody can tell what it meant. ERROR: it did not answer. Neither is ever green. */
export const Verdict = z.enum(["APPROVE", "REQUEST_CHANGES", "UNKNOWN", "ERROR"]);
export type Verdict = z.infer<typeof Verdict>;

/** What a verdict was read from: JSON, the last line, the findings, a no-finding statement, a second question, nothing. */
export const VerdictSource = z.enum(["structured", "final_line", "findings", "derived", "reask", "none"]);
export type VerdictSource = z.infer<typeof VerdictSource>;
