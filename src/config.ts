// The only reader of the environment. Each process asks for what it needs and gets a typed value, or one error that names
// every problem at once. Secrets leave the environment here: Probot would open Redis connections of its own with
// REDIS_URL, and no child process may inherit a key. That is why config is read before Probot is imported.
import { availableParallelism } from "node:os";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "./errors.ts";
import {
  CommonVariables,
  differentGithubs,
  modelOf,
  ModelVariables,
  problemsOf,
  WebVariables,
  WorkerFields,
  WorkerVariables,
} from "./environment.ts";
import { firstSteps } from "./first-steps.ts";
import type { NetworkSettings } from "./github/create-fetch.ts";
import type { LogLevel } from "./log.ts";
import { registerSecret } from "./mask-secrets.ts";
import { NetworkVariables } from "./network-environment.ts";
import type { RedisTarget } from "./queue/connection.ts";
import { takeSecrets } from "./take-secrets.ts";
import { readSettings, redisTarget, type Settings } from "./settings.ts";

/** What every process needs. */
export type CommonConfig = {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  logLevel: LogLevel;
  /** Absolute path. */
  dataDir: string;
  /** Address under which people reach this server, without a trailing slash; null when unknown. */
  publicUrl: string | null;
  /** Things to log once at start-up. */
  warnings: readonly string[];
};

/** What the front holds: the webhook secrets (current first), never the App key. */
export type WebConfig = CommonConfig & { redis: RedisTarget; webhookSecrets: readonly string[] };

/** What the worker holds: the App key and the model key, never a webhook secret. */
export type WorkerConfig = CommonConfig & { redis: RedisTarget } & WorkerPart;

/** Both in one process; `redis` is null when Rondo shall start its own server in the data directory. */
export type ServeConfig = CommonConfig & { redis: RedisTarget | null; webhookSecrets: readonly string[] } & WorkerPart;

type WorkerPart = {
  appId: number;
  /** PEM. */
  privateKey: string;
  /** Without a trailing slash. */
  githubApiUrl: string;
  githubServerUrl: string;
  /** Proxy and certificate authorities. */
  network: NetworkSettings;
  /** Names in order; null when RONDO_REVIEWERS is unset and the default applies. */
  reviewers: readonly string[] | null;
  model: ReturnType<typeof modelOf>;
  /** The first signs, all verify; null when the key in the data directory is to be used. */
  markerKeys: readonly string[] | null;
  /** Rounds at once. */
  concurrency: number;
  /** Path of the server's own configuration file; it need not exist. */
  configFile: string;
};

/** The environment, as `process.env` has it. Secrets are deleted from the object that is handed over. */
export type Environment = Record<string, string | undefined>;

/** Configuration of `rondo web`. Throws UserError CONFIG_INVALID that lists every problem. */
export function readWebConfig(env: Environment = process.env): WebConfig {
  const values = withoutEmpty(env);
  const common = CommonVariables.safeParse(values);
  const web = WebVariables.safeParse(values);
  const extra = ["PRIVATE_KEY", "PRIVATE_KEY_PATH", "OPENAI_API_KEY"].filter((name) => values[name] !== undefined);
  takeSecrets(env);
  if (!common.success || !web.success || values["REDIS_URL"] === undefined) {
    throw invalid([...problemsOf(web), ...problemsOf(common), ...missingRedis(values)]);
  }
  return {
    ...commonConfig(common.data, 3000),
    redis: redisTarget(values["REDIS_URL"]),
    webhookSecrets: webhookSecrets(web.data),
    warnings: extra.map((name) => `${name} is set for web, which does not need it. Give it to the worker only.`),
  };
}

/** Configuration of `rondo worker`. Throws UserError CONFIG_INVALID that lists every problem. */
export function readWorkerConfig(env: Environment = process.env): WorkerConfig {
  const values = withoutEmpty(env);
  const common = CommonVariables.safeParse(values);
  const worker = WorkerVariables.safeParse(values);
  const network = NetworkVariables.safeParse(values);
  takeSecrets(env);
  if (!common.success || !worker.success || !network.success || values["REDIS_URL"] === undefined) {
    throw invalid([...problemsOf(worker), ...problemsOf(common), ...problemsOf(network), ...missingRedis(values)]);
  }
  const config = commonConfig(common.data, 3001);
  const extra =
    values["WEBHOOK_SECRET"] === undefined
      ? []
      : ["WEBHOOK_SECRET is set for a worker, which does not need it. Give it to web only."];
  return {
    ...config,
    ...workerPart(worker.data, config.dataDir),
    network: network.data.network,
    redis: redisTarget(values["REDIS_URL"]),
    warnings: [...worker.data.keyWarnings, ...network.data.warnings, ...extra],
  };
}

/** Configuration of `rondo serve`. Throws UserError CONFIG_INVALID, or CONFIG_NO_APP with the way to create the App. */
export function readServeConfig(env: Environment = process.env): ServeConfig {
  const values = withoutEmpty(env);
  const common = CommonVariables.safeParse(values);
  const web = WebVariables.safeParse(values);
  const worker = WorkerVariables.safeParse(values);
  const network = NetworkVariables.safeParse(values);
  takeSecrets(env);
  if (APP_VARIABLES.every((name) => values[name] === undefined)) {
    throw new UserError("No GitHub App is configured yet.", { code: "CONFIG_NO_APP", hint: firstSteps() });
  }
  if (!common.success || !web.success || !worker.success || !network.success) {
    throw invalid([web, worker, common, network].flatMap(problemsOf));
  }
  const config = commonConfig(common.data, 3000);
  return {
    ...config,
    ...workerPart(worker.data, config.dataDir),
    network: network.data.network,
    redis: common.data.REDIS_URL === undefined ? null : redisTarget(common.data.REDIS_URL),
    webhookSecrets: webhookSecrets(web.data),
    warnings: [...worker.data.keyWarnings, ...network.data.warnings],
  };
}

/** What the first start needs to let an operator create the App. */
export type FirstStartConfig = CommonConfig & Pick<WorkerPart, "githubApiUrl" | "githubServerUrl" | "network">;

/**
 * Configuration of `rondo serve` while there is no App. Null as soon as one of the App's settings is there: then
 * `readServeConfig` says what is missing. Throws UserError CONFIG_INVALID.
 */
export function readFirstStartConfig(env: Environment = process.env): FirstStartConfig | null {
  const values = withoutEmpty(env);
  if (APP_VARIABLES.some((name) => values[name] !== undefined)) return null;
  const common = CommonVariables.safeParse(values);
  const github = WorkerFields.pick({ GITHUB_API_URL: true, GITHUB_SERVER_URL: true }).safeParse(values);
  const network = NetworkVariables.safeParse(values);
  takeSecrets(env);
  if (!common.success || !github.success || !network.success) {
    throw invalid([common, github, network].flatMap(problemsOf));
  }
  const { GITHUB_API_URL: githubApiUrl, GITHUB_SERVER_URL: githubServerUrl } = github.data;
  const mixed = differentGithubs(github.data);
  if (mixed !== undefined) throw invalid([`GITHUB_SERVER_URL ${mixed}`]);
  const { network: settings, warnings } = network.data;
  return { ...commonConfig(common.data, 3000), githubApiUrl, githubServerUrl, network: settings, warnings };
}

/** What commands about the server's own files need (`rondo status`, `abort`, `runs`, …); `redis` is null when unset. */
export type OperatorConfig = { dataDir: string; redis: RedisTarget | null };

/** Configuration of the commands for operators. Throws UserError CONFIG_INVALID. */
export function readOperatorConfig(env: Environment = process.env): OperatorConfig {
  const values = CommonVariables.pick({ RONDO_DATA_DIR: true, REDIS_URL: true }).safeParse(withoutEmpty(env));
  takeSecrets(env);
  if (!values.success) throw invalid(problemsOf(values));
  const { RONDO_DATA_DIR: dataDir, REDIS_URL: url } = values.data;
  return { dataDir: resolve(dataDir), redis: url === undefined ? null : redisTarget(url) };
}

/** Every variable with what is wrong with it, for `rondo doctor`. Never throws; secrets leave the environment. */
export function readSettingsForDoctor(env: Environment = process.env): Settings {
  const values = withoutEmpty(env);
  takeSecrets(env);
  const settings = readSettings(values);
  if (settings.appKey !== null) registerSecret(settings.appKey.pem);
  return settings;
}

/**
 * What `rondo review` reads. Only a server file that was named counts: the folder in which the command runs may be somebody
 * else's work, and the file can name programs to run. `model()` is read when a reviewer wants one, and throws UserError
 * CONFIG_INVALID. Secrets leave the environment.
 */
export function readReviewConfig(env: Environment = process.env): {
  file: string | null;
  model(): Pick<WorkerPart, "model" | "network">;
} {
  const values = withoutEmpty(env);
  takeSecrets(env);
  const file = values["RONDO_CONFIG"];
  return {
    file: file === undefined ? null : resolve(file),
    model: () => {
      const model = ModelVariables.safeParse(values);
      const network = NetworkVariables.safeParse(values);
      if (!model.success || !network.success) throw invalid([model, network].flatMap(problemsOf));
      return { model: modelOf(model.data), network: network.data.network };
    },
  };
}

/** Where the person stands: `npm run` changes into the package and leaves the folder it was called from in INIT_CWD. */
export function callersFolder(env: Environment = process.env): string {
  const from = env["npm_lifecycle_event"] === "rondo" ? env["INIT_CWD"] : undefined;
  return from === undefined || from === "" ? process.cwd() : from;
}

/**
 * True for a terminal whose user wants colours. FORCE_COLOR is asked first, as Node itself does: logs of a CI service are
 * no terminal and show colours. https://no-color.org, https://force-color.org
 */
export function wantsColour(isTerminal: boolean, env: Environment = process.env): boolean {
  const force = env["FORCE_COLOR"] ?? "";
  if (force !== "") return force !== "0" && force !== "false";
  return isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** Reads `.env` of the working directory, when there is one. Variables that are set already win. */
export function loadEnvFile(path = ".env"): void {
  if (existsSync(path)) process.loadEnvFile(path);
}

/** What a process of our own may inherit: where programs and temporary files are, nothing that could be a secret. */
export function childEnvironment(env: Environment = process.env): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "TMPDIR", "LANG", "NODE_EXTRA_CA_CERTS"]) {
    const value = env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** LOG_LEVEL=debug: the one setting that error messages need before anything was validated. */
export function wantsDebug(env: Environment = process.env): boolean {
  return env["LOG_LEVEL"] === "debug";
}

const APP_VARIABLES = ["APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET"];

function withoutEmpty(env: Environment): Record<string, string> {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  return Object.fromEntries(set);
}

function commonConfig(values: ReturnType<typeof CommonVariables.parse>, defaultPort: number): CommonConfig {
  return {
    host: values.HOST,
    port: values.PORT ?? defaultPort,
    logLevel: values.LOG_LEVEL,
    dataDir: resolve(values.RONDO_DATA_DIR),
    publicUrl: values.RONDO_PUBLIC_URL ?? null,
    warnings: [],
  };
}

function workerPart(values: ReturnType<typeof WorkerVariables.parse>, dataDir: string): Omit<WorkerPart, "network"> {
  registerSecret(values.privateKey);
  return {
    appId: values.APP_ID,
    privateKey: values.privateKey,
    githubApiUrl: values.GITHUB_API_URL,
    githubServerUrl: values.GITHUB_SERVER_URL,
    reviewers: values.RONDO_REVIEWERS ?? null,
    model: modelOf(values),
    markerKeys: values.RONDO_MARKER_KEY ?? null,
    concurrency: values.RONDO_CONCURRENCY ?? availableParallelism(),
    configFile: resolve(values.RONDO_CONFIG ?? join(dataDir, "rondo.yml")),
  };
}

function webhookSecrets(values: ReturnType<typeof WebVariables.parse>): readonly string[] {
  const previous = values.WEBHOOK_SECRET_PREVIOUS;
  return previous === undefined ? [values.WEBHOOK_SECRET] : [values.WEBHOOK_SECRET, previous];
}

function missingRedis(values: Record<string, string>): readonly string[] {
  if (values["REDIS_URL"] !== undefined) return [];
  return [
    "REDIS_URL is not set. Name the Redis that web and workers share, or run `rondo serve`, which starts its own.",
  ];
}

function invalid(problems: readonly string[]): UserError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => `  - ${problem}`).join("\n");
  return new UserError(`The configuration has ${count}:\n${lines}`, {
    code: "CONFIG_INVALID",
    hint: "Set the variables in the environment or in .env; .env.example explains each.",
  });
}
