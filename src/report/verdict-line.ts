// The verdict in one line for programs: the line before the marker of a RESULT, and the last line of the check run's text.
import { z } from "zod";
import { Verdict } from "../findings/verdict-word.ts";
import { StateName } from "../round/round.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import type { ReportOptions } from "./report-options.ts";

/** What the line says. `head` is the full SHA the verdict is about; the counts are open findings. */
export const VerdictLine = z.object({
  schema: z.literal(1),
  /** null while the round runs. */
  verdict: Verdict.nullable(),
  state: StateName,
  head: z.string(),
  round: z.number().int().nonnegative(),
  blocking: z.number().int().nonnegative(),
  advisory: z.number().int().nonnegative(),
});
export type VerdictLine = z.infer<typeof VerdictLine>;

/** The line's content for a round. */
export function verdictLineOf(record: PullRequestRecord, round: RoundRecord, options: ReportOptions): VerdictLine {
  const blocking = openBlockers(round.findings, options.blocking).length;
  return {
    schema: 1,
    verdict: round.verdict,
    state: record.state,
    head: round.head_sha,
    round: round.n,
    blocking,
    advisory: openFindings(round.findings).length - blocking,
  };
}

/** `rondo-verdict: {json}`, as it stands in the check run's text. */
export function renderVerdictLine(line: VerdictLine): string {
  return `rondo-verdict: ${JSON.stringify(line)}`;
}

/** The same as an HTML comment, for issue comments. */
export function renderVerdictComment(line: VerdictLine): string {
  return `<!-- ${renderVerdictLine(line)} -->`;
}

/** Reads the last verdict line of a body or check text; undefined when there is none that is valid. */
export function readVerdictLine(text: string): VerdictLine | undefined {
  const lines = text.split(/\r?\n/);
  for (let index = lines.length - 1; index >= 0; index--) {
    const json = /^(?:<!-- )?rondo-verdict: (?<json>\{.{1,500}\})(?: -->)?$/.exec(lines[index] ?? "")?.groups?.["json"];
    if (json === undefined) continue;
    const parsed = VerdictLine.safeParse(parseJson(json));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** A text in two: what stands before a verdict line at its very end, and that line (empty when there is none). */
export function splitVerdictLine(text: string): { before: string; line: string } {
  const start = text.lastIndexOf("\n") + 1;
  const line = text.slice(start);
  const isVerdict = /^(?:<!-- )?rondo-verdict: /.test(line);
  return isVerdict ? { before: text.slice(0, start).trimEnd(), line } : { before: text, line: "" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
