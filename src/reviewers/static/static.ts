// The reviewer that needs no model and no key: Rondo's own rules plus a curated part of oxlint and secretlint.
// This side never parses the pull request. It starts a capped child for that, and when the child dies or hangs it names
// the file in hand as not analysed and goes on with the rest: a crash is never "no findings".
import { createRequire } from "node:module";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Review, Reviewer, ReviewEnding, ReviewLimits, ReviewRequest, RuleChoice } from "../../reviewer.ts";
import { run, type Ending, type RunResult } from "../../subprocess/run.ts";
import { toReviewEnding } from "../ending.ts";
import type { Assignment } from "./protocol.ts";
import { createTally, type Tally } from "./tally.ts";
import { activeRules, RULES_VERSION } from "./rules.ts";

/** Heap of the child in MB; parsers and oxlint need memory of their own beside it. */
const CHILD_HEAP_MB = 512;
/** A file that takes longer than this without a word is given up. */
const SILENCE_MS = 20_000;
/** Children started again after a crash; beyond that the remaining files are listed as not analysed. */
const MAX_RESTARTS = 10;
/** One report line per file and finding; far above any honest run. */
const MAX_REPORT_BYTES = 64 * 1024 * 1024;

/** `childFile` is the compiled child.js; it stands beside this file in the build and is named only when run from source. */
export type StaticReviewerOptions = { childFile?: string; silenceMs?: number };

/** The reviewer `static`. Its output is the text form that every reviewer prints; `reading` is `structured`. */
export function createStaticReviewer(options: StaticReviewerOptions = {}): Reviewer {
  const childFile = options.childFile ?? fileURLToPath(new URL("child.js", import.meta.url));
  return {
    name: "static",
    isPaid: false,
    usesContext: false,
    async preflight(rules) {
      const missing = missingEngine();
      if (missing === undefined) return { isReady: true, label: labelFor(rules) };
      return {
        isReady: false,
        problem: `The static reviewer's engine ${missing} is not installed.`,
        hint: "Run `npm ci`.",
      };
    },
    async review(request, limits, signal) {
      const startedAt = performance.now();
      // Inside of the checkout's folder, beside the files: what a killed worker leaves goes when that is swept.
      const workDir = await mkdtemp(join(dirname(request.diffFile), "static-"));
      try {
        const tally = createTally(request);
        const ending = await runChildren(
          request,
          { childFile, workDir, silenceMs: Math.min(options.silenceMs ?? SILENCE_MS, limits.silenceMs ?? SILENCE_MS) },
          limits,
          { tally, signal },
        );
        const label = labelFor(request.embeddedRules);
        return { ...toReview(tally, ending, limits), label, durationMs: performance.now() - startedAt };
      } finally {
        await rm(workDir, { recursive: true, force: true });
      }
    },
  };
}

/** Says how many rules look, so that a repository that turned some off cannot be taken for one that did not. */
function labelFor(choice: RuleChoice | undefined): string {
  const { length } = activeRules(choice);
  return `static rules ${RULES_VERSION} (${length} ${length === 1 ? "rule" : "rules"})`;
}

type Setting = { childFile: string; workDir: string; silenceMs: number };

/** Runs children until one comes to its end, each without the file that its predecessor died of. */
async function runChildren(
  request: ReviewRequest,
  setting: Setting,
  limits: ReviewLimits,
  { tally, signal }: { tally: Tally; signal: AbortSignal },
): Promise<ReviewEnding> {
  const deadline = performance.now() + limits.timeoutMs;
  let restarts = 0;
  for (let left = tally.remaining(); left.paths.length > 0; left = tally.remaining()) {
    const { checkoutDir, diffFile, embeddedRules } = request;
    const choice = embeddedRules && { disable: [...embeddedRules.disable], enable: [...embeddedRules.enable] };
    const work: Assignment = { checkoutDir, diffFile, workDir: setting.workDir, ...left, ...(choice && { choice }) };
    const result = await runChild(work, setting, Math.max(1, deadline - performance.now()), { tally, signal });
    tally.note(result.stderr.toString("utf8"));
    if (tally.isBatchComplete() && result.ending.kind === "completed") continue;
    const culprit = tally.fileInHand();
    if (culprit === undefined || isFinal(result.ending)) return endingOf(result.ending, limits);
    tally.giveUp(culprit, describe(result));
    restarts += 1;
    if (restarts > MAX_RESTARTS) tally.giveUpRest("too many files crashed the analysis");
  }
  return { kind: "completed", exitCode: 0 };
}

function runChild(
  work: Assignment,
  setting: Setting,
  timeoutMs: number,
  { tally, signal }: { tally: Tally; signal: AbortSignal },
): Promise<RunResult> {
  const node = [`--max-old-space-size=${CHILD_HEAP_MB}`, "--stack-size=900", setting.childFile];
  return run(
    { file: process.execPath, args: node, cwd: setting.workDir, env: {}, stdin: JSON.stringify(work) },
    { timeoutMs, silenceMs: setting.silenceMs, maxOutputBytes: MAX_REPORT_BYTES, onTooLarge: "kill" },
    { signal, onStdout: (chunk) => tally.read(chunk) },
  );
}

/** Endings that no restart can help. */
function isFinal(ending: Ending): boolean {
  return (
    ending.kind === "cancelled" ||
    ending.kind === "notInstalled" ||
    (ending.kind === "timedOut" && ending.limit === "timeout")
  );
}

function describe({ ending }: RunResult): string {
  switch (ending.kind) {
    case "timedOut":
      return `the analysis took longer than ${ending.limitMs / 1000} s`;
    case "killedBy":
      return `the analysis crashed (${ending.signal})`;
    case "exitedWith":
      return `the analysis crashed (exit code ${ending.exitCode})`;
    case "outputTooLarge":
      return "the analysis printed too much";
    default:
      return "the analysis ended early";
  }
}

/** A child that ends in peace without its last report is broken, and that is no success. */
function endingOf(ending: Ending, limits: ReviewLimits): ReviewEnding {
  return ending.kind === "completed" ? { kind: "exitedWith", exitCode: 1 } : toReviewEnding(ending, limits);
}

function toReview(tally: Tally, ending: ReviewEnding, limits: ReviewLimits): Omit<Review, "label" | "durationMs"> {
  const isComplete = ending.kind === "completed";
  const { output, findings, notAnalysed, diagnostics } = tally.result();
  return {
    reviewer: "static",
    ending,
    output: isComplete ? output.slice(0, limits.maxOutputBytes) : "",
    diagnostics: diagnostics.slice(-limits.maxOutputBytes),
    findings: isComplete ? findings : [],
    // Rules have no opinion beyond their findings; none at all is the one thing they can state.
    statedVerdict: isComplete && findings.length === 0 ? "APPROVE" : null,
    reading: isComplete ? "structured" : "unreadable",
    notAnalysed,
    costUsd: null,
  };
}

function missingEngine(): string | undefined {
  const require = createRequire(import.meta.url);
  const engines = ["@ast-grep/napi", "@ast-grep/lang-python", "@ast-grep/lang-go", "oxlint/package.json"];
  return engines.find((engine) => {
    try {
      require.resolve(engine);
      return false;
    } catch {
      return true;
    }
  });
}
