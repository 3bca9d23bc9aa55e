// What `rondo review` prints on standard output: text for people, the stable JSON for programs.
import { wantsColour } from "../config.ts";
import type { LocalReview } from "./local-review.ts";
import { showFindings, showVerdict } from "./show-findings.ts";

/** The findings with their code, and the verdict as the last line. */
export function showReview(review: LocalReview, reviewers: readonly string[]): string {
  const hasColour = wantsColour(process.stdout.isTTY);
  const { findings, blocking, nothingToReview } = review;
  const counts = { blocking, advisory: findings.length - blocking };
  const isStaticOnly = reviewers.every((name) => name === "static");
  const note =
    nothingToReview === null ? (isStaticOnly ? "static rules only" : "") : `nothing to review, ${nothingToReview}`;
  return showFindings(findings, hasColour) + showVerdict(review.verdict, counts, { note, hasColour });
}

/** The stable keys, in their documented order. */
export function toJson(review: LocalReview, reviewers: readonly string[], isWorktree: boolean): string {
  const { base, head, verdict, problems } = review;
  const findings = review.findings.map(
    ({ id, priority, title, path, startLine, endLine, body, reviewer, fingerprint }) => ({
      ...{ id, priority, title, path, startLine, endLine, body, reviewer, fingerprint },
    }),
  );
  return `${JSON.stringify({ base, head, reviewers, verdict, findings, worktree: isWorktree, problems }, null, 2)}\n`;
}
