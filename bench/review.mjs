// How long `rondo review` takes on a change of ten TypeScript files, as a pre-push hook would run it, against
// `npx eslint` with typescript-eslint on the same files, one after the other in every round.
//
//   node bench/review.mjs [--rounds 5] [--files 10]
//
// eslint is installed into a temporary folder, so this needs a package registry. RONDO_TEST_DIST names another build.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, files: { type: "string", default: "10" } },
});
const main = resolve(process.env.RONDO_TEST_DIST ?? "dist", "src/cli/main.js");
const root = mkdtempSync(join(tmpdir(), "rondo-bench-review-"));

/** A repository whose branch adds the files; each of them is a source file of Rondo's own. */
function makeRepository(count) {
  const dir = join(root, "repository");
  mkdirSync(join(dir, "src"), { recursive: true });
  const git = (...args) =>
    execFileSync("git", ["-C", dir, "-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args]);
  git("init", "-q", "-b", "main");
  git("commit", "-qm", "base", "--allow-empty");
  git("switch", "-qc", "feature");
  const sources = readdirSync("src/round").filter((name) => name.endsWith(".ts"));
  for (const name of sources.slice(0, count)) copyFileSync(join("src/round", name), join(dir, "src", name));
  git("add", "-A");
  git("commit", "-qm", "change");
  return {
    dir,
    lines: Number(
      git("diff", "--shortstat", "main")
        .toString()
        .match(/(\d+) insertion/)?.[1],
    ),
  };
}

/** The folder in which eslint runs: beside the repository, so that neither sees the other. */
function installEslint(from) {
  const dir = join(root, "eslint");
  mkdirSync(dir);
  writeFileSync(join(dir, "package.json"), '{ "private": true, "type": "module" }');
  const packages = ["eslint@10.15.0", "@eslint/js@10.0.1", "typescript-eslint@8.73.0", "typescript@5.9.3"];
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", ...packages], { cwd: dir, stdio: "inherit" });
  writeFileSync(
    join(dir, "eslint.config.js"),
    'import js from "@eslint/js";\nimport tseslint from "typescript-eslint";\nexport default tseslint.config(js.configs.recommended, tseslint.configs.recommended);\n',
  );
  mkdirSync(join(dir, "src"));
  for (const name of readdirSync(join(from, "src"))) copyFileSync(join(from, "src", name), join(dir, "src", name));
  return dir;
}

/** Seconds of one run; what it found does not matter, that it came to an end does. */
function timed(file, args, cwd) {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(file, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0 && status !== 1)
    throw new Error(`${file} ${args.join(" ")} ended with ${status}: ${String(stderr)}`);
  return (performance.now() - startedAt) / 1000;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

try {
  const { dir, lines } = makeRepository(Number(values.files));
  const eslint = installEslint(dir);
  const runs = {
    "rondo review": () => timed(process.execPath, [main, "review"], dir),
    "npx eslint": () => timed("npx", ["eslint", "src"], eslint),
    eslint: () => timed(process.execPath, ["node_modules/eslint/bin/eslint.js", "src"], eslint),
    "rondo --version": () => timed(process.execPath, [main, "--version"], dir),
  };
  for (const run of Object.values(runs)) run();
  const seconds = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const [name, run] of Object.entries(runs)) seconds[name].push(run());
  const medians = Object.fromEntries(Object.entries(seconds).map(([name, all]) => [name, median(all)]));
  process.stdout.write(`${values.files} files, ${lines} added lines; medians of ${values.rounds} runs\n`);
  for (const [name, value] of Object.entries(medians))
    process.stdout.write(`${name.padEnd(16)} ${value.toFixed(2)} s\n`);
  const ratio = medians["rondo review"] / medians["npx eslint"];
  process.stdout.write(`rondo review takes ${ratio.toFixed(2)} of the time of npx eslint\n`);
  process.stdout.write(`${JSON.stringify({ medians, ratio })}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
