// The story of a pull request, told by containers: the GitHub double runs here, everything else in containers made from
// the image as a Compose file of this repository says. Called by scripts/check-container.sh.
//
//   node scripts/container-story.mjs compose.yaml|compose.serve.yaml IMAGE ENGINE...
//
// ENGINE is the podman command with its options. Prints what happens and, as its last line, the figures as JSON.
// Exit 0: the story ended READY after two rounds or more, and everything stopped within 5 s with exit code 0.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDouble } from "../dist/double/double.js";
import { APP_EVENTS, APP_PERMISSIONS } from "../dist/src/app-manifest.js";
import { tellStory } from "../dist/src/cli/demo/story.js";
import {
  answersAt,
  createStage,
  folderOf,
  processesOf,
  putFile,
  removeAll,
  startAll,
  stopContainer,
} from "./container-stage.mjs";

const [file, image, ...engine] = process.argv.slice(2);
const isServe = file === "compose.serve.yaml";
const APP_ID = 4896;
const STOP_MS = 5000;
/** A lease of a container that was killed is taken over after 60 s; the queue's own lock ends sooner. */
const TAKEOVER_MS = 120_000;
const started = performance.now();
const ends = [];

try {
  const figures = await tell();
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} catch (error) {
  process.stdout.write(`FAILED: ${error.stack}\n`);
  process.exitCode = 1;
} finally {
  for (const end of ends.toReversed()) await end();
}

async function tell() {
  const { double, variables } = await openGithub();
  const stage = await createStage({ engine, image, file, variables, scale: { worker: 2 } });
  ends.push(() => removeAll(stage));
  await putServerFile(stage);
  const startedAt = performance.now();
  await startAll(stage);
  const front = stage.containers.find(({ service }) => service === "web" || service === "rondo");
  const readyMs = await untilReady(front, startedAt);
  const healthyMs = stage.containers.map(({ service, healthyMs }) => [service, healthyMs]);
  say("check", `healthy after ms: ${healthyMs.join("; ")}; all ready ${readyMs} ms after the first began`);
  double.setWebhook({ url: `http://127.0.0.1:${front.port}/api/github/webhooks` });

  const dataDir = await folderOf(stage, "data");
  const { signal } = new AbortController();
  const place = { double, dataDir, logDir: "podman logs" };
  const told = await tellStory({ stage: place, given: null, say, timeoutMs: 60_000, stopped: signal });
  const isTold = told.ok && told.state === "READY" && told.rounds >= 2 && told.findings >= 2;
  await must(isTold, `the story ended READY after ${told.rounds} rounds`, stage);
  await checkOrphans(stage, front);
  const takeoverMs = isServe ? null : await takeOver(stage, double, dataDir);
  // Only what is there at rest.
  await sleep(3000);
  const memory = await measure(stage);
  const stopMs = await stopAll(stage);
  return { file, rounds: told.rounds, healthyMs: Object.fromEntries(healthyMs), readyMs, takeoverMs, memory, stopMs };
}

/** The double, and the variables by which containers know it and its App. */
async function openGithub() {
  const scratch = mkdtempSync(join(tmpdir(), "rondo-container-"));
  ends.push(() => rmSync(scratch, { recursive: true, force: true }));
  const secret = randomBytes(32).toString("hex");
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keyFile = join(scratch, "app.pem");
  writeFileSync(keyFile, key.privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  chownSync(keyFile, 1000, 1000);
  const app = {
    id: APP_ID,
    slug: "rondo",
    publicKeyPem: key.publicKey.export({ type: "spki", format: "pem" }).toString(),
    ownerLogin: "rondo-operator",
    permissions: APP_PERMISSIONS,
    events: [...APP_EVENTS],
  };
  const double = await startDouble({ app, webhook: { url: "", secret } });
  ends.push(() => double.stop());
  const variables = {
    APP_ID: String(APP_ID),
    PRIVATE_KEY_PATH: keyFile,
    WEBHOOK_SECRET: secret,
    GITHUB_API_URL: double.apiUrl,
    GITHUB_SERVER_URL: double.url,
    RONDO_REVIEWERS: "static,scripted",
    RONDO_CONCURRENCY: "2",
  };
  return { double, variables };
}

/** The server's file and a reviewer program, in the data volume as an operator would put them there. */
async function putServerFile(stage) {
  const program = new URL("../tests/fixtures/scripted-reviewer.mjs", import.meta.url);
  await putFile(stage, "data", "/data/scripted-reviewer.mjs", readFileSync(program, "utf8"));
  await putFile(
    stage,
    "data",
    "/data/rondo.yml",
    `triggers: { debounce_seconds: 0 }
commands:
  scripted:
    argv: ["/usr/local/bin/node", "/data/scripted-reviewer.mjs"]
    timeout_seconds: 300
    environment: { SCRIPT_LOG: /data/scripted.log }
`,
  );
}

async function untilReady(container, since) {
  while (!(await answersAt(container.port, "/readyz"))) {
    if (performance.now() - since > 60_000) throw new Error(`${container.name} does not become ready`);
    await sleep(20);
  }
  return Math.round(performance.now() - since);
}

/** A process whose parent is gone belongs to the first process, which has to take its exit: else it stays for ever. */
async function checkOrphans(stage, container) {
  const script = '(sleep 0.1 &) ; sleep 1; cat /proc/[0-9]*/stat | grep -c ") Z " || true';
  const zombies = await stage.podman("exec", container.name, "sh", "-c", script);
  await must(zombies === "0", `no zombies in ${container.name} (found ${zombies})`, stage);
}

/** A reviewer hangs, and the container that runs it is killed: the other one leaves the lease alone while it is fresh, then goes on. */
async function takeOver(stage, double, dataDir) {
  const repository = double.repository("corner-shop/shop");
  const author = double.user("ada");
  await double.pushCommit(author, repository, {
    branch: "stall",
    files: { "stall.md": "DO: stall\n" },
    message: "Stall",
  });
  const pull = await double.openPullRequest(author, repository, { title: "Stall once", head: "stall" });
  const read = () => {
    try {
      return JSON.parse(readFileSync(join(dataDir, "state", "corner-shop", "shop", `${pull.number}.json`), "utf8"));
    } catch {
      return null;
    }
  };
  const runs = () => readFileSync(join(dataDir, "scripted.log"), "utf8").split(`"pr":${pull.number},`).length - 1;
  await until(() => runs() === 1, 30_000, "the reviewer to start");
  const { lease } = read();
  await sleep(5000);
  await must(runs() === 1 && read().lease?.token === lease.token, "the other worker leaves a fresh lease alone", stage);

  const holder = await findHolder(stage, lease.host);
  await stage.podman("kill", "-s", "KILL", holder.name);
  holder.killed = true;
  const killedAt = performance.now();
  say(
    "check",
    `killed ${holder.name} in the middle of round 1 of #${pull.number}; its lease is taken over when it is stale`,
  );
  await until(() => read()?.state === "READY", TAKEOVER_MS, "the other worker to go on");
  const takeoverMs = Math.round(performance.now() - killedAt);
  const comments = [...double.state.issueComments.values()].filter(
    (comment) =>
      comment.repoId === pull.repoId && comment.number === pull.number && comment.body.includes("Round 1 -- "),
  );
  await must(runs() === 2, `the reviewer ran ${runs()} times`, stage);
  await must(comments.length === 1, `one comment for the round (found ${comments.length})`, stage);
  return takeoverMs;
}

async function findHolder(stage, host) {
  for (const container of stage.containers.filter(({ service }) => service === "worker")) {
    const [first] = await processesOf(stage, container);
    if (host.endsWith(`@${first.namespace}`)) return container;
  }
  throw new Error(`no worker has the lease of ${host}`);
}

/** Megabytes by service, at rest. `pss` counts what processes share once. */
async function measure(stage) {
  const memory = {};
  for (const container of stage.containers.filter(({ killed }) => !killed)) {
    const processes = await processesOf(stage, container);
    const sum = (what) => Math.round(processes.reduce((total, one) => total + one[what], 0) / 1e6);
    memory[container.service] = { rss: sum("rss"), pss: sum("pss") };
  }
  return memory;
}

/** Stops what still runs, the last started first; each has to end well and in time. Resolves to milliseconds by service. */
async function stopAll(stage) {
  const times = {};
  for (const container of stage.containers.filter(({ killed }) => !killed).toReversed()) {
    const { stopMs, exitCode } = await stopContainer(stage, container);
    const isFine = exitCode === 0 && stopMs < STOP_MS;
    await must(isFine, `${container.name} stopped after ${stopMs} ms with exit code ${exitCode}`, stage);
    times[container.service] = stopMs;
  }
  return times;
}

async function until(isTrue, timeoutMs, what) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      if (isTrue()) return;
    } catch {
      // The file is not there yet.
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await sleep(50);
  }
}

async function must(isTrue, what, stage) {
  if (isTrue) return say("check", `ok: ${what}`);
  for (const container of stage.containers)
    process.stdout.write(`--- ${container.name}\n${await stage.logs(container)}\n`);
  throw new Error(`not so: ${what}`);
}

function say(who, text) {
  const seconds = ((performance.now() - started) / 1000).toFixed(2).padStart(6);
  process.stdout.write(`${seconds} s  ${who.padEnd(6)} ${text.replaceAll("\n", `\n${" ".repeat(17)}`)}\n`);
}
