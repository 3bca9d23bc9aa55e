// Keeps the books of a static run: what the child reported, which file it was looking at, what is left to do.
// Its input is the child's stdout, which a broken child may cut anywhere, so it trusts whole lines only.
import type { Finding } from "../../findings/finding.ts";
import { fingerprintFinding } from "../../findings/match.ts";
import type { ReviewRequest } from "../../reviewer.ts";
import { Report, type FoundHit } from "./protocol.ts";
import { renderOutput } from "./render.ts";
import { RULES } from "./rules.ts";

/** Files per child: syntax trees stay in memory until the process ends, so a big change takes several. */
const BATCH_FILES = 200;
/** Most findings of one run; nobody reads more, and comments have limits. */
const MAX_FINDINGS = 300;

/** Rules whose finding often is the consequence of another one's. */
const GENERAL_RULES: ReadonlySet<string> = new Set(["no-constant-binary-expression"]);

export type Tally = {
  /** Takes the next piece of the child's stdout. */
  read(chunk: Buffer): void;
  /** Keeps what the child wrote to stderr, for the artifact. */
  note(stderr: string): void;
  /** Paths for the next child, none when all is done; those in `done` already had their own rules. */
  remaining(): { paths: string[]; done: string[] };
  /** The file whose analysis was begun and not ended; undefined when the child died elsewhere. */
  fileInHand(): string | undefined;
  giveUp(path: string, reason: string): void;
  giveUpRest(reason: string): void;
  /** True when the last child came to the end of its paths. */
  isBatchComplete(): boolean;
  result(): {
    output: string;
    findings: Finding[];
    notAnalysed: { path: string; reason: string }[];
    diagnostics: string;
  };
};

/** Books for one request. Files whose content the checkout left out are no concern of a reviewer and are not counted. */
export function createTally(request: ReviewRequest): Tally {
  const paths = request.files
    .filter((file) => file.omitted === null && file.status !== "removed")
    .map((file) => file.path);
  const known = new Set(paths);
  const done = new Set<string>();
  const finished = new Set<string>();
  let batch: string[] = [];
  const refused = new Map<string, string>();
  const hits: (FoundHit & { path: string })[] = [];
  let [pending, inHand, isComplete, directives, diagnostics] = [
    Buffer.alloc(0) as Buffer,
    undefined as string | undefined,
    false,
    0,
    "",
  ];

  const take = (report: Report): void => {
    if ("path" in report && !known.has(report.path)) return;
    if (report.kind === "start") inHand = report.path;
    if (report.kind === "refused") refused.set(report.path, report.reason);
    if (report.kind === "done") {
      done.add(report.path);
      directives += report.directives;
      hits.push(...report.hits.map((hit) => ({ ...hit, path: report.path })));
    }
    if (report.kind === "oxlint") hits.push(...report.hits.filter((hit) => known.has(hit.path)));
    if (report.kind === "done" || report.kind === "refused") inHand = undefined;
    if (report.kind === "end") {
      isComplete = true;
      for (const path of batch) {
        if (done.has(path)) finished.add(path);
        else if (!refused.has(path)) refused.set(path, "the analysis passed it over");
      }
    }
  };

  return {
    read(chunk) {
      const parts = Buffer.concat([pending, chunk]);
      const end = parts.lastIndexOf(0x0a);
      pending = parts.subarray(end + 1);
      if (end < 0) return;
      for (const line of parts.subarray(0, end).toString("utf8").split("\n")) {
        const report = readLine(line);
        if (report !== undefined) take(report);
      }
    },
    note(stderr) {
      diagnostics += stderr;
    },
    remaining() {
      pending = Buffer.alloc(0);
      isComplete = false;
      batch = paths.filter((path) => !refused.has(path) && !finished.has(path)).slice(0, BATCH_FILES);
      return { paths: batch, done: batch.filter((path) => done.has(path)) };
    },
    fileInHand: () => inHand,
    giveUp(path, reason) {
      refused.set(path, reason);
      inHand = undefined;
    },
    giveUpRest(reason) {
      for (const path of paths) if (!done.has(path) && !refused.has(path)) refused.set(path, reason);
    },
    isBatchComplete: () => isComplete,
    result() {
      const all = sortFindings(withoutRepeats(hits).map(toFinding));
      const findings = all.slice(0, MAX_FINDINGS);
      const notAnalysed = [...refused].map(([path, reason]) => ({ path, reason }));
      const analysedFiles = paths.length - notAnalysed.length;
      const output = renderOutput({
        findings,
        notAnalysed,
        analysedFiles,
        directives,
        leftOut: all.length - findings.length,
      });
      return { output, findings, notAnalysed, diagnostics };
    },
  };
}

/** A general rule says nothing on a line where a more exact one already spoke. */
function withoutRepeats<T extends FoundHit & { path: string }>(hits: readonly T[]): T[] {
  const exact = new Set(hits.filter((hit) => !GENERAL_RULES.has(hit.rule)).map((hit) => `${hit.path}\0${hit.line}`));
  return hits.filter((hit) => !GENERAL_RULES.has(hit.rule) || !exact.has(`${hit.path}\0${hit.line}`));
}

/** A line that is no report (a native library may print its last words) says nothing. */
function readLine(line: string): Report | undefined {
  try {
    return Report.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function toFinding(hit: FoundHit & { path: string }): Finding {
  const rule = RULES.find(({ id }) => id === hit.rule);
  if (rule === undefined) throw new Error(`the static child reported a rule that does not exist: ${hit.rule}`);
  const { title, priority } = rule;
  return {
    priority,
    title,
    body: hit.detail === undefined ? rule.why : `${rule.why} ${hit.detail}`,
    path: hit.path,
    startLine: hit.line,
    endLine: hit.endLine,
    side: "RIGHT",
    reviewer: "static",
    rule: rule.id,
    fingerprint: fingerprintFinding({ path: hit.path, rule: rule.id, title, context: hit.context }),
  };
}

/** Worst first, then by place: the order in which a person should read them. */
function sortFindings(findings: Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      (a.priority ?? "P2").localeCompare(b.priority ?? "P2") ||
      (a.path ?? "").localeCompare(b.path ?? "") ||
      (a.startLine ?? 0) - (b.startLine ?? 0),
  );
}
