// How soon somebody who comments a command hears from Rondo: from the webhook's 202 to 👀 on the comment, one command after
// the other; and how often GitHub is asked who may, over 100 commands of ten people who are not the author. Beside the
// time the floor: a bare client that reads the comment, reads the permission and adds the reaction.
// Run: node scripts/build.mjs && node bench/command.mjs [--n 30]
import { parseArgs } from "node:util";
import * as bench from "./stage.mjs";
import { answeredAt, at, figures, print, printJson, round, spread } from "./stage.mjs";

const { values } = parseArgs({ options: { n: { type: "string", default: "30" } } });
const count = Number(values.n);
const PEOPLE = 10;
const COMMANDS = 100;

const stage = await bench.startStage({ reviewers: "trivial", commands: { trivial: bench.TRIVIAL } });
try {
  const pull = await bench.openPull(stage, "change", { "src/a.ts": "export const answer = 42;\n" });
  await bench.settled(stage, pull);
  await ask(pull, stage.author);
  const runs = [];
  for (let n = 0; n < count; n += 1) runs.push(await ask(pull, stage.author));
  const calls = await permissionCalls(pull);
  const of = (name) => runs.map((run) => run[name]);
  const ratio = at(of("fromAccepted"), 0.5) / at(of("floorMs"), 0.5);
  print(`${count} review commands`);
  print(`  webhook accepted to 👀 on the comment  ${spread(of("fromAccepted"))}`);
  print(`  floor, three calls in a row            ${spread(of("floorMs"))}; ratio of p50 ${ratio.toFixed(2)}`);
  print(`  GitHub calls until 👀                  ${at(of("calls"), 0.5)}`);
  print(`${COMMANDS} commands of ${PEOPLE} people: ${calls} permission calls`);
  printJson({
    bench: "command",
    n: count,
    acceptedToEyesMs: figures(of("fromAccepted")),
    floorMs: figures(of("floorMs")),
    ratio: round(ratio),
    calls: at(of("calls"), 0.5),
    permissionCallsPer100: calls,
  });
} finally {
  await stage.stop();
}

/** One command and its round, to the end. */
async function ask(pull, person) {
  const { double } = stage;
  const from = double.journal.entries.length;
  const rounds = bench.recordOf(stage, pull).round;
  const comment = await double.comment(person, pull, "@rondo review");
  const reactions = `/issues/comments/${comment.id}/reactions`;
  const isEyes = ({ method, path, status }) => method === "POST" && path.endsWith(reactions) && status !== null;
  await bench.until(stage, "👀", () => double.journal.entries.slice(from).some(isEyes));
  await bench.until(stage, "the next round", () => bench.recordOf(stage, pull).round === rounds + 1);
  await bench.settled(stage, pull);
  const entries = double.journal.entries.slice(from);
  const webhook = entries.find(({ requestHeaders }) => requestHeaders["x-github-event"] === "issue_comment");
  const eyes = entries.find(isEyes);
  const calls = bench.callsOf(entries).filter((entry) => entry.at >= webhook.at && entry.index <= eyes.index);
  const floorMs = await floor(comment, person, eyes);
  return { fromAccepted: answeredAt(eyes) - answeredAt(webhook), calls: calls.length, floorMs };
}

/** The calls that nobody can do without, sent by a bare client with the worker's own token. */
async function floor(comment, person, { requestHeaders, path }) {
  const { double, repo } = stage;
  const base = `${double.apiUrl}/repos/olga/${repo.name}`;
  const headers = { authorization: requestHeaders.authorization, accept: "application/vnd.github+json" };
  const startedAt = performance.now();
  const body = JSON.stringify({ content: "eyes" });
  const { pathname } = new URL(path, double.url);
  const calls = [
    [`${base}/issues/comments/${comment.id}`, { headers }],
    [`${base}/collaborators/${person.login}/permission`, { headers }],
    [`${base}/${pathname.slice(pathname.indexOf("issues/comments"))}`, { method: "POST", headers, body }],
  ];
  for (const [url, options] of calls) {
    const answer = await fetch(url, options);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`a call of the floor got ${answer.status}`);
  }
  return performance.now() - startedAt;
}

async function permissionCalls(pull) {
  const { double, repo } = stage;
  const from = double.journal.entries.length;
  const people = Array.from({ length: PEOPLE }, (_, n) => double.createUser(`person-${n}`));
  for (const person of people) double.setPermission(person, repo, "write");
  const extended = bench.recordOf(stage, pull).extended;
  for (let n = 0; n < COMMANDS; n += 1) await double.comment(people[n % PEOPLE], pull, "@rondo extend 1");
  const isDone = () => bench.recordOf(stage, pull).extended === extended + COMMANDS;
  await bench.until(stage, "every command", isDone, { limitMs: 120_000 });
  return double.journal.entries.slice(from).filter(({ path }) => path.includes("/collaborators/")).length;
}
