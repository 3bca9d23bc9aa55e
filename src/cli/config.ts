// `rondo config`: what is in force in a repository, and what a round, or the server, would say about a configuration file
// before it is committed.
import { resolve } from "node:path";
import { callersFolder } from "../config.ts";
import { UserError } from "../errors.ts";
import { visible } from "../report/untrusted-text.ts";
import { count } from "../report/words.ts";
import { type Command, type CommandInput, commandGroup } from "./command.ts";
import { readText } from "./read-text.ts";
import { WORKER_ENVIRONMENT } from "./worker-environment.ts";

const checkCommand: Command = {
  name: "config check",
  summary: "check a rondo.yml: unknown keys, wrong values, what has no effect yet",
  usage: "config check [--server] [--json] [FILE|-]",
  options: {
    server: { type: "boolean", help: "the server's file (RONDO_CONFIG), which knows more keys" },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 1,
  positionals: ["file"],
  hasEnvFile: false,
  examples: [
    "rondo config check",
    "rondo config check .github/rondo.yml --json",
    "rondo config check --server /etc/rondo/rondo.yml",
    "git show main:.github/rondo.yml | rondo config check -",
  ],
  run: runCheck,
};

const showCommand: Command = {
  name: "config show",
  summary: "print every value in force in a repository, with the file, commit and line it comes from",
  usage: "config [show] OWNER/REPO [--ref REF] [--json]",
  options: {
    ref: { type: "string", value: "REF", help: "a commit, branch or tag (default: the default branch)" },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 1,
  environment: {
    ...pick(WORKER_ENVIRONMENT, "APP_ID", "PRIVATE_KEY_PATH", "GITHUB_API_URL", "HTTPS_PROXY", "NODE_EXTRA_CA_CERTS"),
    RONDO_CONFIG: "the server's file, default rondo.yml in RONDO_DATA_DIR",
    RONDO_DATA_DIR: "default ./data",
  },
  examples: ["rondo config octo/hello", "rondo config octo/hello --ref release/2 --json"],
  run: async (input) => (await import("./show-config.ts")).runShowConfig(input),
};

const schemaCommand: Command = {
  name: "config schema",
  summary: "print the JSON Schema of rondo.yml, for an editor",
  usage: "config schema [--server]",
  options: { server: { type: "boolean", help: "the server's file, which knows more keys" } },
  maxPositionals: 0,
  hasEnvFile: false,
  examples: ["rondo config schema > .github/rondo.schema.json"],
  run: async ({ values }) => {
    const { repoConfigJsonSchema, serverConfigJsonSchema } = await import("../repo-config/json-schema.ts");
    const schema = values["server"] === true ? serverConfigJsonSchema() : repoConfigJsonSchema();
    process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    return 0;
  },
};

export const configCommand: Command = {
  ...commandGroup("config", "show what is in force in a repository, or check a configuration file", [
    showCommand,
    checkCommand,
    schemaCommand,
  ]),
  usage: "config OWNER/REPO | check | schema …",
  // `octo/hello` is no word of a command.
  shortcut: { to: "config show", looksLike: /\// },
};

function pick(all: Readonly<Record<string, string>>, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, all[name] ?? ""]));
}

type Problem = { line: number | null; column: number | null; message: string };

async function runCheck({ values, positionals }: CommandInput): Promise<number> {
  const { REPO_CONFIG_PATH } = await import("../repo-config.ts");
  const [name = REPO_CONFIG_PATH] = positionals;
  const isServer = values["server"] === true;
  const text = await readText(name === "-" ? process.stdin : resolve(callersFolder(), name), {
    isEmptyFine: true,
    notText: "A configuration file is YAML in UTF-8.",
  }).catch((error: unknown) => {
    if (positionals.length > 0 || !(error instanceof UserError) || error.code !== "INPUT_UNREADABLE") throw error;
    throw new UserError(error.message, {
      code: "INPUT_UNREADABLE",
      hint: `Without a FILE, ${REPO_CONFIG_PATH} of this folder is checked. Name another one.`,
      cause: error,
    });
  });
  const { problems, notes } = await check(text, isServer);
  const file = name === "-" ? "standard input" : name;
  if (values["json"] === true) {
    const kind = isServer ? "server" : "repository";
    process.stdout.write(`${JSON.stringify({ file, kind, problems, notes }, null, 2)}\n`);
  } else process.stdout.write(toText(file, problems, notes));
  return problems.length === 0 ? 0 : 2;
}

async function check(text: string, isServer: boolean): Promise<{ problems: Problem[]; notes: string[] }> {
  const { parseServerConfig, repositoryLayer } = await import("../repo-config.ts");
  const { mergeLayers } = await import("../repo-config/layers.ts");
  const { problems, idle } = isServer
    ? { ...parseServerConfig(text), idle: [] }
    : mergeLayers([repositoryLayer(text, null)]);
  if (text.trim() === "") return { problems: [], notes: ["The file is empty: the defaults apply."] };
  const { RepoConfig, ServerConfig } = await import("../repo-config/schema.ts");
  const serverKeys = Object.keys(ServerConfig.shape).filter((key) => !Object.hasOwn(RepoConfig.shape, key));
  const misplaced = serverKeys.filter((key) => problems.some((problem) => problem.includes(`unknown key "${key}"`)));
  return {
    problems: problems.map(toProblem),
    notes: [
      ...idle.map((problem) => `${problem.replace(/^line .*?: "(.*?)"/, "$1")}.`),
      ...misplaced.map((key) => `${key} belongs into the server's file; rondo config check --server checks one.`),
    ],
  };
}

function toProblem(text: string): Problem {
  const { line, column, message } =
    /^line (?<line>\d+), column (?<column>\d+): (?<message>.*)$/s.exec(text)?.groups ?? {};
  if (message === undefined) return { line: null, column: null, message: text };
  return { line: Number(line), column: Number(column), message };
}

function toText(file: string, problems: readonly Problem[], notes: readonly string[]): string {
  const lines = problems.map(({ line, column, message }) => {
    const place = line === null ? file : `${file}:${line}:${column}`;
    return `${place}: ${message}`;
  });
  const end = problems.length === 0 ? "no problems" : `${count(problems.length, "problem")}; what is wrong is left out`;
  return [...lines, ...notes, `${file}: ${end}.`].map((line) => `${visible(line).replaceAll("\n", " ")}\n`).join("");
}
