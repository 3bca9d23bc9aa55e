// How soon a pull request hears from Rondo: from the webhook's 202 to the KICKOFF comment on GitHub, pull requests opened
// one after the other. Beside it the floor: the same calls to the same GitHub double, sent by a bare client in a row, with
// no queue, no state file and no thought between them. The double answers in a few milliseconds; GitHub takes a hundred or
// more for each of these calls, so their number matters as much as the milliseconds.
// Run: node scripts/build.mjs && node bench/kickoff.mjs [--n 50]
import { parseArgs } from "node:util";
import * as bench from "./stage.mjs";
import { answeredAt, at, figures, print, printJson, round, spread } from "./stage.mjs";

const { values } = parseArgs({ options: { n: { type: "string", default: "50" } } });
const count = Number(values.n);
const json = { bench: "kickoff", n: count };

for (const reviewers of ["static", "trivial"]) {
  const stage = await bench.startStage({ reviewers, commands: { trivial: bench.TRIVIAL } });
  try {
    await one(stage, "warm-up");
    const runs = [];
    for (let n = 1; n <= count; n += 1) runs.push(await one(stage, `change-${n}`));
    json[reviewers] = tell(reviewers, runs);
  } finally {
    await stage.stop();
  }
}
printJson(json);

async function one(stage, branch) {
  const { journal } = stage.double;
  const from = journal.entries.length;
  const pull = await bench.openPull(stage, branch, { [`src/${branch}.ts`]: "export const answer = 42;\n" });
  await bench.settled(stage, pull);
  const entries = journal.entries.slice(from);
  const webhook = entries.find(({ requestHeaders }) => requestHeaders["x-github-event"] === "pull_request");
  const calls = bench.callsOf(entries).filter((entry) => entry.at >= webhook.at);
  const kickoff = calls.findIndex(({ route, method }) => method === "POST" && route?.endsWith("/comments"));
  const until = calls.slice(0, kickoff + 1);
  const saves = bench.eventsOf(stage, pull).filter((event) => Date.parse(event.at) <= answeredAt(until.at(-1)));
  const floorMs = await replay(stage, until);
  journal.entries.length = 0;
  return {
    fromAccepted: answeredAt(until.at(-1)) - answeredAt(webhook),
    web: webhook.durationMs,
    pickup: until[0].at - answeredAt(webhook),
    toKickoff: answeredAt(until.at(-1)) - until[0].at,
    inGithub: until.reduce((sum, { durationMs }) => sum + durationMs, 0),
    calls: until.length,
    saves: saves.length,
    floorMs,
  };
}

/** Sends the same requests again, nobody listening to the webhooks they cause. */
async function replay({ double }, calls) {
  const { url } = double.deliveries.target;
  double.setWebhook({ url: null });
  const startedAt = performance.now();
  for (const { method, path, requestHeaders, requestBody } of calls) {
    const { authorization, accept, "content-type": type, "x-github-api-version": version } = requestHeaders;
    const answer = await fetch(`${double.url}${path.startsWith("/api/") ? "" : "/api/v3"}${path}`, {
      method,
      headers: {
        ...{ authorization, accept },
        ...(type && { "content-type": type }),
        ...(version && { "x-github-api-version": version }),
      },
      ...(method !== "GET" && { body: requestBody }),
    });
    await answer.arrayBuffer();
    // The repository's own configuration is not there, and says so.
    if (!answer.ok && answer.status !== 404) throw new Error(`the floor's ${method} ${path} got ${answer.status}`);
  }
  const ms = performance.now() - startedAt;
  double.setWebhook({ url });
  return ms;
}

function tell(reviewers, runs) {
  const of = (name) => runs.map((run) => run[name]);
  print(`reviewers = ${reviewers}, ${runs.length} pull requests`);
  print(`  webhook accepted to KICKOFF visible   ${spread(of("fromAccepted"))}  (aim: p50 at most 300 ms)`);
  print(`    web's answer to the webhook         ${spread(of("web"))}  (not in the figure above)`);
  print(`    accepted to the first GitHub call   ${spread(of("pickup"))}`);
  print(`    first GitHub call to KICKOFF        ${spread(of("toKickoff"))}`);
  print(`      of which GitHub was answering     ${spread(of("inGithub"))}`);
  print(`  ${at(of("calls"), 0.5)} GitHub calls and ${at(of("saves"), 0.5)} saves of the state file until then`);
  const ratio = at(of("fromAccepted"), 0.5) / at(of("floorMs"), 0.5);
  print(`  floor, the same calls in a row        ${spread(of("floorMs"))}; ratio of p50 ${ratio.toFixed(2)}`);
  return {
    acceptedToKickoffMs: figures(of("fromAccepted")),
    webMs: figures(of("web")),
    pickupMs: figures(of("pickup")),
    firstCallToKickoffMs: figures(of("toKickoff")),
    githubMs: figures(of("inGithub")),
    floorMs: figures(of("floorMs")),
    ratio: round(ratio),
    calls: at(of("calls"), 0.5),
    saves: at(of("saves"), 0.5),
  };
}
