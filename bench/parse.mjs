// Speed of `rondo parse` without the process around it: MB/s for a well-formed text of each format, and the worst time
// over a hostile corpus of 1 MB texts, which must grow no faster than the text (each is also taken at 4 MB).
//   node scripts/build.mjs && node bench/parse.mjs
// RONDO_TEST_DIST=folder measures another build than dist/. Times are CPU times of this process, garbage collection
// included: other work on the machine counts little.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { hostileTexts } from "../tests/support/hostile-texts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, process.env.RONDO_TEST_DIST ?? "dist");
const { parseCapture } = await import(pathToFileURL(join(dist, "src/findings/parse-capture.js")).href);
const parse = (text) => parseCapture(text, { reviewer: "bench" });

const MB = 1_000_000;
const WORDS = "The handle stays open when the read fails, and the worker runs out of them after a day. ";
/** A body of ordinary prose in lines of a usual length. */
const body = (size, indent = "") => `${indent}${WORDS}\n`.repeat(Math.ceil(size / (WORDS.length + indent.length + 1)));
const FENCE = "```";
const RANGE = `between ${"a".repeat(40)} and ${"b".repeat(40)}.`;

/** One text a format: 50 findings, 20 KB each for a reviewer's message, 5 KB each for what has to fit into a comment. */
const TEXTS = {
  codex: `Why.\n\nFull review comments:\n\n${times(50, (n) => `- [P1] Close it — src/a${n}.ts:${n}-${n}\n${body(20_000, "  ")}\n`)}`,
  json: JSON.stringify({
    findings: Array.from({ length: 50 }, (_, n) => ({
      title: "[P1] Close it",
      body: body(20_000),
      code_location: { absolute_file_path: `src/a${n}.ts`, line_range: { start: 1, end: 2 } },
    })),
    overall_correctness: "patch is incorrect",
  }),
  "result-comment": `## Codex Review -- Round 1 -- RESULT\n\nCodex exit code: 0\n\n### Verbatim codex review output\n\n${FENCE}text\nFull review comments:\n\n${times(50, (n) => `- [P1] Close it — src/a${n}.ts:1-2\n${body(5_000, "  ")}\n`)}${FENCE}\n`,
  connector: `### 💡 Codex Review\n\n${times(50, (n) => `**<sub><sub>![P1 Badge](https://x/y)</sub></sub>  Close it ${n}**\n\n${body(5_000)}\n`)}`,
  copilot: `## Pull request overview\n\n<details>\n<summary>Suppressed comments (50)</summary>\n\n${times(50, (n) => `**src/a${n}.ts:3**\n* ${body(5_000)}`)}</details>\n`,
  coderabbit: `**Actionable comments posted: 0**\n\n<details>\n<summary>Nitpick comments (50)</summary><blockquote>\n\n${times(50, (n) => `<details>\n<summary>src/a${n}.ts (1)</summary><blockquote>\n\n\`1-2\`: **Close it.**\n\n${body(5_000)}\n</blockquote></details>\n`)}</blockquote></details>\n${RANGE}\n`,
  record: `## Review — bot\n\nVerdict: REQUEST_CHANGES\n\nReviewing commit \`0123456\` for PR #1\n\n### Blocking Findings\n\n| # | File:Line | Severity | Finding |\n|---|---|---|---|\n${times(50, (n) => `| ${n} | src/a${n}.ts:1 | BLOCKING | RD-1 [P1] Close it. ${WORDS.repeat(230)} |\n`)}`,
};

console.log("Well-formed texts with 50 findings, best of 9");
const speeds = {};
for (const [format, text] of Object.entries(TEXTS)) {
  const parsed = parse(text);
  if (parsed.format !== format || parsed.findings.length !== 50) {
    throw new Error(`${format}: read as ${parsed.format} with ${parsed.findings.length} findings`);
  }
  const ms = best(() => parse(text), 9);
  const speed = text.length / MB / (ms / 1000);
  speeds[format] = Math.round(speed);
  console.log(
    `  ${format.padEnd(16)} ${(text.length / MB).toFixed(2)} MB  ${ms.toFixed(1).padStart(5)} ms  ${speed.toFixed(0)} MB/s`,
  );
}

console.log("\nHostile texts: best of 5 at 1 MB, and how many times as long 4 MB take (4.0 is linear)");
const times1 = hostileTexts.map(({ name, make }) => {
  const [small, large] = [make(MB), make(4 * MB)];
  const ms = best(() => parse(small), 5);
  return { name, ms, ratio: best(() => parse(large), 3) / ms };
});
times1.sort((a, b) => b.ms - a.ms);
for (const { name, ms, ratio } of times1) {
  console.log(`  ${ms.toFixed(1).padStart(6)} ms  x${ratio.toFixed(1).padStart(4)}  ${name}`);
}
const within = times1.filter(({ ms }) => ms <= 50).length;
console.log(`\n${within} of ${times1.length} within 50 ms; worst ${times1[0]?.ms.toFixed(1)} ms (${times1[0]?.name})`);
console.log(
  JSON.stringify({ mbPerSecond: speeds, worstMs: times1[0]?.ms, worst: times1[0]?.name, within50Ms: within }),
);

function times(count, make) {
  return Array.from({ length: count }, (_, n) => make(n + 1)).join("");
}

function best(work, turns) {
  let shortest = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn += 1) {
    const start = process.cpuUsage();
    work();
    const used = process.cpuUsage(start);
    shortest = Math.min(shortest, (used.user + used.system) / 1000);
  }
  return shortest;
}
