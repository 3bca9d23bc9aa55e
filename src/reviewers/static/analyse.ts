// Looks at the changed files with every rule. Runs inside the child process only: it parses bytes of strangers.
// Each file is reported on by itself, so that a crash in the next one loses nothing.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join, normalize } from "node:path";
import { parseDiff } from "../../findings/diff.ts";
import { neutraliseDirectives } from "./directives.ts";
import { runOxlint } from "./oxlint.ts";
import { refuseFile } from "./prescreen.ts";
import type { Assignment, FoundHit, Report } from "./protocol.ts";
import { SCRIPT, type Hit, type OwnRule, type OxlintRule, type Rule } from "./rule.ts";
import { createSourceFile, type SourceFile } from "./source-file.ts";

/** Most findings of one rule in one file; the rest repeats what these say. */
const MAX_HITS_PER_RULE = 10;

/** Runs the rules over the files and reports as it goes. Rejects only for a diff that cannot be read or a broken rule set. */
export async function analyse(
  work: Assignment,
  rules: readonly Rule[],
  report: (report: Report) => void,
): Promise<void> {
  const added = addedLinesByPath(await readWhole(work.diffFile));
  const own = rules.filter((rule): rule is OwnRule => rule.engine === "own");
  const files: { path: string; isDone: boolean; read: ReadFile | string }[] = [];
  for (const path of work.paths) {
    const isDone = work.done.includes(path);
    // A file that cannot even be looked through must be known by name.
    if (!isDone) report({ kind: "start", path });
    files.push({ path, isDone, read: await readChanged(work.checkoutDir, path, added.get(path) ?? new Set()) });
  }
  // oxlint is a process of its own: it works while the own rules do, and its answer is told after theirs.
  const scripts = files.flatMap(({ read }) => (typeof read !== "string" && isScript(read.file) ? [read.file] : []));
  const linting = runOxlint(scripts.filter(hasAddedLines), oxlintRulesOf(rules), work.workDir);
  linting.catch(() => {});
  for (const { path, isDone, read } of files) {
    if (isDone) continue;
    report({ kind: "start", path });
    if (typeof read === "string") report({ kind: "refused", path, reason: read });
    else if (!hasAddedLines(read.file)) report({ kind: "done", path, hits: [], directives: 0 });
    else report(await runOwnRules(read.file, own, read.directives));
    // Rules compute without a pause; oxlint's words are to be read meanwhile.
    await new Promise((wake) => setImmediate(wake));
  }
  await reportOxlint(linting, scripts, rules, report);
  report({ kind: "end" });
}

/** New line numbers of added lines, by the path at the head. */
export function addedLinesByPath(diff: string): ReadonlyMap<string, ReadonlySet<number>> {
  const added = new Map<string, ReadonlySet<number>>();
  for (const file of parseDiff(diff)) {
    if (file.status === "removed") continue;
    const lines = file.hunks.flatMap((hunk) =>
      hunk.lines.flatMap((line) => (line.kind === "added" && line.newLine !== null ? [line.newLine] : [])),
    );
    added.set(file.path, new Set(lines));
  }
  return added;
}

/** Own rules over one file, hits on added lines only. A rule that throws makes the file not analysed, never clean. */
export async function runOwnRules(
  file: SourceFile,
  rules: readonly OwnRule[],
  directives: readonly number[],
): Promise<Report> {
  const hits: FoundHit[] = [];
  for (const rule of rules) {
    if (!rule.languages.some((language) => file.languages.has(language))) continue;
    try {
      const found = await rule.check(file);
      hits.push(
        ...found
          .filter((hit) => touches(hit, file))
          .slice(0, MAX_HITS_PER_RULE)
          .map((hit) => withContext(hit, rule.id, file)),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: "refused", path: file.path, reason: `rule ${rule.id} failed: ${reason.slice(0, 200)}` };
    }
  }
  return {
    kind: "done",
    path: file.path,
    hits,
    directives: directives.filter((line) => file.addedLines.has(line)).length,
  };
}

async function reportOxlint(
  linting: ReturnType<typeof runOxlint>,
  files: readonly SourceFile[],
  rules: readonly Rule[],
  report: (report: Report) => void,
): Promise<void> {
  // The parent takes silence for a hang; oxlint runs in a process of its own with its own time limit.
  const heartbeat = setInterval(() => report({ kind: "alive" }), 2_000);
  try {
    const { hits, failed } = await linting;
    for (const { path, reason } of failed) report({ kind: "refused", path, reason });
    const ids = new Map(oxlintRulesOf(rules).map((rule) => [rule.oxlint, rule.id]));
    const byPath = new Map(files.map((file) => [file.path, file]));
    const counts = new Map<string, number>();
    const kept = hits.flatMap((hit) => {
      const [file, rule] = [byPath.get(hit.path), ids.get(hit.oxlint)];
      if (file === undefined || rule === undefined || !touches(hit, file)) return [];
      const key = `${rule}\0${hit.path}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if ((counts.get(key) ?? 0) > MAX_HITS_PER_RULE) return [];
      return [{ ...withContext({ line: hit.line, endLine: hit.endLine }, rule, file), path: hit.path }];
    });
    report({ kind: "oxlint", hits: kept });
  } finally {
    clearInterval(heartbeat);
  }
}

function touches(hit: Hit, file: SourceFile): boolean {
  for (let line = hit.line; line <= hit.endLine; line += 1) if (file.addedLines.has(line)) return true;
  return false;
}

function withContext(hit: Hit, rule: string, file: SourceFile): FoundHit {
  return { ...hit, rule, context: (file.lines[hit.line - 1] ?? "").trim().slice(0, 300) };
}

function oxlintRulesOf(rules: readonly Rule[]): OxlintRule[] {
  return rules.filter((rule): rule is OxlintRule => rule.engine === "oxlint");
}

function hasAddedLines(file: SourceFile): boolean {
  return file.addedLines.size > 0;
}

function isScript(file: SourceFile): boolean {
  return SCRIPT.some((language) => file.languages.has(language));
}

type ReadFile = { file: SourceFile; directives: readonly number[] };

/** The changed file, ready for the rules, or why it cannot be analysed. */
async function readChanged(
  checkoutDir: string,
  path: string,
  addedLines: ReadonlySet<number>,
): Promise<ReadFile | string> {
  if (normalize(path) !== path || path.startsWith("/") || path.startsWith(".."))
    return "not a path inside the repository";
  let bytes: Buffer;
  try {
    bytes = await readPlainFile(join(checkoutDir, path));
  } catch (error) {
    return `not readable (${error instanceof Error && "code" in error ? String(error.code) : "unknown"})`;
  }
  const refusal = refuseFile(bytes);
  if (refusal !== undefined) return refusal;
  const { text, lines } = neutraliseDirectives(bytes.toString("utf8"));
  return { file: createSourceFile(path, text, addedLines), directives: lines };
}

/** Never follows a symlink and never waits on a pipe: a pull request chooses these names. */
async function readPlainFile(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = await handle.stat();
    // One byte above the pre-screen's limit is enough for it to refuse.
    const buffer = Buffer.alloc(Math.min(size, 1_000_001));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function readWhole(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
