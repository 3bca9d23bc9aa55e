// The environment read variable by variable, for `rondo doctor`: where a server's start stops at the first wrong value of
// a kind, this says of each variable what it holds and of each wrong one what to do. Same rules, from environment.ts.
import { join, resolve } from "node:path";
import type { z } from "zod";
import { chooseAppKey, CommonVariables, WebVariables, WorkerFields } from "./environment.ts";
import type { NetworkSettings } from "./github/create-fetch.ts";
import { NetworkVariables } from "./network-environment.ts";
import type { RedisTarget } from "./queue/connection.ts";

/** A variable that is missing or wrong: what was found (never a secret value), and what to do. */
export type SettingProblem = { variable: string; found: string; todo: string };

/** What the environment says. A value that is wrong is null and has its entry in `problems`. */
export type Settings = {
  problems: readonly SettingProblem[];
  host: string | null;
  /** Null when unset or wrong: the process's default applies. */
  port: number | null;
  /** Absolute path. */
  dataDir: string;
  publicUrl: string | null;
  redis: RedisTarget | null;
  webhookSecret: string | null;
  previousSecret: string | null;
  appId: number | null;
  /** `file` is null for a key that stands in the environment. */
  appKey: { pem: string; file: string | null; warnings: readonly string[] } | null;
  apiUrl: string | null;
  serverUrl: string | null;
  /** Null when the proxy or the extra certificates cannot be used. */
  network: { settings: NetworkSettings; warnings: readonly string[] } | null;
  /** Null: the default list. */
  reviewers: readonly string[] | null;
  model: { apiKey: string | null; baseUrl: string | null; name: string | null; codexBin: string | null };
  configFile: string;
};

/** Reads the values, in which empty variables are missing already. Never throws. */
export function readSettings(values: Readonly<Record<string, string>>): Settings {
  const problems: SettingProblem[] = [];
  const take = <T>(variable: string, schema: z.ZodType<T>): NonNullable<T> | null => {
    const read = schema.safeParse(values[variable]);
    if (read.success) return read.data ?? null;
    for (const { message } of read.error.issues) problems.push(toProblem(variable, message));
    return null;
  };
  const { shape: common } = CommonVariables;
  const { shape: web } = WebVariables;
  const { shape: worker } = WorkerFields;
  const dataDir = resolve(take("RONDO_DATA_DIR", common.RONDO_DATA_DIR) ?? "./data");
  const all: Readonly<Record<string, z.ZodType>> = { ...common, ...worker };
  for (const [name, schema] of Object.entries(all)) if (!READ_BELOW.has(name)) take(name, schema);
  const redisUrl = take("REDIS_URL", common.REDIS_URL);
  const key = chooseAppKey(values["PRIVATE_KEY"], values["PRIVATE_KEY_PATH"]);
  if ("problem" in key) problems.push(toProblem(key.variable, key.problem));
  const network = NetworkVariables.safeParse(values);
  for (const { path, message } of network.error?.issues ?? []) problems.push(toProblem(String(path[0]), message));
  return {
    problems,
    host: take("HOST", common.HOST),
    port: take("PORT", common.PORT),
    dataDir,
    publicUrl: take("RONDO_PUBLIC_URL", common.RONDO_PUBLIC_URL),
    redis: redisUrl === null ? null : redisTarget(redisUrl),
    webhookSecret: take("WEBHOOK_SECRET", web.WEBHOOK_SECRET),
    previousSecret: take("WEBHOOK_SECRET_PREVIOUS", web.WEBHOOK_SECRET_PREVIOUS),
    appId: take("APP_ID", worker.APP_ID),
    appKey: "problem" in key ? null : { pem: key.pem, file: key.file, warnings: key.warnings },
    apiUrl: take("GITHUB_API_URL", worker.GITHUB_API_URL),
    serverUrl: take("GITHUB_SERVER_URL", worker.GITHUB_SERVER_URL),
    network: network.success ? { settings: network.data.network, warnings: network.data.warnings } : null,
    reviewers: take("RONDO_REVIEWERS", worker.RONDO_REVIEWERS),
    model: {
      apiKey: take("OPENAI_API_KEY", worker.OPENAI_API_KEY),
      baseUrl: take("OPENAI_BASE_URL", worker.OPENAI_BASE_URL),
      name: take("RONDO_MODEL", worker.RONDO_MODEL),
      codexBin: take("RONDO_CODEX_BIN", worker.RONDO_CODEX_BIN),
    },
    configFile: resolve(values["RONDO_CONFIG"] ?? join(dataDir, "rondo.yml")),
  };
}

/** Where the Redis of a REDIS_URL that fits its rule listens. */
export function redisTarget(url: string): RedisTarget {
  return url.startsWith("unix://") ? { path: decodeURIComponent(new URL(url).pathname) } : { url };
}

/** Read one by one; the others are only looked at for problems. */
const READ_BELOW: ReadonlySet<string> = new Set([
  "HOST",
  "PORT",
  "RONDO_DATA_DIR",
  "RONDO_PUBLIC_URL",
  "REDIS_URL",
  "APP_ID",
  "PRIVATE_KEY",
  "PRIVATE_KEY_PATH",
  "GITHUB_API_URL",
  "GITHUB_SERVER_URL",
  "RONDO_REVIEWERS",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "RONDO_MODEL",
]);

/** The rules of environment.ts say `what is wrong. What to do.` */
function toProblem(variable: string, message: string): SettingProblem {
  const end = message.indexOf(". ");
  if (end === -1) return { variable, found: `${variable} ${message}`, todo: "Put it right, or remove it." };
  return { variable, found: `${variable} ${message.slice(0, end)}.`, todo: message.slice(end + 2) };
}
