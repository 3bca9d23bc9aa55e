// What `rondo runs` does: what the reviewers were told and what they answered, from the folders of their runs.
import { loadEnvFile, readOperatorConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import { spendWords } from "../report/spend-words.ts";
import { visible } from "../report/untrusted-text.ts";
import { toSpendRecord } from "../round/spend.ts";
import { listRuns, showRun, type StoredRun, type WholeRun } from "../store/read-runs.ts";
import { closest } from "./closest.ts";
import type { CommandInput } from "./command.ts";
import { readLimit } from "./read-limit.ts";
import { table } from "./table.ts";

/** `rondo runs list`. */
export async function runList({ values }: CommandInput): Promise<number> {
  const isJson = values["json"] === true;
  const limit = readLimit(values["limit"], isJson);
  const isWanted = readFilter(values["repo"]);
  const dataDir = dataDirOf();
  const all = await listRuns(dataDir);
  const wanted = all.filter(isWanted);
  const runs = wanted.slice(0, limit);
  if (isJson) process.stdout.write(`${JSON.stringify(runs.map(toSummary), null, 2)}\n`);
  else if (all.length === 0) process.stdout.write(`No run was kept yet in ${dataDir}.\n`);
  else if (wanted.length === 0) process.stdout.write(`None of the ${all.length} runs in ${dataDir} fits.\n`);
  else process.stdout.write(table(HEAD, runs.map(toRow)));
  const left = wanted.length - runs.length;
  if (left > 0) process.stderr.write(`${left} older ones are not shown; --limit 0 shows all.\n`);
  return 0;
}

/** `rondo runs show`. Throws UserError for an id that is none or that is not known. */
export async function runShow({ values, positionals: [runId] }: CommandInput): Promise<number> {
  if (runId === undefined)
    throw new UserError("Which run? Name it by its id.", { code: "USAGE", hint: "rondo runs list shows the ids." });
  const dataDir = dataDirOf();
  const found = await showRun(dataDir, runId).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "RUN_ID_INVALID")) throw error;
    throw new UserError(error.message, {
      code: "RUN_ID_INVALID",
      hint: "rondo runs list shows the ids.",
      cause: error,
    });
  });
  if (found === null) throw await unknownRun(dataDir, runId);
  process.stdout.write(values["json"] === true ? `${JSON.stringify(toWhole(found), null, 2)}\n` : toText(found));
  return 0;
}

function dataDirOf(): string {
  loadEnvFile();
  return readOperatorConfig().dataDir;
}

/** `octo/hello` or `octo/hello#7`; GitHub's names are the same in any case. */
function readFilter(text: CommandInput["values"][string]): (run: StoredRun) => boolean {
  if (text === undefined) return () => true;
  const { repo, number } = /^(?<repo>[\w-]+\/[\w.-]+)(?:#(?<number>[1-9]\d*))?$/.exec(String(text))?.groups ?? {};
  if (repo === undefined)
    throw new UserError(`--repo ${String(text)} names no repository. Write OWNER/REPO or OWNER/REPO#N.`, {
      code: "USAGE",
      hint: "For example: rondo runs list --repo octo/hello.",
    });
  return (run) =>
    run.repo?.toLowerCase() === repo.toLowerCase() && (number === undefined || run.runId.startsWith(`${number}-`));
}

async function unknownRun(dataDir: string, runId: string): Promise<UserError> {
  const known = (await listRuns(dataDir)).map((run) => run.runId);
  const guess = closest(runId, known);
  return new UserError(`There is no run ${runId}.${guess === undefined ? "" : ` Did you mean ${guess}?`}`, {
    code: "RUN_UNKNOWN",
    hint: "rondo runs list shows the runs that were kept. If the server's data lies elsewhere, set RONDO_DATA_DIR.",
  });
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

function toWhole({ run, folder, artifacts, texts }: WholeRun) {
  return { ...toSummary(run), folder, artifacts, result: run.result, texts };
}

const HEAD = ["RUN", "AT", "REPOSITORY", "REVIEWER", "VERDICT", "FINDINGS", "SECONDS", "REMARK"];

function toRow({ runId, at, repo, result, problem }: StoredRun): string[] {
  const start = [runId, `${at.slice(0, 19)}Z`, repo ?? "unknown"];
  if (result === null) return [...start, "", "", "", "", `damaged: ${problem}`];
  const { name, verdict, findings, durationMs, failure } = result;
  return [...start, name, verdict, String(findings.length), (durationMs / 1000).toFixed(1), failure ?? ""];
}

function toText({ run, folder, artifacts, texts }: WholeRun): string {
  const files = artifacts.map(({ name, sizeBytes }) => `  ${name}, ${sizeBytes} bytes\n`).join("");
  const parts = Object.entries(texts).map(([name, text]) => `--- ${name}\n${visible(text).trimEnd()}\n`);
  const spend = run.result?.spend;
  const cost = spend === undefined ? "" : `\nModel ${visible(spend.model)}, cost ${spendWords(toSpendRecord(spend))}\n`;
  return [`${table(HEAD, [toRow(run)])}${cost}\nKept in ${visible(folder)}:\n${files}`, ...parts].join("\n");
}
