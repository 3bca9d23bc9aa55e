// Breaks Rondo on purpose, at full size: every folder of tests/torture is a suite, and they run one after the other, so
// that each has the machine to itself. Prints a table; exit 1 when a cell failed.
//
//   node scripts/torture.mjs [SUITE...] [--seed N] [--cell ID] [--gate]
//
// Each suite takes up to 40 minutes on two cores. `--seed` and `--cell` repeat what a failure printed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The order of the table; suites that are not named here follow. */
const ORDER = ["crash", "faults", "store", "clock", "mutants"];
const found = suitesOf(join(root, "tests", "torture"));
const { wanted, seed, cell, isGate } = readArguments();

if (spawnSync(process.execPath, [join(root, "scripts", "setup.mjs"), "test"], { stdio: "inherit" }).status !== 0) {
  process.exit(69);
}
const rows = wanted.map(runSuite);
printTable(rows);
process.exit(rows.every(({ isFine }) => isFine) ? 0 : 1);

function suitesOf(folder) {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && hasTests(join(folder, entry.name)))
    .map(({ name }) => name);
  return names.toSorted((one, other) => place(one) - place(other) || one.localeCompare(other));
}

function place(name) {
  return ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length;
}

function hasTests(folder) {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".test.ts"));
}

function readArguments() {
  try {
    const options = { seed: { type: "string" }, cell: { type: "string" }, gate: { type: "boolean" } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.filter((name) => !found.includes(name));
    if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(", ")}; there are ${found.join(", ")}.`);
    if (values.seed !== undefined && !/^\d+$/.test(values.seed)) throw new Error("--seed takes a whole number.");
    const wanted = positionals.length === 0 ? found : found.filter((name) => positionals.includes(name));
    return { wanted, seed: values.seed, cell: values.cell, isGate: values.gate === true };
  } catch (error) {
    process.stderr.write(
      `${error.message}\nUsage: node scripts/torture.mjs [SUITE...] [--seed N] [--cell ID] [--gate]\n`,
    );
    process.exit(2);
  }
}

function runSuite(name) {
  const report = mkdtempSync(join(tmpdir(), "rondo-torture-report-"));
  const startedAt = Date.now();
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--project", "torture", `tests/torture/${name}/`],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        ...(isGate ? {} : { RONDO_TORTURE: "full" }),
        ...(seed === undefined ? {} : { RONDO_TORTURE_SEED: seed }),
        ...(cell === undefined ? {} : { RONDO_TORTURE_CELL: cell }),
        RONDO_TORTURE_REPORT: report,
      },
    },
  );
  const results = readdirSync(report).map((file) => JSON.parse(readFileSync(join(report, file), "utf8")));
  rmSync(report, { recursive: true, force: true });
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const cells = sum("cells");
  const passed = sum("passed");
  // A suite that played nothing proves nothing.
  const isFine = status === 0 && cells > 0 && passed === cells;
  const seeds = [...new Set(results.map((result) => result.seed))].join(" ");
  return { name, cells, passed, seeds, seconds: Math.round((Date.now() - startedAt) / 1000), isFine };
}

function printTable(rows) {
  process.stdout.write("\nsuite      passed of total   seed          time\n");
  for (const { name, passed, cells, seeds, seconds, isFine } of rows) {
    const line = [name.padEnd(9), `${passed} of ${cells}`.padEnd(16), seeds.padEnd(12), `${seconds} s`.padStart(6)];
    process.stdout.write(`${line.join("  ")}${isFine ? "" : "   FAILED"}\n`);
  }
}
