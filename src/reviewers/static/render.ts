// The static reviewer's words: the text form that every reviewer prints, so that RESULT can quote it and the parser read it.
import type { Finding } from "../../findings/finding.ts";

/** What a run came to, for its explanation. */
export type Outcome = {
  findings: readonly Finding[];
  notAnalysed: readonly { path: string; reason: string }[];
  analysedFiles: number;
  /** Lint-silencing comments on added lines; they had no effect. */
  directives: number;
  /** Findings beyond the cap of a run, which are not listed. */
  leftOut: number;
};

/**
 * Explanation, then one bullet per finding: `- [P1] Title — path:6-6` with the body indented by two spaces, and the
 * header `Review comment:` for one, `Full review comments:` for more. Without findings the explanation alone.
 */
export function renderOutput(outcome: Outcome): string {
  const parts = [explain(outcome)];
  if (outcome.findings.length > 0) {
    parts.push(outcome.findings.length === 1 ? "Review comment:" : "Full review comments:");
    parts.push(outcome.findings.map(renderBullet).join("\n\n"));
  }
  return `${parts.join("\n\n")}\n`;
}

function explain({ findings, notAnalysed, analysedFiles, directives, leftOut }: Outcome): string {
  const found = findings.length === 0 ? "No static findings" : count(findings.length, "static finding");
  const missing = notAnalysed.length === 0 ? "" : `, ${count(notAnalysed.length, "file")} not analysed`;
  const lines = [`${found} in ${count(analysedFiles, "changed file")}${missing}; static rules only.`];
  if (leftOut > 0) lines.push(`${count(leftOut, "further finding")} of the same kinds not listed.`);
  if (directives > 0)
    lines.push(`${count(directives, "added comment")} that would silence a linter had no effect here.`);
  for (const { path, reason } of notAnalysed) lines.push(`Not analysed: ${printable(path)} (${reason}).`);
  return lines.join("\n");
}

function renderBullet(finding: Finding): string {
  const path = printable(finding.path ?? "");
  const title = `- [${finding.priority ?? "P2"}] ${finding.title} — ${path}:${finding.startLine ?? 1}-${finding.endLine ?? 1}`;
  return [title, ...finding.body.split("\n").map((line) => `  ${line}`)].join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A path may hold any byte; a line break in it must not start a new bullet. */
function printable(path: string): string {
  return path.replaceAll(/\p{Cc}/gu, "?");
}
