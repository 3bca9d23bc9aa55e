// A copy of the sources on which guards are taken out, built and tested like the original. The working tree is never touched.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Edit, Killer } from "./mutants.ts";

/** What the tests of a copy said. */
export type Verdict = { passed: number; failed: number; output: string };

/** One copy; plays one mutant at a time. */
export type Copy = {
  /** Builds the copy with the edits in place and runs the test. Rejects when it does not build or no such test ran. */
  verdictOf(killer: Killer, edits: readonly Edit[]): Promise<Verdict>;
  remove(): void;
};

const Report = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

/** Copies what git knows, as it stands in the working tree, without documents and measurements. */
export function copySources(): Copy {
  const root = mkdtempSync(join(tmpdir(), "rondo-mutant-"));
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`);
  for (const file of listed.stdout.split("\0")) {
    if (file !== "" && existsSync(file)) cpSync(file, join(root, file));
  }
  symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
  return {
    async verdictOf(killer, edits) {
      const before = new Map(edits.map(({ file }) => [file, readFileSync(join(root, file), "utf8")]));
      try {
        for (const edit of edits) plant(root, edit);
        // Types are not asked: a guard may leave something unused behind.
        await demand(root, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck"]);
        return await runTest(root, killer);
      } finally {
        for (const [file, text] of before) writeFileSync(join(root, file), text);
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Applies an edit; throws when its text does not stand in the file exactly once. */
export function plant(root: string, { file, find, replace }: Edit): void {
  const parts = readFileSync(join(root, file), "utf8").split(find);
  if (parts.length !== 2) throw new Error(`${file}: ${parts.length - 1} times, not once: ${find}`);
  writeFileSync(join(root, file), parts.join(replace));
}

async function runTest(root: string, { project, file, test, cell }: Killer): Promise<Verdict> {
  const report = join(root, "report.json");
  rmSync(report, { force: true });
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of ["VITEST", "NODE_OPTIONS", "RONDO_TORTURE_REPORT", "RONDO_TORTURE_CELL"]) delete env[name];
  // Some of the killers are played at full size only.
  Object.assign(env, { RONDO_TEST_DIST: join(root, "dist"), RONDO_TORTURE_SEED: "1", RONDO_TORTURE: "full" });
  if (cell !== undefined) env["RONDO_TORTURE_CELL"] = cell;
  const named = test === "" ? [] : ["-t", test.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")];
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project", project, file, ...named];
  const { output } = await run(root, [...vitest, "--reporter=json", `--outputFile=${report}`], env);
  if (!existsSync(report)) throw new Error(`the tests did not run:\n${output}`);
  const { numPassedTests: passed, numFailedTests: failed } = Report.parse(JSON.parse(readFileSync(report, "utf8")));
  if (passed + failed === 0) throw new Error(`there is no test like that: ${file} ${test}\n${output}`);
  return { passed, failed, output };
}

async function demand(root: string, args: readonly string[]): Promise<void> {
  const { status, output } = await run(root, args, process.env);
  if (status !== 0) throw new Error(`${args.join(" ")} failed:\n${output}`);
}

function run(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}
