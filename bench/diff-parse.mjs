// Speed of parsing a diff of 3,000 files and anchoring a finding in each, against two npm packages when a folder with them
// is given. They do not anchor; for them the lines a comment may stand on are looked up in what they parsed.
//   mkdir /tmp/peers && npm --prefix /tmp/peers install parse-diff gitdiff-parser
//   node scripts/build.mjs && node bench/diff-parse.mjs /tmp/peers
// A real diff instead of the made one: git diff A B > /tmp/x.diff, and its name as second argument.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const dist = resolve(process.env.RONDO_TEST_DIST ?? "dist", "src/findings");
const load = (file) => import(pathToFileURL(join(dist, file)).href);
const [{ anchorFinding, indexDiff }, { parseDiff }] = await Promise.all([load("anchor.js"), load("diff.js")]);

const [peers, realDiff] = process.argv.slice(2);
// The second one stays below 20,000 lines: above, GitHub shows no more patches, and Rondo anchors nothing there.
const diffs = realDiff === undefined ? [diffOf(3_000, 40), diffOf(3_000, 2)] : [readFileSync(realDiff, "utf8")];
for (const text of diffs) compare(text);

function compare(text) {
  const findings = parseDiff(text).flatMap(({ path, hunks }) => {
    const line = hunks[0]?.lines.findLast(({ newLine }) => newLine !== null)?.newLine;
    return line === undefined ? [] : [{ path, startLine: line, endLine: line, side: "RIGHT" }];
  });
  const size = `${(text.length / 1e6).toFixed(1)} MB, ${text.split("\n").length} lines`;
  console.log(`diff: ${size}; ${findings.length} findings, one a file`);
  const runs = [
    { name: "rondo", parse: parseDiff, anchor: (files) => anchorAll(files, findings) },
    ...(peers === undefined ? [] : peersIn(peers, findings)),
  ];
  // In turns, so that a busy machine hurts all of them alike.
  const times = new Map(runs.map(({ name }) => [name, { parse: [], both: [] }]));
  for (let turn = 0; turn < 15; turn += 1) {
    for (const { name, parse, anchor } of runs) {
      const start = performance.now();
      const files = parse(text);
      const parsed = performance.now();
      const found = anchor(files);
      times.get(name).both.push(performance.now() - start);
      times.get(name).parse.push(parsed - start);
      if (found !== findings.length) throw new Error(`${name} anchors ${found} of ${findings.length}`);
    }
  }
  const own = times.get("rondo");
  for (const [name, { parse, both }] of times) {
    const ratio = name === "rondo" ? "" : `; ${factor(parse, own.parse)} and ${factor(both, own.both)} of rondo's time`;
    console.log(`${name.padEnd(15)} parse ${ms(parse)}, parse and anchor ${ms(both)}${ratio}`);
  }
}

function anchorAll(files, findings) {
  const index = indexDiff(files);
  return findings.filter((finding) => isPlaced(anchorFinding(finding, index))).length;
}

function isPlaced(anchor) {
  return anchor.kind === "line" || anchor.reason === "patch_too_large";
}

function peersIn(folder, findings) {
  const require = createRequire(join(resolve(folder), "index.js"));
  const parseDiffPackage = require("parse-diff");
  const gitDiffParser = require("gitdiff-parser");
  return [
    {
      name: "parse-diff",
      parse: (diff) => parseDiffPackage(diff),
      anchor: lookUp(
        findings,
        (file) => file.to,
        (file) =>
          file.chunks.map(({ changes }) => changes.map((change) => change.ln2 ?? (change.add ? change.ln : null))),
      ),
    },
    {
      name: "gitdiff-parser",
      parse: (diff) => (gitDiffParser.default ?? gitDiffParser).parse(diff),
      anchor: lookUp(
        findings,
        (file) => file.newPath,
        (file) =>
          file.hunks.map(({ changes }) =>
            changes.map((change) =>
              change.isNormal ? change.newLineNumber : change.isInsert ? change.lineNumber : null,
            ),
          ),
      ),
    },
  ];
}

function lookUp(findings, pathOf, hunksOf) {
  return (files) => {
    const byPath = new Map(files.map((file) => [pathOf(file), file]));
    return findings.filter(({ path, endLine }) => {
      const file = byPath.get(path);
      return file !== undefined && hunksOf(file).some((lines) => lines.includes(endLine));
    }).length;
  };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function ms(numbers) {
  return `${median(numbers).toFixed(1)} ms`;
}

function factor(theirs, ours) {
  return (median(theirs) / median(ours)).toFixed(2);
}

function diffOf(files, lines) {
  const parts = [];
  for (let file = 0; file < files; file += 1) {
    const path = `packages/p${file % 40}/src/file${file}.ts`;
    parts.push(`diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n`);
    const body = Array.from(
      { length: lines },
      (_, line) => `${" +-"[line % 3]}  const value${line} = compute(${file}, ${line}); // some words\n`,
    );
    const removed = body.filter((line) => line[0] !== "+").length;
    const added = body.filter((line) => line[0] !== "-").length;
    parts.push(`@@ -1,${removed} +1,${added} @@ function f${file}()\n`, ...body);
  }
  return parts.join("");
}
