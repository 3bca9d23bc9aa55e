// Does the documentation tell the truth? Follows it as a new operator would: a fresh clone, an empty home, and every
// command of a page in order; where a page talks to a server, a real `rondo serve` runs against the GitHub double.
//
//   node scripts/check-docs.mjs              everything (npm run check-docs)
//   node scripts/check-docs.mjs PAGE…        the commands of these pages alone
//   node scripts/check-docs.mjs --static     only what needs no running: links, tags, names, syntax
//
// How a block says what it wants: KINDS in docs-rules.mjs. A `run` block after a `server` block stops the server first, so
// a page can tell of a restore. What a `text shows` block says must stand in the output of the block before it; `…`
// stands for anything. Exit code 1 when anything is wrong.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readFacts, readPages } from "./docs-facts.mjs";
import { documentProblems, fencedBlocks, tagValue } from "./docs-rules.mjs";
import { endDocsWorld, startDocsServer } from "./docs-server.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** RONDO_TEST_DIST: a build of one's own, as for the tests. */
const dist = resolve(root, process.env.RONDO_TEST_DIST ?? "dist");
const BLOCK_MS = 300_000;
/** What an operator's machine has and a bare test machine may lack. */
const TOOLS = ["curl", "openssl"];
const problems = [];

await main(process.argv.slice(2));

async function main(args) {
  if (process.env.RONDO_TEST_DIST === undefined) must(process.execPath, [join(root, "scripts", "build.mjs")]);
  const pages = readPages();
  const { COMMANDS } = await import(pathToFileURL(join(dist, "src", "cli", "commands.js")).href);
  const blocks = [...pages].flatMap(([page, text]) =>
    fencedBlocks(text)
      .filter(({ lang }) => lang === "sh")
      .map((block) => ({ ...block, page })),
  );
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  if (wanted.length === 0) {
    problems.push(...documentProblems(pages, readFacts(COMMANDS)));
    for (const block of blocks) checkSyntax(block);
  }
  if (!args.includes("--static")) await runPages(blocks, wanted);
  for (const problem of problems) console.error(problem);
  const count = (...kinds) => blocks.filter(({ tags }) => tags.some((tag) => kinds.includes(tag.split("=")[0]))).length;
  console.log(
    `${pages.size} pages, ${blocks.length} blocks of commands: ${count("run", "server")} run here, ` +
      `${count("test", "tested")} by tests, ${count("needs")} need what is not here, ${count("example")} are examples. ` +
      `${problems.length} problems.`,
  );
  if (problems.length > 0) process.exitCode = 1;
}

function checkSyntax({ page, line, code }) {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: code, encoding: "utf8" });
  if (status !== 0) problems.push(`${page}:${line}: bash cannot read this: ${stderr.trim().split("\n")[0]}`);
}

async function runPages(blocks, wanted) {
  const runnable = blocks.filter(({ tags }) => tags.includes("run") || tags.includes("server"));
  const names = [...new Set(runnable.map(({ page }) => page))].filter(
    (page) => wanted.length === 0 || wanted.includes(page),
  );
  const scratch = mkdtempSync(join(tmpdir(), "rondo-docs-"));
  try {
    const place = prepareClone(scratch);
    for (const page of names) {
      await runPage(
        runnable.filter((block) => block.page === page),
        place,
      );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A fresh clone whose packages are those of this checkout, an empty home, and `rondo` in PATH as the pages have it. */
function prepareClone(scratch) {
  const clone = join(scratch, "rondo");
  must("git", ["clone", "--quiet", root, clone]);
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  // Pages are read from the working tree; so is what they start.
  cpSync(dist, join(clone, "dist"), { recursive: true });
  const bin = join(scratch, "bin");
  const home = join(scratch, "home");
  for (const folder of [bin, home]) mkdirSync(folder);
  const main = join(clone, "dist", "src", "cli", "main.js");
  writeFileSync(join(bin, "rondo"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.com\n");
  return { scratch, clone, home, env: { PATH: `${bin}:${process.env.PATH ?? ""}`, HOME: home, LANG: "C.UTF-8" } };
}

async function runPage(blocks, place) {
  must("git", ["clean", "-xfdq", "-e", "node_modules", "-e", "dist", "-e", ".rondo"], place.clone);
  let server;
  try {
    for (const block of blocks) {
      if (block.tags.includes("server")) server ??= await startDocsServer(place);
      else {
        await server?.stop();
        server = undefined;
      }
      const where = `${block.page}:${block.line}`;
      const lacking = TOOLS.find((tool) => block.code.includes(`${tool} `) && !isInstalled(tool));
      if (lacking !== undefined) {
        console.log(`${where}: left out, because there is no ${lacking} here`);
        continue;
      }
      const started = performance.now();
      const { code, output } = await runBlock(block, place, server?.url);
      console.log(`${where}: exit ${code}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
      judge(block, where, code, output);
    }
  } catch (error) {
    problems.push(`${blocks[0].page}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await server?.stop();
    await endDocsWorld(place.clone);
  }
}

function isInstalled(tool) {
  return spawnSync("bash", ["-c", `command -v ${tool}`]).status === 0;
}

/** Pages write the default address; the server that runs here listens on a free port. */
function runBlock({ code }, { clone, env }, url) {
  const script = url === undefined ? code : code.replaceAll("http://127.0.0.1:3000", url);
  const child = spawn("bash", ["-eo", "pipefail", "-c", script], { cwd: clone, env, detached: true });
  child.stdin.end();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk.toString("utf8")));
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), BLOCK_MS);
  return new Promise((resolve) => {
    child.once("close", (status, signal) => {
      clearTimeout(timer);
      resolve({ code: status ?? signal, output });
    });
  });
}

function judge(block, where, code, output) {
  const expected = Number(tagValue(block, "exit") ?? 0);
  if (code !== expected) problems.push(`${where}: exit code ${code}, not ${expected}:\n${output.slice(-1500)}`);
  for (const line of block.shows) {
    const parts = line.trim().split("…").map(escapeRegExp);
    if (!new RegExp(parts.join(".*")).test(output)) {
      problems.push(`${where}: the output does not say: ${line.trim()}\nIt says:\n${output.slice(-1500)}`);
    }
  }
}

function escapeRegExp(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function must(file, args, cwd = root) {
  const { status, stderr, error } = spawnSync(file, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${error?.message ?? stderr}`);
}
