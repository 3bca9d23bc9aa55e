// The stable JSON of `rondo parse --json`: other programs read it, so keys are added and never renamed.
import type { Priority } from "../findings/finding.ts";
import type { ParsedReview } from "../findings/parse-review.ts";
import { computeVerdict } from "../verdict.ts";

/**
 * What a reviewer's text says, with the verdict that it leads to. `priority` is null when untagged; the verdict counts
 * such a finding as P2. `text` is the text that was parsed. No process is known, so ERROR needs a text that names one.
 * `evidence` is what the text is worth for a reader that waits for a review, `commit` the commit that it names, as printed.
 */
export function toParseJson(parsed: ParsedReview, text: string, blocking: readonly Priority[]) {
  const computed = computeVerdict({ ...parsed, output: text, ending: null }, blocking);
  return {
    format: parsed.format,
    findings: parsed.findings.map((finding) => ({
      priority: finding.priority,
      title: finding.title,
      path: finding.path,
      startLine: finding.startLine,
      endLine: finding.endLine,
      body: finding.body,
    })),
    statedVerdict: parsed.statedVerdict,
    verdict: computed.verdict,
    verdictSource: computed.source,
    contradiction: computed.contradiction,
    problem: parsed.problem,
    evidence: parsed.evidence,
    commit: parsed.commit,
    notes: parsed.notes,
  };
}
