// How fast webhooks come in, and what a waiting Rondo costs in memory.
// Signed `pull_request.synchronize` deliveries of GitHub's own example against the built `rondo web`, beside the least that
// could be built: node:http + HMAC + JSON.parse + the same queue.add. Both with their own process, one Redis, one generator.
// Run: node scripts/build.mjs && node bench/intake.mjs [--seconds 5] [--rounds 3]
import { spawn } from "node:child_process";
import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { seconds: { type: "string" }, rounds: { type: "string" } } });
const SECONDS = Number(values.seconds ?? 5);
const ROUNDS = Number(values.rounds ?? 3);
const SECRET = "0123456789abcdef0123456789abcdef";
const dist = resolve(process.env.RONDO_TEST_DIST ?? "dist");
const dir = mkdtempSync(join(tmpdir(), "rondo-bench-"));
const socket = join(dir, "redis.sock");
const children = [];

const examples = createRequire(import.meta.url)("@octokit/webhooks-examples");
const example = examples
  .find(({ name }) => name === "pull_request")
  .examples.find(({ action }) => action === "synchronize");
const body = JSON.stringify({ ...example, installation: { id: 1 } });
const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;

try {
  const redis = start("redis-server", [
    ...["--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "yes"],
    ...["--maxmemory-policy", "noeviction"],
  ]);
  await until(async () => (await import("node:fs")).existsSync(socket));
  const web = startRondo("web", { WEBHOOK_SECRET: SECRET });
  const webUrl = await listening(web);
  const bare = start(process.execPath, ["--input-type=module", "-e", BARE(), dist, socket, SECRET]);
  const bareUrl = await listening(bare);
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" });
  const worker = startRondo("worker", {
    APP_ID: "7",
    PRIVATE_KEY: key,
    GITHUB_API_URL: "http://127.0.0.1:9",
    GITHUB_SERVER_URL: "http://127.0.0.1:9",
  });
  await listening(worker);
  await sleep(3000);
  const idle = { web: rss(web), worker: rss(worker), redis: rss(redis), bare: rss(bare) };
  worker.kill("SIGTERM");
  await once(worker, "exit");

  console.log(`body ${(body.length / 1000).toFixed(1)} KB, ${ROUNDS} rounds of ${SECONDS} s, Node ${process.version}`);
  await closedLoop(webUrl, 10, 2);
  await closedLoop(bareUrl, 10, 2);
  const ratios = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const [first, second] = [await measure(bare, bareUrl), await measure(web, webUrl)];
    ratios.push({ speed: second.perSecond / first.perSecond, cpu: first.cpuMs / second.cpuMs });
    console.log(`round ${round}: bare ${show(first)}, rondo web ${show(second)}`);
  }
  const median = (pick) => {
    const sorted = ratios.map(pick).toSorted((a, b) => a - b);
    return sorted[Math.floor(ratios.length / 2)].toFixed(2);
  };
  console.log(`requests/s against bare at 10 connections, median: ${median(({ speed }) => speed)} (aim: 0.80 or more)`);
  console.log(`the same by CPU time per request, which other load does not disturb: ${median(({ cpu }) => cpu)}`);
  for (const [name, url] of [
    ["bare", bareUrl],
    ["rondo web", webUrl],
  ]) {
    const { p50, p99, max, failed } = await openLoop(url, 100, SECONDS);
    console.log(
      `${name} at 100/s: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(0)} ms, failed ${failed}`,
    );
  }
  console.log(`idle memory, MB: web ${idle.web} (100), worker ${idle.worker} (110), redis ${idle.redis} (15)`);
  console.log(`web after the load: ${rss(web)} MB`);
} finally {
  for (const child of children.toReversed()) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
}
process.exit();

function BARE() {
  return `
    import http from "node:http";
    import { createHmac, timingSafeEqual } from "node:crypto";
    const [dist, path, secret] = process.argv.slice(1);
    const { openRedisQueue } = await import(dist + "/src/queue/redis-queue.js");
    const log = { debug() {}, info() {}, warn() {}, error: console.error };
    const queue = openRedisQueue({ target: { path }, log });
    const server = http.createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", async () => {
        const body = Buffer.concat(chunks);
        const mine = Buffer.from("sha256=" + createHmac("sha256", secret).update(body).digest("hex"));
        const theirs = Buffer.from(request.headers["x-hub-signature-256"]);
        if (mine.length !== theirs.length || !timingSafeEqual(mine, theirs)) return response.writeHead(401).end();
        const { action, repository, pull_request, installation } = JSON.parse(body);
        const payload = { action, repo: repository.id, pr: pull_request.number, installation };
        await queue.deliveries.add({ kind: "webhook", delivery: request.headers["x-github-delivery"],
          event: request.headers["x-github-event"], payload, receivedAt: new Date().toISOString() });
        response.writeHead(202).end();
      });
    });
    server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ msg: "Listening", url: "http://127.0.0.1:" + server.address().port })));`;
}

function start(file, args, env = {}) {
  const child = spawn(file, args, { cwd: dir, env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", 2] });
  children.push(child);
  return child;
}

function startRondo(command, env) {
  const data = { RONDO_DATA_DIR: join(dir, "data"), REDIS_URL: `unix://${socket}`, PORT: "0" };
  return start(process.execPath, [join(dist, "src/cli/main.js"), command], { ...data, ...env });
}

async function listening(child) {
  let text = "";
  let url;
  child.stdout.on("data", (chunk) => {
    if (url !== undefined) return;
    text += chunk;
    url = /"url":"([^"]+)"/.exec(text)?.[1];
  });
  await until(async () => url !== undefined);
  return url;
}

async function until(isTrue) {
  while (!(await isTrue())) await sleep(20);
}

function sleep(ms) {
  return new Promise((wake) => setTimeout(wake, ms));
}

function rss({ pid }) {
  const kB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  return Math.round(kB / 1024);
}

function send(url, agent) {
  return new Promise((done) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-github-event": "pull_request",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": signature,
    };
    const request = http.request(`${url}/api/github/webhooks`, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => done(response.statusCode === 202));
    });
    request.on("error", () => done(false));
    request.end(body);
  });
}

async function measure(child, url) {
  const before = cpuMs(child);
  const perSecond = await closedLoop(url, 10, SECONDS);
  return { perSecond, cpuMs: (cpuMs(child) - before) / (perSecond * SECONDS) };
}

function show({ perSecond, cpuMs }) {
  return `${perSecond.toFixed(0)}/s at ${cpuMs.toFixed(2)} ms CPU`;
}

/** utime and stime, fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms. */
function cpuMs({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Requests per second with `connections` that each wait for their answer. */
async function closedLoop(url, connections, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const lane = async () => {
    while (performance.now() < end) {
      if (!(await send(url, agent))) throw new Error(`${url} did not answer 202`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  agent.destroy();
  return count / seconds;
}

/** Latencies at a steady rate, counted from when each request was due. */
async function openLoop(url, perSecond, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  const times = [];
  let failed = 0;
  const startedAt = performance.now();
  const all = [];
  const answered = async (due) => {
    const isFine = await send(url, agent);
    times.push(performance.now() - due);
    if (!isFine) failed += 1;
  };
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const due = startedAt + (n * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    all.push(answered(due));
  }
  await Promise.all(all);
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p99: at(0.99), max: times.at(-1), failed };
}
