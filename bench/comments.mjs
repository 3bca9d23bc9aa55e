// Time to read the commands of a comment: the worst over hostile comments of the longest size that GitHub takes, and how
// it grows. The baseline is a general Markdown parser on the same texts at a sixteenth of the size.
//   node scripts/build.mjs && node bench/comments.mjs
// RONDO_TEST_DIST=folder measures another build than dist/; --quick leaves the baseline out. CPU times of this process.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { hostileTexts } from "../tests/support/hostile-texts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, process.env.RONDO_TEST_DIST ?? "dist");
const load = (file) => import(pathToFileURL(join(dist, file)).href);
const { parseComment } = await load("src/commands/parse-comment.js");
const { COMMENT_COMMANDS } = await load("src/commands/registry.js");

/** https://github.com/orgs/community/discussions/27190 */
const LONGEST = 65_536;
const up = (unit) => (size) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
const TRICKS = [
  ...[
    "@codex ",
    "@codex review\n",
    "@rondo zzzz\n",
    "> ",
    "> - ",
    "- ",
    "-\n",
    "1. ",
    "\t",
    "[",
    "[\n",
    "](",
    "`a",
    "` ``",
  ],
  ...["<a b", "<a ", "<a\n", '<a b="', "</", "&", "*a_ ", "|-\n", "=\n", "<!-- ", "~~~", "```\n", "`\n@codex review\n"],
].map((unit) => ({ name: JSON.stringify(unit), make: up(unit) }));

const parse = (text) => parseComment(text, ["codex", "rondo"], COMMENT_COMMANDS);
const markdown = (text) => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** What the baseline may take in all: some of these texts cost it seconds each, and two lines show as much as ninety. */
const BASELINE_MS = 10_000;
let baselineLeft = process.argv.includes("--quick") ? 0 : BASELINE_MS;

console.log(
  `Comments of ${LONGEST} characters; how many times as long 8 times as many take; micromark at ${LONGEST / 16}`,
);
const measured = [...hostileTexts, ...TRICKS].map(({ name, make }) => {
  const text = make(LONGEST);
  const long = make(8 * LONGEST);
  const ms = best(() => parse(text), 5);
  const ratio = best(() => parse(long), 3) / ms;
  const baseline = baselineLeft > 0 ? baselineOf(make(LONGEST / 16)) : "-";
  // Each line as soon as it is known: a text that takes for ever is the one after the last line.
  console.log(`  ${ms.toFixed(2).padStart(6)} ms  x${ratio.toFixed(1).padStart(5)}  ${baseline.padStart(14)}  ${name}`);
  return { name, ms };
});
measured.sort((a, b) => b.ms - a.ms);
const [worst] = measured;
console.log(`\nworst ${worst?.ms.toFixed(2)} ms (${worst?.name}); ${measured.length} texts`);

function baselineOf(text) {
  try {
    const ms = best(() => markdown(text), 1);
    baselineLeft -= ms;
    return `${ms.toFixed(0)} ms`;
  } catch (error) {
    return error instanceof RangeError ? "no stack left" : "failed";
  }
}

function best(work, times) {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < times; n += 1) {
    const start = process.cpuUsage();
    work();
    const used = process.cpuUsage(start);
    least = Math.min(least, (used.user + used.system) / 1000);
  }
  return least;
}
