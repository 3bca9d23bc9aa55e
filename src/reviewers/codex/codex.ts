// The reviewer `codex`: the codex program of this machine, asked for one review. It runs with nothing of the server's own:
// an empty folder as home, five variables, no key (the gateway holds it), and commands of the model only in a sandbox in
// which every known way out was tried before. An answer counts only when codex ended well and a message is a review.
import { readFile } from "node:fs/promises";
import type { Gateway, GatewayOptions } from "../../gateway/contract.ts";
import { INSIDE } from "../../sandbox/bubblewrap.ts";
import { limitOfExit } from "../../sandbox/limits.ts";
import type {
  FailureKind,
  Preflight,
  Review,
  ReviewEnding,
  Reviewer,
  ReviewLimits,
  ReviewRequest,
} from "../../reviewer.ts";
import { toReviewEnding } from "../ending.ts";
import { spendOf } from "../model-access.ts";
import { classify } from "./classify.ts";
import { type Codex, findCodex, isSameCodex, type NoCodex } from "./find-codex.ts";
import { type Question, questionAgain, questionWithChange } from "./question.ts";
import { NO_ANSWER, readMessages } from "./read-messages.ts";
import { makeRunFolder } from "./run-folder.ts";
import { describeShell, type SandboxParts, type Shell } from "./shell.ts";
import { type CodexResult, type CodexRun, socketOf, spawnCodex } from "./spawn-codex.ts";

/** What the server gives the reviewer. */
export type CodexOptions = {
  /** RONDO_CODEX_BIN; null: looked for in `path`. */
  bin: string | null;
  /** Folders with programs, separated by colons. */
  path: string;
  model: string;
  parts: SandboxParts;
  /** Whether the model may run commands here; asked once for a program. */
  tryShell(codex: Codex): Promise<Shell>;
  /** Opens the gateway of one run. */
  openGateway(listen: GatewayOptions["listen"], limits: ReviewLimits): Promise<Gateway>;
};

/** The reviewer, and what `rondo doctor` and `/readyz` want to know of it. */
export type CodexReviewer = Reviewer & { look(): Promise<{ codex: Codex | NoCodex; shell: Shell | null }> };

/** Looks for the program and tries the sandbox when it is first asked, and keeps the answer while the program is there. */
export function createCodexReviewer(options: CodexOptions): CodexReviewer {
  let known: Promise<{ codex: Codex | NoCodex; shell: Shell | null }> | undefined;
  const look = async (): ReturnType<CodexReviewer["look"]> => {
    known ??= lookAround(options);
    const found = await known;
    // What was missing may have been installed meanwhile.
    if ("problem" in found.codex) known = undefined;
    return found;
  };
  return {
    name: "codex",
    canBeAskedAgain: true,
    needsTree: async () => (await look()).shell?.kind === "commands",
    look,
    async preflight() {
      const { codex, shell } = await look();
      if ("problem" in codex) return { isReady: false, problem: codex.problem, hint: codex.hint };
      return await ready(codex, shell, options);
    },
    async review(request, limits, signal) {
      const startedAt = performance.now();
      const { codex, shell } = await look();
      const failed = (failure: FailureKind, message: string | null, diagnostics: string): Review => ({
        ...NO_REVIEW,
        ending: { kind: "failed", failure, message, exitCode: null },
        diagnostics,
        durationMs: performance.now() - startedAt,
      });
      if ("problem" in codex)
        return { ...failed("config", null, codex.problem), ending: { kind: "notInstalled", command: "codex" } };
      if (!(await isSameCodex(codex))) return failed("config", REPLACED, REPLACED);
      if (shell === null) return failed("sandbox", null, "the sandbox was not tried");
      try {
        return await reviewOnce({ codex, shell, options, request, limits, signal });
      } catch (error) {
        if (signal.aborted) return { ...failed("unknown", null, ""), ending: { kind: "cancelled" } };
        const said = error instanceof Error ? error.message : String(error);
        return failed("config", null, `The run could not be prepared: ${said}`);
      }
    },
  };
}

const REPLACED =
  "the codex program was replaced while the server was running. An administrator must restart the server.";

const NO_REVIEW: Review = {
  reviewer: "codex",
  label: "codex",
  ending: { kind: "cancelled" },
  output: "",
  diagnostics: "",
  findings: [],
  statedVerdict: null,
  reading: "unreadable",
  notAnalysed: [],
  durationMs: 0,
  costUsd: null,
};

async function lookAround(options: CodexOptions): ReturnType<CodexReviewer["look"]> {
  const codex = await findCodex(options);
  return { codex, shell: "problem" in codex ? null : await options.tryShell(codex) };
}

async function ready(codex: Codex, shell: Shell | null, options: CodexOptions): Promise<Preflight> {
  if (!(await isSameCodex(codex)))
    return {
      isReady: false,
      problem: `${codex.file} was replaced while the server runs.`,
      hint: "Restart the server.",
    };
  return { isReady: true, label: labelOf(codex, shell, options) };
}

function labelOf(codex: Codex, shell: Shell | null, { model }: CodexOptions): string {
  return `codex ${codex.version} (${model}, ${shell === null ? "no commands" : describeShell(shell)})`;
}

type Job = {
  codex: Codex;
  shell: Shell;
  options: CodexOptions;
  request: ReviewRequest;
  limits: ReviewLimits;
  signal: AbortSignal;
};

async function reviewOnce({ codex, shell, options, request, limits, signal }: Job): Promise<Review> {
  // Without the tree there is nothing to look around in, and the second question needs no look.
  const isAgain = request.previousAnswer !== undefined;
  const tree = isAgain || shell.kind === "none" ? null : (request.treeDir ?? null);
  const used: Shell =
    tree === null && shell.kind === "commands" ? { kind: "none", reason: "", report: shell.report } : shell;
  const question = await questionOf(request, used);
  const folder = await makeRunFolder(request, used.kind);
  let gateway: Gateway | null = null;
  try {
    const listen = tree === null ? ({ kind: "tcp" } as const) : ({ kind: "unix", path: socketOf(folder) } as const);
    gateway = await options.openGateway(listen, limits);
    const run: CodexRun = {
      codex,
      shell: used,
      parts: options.parts,
      folder,
      tree,
      model: options.model,
      gateway,
      question: question.text,
    };
    const result = await spawnCodex(run, limits, signal);
    return {
      ...toReview(result, { request, limits, gateway, shell: used }),
      label: labelOf(codex, shell, options),
      notAnalysed: question.leftOut,
    };
  } finally {
    await gateway?.close();
    await folder.remove();
  }
}

/** `label` and `notAnalysed` are the caller's. */
function toReview(
  result: CodexResult,
  { request, limits, gateway, shell }: { request: ReviewRequest; limits: ReviewLimits; gateway: Gateway; shell: Shell },
): Omit<Review, "label" | "notAnalysed"> {
  const isUsable = result.ending.kind === "completed" && result.events.turn === "completed";
  const answer = isUsable ? readMessages(result.events.messages, request, `${INSIDE.work}/repo`) : NO_ANSWER;
  const failure = gateway.failure();
  const spend = spendOf(gateway);
  const { findings, statedVerdict, reading, problem } = answer;
  return {
    reviewer: "codex",
    ending: answer.question === null ? endingOf(result, failure, limits) : asked(),
    output: answer.question ?? answer.output,
    diagnostics: [diagnosticsOf(result, shell), ...(failure === null ? [] : [`gateway: ${failure.message}`])].join(
      "\n",
    ),
    ...{ findings, statedVerdict, reading, problem },
    durationMs: result.durationMs,
    costUsd: spend.costUsd,
    spend,
  };
}

async function questionOf(request: ReviewRequest, shell: Shell): Promise<Question> {
  if (request.previousAnswer !== undefined) return { text: questionAgain(request.previousAnswer), leftOut: [] };
  if (shell.kind === "commands") return { text: `${request.prompt}\n`, leftOut: [] };
  return questionWithChange(request, await readFile(request.diffFile, "utf8"));
}

/** A question is not a review, and nobody is there to answer it. */
function asked(): ReviewEnding {
  return { kind: "failed", failure: "needs_input", message: null, exitCode: 0 };
}

function endingOf(result: CodexResult, gateway: ReturnType<Gateway["failure"]>, limits: ReviewLimits): ReviewEnding {
  const { ending, events, stderr } = result;
  if (ending.kind !== "completed" && ending.kind !== "exitedWith") return toReviewEnding(ending, limits);
  const exitCode = ending.kind === "completed" ? 0 : ending.exitCode;
  const limit = limitOfExit(exitCode);
  if (limit !== null)
    return { kind: "failed", failure: "sandbox", message: `the run was stopped: ${limit}.`, exitCode };
  // The shell inside answers so for a signal that ended codex.
  if (exitCode === 137) return { kind: "killedBy", signal: "SIGKILL" };
  const failure = classify({ exitCode, events, stderr, gateway: gateway?.kind ?? null });
  if (failure === null) return { kind: "completed", exitCode: 0 };
  return { kind: "failed", failure, message: null, exitCode, retryAfterMs: gateway?.retryAfterMs ?? null };
}

/** For the run's folder: what codex said of itself. Never posted. */
function diagnosticsOf({ events, stderr }: CodexResult, shell: Shell): string {
  const tier =
    shell.kind === "commands" ? describeShell(shell) : `no commands${shell.reason === "" ? "" : `: ${shell.reason}`}`;
  return [
    tier,
    `${events.commands} commands, ${events.messages.length} messages, turn ${events.turn}`,
    ...events.errors,
    stderr,
  ].join("\n");
}
