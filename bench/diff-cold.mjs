// How long until a change is ready for review, cold: Rondo's checkout against a shallow clone with its files.
// A generated repository (20,000 files, 5,000 commits) is served by git's own http-backend on loopback; both sides run git.
// Run: node scripts/build.mjs && node bench/diff-cold.mjs [files] [commits]
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gitCheckouts } from "../dist/src/git/checkout.js";

const files = Number(process.argv[2] ?? 20_000);
const commits = Number(process.argv[3] ?? 5_000);
const root = mkdtempSync(join(tmpdir(), "rondo-bench-"));
const env = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_COUNT: "3",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_CONFIG_KEY_1: "uploadpack.allowFilter",
  GIT_CONFIG_VALUE_1: "true",
  GIT_CONFIG_KEY_2: "uploadpack.allowAnySHA1InWant",
  GIT_CONFIG_VALUE_2: "true",
};
const dir = join(root, "octo", "big.git");
const git = (...args) => execFileSync("git", ["--git-dir", dir, ...args], { env, encoding: "utf8" }).trim();

try {
  await generate();
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const headSha = git("rev-parse", "refs/heads/change");
  const mergeBaseSha = git("merge-base", "refs/heads/change", "refs/heads/main");
  const ours = [];
  const theirs = [];
  for (let turn = 0; turn < 5; turn += 1) {
    ours.push(await timed(() => checkout(url, headSha, mergeBaseSha)));
    theirs.push(await timed(() => clone(url, turn)));
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(`repository: ${files} files, ${commits} commits; change: 10 files`);
  console.log(`checkout    median ${a.toFixed(0)} ms  (${ours.map((ms) => ms.toFixed(0)).join(", ")})`);
  console.log(`clone -50   median ${b.toFixed(0)} ms  (${theirs.map((ms) => ms.toFixed(0)).join(", ")})`);
  console.log(`ratio ${(a / b).toFixed(3)}  (aim: at most 0.2)`);
  server.closeAllConnections();
  server.close();
} finally {
  rmSync(root, { recursive: true, force: true });
}

function body(seed) {
  const line = (index) => `export const v${index} = ${(seed * 7919 + index * 104_729) % 1_000_003};\n`;
  return Array.from({ length: 60 }, (_, index) => line(index)).join("");
}

function name(index) {
  return `packages/p${index % 40}/src/d${index % 12}/file${index}.ts`;
}

async function generate() {
  mkdirSync(join(root, "octo"), { recursive: true });
  execFileSync("git", ["init", "-q", "--bare", "--initial-branch=main", dir], { env });
  const child = spawn("git", ["--git-dir", dir, "fast-import", "--quiet"], {
    env,
    stdio: ["pipe", "inherit", "inherit"],
  });
  const write = async (text) => child.stdin.write(text) || once(child.stdin, "drain");
  const commit = async (branch, from, changes) => {
    await write(`commit refs/heads/${branch}\ncommitter B <b@example.com> 1767225600 +0000\ndata 2\nb\n`);
    if (from) await write(`from ${from}\n`);
    for (const [index, seed] of changes) {
      const text = body(seed);
      await write(`M 100644 inline ${name(index)}\ndata ${text.length}\n${text}\n`);
    }
  };
  await commit(
    "main",
    "",
    Array.from({ length: files }, (_, index) => [index, index]),
  );
  for (let count = 1; count < commits; count += 1) {
    await commit(
      "main",
      "",
      Array.from({ length: 3 }, (_, index) => [(count * 31 + index * 977) % files, count * 100_003 + index]),
    );
  }
  await commit(
    "change",
    "refs/heads/main",
    Array.from({ length: 10 }, (_, index) => [(index * 1_000) % files, 900_000_000 + index]),
  );
  child.stdin.end();
  await once(child, "close");
  git("update-ref", "refs/pull/1/head", "refs/heads/change");
  git("repack", "-adq");
}

async function checkout(serverUrl, headSha, mergeBaseSha) {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const port = gitCheckouts({ tmpDir: join(root, "work"), serverUrl, mintToken: async () => "token", log });
  const ref = { installationId: 1, repoId: 1, owner: "octo", repo: "big", number: 1 };
  const result = await port.prepare(
    ref,
    { headSha, baseSha: mergeBaseSha, mergeBaseSha },
    new AbortController().signal,
  );
  if (result.files.length !== 10 || !result.diff.includes("@@"))
    throw new Error("the checkout is not what it should be");
  return () => port.dispose(result);
}

async function clone(url, turn) {
  const target = join(root, `clone${turn}`);
  const child = spawn("git", ["clone", "-q", "--depth=50", "--branch=change", `${url}/octo/big.git`, target], {
    env,
    stdio: "inherit",
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`clone ended with ${code}`);
  return () => rmSync(target, { recursive: true, force: true });
}

async function timed(work) {
  const start = performance.now();
  const cleanUp = await work();
  const ms = performance.now() - start;
  await cleanUp();
  return ms;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function serve(request, response) {
  const url = new URL(request.url, "http://x");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin).on("error", () => {});
  const printed = await buffer(child.stdout);
  const headEnd = printed.indexOf("\r\n\r\n");
  for (const line of printed.subarray(0, headEnd).toString("latin1").split("\r\n")) {
    const [, key, value] = /^(.*?): *(.*)$/.exec(line);
    if (key === "Status") response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(key, value);
  }
  response.end(printed.subarray(headEnd + 4));
}
