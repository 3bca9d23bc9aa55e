// A whole round with `static` on a pull request of ten files: how long it takes from the webhook to the concluded check,
// where the time goes, and what it asks of GitHub. Beside it its heavy parts alone (bench/parts.mjs).
// Then the calls, route by route: of a round straight to READY, of one with a blocker, and of the one after its fix.
// Run: node scripts/build.mjs && node bench/round.mjs [--n 10]
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { partsOf } from "./parts.mjs";
import * as bench from "./stage.mjs";
import { answeredAt, at, figures, print, printJson, round, spread } from "./stage.mjs";

const { values } = parseArgs({ options: { n: { type: "string", default: "10" } } });
const count = Number(values.n);
const FILES = 10;
const LINES = 60;
const json = { bench: "round", n: count, files: FILES };

await durations();
for (const transcript of ["compact", "full"]) await calls(transcript);
printJson(json);

async function durations() {
  const reviewers = "static";
  const stage = await bench.startStage({ reviewers });
  try {
    const parts = partsOf(stage, { reviewers });
    await one(stage, parts, "warm-up");
    const runs = [];
    for (let n = 1; n <= count; n += 1) runs.push(await one(stage, parts, `change-${n}`));
    tell(runs);
  } finally {
    await stage.stop();
  }
}

async function one(stage, parts, branch) {
  const { journal } = stage.double;
  journal.entries.length = 0;
  const pull = await bench.openPull(stage, branch, change(branch));
  const record = await bench.settled(stage, pull);
  const webhook = journal.entries.find(({ requestHeaders }) => requestHeaders["x-github-event"] === "pull_request");
  const concluded = journal.entries.findLast(
    ({ method, route, requestBody }) =>
      method === "PATCH" && route?.includes("/check-runs/") && requestBody.includes('"conclusion"'),
  );
  const kickoff = journal.entries.find(({ method, route }) => method === "POST" && route?.endsWith("/comments"));
  const events = bench.eventsOf(stage, pull);
  const saved = (kind) => Date.parse(events.findLast((event) => event.kind === kind).at);
  const alone = await parts(record);
  return {
    all: answeredAt(concluded) - answeredAt(webhook),
    kickoff: answeredAt(kickoff) - answeredAt(webhook),
    checkout: saved("checkedOut") - answeredAt(kickoff),
    reviewer: saved("reviewFinished") - saved("checkedOut"),
    publication: answeredAt(concluded) - saved("reviewFinished"),
    aloneCheckout: alone.checkoutMs,
    aloneReviewer: alone.reviewerMs,
    alone: alone.allMs,
  };
}

/** Ten new files, of a size that people write, without anything to find. */
function change(branch) {
  const body = Array.from({ length: LINES }, (_, line) => `export const value${line} = "${branch} ${line}";\n`);
  return Object.fromEntries(
    Array.from({ length: FILES }, (_, file) => [`src/${branch}/part${file}.ts`, body.join("")]),
  );
}

function tell(runs) {
  const of = (name) => runs.map((run) => run[name]);
  const whole = at(of("all"), 0.5);
  const line = (label, name) =>
    print(`  ${label.padEnd(38)}${spread(of(name))}, ${Math.round((100 * at(of(name), 0.5)) / whole)} %`);
  print(`static, ${FILES} files of ${LINES} lines, ${runs.length} rounds`);
  line("webhook accepted to check concluded", "all");
  line("  until KICKOFF is visible", "kickoff");
  line("  checkout", "checkout");
  line("  reviewer", "reviewer");
  line("  publication", "publication");
  const ratio = whole / at(of("alone"), 0.5);
  print(`  baseline, checkout and reviewer alone: ${spread(of("alone"))}; ratio of p50 ${ratio.toFixed(2)}`);
  const names = ["all", "kickoff", "checkout", "reviewer", "publication", "aloneCheckout", "aloneReviewer", "alone"];
  json.ms = Object.fromEntries(names.map((name) => [name, figures(of(name))]));
  json.ratio = round(ratio);
}

/** A round straight to READY; on another pull request a round with a blocker, then the fix and the round to READY. */
async function calls(transcript) {
  const script = resolve("tests/fixtures/scripted-reviewer.mjs");
  const commands = { scripted: { argv: [process.execPath, script] } };
  const stage = await bench.startStage({ reviewers: "scripted", commands, transcript });
  const { double, author, repo } = stage;
  try {
    // The first delivery after a start reads the App and makes tokens; it is not what a round costs.
    await bench.settled(stage, await bench.openPull(stage, "warm-up", { "a.ts": "export const a = 1;\n" }));
    await double.deliveries.settled();
    double.journal.entries.length = 0;
    const fine = await bench.openPull(stage, "fine", { "c.ts": "export const c = 1;\n" });
    const atOnce = await bench.settled(stage, fine);
    await double.deliveries.settled();
    const only = double.journal.entries.splice(0);
    const bad = { "b.ts": "export const b = 1;\n// BUG(P1): the answer is wrong\n" };
    const pull = await bench.openPull(stage, "change", bad);
    const blocked = await bench.settled(stage, pull);
    await double.deliveries.settled();
    const first = double.journal.entries.splice(0);
    await double.pushCommit(author, repo, { branch: "change", files: { "b.ts": "export const b = 2;\n" } });
    const ready = await bench.settled(stage, pull);
    await double.deliveries.settled();
    const second = double.journal.entries.splice(0);
    if (`${atOnce.state} ${blocked.state} ${ready.state}` !== "READY OWNER_ACTION READY")
      throw new Error("the rounds went another way");
    json[`calls_${transcript}`] = {
      readyAtOnce: list(`${transcript}: first round, to READY`, only, 10),
      blockers: list(`${transcript}: first round, with a blocker`, first, 8),
      readyAfterFix: list(`${transcript}: second round, to READY, with the first one superseded`, second, 10),
    };
  } finally {
    await stage.stop();
  }
}

function list(title, entries, aim) {
  const all = bench.callsOf(entries);
  const writes = all.filter(bench.isWrite);
  const reads = all.filter((entry) => !bench.isWrite(entry));
  // Comments and reviews: GitHub limits what makes new content more strictly than edits.
  const contents = writes.filter(({ method, route }) => method === "POST" && /\/(comments|reviews)$/.test(route ?? ""));
  print(
    `${title}: ${writes.length} writes (aim: at most ${aim}), ${contents.length} of them new content (aim: at most 3), ${reads.length} reads (aim: at most 12)`,
  );
  const byRoute = new Map();
  for (const entry of [...reads, ...writes]) {
    const name = bench.nameOf(entry);
    byRoute.set(name, (byRoute.get(name) ?? 0) + 1);
  }
  for (const [name, times] of byRoute) print(`  ${String(times).padStart(2)} × ${name}`);
  const git = entries.filter(({ surface }) => surface === "git").length;
  print(`  and ${git} requests of git`);
  return {
    writes: writes.length,
    contents: contents.length,
    reads: reads.length,
    git,
    routes: Object.fromEntries(byRoute),
  };
}
