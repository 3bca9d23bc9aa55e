// What the sandbox, the gateway and the checks around codex cost: start to exit of a review against bare `codex exec`, turn
// about in one run; how long a killed review takes to be gone; and what a hundred runs leave behind (nothing).
//
//   RONDO_CODEX_BIN=/path/to/codex node bench/codex.mjs [RUNS]
//
// Needs the build. Codex talks to the scripted model of the demo and the tests on loopback; nothing leaves the machine.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const runs = Number(process.argv[2] ?? 20);
const dist = resolve(process.env.RONDO_TEST_DIST ?? "dist");
const load = (file) => import(pathToFileURL(join(dist, "src", file)).href);
const { startFakeOpenai } = await import(pathToFileURL(join(dist, "double/model/fake-openai.js")).href);
const { build } = await load("reviewers/codex/build.js");
const { createCodexReviewer } = await load("reviewers/codex/codex.js");
const { findCodex } = await load("reviewers/codex/find-codex.js");
const { builtParts, tryShell } = await load("reviewers/codex/shell.js");
const { rubric } = await load("reviewers/codex/rubric.js");
const { REVIEW_SCHEMA } = await load("reviewers/codex/schema.js");
const { openGateway } = await load("gateway/gateway.js");

const path = process.env.PATH;
const root = mkdtempSync(join(tmpdir(), "rondo-bench-codex-"));
const model = await startFakeOpenai({
  hanging: [{ items: [{ call: "sleep 16000001" }] }],
});
const codex = await findCodex({ bin: process.env.RONDO_CODEX_BIN ?? null, path });
if ("problem" in codex) throw new Error(`${codex.problem} ${codex.hint}`);

const tree = join(root, "tree");
mkdirSync(tree);
writeFileSync(join(tree, "a.ts"), "export const a = 1;\n");
const diffFile = join(root, "change.diff");
writeFileSync(
  diffFile,
  "diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1,1 +1,1 @@\n-x\n+export const a = 1;\n",
);
const file = { path: "a.ts", oldPath: null, status: "modified", isBinary: false, sizeBytes: 20, omitted: null };
const request = {
  ...{ runId: "1-r1.1-codex-00000000", repo: "octo/shop", pr: 1, prompt: "Review this change.", rules: [] },
  ...{ headSha: "a".repeat(40), baseSha: "b".repeat(40), mergeBaseSha: "c".repeat(40), earlierFindings: [] },
  ...{ gitDir: root, checkoutDir: tree, treeDir: tree, diffFile, files: [file] },
};
const limits = { timeoutMs: 60_000, maxOutputBytes: 1_000_000 };
const none = { maxRequests: null, maxTokens: null, costUsd: null, maxOutputTokens: 4000 };

const tried = performance.now();
const shell = await tryShell(codex, { path, workDir: join(root, "work"), parts: builtParts(), sockets: [] });
print("sandbox", {
  kind: shell.kind,
  ...shell.report,
  reason: shell.reason,
  ms: Math.round(performance.now() - tried),
});
const reviewer = (scenario, decided) =>
  createCodexReviewer({
    ...{ bin: codex.file, path, model: "scripted-model", parts: builtParts(), tryShell: async () => decided },
    openGateway: (listen) =>
      openGateway({
        upstream: model.baseUrl(scenario, "b"),
        key: "k",
        models: ["scripted-model"],
        limits: none,
        prices: {},
        listen,
      }),
  });
const withShell = reviewer("ok", shell);
const withoutShell = reviewer("ok", { kind: "none", reason: "", report: null });
await withShell.preflight();
await withoutShell.preflight();

const times = { bare: [], "with everything": [], "no commands": [] };
for (let i = 0; i < runs; i += 1) {
  times.bare.push(await timed(bare));
  times["with everything"].push(await timed(() => review(withShell)));
  times["no commands"].push(await timed(() => review(withoutShell)));
}
for (const [name, list] of Object.entries(times)) print(name, summary(list));
print("times bare, p50", Number((quantile(times["with everything"], 0.5) / quantile(times.bare, 0.5)).toFixed(2)));

const before = state();
for (let i = 0; i < 100; i += 1) await review(i % 2 === 0 ? withShell : withoutShell);
const after = state();
print("left after 100 runs", {
  processes: after.processes - before.processes,
  entries: after.entries - before.entries,
});

const gone = [];
const hanging = reviewer("hanging", shell);
for (let i = 0; i < Math.min(runs, 20) && shell.kind === "commands"; i += 1) {
  const stop = new AbortController();
  const running = hanging.review(request, limits, stop.signal);
  while (sleepers() === 0) await new Promise((wake) => setTimeout(wake, 20));
  const at = performance.now();
  stop.abort();
  await running;
  gone.push(performance.now() - at);
  if (sleepers() !== 0) throw new Error("a process is left");
}
if (gone.length > 0) print("kill to gone", summary(gone));
await model.close();
rmSync(root, { recursive: true, force: true });

async function review(one) {
  const got = await one.review(request, limits, new AbortController().signal);
  if (got.ending.kind !== "completed") throw new Error(JSON.stringify(got));
}

async function bare() {
  const home = mkdtempSync(join(root, "home-"));
  for (const folder of ["wrapper", "tmp"]) mkdirSync(join(home, folder));
  writeFileSync(join(home, "schema.json"), JSON.stringify(REVIEW_SCHEMA));
  writeFileSync(join(home, "rubric.md"), rubric("commands"));
  const args = build({
    ...{ model: "scripted-model", shell: "commands", cwd: join(home, "wrapper"), readable: [] },
    ...{
      schemaFile: join(home, "schema.json"),
      rubricFile: join(home, "rubric.md"),
      baseUrl: model.baseUrl("ok", "b"),
    },
  });
  const env = {
    PATH: path,
    HOME: home,
    CODEX_HOME: home,
    TMPDIR: join(home, "tmp"),
    LANG: "C.UTF-8",
    RONDO_RUN_TOKEN: "x",
  };
  const child = spawn(codex.file, args, { env, stdio: ["pipe", "ignore", "ignore"] });
  child.stdin.end("Review this change.\n");
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`bare codex ended with ${code}`);
  rmSync(home, { recursive: true, force: true });
}

async function timed(act) {
  const at = performance.now();
  await act();
  return performance.now() - at;
}

function quantile(list, q) {
  return list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0;
}

function summary(list) {
  const ms = (q) => Math.round(quantile(list, q));
  return { n: list.length, p50: ms(0.5), p99: ms(0.99), min: Math.round(Math.min(...list)) };
}

/** Processes of codex or bubblewrap on this machine, and entries that runs could have left. */
function state() {
  const names = /^(?:rondo-g-|rondo-p-|codex-)/;
  return {
    processes: commandLines().filter((line) => /codex\0|bwrap\0|forwarder\.mjs/.test(line)).length,
    entries: [...readdirSync(root), ...readdirSync(tmpdir())].filter((name) => names.test(name)).length,
  };
}

function sleepers() {
  return commandLines().filter((line) => line.includes("16000001")).length;
}

function commandLines() {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, "latin1")];
    } catch {
      return [];
    }
  });
}

function print(name, value) {
  console.log(name, typeof value === "object" ? JSON.stringify(value) : value);
}
