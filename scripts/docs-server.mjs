// The server that the pages talk about: `rondo serve` in the clone, configured by .env as docs/install.md says, on the GitHub
// double with one pull request, octo/hello#1, that it has reviewed. It may be stopped and started again on the same data.
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const APP_ID = 4896;
const START_MS = 60_000;
const worlds = new Map();

/** Resolves when the server is ready and the pull request has its result. */
export async function startDocsServer({ clone, env }) {
  const world = worlds.get(clone) ?? (await createWorld(clone));
  worlds.set(clone, world);
  const child = spawn(process.execPath, [join(clone, "dist", "src", "cli", "main.js"), "serve"], {
    cwd: clone,
    env: { ...env, PORT: "0", GITHUB_API_URL: world.double.apiUrl, GITHUB_SERVER_URL: world.double.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  try {
    const url = await listening(child);
    world.double.setWebhook({ url: `${url}/api/github/webhooks` });
    await until(async () => (await fetch(`${url}/readyz`)).ok, "the server is not ready");
    world.pull ??= await openPullRequest(world.double);
    await until(() => hasResult(world.double, world.pull), "the pull request has no result");
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Takes the double of a clone away; the next server finds another one, without a pull request. */
export async function endDocsWorld(clone) {
  await worlds.get(clone)?.double.stop();
  worlds.delete(clone);
}

/** A GitHub with the App on it, and what its owner got: id, key and secret, put where the documentation says. */
async function createWorld(clone) {
  const load = (path) => import(pathToFileURL(join(clone, "dist", path)).href);
  const { startDouble } = await load("double/double.js");
  const { APP_EVENTS, APP_PERMISSIONS } = await load("src/app-manifest.js");
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secret = randomBytes(32).toString("hex");
  const double = await startDouble({
    app: {
      id: APP_ID,
      slug: "rondo",
      publicKeyPem: key.publicKey.export({ type: "spki", format: "pem" }).toString(),
      ownerLogin: "operator",
      permissions: APP_PERMISSIONS,
      events: [...APP_EVENTS],
    },
    webhook: { url: "", secret },
  });
  mkdirSync(join(clone, "data", "keys"), { recursive: true, mode: 0o700 });
  const pem = key.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  writeFileSync(join(clone, "data", "keys", "app.pem"), pem, { mode: 0o600 });
  const settings = [`APP_ID=${APP_ID}`, "PRIVATE_KEY_PATH=data/keys/app.pem", `WEBHOOK_SECRET=${secret}`];
  writeFileSync(join(clone, ".env"), `${settings.join("\n")}\n`, { mode: 0o600 });
  return { double, pull: undefined };
}

async function openPullRequest(double) {
  const owner = double.createUser("octo");
  const author = double.createUser("ada");
  const repository = await double.createRepository({ owner, name: "hello", files: { "hello.py": "print('hello')\n" } });
  double.setPermission(author, repository, "write");
  await double.installApp({ account: owner, repositories: "all" });
  const files = { "hello.py": "def greet(names=[]):\n    names.append('you')\n    return names\n" };
  await double.pushCommit(author, repository, { branch: "greet", files, message: "Greet people" });
  return double.openPullRequest(author, repository, { title: "Greet people", head: "greet", body: "By name." });
}

function hasResult(double, pull) {
  const checks = [...double.state.checkRuns.values()].filter(({ headSha }) => headSha === pull.headSha);
  return checks.some(({ status }) => status === "completed");
}

function listening(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("rondo serve did not listen in time")), START_MS);
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk.toString("utf8")));
    child.once("exit", (code) => reject(new Error(`rondo serve ended with exit code ${code}: ${said}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { msg, url } = line.startsWith("{") ? JSON.parse(line) : {};
      if (msg !== "Listening") return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

async function until(isTrue, otherwise) {
  const deadline = performance.now() + START_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${otherwise} after ${START_MS / 1000} s`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
