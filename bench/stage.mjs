// What the benchmarks of whole rounds share: a GitHub double, a Redis, `rondo web` and `rondo worker` as processes of their
// own over loopback, people who act on the double, and the arithmetic of the figures. Everything it starts ends with it.
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

/** Folder with the build that is measured. */
export const dist = resolve(process.env.RONDO_TEST_DIST ?? "dist");

/** Imports a module of the build, e.g. `src/git/checkout.js`. */
export const fromDist = (path) => import(pathToFileURL(join(dist, path)).href);

const { startDouble } = await fromDist("double/double.js");
const { startManagedRedis } = await fromDist("src/queue/managed-redis.js");

/** A log that says nothing. */
export const silent = { debug() {}, info() {}, warn() {}, error() {} };

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const APP_ID = 4242;
const PERMISSIONS = {
  ...{ metadata: "read", contents: "read", pull_requests: "write", issues: "write", checks: "write" },
  ...{ statuses: "read", actions: "read" },
};
const EVENTS = [
  ...["pull_request", "pull_request_review", "pull_request_review_comment", "pull_request_review_thread"],
  ...["issue_comment", "check_run", "check_suite", "push", "merge_group", "repository"],
];

/** A reviewer that reads its request, approves, and costs next to nothing: what is left is Rondo. */
export const TRIVIAL = {
  argv: [
    "/bin/sh",
    "-c",
    `cat > /dev/null; printf '{"findings":[],"overall_correctness":"patch is correct","overall_explanation":"Nothing found.","overall_confidence_score":0.9}'`,
  ],
};

/** What is measured is Rondo, not how long it keeps still for GitHub's limits: bench/limits.mjs measures that. */
const MUCH = 1_000_000;
const NO_LIMITS = {
  ...{ content_per_minute: MUCH, content_per_hour: MUCH, calls_at_once: MUCH },
  ...{ points_per_minute: MUCH, graphql_points_per_minute: MUCH },
};

/**
 * Starts everything; `reviewers` are names, `commands` the server file's command reviewers, also as a function of the
 * data folder.
 * One repository, `olga/app`, with the App installed and `ada` as somebody who may push.
 */
export async function startStage(options) {
  const stops = [];
  let stopped;
  const stop = () => (stopped ??= stopAll());
  const stopAll = async () => {
    for (const each of stops.toReversed()) await each();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  let opening;
  // Ctrl-C and `timeout` end a benchmark half-way: its processes and folders go with it, also those just starting.
  // `on`, not `once`: `timeout` signals the process and then its group, and the second one must not kill.
  const onSignal = () =>
    void opening
      .catch(() => {})
      .then(stop)
      .finally(() => process.exit(130));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    opening = openStage(options, stops);
    return { ...(await opening), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openStage({ reviewers, commands = {}, transcript = "compact", concurrency = 2 }, stops) {
  const dataDir = mkdtempSync(join(tmpdir(), "rondo-bench-"));
  stops.push(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secret = randomBytes(32).toString("hex");
  const redis = await startManagedRedis({ dataDir, log: silent });
  stops.push(() => redis.stop());
  const publicKeyPem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  const app = { id: APP_ID, slug: "rondo", publicKeyPem, ownerLogin: "operator", permissions: PERMISSIONS };
  const double = await startDouble({ app: { ...app, events: EVENTS }, webhook: { url: "", secret } });
  stops.push(() => double.stop());
  const configFile = join(dataDir, "server.yml");
  const triggers = { debounce_seconds: 0 };
  const programs = typeof commands === "function" ? commands(dataDir) : commands;
  // JSON is YAML.
  const settings = { transcript, triggers, max_rounds: "unlimited", commands: programs, github_limits: NO_LIMITS };
  writeFileSync(configFile, JSON.stringify(settings));
  const common = {
    PATH: process.env.PATH,
    RONDO_DATA_DIR: dataDir,
    REDIS_URL: `unix://${redis.target.path}`,
    PORT: "0",
  };
  const web = startRondo("web", { ...common, WEBHOOK_SECRET: secret });
  stops.push(web.end);
  const worker = startRondo("worker", {
    ...common,
    APP_ID: String(APP_ID),
    PRIVATE_KEY: key.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    GITHUB_API_URL: double.apiUrl,
    GITHUB_SERVER_URL: double.url,
    RONDO_CONFIG: configFile,
    RONDO_REVIEWERS: reviewers,
    RONDO_CONCURRENCY: String(concurrency),
  });
  stops.push(worker.end);
  const [webUrl] = await Promise.all([web.listening, worker.listening]);
  double.setWebhook({ url: `${webUrl}/api/github/webhooks` });
  const owner = double.createUser("olga");
  const author = double.createUser("ada");
  const repo = await double.createRepository({ owner, name: "app", files: { "README.md": "# Sample\n" } });
  double.setPermission(author, repo, "write");
  await double.installApp({ account: owner, repositories: "all" });
  return { double, dataDir, web, worker, redis, owner, author, repo };
}

function startRondo(name, env) {
  const child = spawn(process.execPath, [join(dist, "src/cli/main.js"), name], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const keep = (chunk) => {
    text = `${text}${chunk}`.slice(-100_000);
  };
  const listening = new Promise((found, fail) => {
    child.stdout.on("data", (chunk) => {
      keep(chunk);
      const line = text.split("\n").find((one) => one.includes('"msg":"Listening"') && one.endsWith("}"));
      if (line !== undefined) found(JSON.parse(line).url);
    });
    child.once("exit", (code) => fail(new Error(`rondo ${name} ended with ${code}:\n${text.slice(-2000)}`)));
  });
  listening.catch(() => {});
  child.stderr.on("data", keep);
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 8000);
    await ended;
    clearTimeout(timer);
  };
  return { pid: child.pid, listening, end, log: () => text };
}

/** Pushes a branch and opens a pull request from it. */
export async function openPull({ double, author, repo }, branch, files) {
  await double.pushCommit(author, repo, { branch, files });
  return await double.openPullRequest(author, repo, { title: `Change ${branch}`, head: branch });
}

/** Waits until `isTrue`, looking every `everyMs`; throws with the worker's last lines after `limitMs`. */
export async function until(stage, what, isTrue, { everyMs = 5, limitMs = 60_000 } = {}) {
  const deadline = Date.now() + limitMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}\n${stage.worker.log().slice(-3000)}`);
    await sleep(everyMs);
  }
}

/** The state file of a pull request, or null while there is none. */
export function recordOf({ dataDir }, pull) {
  try {
    return JSON.parse(readFileSync(join(dataDir, "state/olga/app", `${pull.number}.json`), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/** The journal of a pull request: what Rondo saved, and when. */
export function eventsOf({ dataDir }, pull) {
  const text = readFileSync(join(dataDir, "state/olga/app", `${pull.number}.events.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Waits until the newest round of `pull` is about its head, has ended in READY or OWNER_ACTION, and all is published. */
export async function settled(stage, pull, limits) {
  let record = null;
  await until(
    stage,
    `the end of the round on #${pull.number}`,
    () => {
      record = recordOf(stage, pull);
      return (
        record !== null &&
        record.head_sha === pull.headSha &&
        ["READY", "OWNER_ACTION"].includes(record.state) &&
        Object.values(record.effects).every(({ status }) => status === "done" || status === "abandoned")
      );
    },
    { everyMs: 20, ...limits },
  );
  if (record.rounds.at(-1)?.failure ?? record.failure) throw new Error(`the round failed: ${JSON.stringify(record)}`);
  return record;
}

/** What the worker asked of GitHub, without the App's own calls (`/app…`: its name, its tokens). */
export function callsOf(entries) {
  return entries.filter(
    ({ surface, path }) => surface === "graphql" || (surface === "rest" && !/^(\/api\/v3)?\/app(\/|$)/.test(path)),
  );
}

/** `GET /repos/…/pulls/{n}`, or the operation of GraphQL. */
export function nameOf(entry) {
  if (entry.surface !== "graphql") return `${entry.method} ${entry.route ?? entry.path}`;
  const { query } = JSON.parse(entry.requestBody.toString());
  return `GraphQL ${/\b(query|mutation)\b[^{(]*/.exec(query)?.[0].trim() ?? "query"}`;
}

/** A write changes something: no GET, and of GraphQL only the mutations. */
export function isWrite(entry) {
  if (entry.surface === "graphql") return /^\s*mutation\b/.test(JSON.parse(entry.requestBody.toString()).query);
  return entry.method !== "GET";
}

/** When the entry was answered, in milliseconds since 1970. */
export const answeredAt = (entry) => entry.at + entry.durationMs;

/** p50 and p99 and their like: the value at that share of the sorted list. */
export function at(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** `p50 12.3 ms, p99 45.6 ms`. */
export function spread(values) {
  return `p50 ${at(values, 0.5).toFixed(1)} ms, p99 ${at(values, 0.99).toFixed(1)} ms`;
}

/** p50 and p99, one decimal, for the line of JSON. */
export function figures(values) {
  return { p50: round(at(values, 0.5)), p99: round(at(values, 0.99)) };
}

/** One decimal. */
export const round = (value) => Math.round(value * 10) / 10;

/** Resident memory of a process in MB. */
export function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

/** Ids of processes that are neither gone nor zombies and that fit. */
export function processesWhere(fits) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isAlive(name) && fits(name))
    .map(Number);
}

/** Processes that the worker started, or that stand in its folder. */
export function leftProcesses({ worker, web, redis, dataDir }) {
  const own = new Set([worker.pid, web.pid, redis.pid()].map(String));
  return processesWhere((pid) => {
    if (own.has(pid)) return false;
    if (parentOf(pid) === worker.pid) return true;
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(dataDir);
    } catch {
      return false;
    }
  });
}

/** False for what is gone, and for a zombie that only waits for its parent. */
export function isAlive(pid) {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== "Z" && state !== "X";
}

/** Process group of `pid`, undefined when it is gone. */
export const groupOf = (pid) => Number(statOf(pid)?.[2]);

const parentOf = (pid) => Number(statOf(pid)?.[1]);

/** The fields after the name in parentheses: state, parent, group, … (man 5 proc). */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(") ") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** Prints the machine-readable last line. */
export function printJson(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints a line for people. */
export function print(line) {
  process.stdout.write(`${line}\n`);
}
