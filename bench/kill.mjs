// How soon a push ends the review of the commit before: from the webhook's 202 until no process of the stale reviewer's
// group is left. The reviewer hangs and has a child; /proc is looked at every millisecond.
// Beside it what the system alone takes: SIGKILL to a like group, seen by the same looks.
// Run: node scripts/build.mjs && node bench/kill.mjs [--n 50]
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as bench from "./stage.mjs";
import { answeredAt, at, figures, print, printJson, round, spread } from "./stage.mjs";

const { values } = parseArgs({ options: { n: { type: "string", default: "50" } } });
const count = Number(values.n);
/** Pushes on one pull request before the next one: the state file stays of a usual size. */
const PUSHES = 10;

// `$NOTES/<pid>` says that it runs. The second process is what a reviewer's own tools are.
const HANG = `cat > /dev/null; sleep 600 & : > "$NOTES/$$"; wait`;

const notesIn = (dataDir) => join(dataDir, "running");
const hang = (dataDir) => ({ argv: ["/bin/sh", "-c", HANG], environment: { NOTES: notesIn(dataDir) } });
const stage = await bench.startStage({ reviewers: "hang", commands: (dataDir) => ({ hang: hang(dataDir) }) });
const notes = notesIn(stage.dataDir);
mkdirSync(notes);
try {
  const runs = [];
  while (runs.length < count) {
    const branch = `change-${runs.length}`;
    const pull = await bench.openPull(stage, branch, { "src/a.ts": "export const a = 0;\n" });
    let group = await nextGroup();
    for (let push = 1; push <= PUSHES && runs.length < count; push += 1) {
      runs.push(await pushed(pull, branch, push, group));
      group = await nextGroup();
    }
    await stage.double.close(stage.author, pull);
    await gone(group);
  }
  const alone = [];
  for (let n = 0; n < count; n += 1) alone.push(await bareKill());
  tell(runs, alone);
} finally {
  await stage.stop();
}

/** The process group of the reviewer that has just begun. */
async function nextGroup() {
  let found;
  await bench.until(stage, "a hanging reviewer", () => {
    [found] = readdirSync(notes);
    return found !== undefined;
  });
  unlinkSync(join(notes, found));
  return membersOf(Number(found));
}

/** All processes of a group, leader first; they are looked for once, so that each later look is cheap. */
function membersOf(leader) {
  const others = bench.processesWhere((pid) => Number(pid) !== leader && bench.groupOf(pid) === leader);
  if (others.length === 0) throw new Error("the reviewer has no child");
  return [leader, ...others];
}

async function pushed(pull, branch, push, group) {
  const { double, author, repo } = stage;
  const from = double.journal.entries.length;
  const files = { "src/a.ts": `export const a = ${push};\n` };
  const ended = gone(group);
  await double.pushCommit(author, repo, { branch, files });
  const goneAt = await ended;
  let webhook;
  await bench.until(stage, "the answer to the webhook", () => {
    webhook = double.journal.entries
      .slice(from)
      .find(({ requestHeaders, status }) => requestHeaders["x-github-event"] === "pull_request" && status !== null);
    return webhook !== undefined;
  });
  // The push is believed once GitHub has confirmed it and the state file says so; then the reviewer is killed.
  const asked = bench.callsOf(double.journal.entries.slice(from)).filter((entry) => answeredAt(entry) <= goneAt);
  const saved = bench.eventsOf(stage, pull).findLast(({ kind }) => kind === "headMoved");
  return {
    accepted: goneAt - answeredAt(webhook),
    sent: goneAt - webhook.at,
    inGithub: asked.reduce((sum, { durationMs }) => sum + durationMs, 0),
    fromSaved: goneAt - Date.parse(saved.at),
  };
}

/** Looks every millisecond; resolves to the time when none was left. */
async function gone(group) {
  const deadline = Date.now() + 60_000;
  while (group.some(bench.isAlive)) {
    if (Date.now() > deadline) throw new Error(`still there: ${group.join(", ")}`);
    await sleep(1);
  }
  return performance.timeOrigin + performance.now();
}

async function bareKill() {
  const child = spawn("/bin/sh", ["-c", `sleep 600 & echo; wait`], { detached: true, stdio: ["ignore", "pipe", 2] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const { pid } = child;
  if (pid === undefined) throw new Error("the shell did not start");
  const group = membersOf(pid);
  const startedAt = performance.timeOrigin + performance.now();
  process.kill(-pid, "SIGKILL");
  return (await gone(group)) - startedAt;
}

function tell(runs, alone) {
  const of = (name) => runs.map((run) => run[name]);
  print(`${runs.length} pushes, each onto a reviewer that hangs`);
  print(`  push accepted (202) to its process group gone  ${spread(of("accepted"))}  (aim: p99 at most 100 ms)`);
  print(`    of which GitHub was answering                ${spread(of("inGithub"))}`);
  print(`    of which after the state file was written    ${spread(of("fromSaved"))}`);
  print(`  the same from when GitHub sent the webhook     ${spread(of("sent"))}`);
  print(`  baseline, SIGKILL to a like group              ${spread(alone)}`);
  printJson({
    bench: "kill",
    n: runs.length,
    acceptedToGoneMs: figures(of("accepted")),
    githubMs: figures(of("inGithub")),
    savedToGoneMs: figures(of("fromSaved")),
    sentToGoneMs: figures(of("sent")),
    max: round(Math.max(...of("accepted"))),
    baselineMs: figures(alone),
    differenceP50Ms: round(at(of("accepted"), 0.5) - at(alone, 0.5)),
  });
}
