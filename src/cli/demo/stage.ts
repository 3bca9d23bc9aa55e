// The demo's stage: a GitHub double, a Redis of its own, and the real `rondo web` and `rondo worker` as processes of
// their own, wired together over loopback exactly as a deployment would be.
import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Double, startDouble } from "../../../double/double.ts";
import { APP_EVENTS, APP_PERMISSIONS } from "../../app-manifest.ts";
import { RetryableError } from "../../errors.ts";
import type { Log } from "../../ports.ts";
import { startManagedRedis } from "../../queue/managed-redis.ts";

/** The running stage. `stop` ends every process it started and removes its folder. */
export type Stage = {
  double: Double;
  dataDir: string;
  /** Folder with the logs of web and worker. */
  logDir: string;
  stop(): Promise<void>;
};

/** What the stage is set with. `transcript` is what `.github/rondo.yml` would say. */
export type StageOptions = {
  port: number;
  reviewers: string;
  transcript: "compact" | "full";
  environment: Readonly<Record<string, string>>;
};

const APP_ID = 4896;

/** Starts everything. Throws UserError or RetryableError when a part does not start; then nothing is left running. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), "rondo-demo-"));
  const logDir = join(dataDir, "logs");
  await mkdir(logDir);
  const stops: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true, maxRetries: 3 })];
  const stop = async (): Promise<void> => {
    for (const each of stops.toReversed()) await each().catch(() => undefined);
  };
  try {
    const double = await openStage(options, dataDir, logDir, (each) => stops.push(each));
    return { double, dataDir, logDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openStage(
  options: StageOptions,
  dataDir: string,
  logDir: string,
  onStop: (stop: () => Promise<void>) => void,
): Promise<Double> {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const secret = randomBytes(32).toString("hex");
  const redis = await startManagedRedis({ dataDir, log: SILENT });
  onStop(() => redis.stop());
  const double = await startDouble({
    app: {
      id: APP_ID,
      slug: "rondo",
      publicKeyPem: key.publicKey.export({ type: "spki", format: "pem" }).toString(),
      ownerLogin: "rondo-operator",
      permissions: APP_PERMISSIONS,
      events: [...APP_EVENTS],
    },
    port: options.port,
    webhook: { url: "", secret },
  });
  onStop(() => double.stop());
  const configFile = join(dataDir, "server.yml");
  await writeFile(configFile, `transcript: ${options.transcript}\ntriggers: { debounce_seconds: 0 }\n`);
  if (redis.target.path === undefined)
    throw new RetryableError("The demo's Redis has no socket.", { code: "REDIS_MISSING" });
  const common = {
    ...options.environment,
    RONDO_DATA_DIR: dataDir,
    REDIS_URL: `unix://${redis.target.path}`,
    HOST: "127.0.0.1",
    PORT: "0",
  };
  const web = startProcess("web", { ...common, WEBHOOK_SECRET: secret }, logDir);
  onStop(web.stop);
  const worker = startProcess(
    "worker",
    {
      ...common,
      APP_ID: String(APP_ID),
      PRIVATE_KEY: key.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
      GITHUB_API_URL: double.apiUrl,
      GITHUB_SERVER_URL: double.url,
      RONDO_CONFIG: configFile,
      RONDO_REVIEWERS: options.reviewers,
      RONDO_CONCURRENCY: "2",
    },
    logDir,
  );
  onStop(worker.stop);
  const [webUrl] = await Promise.all([web.listening, worker.listening]);
  double.setWebhook({ url: `${webUrl}/api/github/webhooks` });
  return double;
}

type Started = { listening: Promise<string>; stop(): Promise<void> };

/** Starts `rondo NAME`; `listening` resolves to its address. */
function startProcess(name: string, environment: Readonly<Record<string, string>>, logDir: string): Started {
  const main = fileURLToPath(new URL("../main.js", import.meta.url));
  const child = spawn(process.execPath, [main, name], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const file = join(logDir, `${name}.log`);
  const log = createWriteStream(file);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return { listening: untilListening(name, child, file), stop: () => end(child) };
}

function untilListening(name: string, child: ChildProcess, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new RetryableError(`rondo ${name} ${why}.`, { code: "DEMO_PROCESS_FAILED", hint: `Its log: ${file}` }));
    if (child.stdout === null) return fail("has no output");
    const timer = setTimeout(() => fail(`did not listen within ${START_MS / 1000} s`), START_MS);
    child.once("exit", (code) => fail(`ended with exit code ${code}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /"msg":"Listening".*"url":"(?<url>[^"]+)"|"url":"(?<other>[^"]+)".*"msg":"Listening"/.exec(
        line,
      )?.groups;
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url["url"] ?? url["other"] ?? "");
    });
  });
}

const START_MS = 30_000;
const STOP_MS = 6000;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
