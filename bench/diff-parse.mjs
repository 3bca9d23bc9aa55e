// Speed of the diff parser on a diff of 3,000 files, against two npm packages when a folder with them is given:
//   mkdir /tmp/peers && npm --prefix /tmp/peers install parse-diff gitdiff-parser
//   node scripts/build.mjs && node bench/diff-parse.mjs /tmp/peers
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseDiff } from "../dist/src/findings/diff.js";

const peers = process.argv[2];
const text = diffOf(3_000, 40);
console.log(`diff: ${(text.length / 1e6).toFixed(1)} MB, 3,000 files, 120,000 lines`);

measure("rondo", (diff) => parseDiff(diff).length);
if (peers !== undefined) {
  const require = createRequire(join(peers, "index.js"));
  const parseDiffPackage = require("parse-diff");
  const gitDiffParser = require("gitdiff-parser");
  measure("parse-diff", (diff) => parseDiffPackage(diff).length);
  measure("gitdiff-parser", (diff) => (gitDiffParser.default ?? gitDiffParser).parse(diff).length);
}

function measure(name, parse) {
  const times = [];
  let files = 0;
  for (let turn = 0; turn < 9; turn += 1) {
    const start = performance.now();
    files = parse(text);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(16)} median ${times[4].toFixed(1)} ms, best ${times[0].toFixed(1)} ms, ${files} files`);
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
