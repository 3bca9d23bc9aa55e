// What reading a configuration costs: an ordinary file, three layers of it with every value explained, and the worst files
// that the limits let through. Needs a build: npm run build, then node bench/config.mjs
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = join(fileURLToPath(new URL("..", import.meta.url)), process.env.RONDO_TEST_DIST ?? "dist");
const load = (file) => import(pathToFileURL(join(dist, file)).href);
const { organisationLayer, parseServerConfig, repositoryLayer } = await load("src/repo-config.js");
const { explainConfig, mergeLayers } = await load("src/repo-config/layers.js");

const FIVE_LINES = "max_rounds: 5\nblocking_priorities: [P0, P1]\ntriggers:\n  label: needs-review\n  opened: true\n";
const server = parseServerConfig("caps: { max_rounds: 20 }\ntranscript: full\n");

report("five lines", 500, () => mergeLayers([repositoryLayer(FIVE_LINES, "a".repeat(40))]));
report("three layers, explained", 200, () => {
  const layers = [
    repositoryLayer(FIVE_LINES, "a".repeat(40)),
    organisationLayer(FIVE_LINES, "octo", "b".repeat(40)),
    server.layer,
  ];
  mergeLayers(layers, server.config);
  explainConfig(layers, server.config);
});

const fill = (piece, size) => {
  let text = "";
  for (let n = 0; text.length < size; n++) text += piece(n);
  return text.slice(0, size);
};
const hostile = {
  "unknown keys": fill((n) => `k${n}: 1\n`, 18_000),
  "one key again and again": fill(() => "a: 1\n", 12_000),
  "wrong entries": fill(() => ": : :\n", 9_000),
  brackets: fill(() => "{}", 4_900),
  "a list": `rules: [${fill(() => "a,", 9_000)}]`,
  "uses of an anchor": `x: &a [1]\ny: [${fill(() => "*a,", 4_800)}]`,
  "a megabyte": fill(() => "#\n", 1_000_000),
};
for (const [name, text] of Object.entries(hostile)) {
  report(`hostile: ${name}`, 10, () => mergeLayers([repositoryLayer(text, "a".repeat(40))]));
}

/** Median and worst of `times` runs after one to warm up, in CPU milliseconds: other programs do not count. */
function report(name, times, run) {
  run();
  const took = Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  const words = [took[Math.floor(times / 2)], took.at(-1)].map((ms) => `${ms.toFixed(1)} ms`);
  process.stdout.write(`${name.padEnd(34)} p50 ${words[0].padStart(9)}   worst ${words[1].padStart(9)}\n`);
}
