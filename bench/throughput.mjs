// How many rounds a worker gets through, and what many rounds leave behind.
// First: pull requests that all wait at once, two rounds side by side, with `static` and with a reviewer that costs nearly
// nothing; beside each the heavy parts alone (bench/parts.mjs), also two at a time. Git and the reviewer's child process
// dominate, so the two reviewers differ by what `static` costs to start.
// Then: many rounds in one worker; its memory on the way, and what is left of folders and processes in the end.
// Run: node scripts/build.mjs && node bench/throughput.mjs [--pulls 40] [--n 1000]
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { partsOf } from "./parts.mjs";
import * as bench from "./stage.mjs";
import { print, printJson, round } from "./stage.mjs";

const { values } = parseArgs({
  options: { pulls: { type: "string", default: "40" }, n: { type: "string", default: "1000" } },
});
const pulls = Number(values.pulls);
const rounds = Number(values.n);
const CONCURRENCY = 2;
/** Rounds after which memory is read. */
const MARKS = [100, 250, 500, 1000, 2000, 5000].filter((mark) => mark < rounds);
const commands = { trivial: bench.TRIVIAL };
const json = { bench: "throughput", pulls, concurrency: CONCURRENCY };

for (const reviewers of ["static", "trivial"]) json[reviewers] = await queued(reviewers);
json.soak = await soak();
printJson(json);

async function queued(reviewers) {
  const stage = await bench.startStage({ reviewers, commands, concurrency: CONCURRENCY });
  const { double } = stage;
  try {
    await bench.settled(stage, await bench.openPull(stage, "warm-up", change(0)));
    double.deliveries.script({ match: { event: "pull_request" }, times: pulls, act: "hold" });
    const opened = [];
    for (let n = 1; n <= pulls; n += 1) opened.push(await bench.openPull(stage, `change-${n}`, change(n)));
    await double.deliveries.settled();
    const startedAt = performance.now();
    double.deliveries.release();
    const records = await Promise.all(opened.map((pull) => bench.settled(stage, pull, { limitMs: 20_000 * pulls })));
    const seconds = (performance.now() - startedAt) / 1000;
    const parts = partsOf(stage, { reviewers, commands });
    const bareStartedAt = performance.now();
    await sideBySide(records, parts);
    const bareSeconds = (performance.now() - bareStartedAt) / 1000;
    const [perSecond, bare] = [pulls / seconds, pulls / bareSeconds];
    const line = `${perSecond.toFixed(2)} rounds/s, parts alone ${bare.toFixed(2)}/s, ratio ${(perSecond / bare).toFixed(2)}`;
    print(`${reviewers}: ${pulls} pull requests at once, ${CONCURRENCY} side by side: ${line}`);
    return { roundsPerSecond: hundredths(perSecond), partsPerSecond: hundredths(bare), seconds: round(seconds) };
  } finally {
    await stage.stop();
  }
}

async function sideBySide(items, work) {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

/** Ten rounds on each pull request, ten pull requests at a time, closed afterwards as people do. */
async function soak() {
  const stage = await bench.startStage({ reviewers: "trivial", commands, concurrency: CONCURRENCY });
  const { double, author, repo, worker, dataDir } = stage;
  const memory = [];
  const note = (done) => {
    const mb = round(bench.residentMb(worker.pid));
    memory.push({ rounds: done, mb });
    print(
      `  after ${String(done).padStart(4)} rounds: worker ${mb} MB, Redis ${round(bench.residentMb(stage.redis.pid()))} MB`,
    );
  };
  try {
    print(`${rounds} rounds in one worker`);
    note(0);
    const startedAt = performance.now();
    let done = 0;
    for (let wave = 0; done < rounds; wave += 1) {
      const size = Math.min(10, rounds - done);
      const opened = [];
      for (let n = 0; n < size; n += 1) opened.push(await bench.openPull(stage, `wave-${wave}-${n}`, change(n)));
      for (let push = 0; push < 10 && done < rounds; push += 1) {
        const turn = opened.slice(0, rounds - done);
        if (push > 0)
          for (const pull of turn)
            await double.pushCommit(author, repo, { branch: pull.headRef, files: change(1000 * push + wave) });
        await Promise.all(turn.map((pull) => bench.settled(stage, pull, { limitMs: 120_000 })));
        const before = done;
        done += turn.length;
        if (MARKS.some((mark) => before < mark && mark <= done)) note(done);
        // What the double remembers is its own memory, not what is measured.
        double.journal.entries.length = 0;
        double.announced.length = 0;
        double.deliveries.records.length = 0;
      }
      for (const pull of opened) await double.close(author, pull);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    await double.deliveries.settled();
    note(done);
    const files = readdirSync(join(dataDir, "work"), { recursive: true });
    const processes = bench.leftProcesses(stage);
    print(`  ${round(seconds)} s, ${(done / seconds).toFixed(2)} rounds/s with the pushes in between`);
    print(`  left: ${files.length} files in the work folder (aim: 0), ${processes.length} processes (aim: 0)`);
    for (const file of files.slice(0, 20)) print(`    ${String(file)}`);
    return { rounds: done, seconds: round(seconds), memory, filesLeft: files.length, processesLeft: processes.length };
  } finally {
    await stage.stop();
  }
}

/** A small change: two files of a few lines. */
function change(seed) {
  const body = Array.from({ length: 8 }, (_, line) => `export const value${line} = ${seed * 100 + line};\n`).join("");
  return { "src/one.ts": body, "src/two.ts": body };
}

function hundredths(value) {
  return Math.round(value * 100) / 100;
}
