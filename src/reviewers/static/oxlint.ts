// Runs oxlint over copies in a folder of our own. By default oxlint loads plugins, that is code, from the configuration
// of the repository it lints (measured with `jsPlugins`), so nothing of the pull request but plain source files is in
// that folder, and only our own configuration counts.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { OxlintRule } from "./rule.ts";
import type { SourceFile } from "./source-file.ts";

/** What oxlint said about one file: the rule's oxlint name and where. */
export type OxlintHit = { path: string; oxlint: string; line: number; endLine: number };

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

/**
 * Lints the files with exactly these rules. A crash or time-out is narrowed down by halves to the file that causes it;
 * that file is in `failed`, with the reason, and the rest is still analysed. `workDir` must be ours and is left empty.
 */
export async function runOxlint(
  files: readonly SourceFile[],
  rules: readonly OxlintRule[],
  workDir: string,
): Promise<{ hits: readonly OxlintHit[]; failed: readonly { path: string; reason: string }[] }> {
  if (files.length === 0) return { hits: [], failed: [] };
  const outcome = await runBatch(files, rules, workDir);
  if (!("crash" in outcome)) return { hits: outcome.hits, failed: [] };
  const [only] = files;
  if (files.length === 1 && only !== undefined)
    return { hits: [], failed: [{ path: only.path, reason: outcome.crash }] };
  const middle = Math.ceil(files.length / 2);
  const first = await runOxlint(files.slice(0, middle), rules, workDir);
  const second = await runOxlint(files.slice(middle), rules, workDir);
  return { hits: [...first.hits, ...second.hits], failed: [...first.failed, ...second.failed] };
}

type Outcome = { hits: readonly OxlintHit[] } | { crash: string };

async function runBatch(files: readonly SourceFile[], rules: readonly OxlintRule[], workDir: string): Promise<Outcome> {
  const folder = join(workDir, "oxlint");
  try {
    const configFile = join(workDir, "oxlint-config.json");
    await mkdir(folder, { recursive: true });
    // oxlint finds no file in a folder that some .gitignore above it names, whatever `--no-ignore` says, and looks for
    // one up to the next repository: https://oxc.rs/docs/guide/usage/linter/ignore-files.html. This ends its way.
    await mkdir(join(workDir, ".git"), { recursive: true });
    await writeFile(configFile, JSON.stringify(configFor(rules)));
    // Numbered names: a path of the pull request never becomes a path of ours.
    const byName = new Map<string, SourceFile>();
    for (const [index, file] of files.entries()) {
      const name = `${index}${extensionOf(file)}`;
      byName.set(name, file);
      await writeFile(join(folder, name), file.text);
    }
    const answer = await spawnOxlint(configFile, folder);
    if (typeof answer === "string") return { crash: answer };
    const { diagnostics, number_of_files: seen } = readAnswer(answer.stdout);
    // A file that was passed over is never a file without findings.
    if (seen < files.length) return { crash: `oxlint looked at ${seen} of ${files.length} files` };
    return { hits: hitsFrom(diagnostics, byName) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configFor(rules: readonly OxlintRule[]): unknown {
  return {
    plugins: ["typescript", "unicorn", "oxc", "react"],
    categories: { correctness: "off" },
    rules: Object.fromEntries(rules.map((rule) => [rule.oxlint, "error"])),
  };
}

function extensionOf(file: SourceFile): string {
  return /\.[cm]?[jt]sx?$/.exec(file.path)?.[0] ?? ".js";
}

/** stdout when oxlint came to an end by itself (exit 0 or 1), else a sentence about what happened. */
function spawnOxlint(configFile: string, folder: string): Promise<{ stdout: string } | string> {
  // The package exports no path to its program; its own description does.
  const binary = join(dirname(createRequire(import.meta.url).resolve("oxlint/package.json")), "bin", "oxlint");
  const args = [binary, "-c", configFile, "--disable-nested-config", "--no-ignore", "--threads=2", "-f", "json", "."];
  return new Promise((done) => {
    // Not detached: it stays in this child's process group and dies with it.
    const child = spawn(process.execPath, args, { cwd: folder, env: {}, stdio: ["ignore", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
      else chunks.push(chunk);
    });
    child.on("error", (error) => done(`oxlint did not start: ${error.message}`));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || code === 1) done({ stdout: Buffer.concat(chunks).toString("utf8") });
      else done(signal === null ? `oxlint ended with code ${code}` : `oxlint was ended by ${signal}`);
    });
  });
}

/** The part of oxlint's JSON that is used. */
const Answer = z.object({
  number_of_files: z.number(),
  diagnostics: z.array(
    z.object({
      code: z.string().optional(),
      filename: z.string().optional(),
      labels: z.array(z.object({ span: z.object({ line: z.number() }) })).optional(),
    }),
  ),
});

function hitsFrom(
  diagnostics: z.infer<typeof Answer>["diagnostics"],
  byName: ReadonlyMap<string, SourceFile>,
): OxlintHit[] {
  return diagnostics.flatMap(({ code, filename, labels }) => {
    const file = byName.get((filename ?? "").replace(/^\.\//, ""));
    const name = /^(?<plugin>[\w-]+)\((?<rule>[\w-]+)\)$/.exec(code ?? "")?.groups;
    // The last label is the place of the bug; earlier ones point at what it contradicts.
    const span = labels?.at(-1)?.span;
    if (file === undefined || name === undefined || span === undefined) return [];
    const plugin = (name["plugin"] ?? "").replace(/^typescript-eslint$/, "typescript").replace(/^eslint-plugin-/, "");
    return [{ path: file.path, oxlint: `${plugin}/${name["rule"]}`, line: span.line, endLine: span.line }];
  });
}

/** oxlint prints plain words instead of JSON when its configuration is refused: that is our bug, so it must be loud. */
function readAnswer(stdout: string): z.infer<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(stdout));
  } catch (cause) {
    throw new Error(`oxlint did not answer in JSON: ${stdout.slice(0, 200)}`, { cause });
  }
}
