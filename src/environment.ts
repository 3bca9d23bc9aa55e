// Every environment variable Rondo knows: its rule, its default, and the sentence shown when the value is wrong.
// Pure: values in, values or problems out. An empty variable counts as unset, because Compose files pass `NAME=`.
// .env.example and docs/configuration.md list the same names.
import { z } from "zod";
import { readAppKey, readAppKeyFile } from "./app-key.ts";
import { LOG_LEVELS } from "./log.ts";

/** Shortest webhook secret in bytes: as long as the HMAC-SHA256 it keys (RFC 2104, section 3). */
export const SHORTEST_SECRET_BYTES = 32;

/** Variables whose values are secrets: known to the log's mask, and removed from the environment once read. */
export const SECRET_VARIABLES = [
  "WEBHOOK_SECRET",
  "WEBHOOK_SECRET_PREVIOUS",
  "PRIVATE_KEY",
  "REDIS_URL",
  "OPENAI_API_KEY",
  "RONDO_MARKER_KEY",
] as const;

/** Variables of every process. */
export const CommonVariables = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: wholeNumber(0, 65_535).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(", ")}.` }).default("info"),
  RONDO_DATA_DIR: z.string().default("./data"),
  RONDO_PUBLIC_URL: httpUrl().optional(),
  REDIS_URL: z
    .string()
    .refine((value) => /^(?:rediss?:\/\/[^/]|unix:\/\/\/)/.test(value) && isDecodable(value), {
      error: "is not an address of a Redis server. Write redis://host:6379, rediss://… or unix:///path/to/redis.sock.",
    })
    .optional(),
});

/** Variables of the process that receives webhooks. */
export const WebVariables = z.object({
  WEBHOOK_SECRET: secret("is not set. Make one with `openssl rand -hex 32` and give it to the GitHub App too."),
  WEBHOOK_SECRET_PREVIOUS: secret("").optional(),
});

/** Variables of the process that talks to GitHub and runs reviewers, each for itself. */
export const WorkerFields = z.object({
  APP_ID: wholeNumber(1, Number.MAX_SAFE_INTEGER, "is not set. The App's settings page shows it as `App ID`."),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: z.string().optional(),
  GITHUB_API_URL: httpUrl().default("https://api.github.com"),
  GITHUB_SERVER_URL: httpUrl().default("https://github.com"),
  RONDO_REVIEWERS: list(
    /^[a-z0-9-]{1,32}$/,
    "must be a comma list of reviewer names, such as static,codex.",
  ).optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: httpUrl().optional(),
  RONDO_MODEL: z.string().optional(),
  RONDO_CODEX_BIN: z
    .string()
    .startsWith("/", "must be the absolute path of the codex program. Without it, codex is looked for on PATH.")
    .optional(),
  RONDO_MARKER_KEY: list(
    /^.{32,}$/,
    "must be a comma list of keys of 32 characters or more. Make one with `openssl rand -hex 32`.",
  ).optional(),
  RONDO_CONCURRENCY: wholeNumber(1, 64).optional(),
  RONDO_CONFIG: z.string().optional(),
});

/** Those of them that reviewers with a model need; `rondo review` reads these alone. */
export const ModelVariables = WorkerFields.pick({
  OPENAI_API_KEY: true,
  OPENAI_BASE_URL: true,
  RONDO_MODEL: true,
  RONDO_CODEX_BIN: true,
});

/** Null where a variable is unset. */
export function modelOf(values: z.infer<typeof ModelVariables>): {
  apiKey: string | null;
  baseUrl: string | null;
  name: string | null;
  codexBin: string | null;
} {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, RONDO_MODEL: name, RONDO_CODEX_BIN: bin } = values;
  return { apiKey: apiKey ?? null, baseUrl: baseUrl ?? null, name: name ?? null, codexBin: bin ?? null };
}

/** The same with the App key read; a key that cannot be used is a problem of the variable that names it. */
export const WorkerVariables = WorkerFields.transform(
  ({ PRIVATE_KEY: value, PRIVATE_KEY_PATH: path, ...rest }, context) => {
    const key = chooseAppKey(value, path);
    if ("problem" in key) {
      context.addIssue({ code: "custom", path: [key.variable], message: key.problem });
    }
    const mixed = differentGithubs(rest);
    if (mixed !== undefined) context.addIssue({ code: "custom", path: ["GITHUB_SERVER_URL"], message: mixed });
    if ("problem" in key || mixed !== undefined) return z.NEVER;
    return { ...rest, privateKey: key.pem, keyWarnings: key.warnings };
  },
);

/** The problem of an API and a web address that belong to two GitHubs: one would be given the other's tokens. */
export function differentGithubs(values: { GITHUB_API_URL: string; GITHUB_SERVER_URL: string }): string | undefined {
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl } = values;
  if ((apiUrl === "https://api.github.com") === (serverUrl === "https://github.com")) return undefined;
  return (
    `(${serverUrl}) and GITHUB_API_URL (${apiUrl}) are two different GitHubs. ` +
    "Set both; the API of GitHub Enterprise Server is at https://HOST/api/v3."
  );
}

/** The key of PRIVATE_KEY, or of the file that PRIVATE_KEY_PATH names; or what is wrong with which of the two. */
export function chooseAppKey(
  value: string | undefined,
  path: string | undefined,
): { pem: string; file: string | null; warnings: readonly string[] } | { variable: string; problem: string } {
  const variable = value === undefined ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  if (value !== undefined && path !== undefined) {
    return { variable, problem: "and PRIVATE_KEY_PATH are both set. Keep one." };
  }
  if (value === undefined && path === undefined) {
    return {
      variable,
      problem: "is not set, nor PRIVATE_KEY. Generate a key on the App's settings page and name the .pem file here.",
    };
  }
  const key = value === undefined ? readAppKeyFile(path ?? "") : readAppKey(value);
  return "problem" in key
    ? { variable, problem: `${key.problem}. ${key.todo}` }
    : { pem: key.pem, file: path ?? null, warnings: key.warnings };
}

/** Each problem as `NAME what is wrong. What to do.`; empty when the environment fits. */
export function problemsOf(result: z.ZodSafeParseResult<unknown>): readonly string[] {
  return (result.error?.issues ?? []).map((issue) => `${issue.path.join(".")} ${issue.message}`);
}

function secret(missing: string) {
  return z.string({ error: missing }).superRefine((value, context) => {
    const bytes = Buffer.byteLength(value);
    const advice = "Make one with `openssl rand -hex 32`.";
    if (value === "development") {
      context.addIssue(`is the well-known default \`development\`: anybody could send events. ${advice}`);
    } else if (bytes < SHORTEST_SECRET_BYTES) {
      context.addIssue(`has ${bytes} bytes; it needs ${SHORTEST_SECRET_BYTES} or more. ${advice}`);
    } else if (value.trim() !== value) {
      context.addIssue("starts or ends with white space, which the GitHub App's setting would not have. Remove it.");
    }
  });
}

function wholeNumber(min: number, max: number, missing?: string) {
  const range = max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  return z
    .string(missing === undefined ? {} : { error: missing })
    .refine((value) => /^[0-9]{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be ${range}.`,
    })
    .transform(Number);
}

/** http or https without user, query or fragment; the value loses its trailing slash. Plain http only to this machine. */
function httpUrl() {
  return z.string().transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) context.addIssue("must be an http(s) address.");
    else if (url.username !== "" || url.password !== "") context.addIssue("must not hold a user name or password.");
    else if (url.search !== "" || url.hash !== "") context.addIssue("must not hold `?` or `#`.");
    else if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
      context.addIssue("must start with https://; plain http is for this machine only.");
    }
    return value.replace(/\/+$/, "");
  });
}

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]+){3}|\[::1\])$/;

/** A path such as `/50%-off.sock` would make `decodeURIComponent` throw. */
function isDecodable(address: string): boolean {
  try {
    decodeURIComponent(new URL(address).pathname);
    return true;
  } catch {
    return false;
  }
}

function list(entry: RegExp, error: string) {
  return z
    .string()
    .transform((value) => value.split(",").map((part) => part.trim()))
    .refine((entries) => entries.every((part) => entry.test(part)), { error });
}
