// The EVALUATION comment of the full transcript: every finding with what was decided about it, and where the pull request goes next.
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { openBlockers, openFindings } from "../verdict.ts";
import { floorWords } from "./floor-words.ts";
import { blocks, cutBody, table } from "./markdown.ts";
import type { Cell } from "./markdown.ts";
import type { ReportOptions } from "./report-options.ts";
import { command } from "./words.ts";

/** An inline comment of an external reviewer that counts in this round. */
export type ExternalComment = {
  text: string;
  path: string;
  line: number | null;
  isSuggestion: boolean;
  /** `undecided` blocks READY. */
  decision: "ACCEPT" | "MODIFY" | "REJECT" | "undecided";
  rationale: string;
};

/** What the evaluation knows besides the round. */
export type EvaluationInput = {
  /** Address of the RESULT comment, or null while it is not known. */
  resultUrl: string | null;
  /** `Copilot` or `External`. */
  externalName: "Copilot" | "External";
  /** Address of the external review, null when none came. */
  externalUrl: string | null;
  externalComments: readonly ExternalComment[];
};

/** Markdown without the marker. */
export function renderEvaluation(
  record: PullRequestRecord,
  round: RoundRecord,
  input: EvaluationInput,
  options: ReportOptions,
): string {
  const blockers = openBlockers(round.findings, options.blocking).length;
  const advisory = openFindings(round.findings).length - blockers;
  const name = input.externalName;
  const off = round.external.policy === "off";
  return cutBody(
    blocks(
      `## Codex Review -- Round ${round.n} -- EVALUATION`,
      [
        `Head SHA: ${round.head_sha}`,
        `Codex result: ${input.resultUrl ?? "not posted"}`,
        `${name} review: ${off ? "off" : (input.externalUrl ?? "none by deadline")}`,
      ].join("\n"),
      `### Codex findings (${blockers} blocking, ${advisory} advisory)`,
      table(["Finding", "Tag", "Decision", "Rationale"], round.findings.map(findingRow)),
      floorWords(round),
      `### ${name} inline comments (${input.externalComments.length})`,
      table(["Comment", "Path:Line", "Suggestion?", "Decision", "Rationale"], input.externalComments.map(externalRow)),
      "### Round outcome",
      counters(round, input, blockers),
      outcomeSentence(record, round, name, options),
    ),
  );
}

function findingRow(finding: TrackedFinding): Cell[] {
  const rationale = finding.decision?.rationale || finding.decision?.rationale_url || "";
  return [`${finding.id} ${finding.title}`, finding.priority ?? "P2 (untagged)", decisionWords(finding), rationale];
}

function decisionWords(finding: TrackedFinding): string {
  const by = finding.decision?.by ?? "a person";
  if (finding.status === "disputed") return `DISPUTE by ${by}`;
  if (finding.status === "resolved") return `resolved by ${finding.resolved_by?.by ?? by}`;
  if (finding.status !== "open" && finding.status !== "still_open") return finding.status;
  if (finding.decision === null) return finding.status === "open" ? "open" : `still open, round ${finding.age}`;
  return `${finding.decision.word} by ${by}, open until a head without it`;
}

function externalRow(comment: ExternalComment): Cell[] {
  const first = Array.from(comment.text.replace(/\s+/g, " ").trim()).slice(0, 80).join("");
  const at = comment.line === null ? comment.path : `${comment.path}:${comment.line}`;
  return [first, at, comment.isSuggestion ? "yes" : "no", comment.decision, comment.rationale];
}

function counters(round: RoundRecord, input: EvaluationInput, blockers: number): string {
  const name = input.externalName;
  const decided = (word: string) => input.externalComments.filter((comment) => comment.decision === word).length;
  const disputed = round.findings.filter((finding) => finding.status === "disputed").length;
  return [
    `- Blocking codex findings to address: ${blockers}`,
    `- ${name} comments to ACCEPT: ${decided("ACCEPT")}`,
    `- ${name} comments to MODIFY: ${decided("MODIFY")}`,
    `- ${name} comments to REJECT: ${decided("REJECT")} (rationale posted inline)`,
    `- Disputed codex findings: ${disputed} (rationale posted on PR)`,
  ].join("\n");
}

function outcomeSentence(record: PullRequestRecord, round: RoundRecord, name: string, options: ReportOptions): string {
  if (round.verdict !== "APPROVE" && round.verdict !== "REQUEST_CHANGES") {
    return `Round ${round.n} incomplete; verdict ${round.verdict ?? "none"}. A person must decide. Comment ${command(options, "review")} to run again.`;
  }
  return record.state === "READY" || round.outcome === "ready"
    ? `Round ${round.n} complete; no blockers and no ${name} comments require code change. Transitioning to READY.`
    : `Round ${round.n} complete; transitioning to OWNER_ACTION to apply fixes.`;
}
