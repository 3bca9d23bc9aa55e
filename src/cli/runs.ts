// `rondo runs`: what the reviewers were told and what they answered, from the folders of their runs.
import { loadEnvFile, readOperatorConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import { visible } from "../report/untrusted-text.ts";
import { listRuns, showRun, type StoredRun } from "../store/read-runs.ts";
import { closest } from "./closest.ts";
import type { Command, CommandInput } from "./command.ts";

export const runsCommand: Command = {
  name: "runs",
  summary: "list the reviewers' runs, or show one",
  usage: "runs list|show RUN_ID [--json]",
  options: { json: { type: "boolean", help: "print JSON" } },
  maxPositionals: 2,
  environment: { RONDO_DATA_DIR: "where the server keeps the runs, default ./data" },
  examples: ["rondo runs list", "rondo runs show 7-r1.1-static-0a1b2c3d"],
  run: runRuns,
};

async function runRuns({ values, positionals: [what, runId] }: CommandInput): Promise<number> {
  const isList = what === "list" && runId === undefined;
  if (!isList && (what !== "show" || runId === undefined)) throw wrongUse(what, runId);
  loadEnvFile();
  const { dataDir } = readOperatorConfig();
  const isJson = values["json"] === true;
  process.stdout.write(runId === undefined ? await list(dataDir, isJson) : await show(dataDir, runId, isJson));
  return 0;
}

function wrongUse(what: string | undefined, runId: string | undefined): UserError {
  const hint = "rondo runs list, or rondo runs show RUN_ID.";
  if (what === "show") return new UserError("Which run? rondo runs list shows their ids.", { code: "USAGE", hint });
  if (what === "list") return new UserError(`rondo runs list has no place for ${runId}.`, { code: "USAGE", hint });
  const guess = what === undefined ? undefined : closest(what, ["list", "show"]);
  const problem = what === undefined ? "List the runs, or show one?" : `rondo runs does not know ${what}.`;
  return new UserError(guess === undefined ? problem : `${problem} Did you mean ${guess}?`, { code: "USAGE", hint });
}

async function list(dataDir: string, isJson: boolean): Promise<string> {
  const runs = await listRuns(dataDir);
  if (isJson) return `${JSON.stringify(runs.map(toSummary), null, 2)}\n`;
  if (runs.length === 0) return `No run was kept yet in ${dataDir}.\n`;
  const width = Math.max(...runs.map(({ runId }) => runId.length));
  return runs.map((run) => `${lineOf(run, width)}\n`).join("");
}

async function show(dataDir: string, runId: string, isJson: boolean): Promise<string> {
  const found = await showRun(dataDir, runId).catch((error: unknown) => {
    throw new UserError(error instanceof Error ? error.message : String(error), {
      code: "RUN_ID_INVALID",
      cause: error,
    });
  });
  if (found === null) {
    const guess = closest(
      runId,
      (await listRuns(dataDir)).map((run) => run.runId),
    );
    throw new UserError(`There is no run ${runId}.${guess === undefined ? "" : ` Did you mean ${guess}?`}`, {
      code: "RUN_UNKNOWN",
      hint: "rondo runs list shows the runs that were kept.",
    });
  }
  const { run, texts } = found;
  if (isJson) return `${JSON.stringify({ ...toSummary(run), result: run.result, texts }, null, 2)}\n`;
  const parts = Object.entries(texts).map(([name, text]) => `--- ${name}\n${visible(text).trimEnd()}\n`);
  return [`${lineOf(run, runId.length)}\n`, ...parts].join("\n");
}

function toSummary({ runId, repo, at, result, problem }: StoredRun) {
  const known =
    result === null
      ? { reviewer: null, verdict: null, findings: null, exit: null, failure: null, durationMs: null }
      : { ...pick(result), reviewer: result.name, findings: result.findings.length };
  return { runId, repo, at, ...known, problem };
}

function pick({ verdict, exit, failure, durationMs }: NonNullable<StoredRun["result"]>) {
  return { verdict, exit, failure, durationMs };
}

function lineOf(run: StoredRun, width: number): string {
  const { result, problem, repo } = run;
  const start = `${run.runId.padEnd(width)}  ${run.at.slice(0, 19)}Z  ${repo ?? "unknown repository"}`;
  if (result === null) return visible(`${start}  damaged: ${problem}`).replaceAll("\n", " ");
  const words = `${result.verdict}, ${result.findings.length} findings, ${(result.durationMs / 1000).toFixed(1)} s`;
  const failure = result.failure === null ? "" : `; ${result.failure}`;
  return visible(`${start}  ${result.name}: ${words}${failure}`).replaceAll("\n", " ");
}
