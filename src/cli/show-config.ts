// `rondo config OWNER/REPO`: what a round would find in force, asked for as the App, so that the answer is the worker's.
import { readFile } from "node:fs/promises";
import { loadEnvFile, readSettingsForDoctor } from "../config.ts";
import { UserError } from "../errors.ts";
import type { FoundRepository } from "../github/find-repository.ts";
import { silentLog } from "../log.ts";
import { maskSecrets, registerSecret } from "../mask-secrets.ts";
import type { ConfigAnswer } from "../report/config.ts";
import type { ServerConfig } from "../repo-config/schema.ts";
import type { ConfigLayer } from "../repo-config/read-layer.ts";
import type { Settings } from "../settings.ts";
import type { CommandInput } from "./command.ts";

/** Prints every value in force with its source. Resolves to 0; throws UserError and what GitHub's answers lead to. */
export async function runShowConfig({ values, positionals }: CommandInput): Promise<number> {
  const named = parseRepository(positionals[0]);
  const at = typeof values["ref"] === "string" ? values["ref"] : null;
  loadEnvFile();
  const settings = readSettingsForDoctor();
  const server = await readServerFile(settings.configFile);
  const github = await openApp(settings);
  const { findRepository } = await import("../github/find-repository.ts");
  const { githubPullRequests } = await import("../github/pull-requests.ts");
  const { explainInForce } = await import("../steps/read-config.ts");
  const found = await findRepository(github, named, at);
  const client = (installationId: number) => github.installationOctokit(installationId);
  const pullRequests = githubPullRequests({ client, monotonicMs: () => performance.now() });
  const installation = { serverConfig: server.config, serverLayer: server.layer };
  const answer = await explainInForce(found.repo, found.commit, { pullRequests, installation });
  const problems = [...answer.problems, ...server.problems.map((problem) => `server file: ${problem}`)];
  const show = values["json"] === true ? toJson : toText;
  process.stdout.write(maskSecrets(await show(found, { ...answer, problems })));
  // A connection that is kept open shall not hold up the end.
  setTimeout(() => process.exit(), 50).unref();
  return 0;
}

function parseRepository(text: string | undefined): { owner: string; repo: string } {
  const hint = "For example: rondo config octo/hello. A file is checked with rondo config check FILE.";
  if (text === undefined) throw new UserError("Which repository? Name it as OWNER/REPO.", { code: "USAGE", hint });
  const { owner, repo } = /^(?<owner>[\w-]{1,100})\/(?<repo>[\w.-]{1,100})$/.exec(text)?.groups ?? {};
  if (owner === undefined || repo === undefined || /^\.{1,2}$/.test(repo))
    throw new UserError(`${text} names no repository. Write it as OWNER/REPO.`, { code: "USAGE", hint });
  return { owner, repo };
}

/** The App as `rondo doctor` finds it. Throws UserError CONFIG_INVALID with every variable that is missing or wrong. */
async function openApp(settings: Settings) {
  const { appId, appKey, apiUrl, network } = settings;
  if (appId === null || appKey === null || apiUrl === null || network === null) {
    const needed = settings.problems.filter(({ variable }) => !NOT_NEEDED.has(variable));
    throw new UserError(["The App cannot be asked.", ...needed.map(({ found }) => found)].join(" "), {
      code: "CONFIG_INVALID",
      hint: "Set APP_ID and PRIVATE_KEY_PATH as for the worker; rondo doctor checks them.",
    });
  }
  const { createGithubApp } = await import("../github/app.ts");
  const { createFetch } = await import("../github/create-fetch.ts");
  const send = createFetch(network.settings, REQUEST_MS);
  return createGithubApp({ appId, privateKey: appKey.pem, apiUrl, send, onToken: registerSecret, log: silentLog() });
}

const REQUEST_MS = 10_000;
const NOT_NEEDED: ReadonlySet<string> = new Set(["WEBHOOK_SECRET", "REDIS_URL", "RONDO_PUBLIC_URL", "HOST", "PORT"]);

type ServerFile = { config: ServerConfig; layer: ConfigLayer; problems: readonly string[] };

async function readServerFile(file: string): Promise<ServerFile> {
  const { parseServerConfig } = await import("../repo-config.ts");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new UserError(`The server file ${file} cannot be read: ${error.code ?? error.message}.`, {
      code: "CONFIG_INVALID",
      hint: "Set RONDO_CONFIG, or run this as the user that runs the server.",
      cause: error,
    });
  });
  return parseServerConfig(text);
}

/** The shape is documented in docs/commands.md and stays. */
async function toJson({ repo, at, commit }: FoundRepository, answer: ConfigAnswer): Promise<string> {
  const values = answer.values.map(({ key, value, byDefault, source, hasEffect }) => {
    return { key, value, default: byDefault, source, has_effect: hasEffect };
  });
  const { source, problems } = answer;
  const repository = `${repo.owner}/${repo.repo}`;
  return `${JSON.stringify({ repository, ref: at, commit, source, problems, values }, null, 2)}\n`;
}

async function toText({ repo, at, commit }: FoundRepository, answer: ConfigAnswer): Promise<string> {
  const { sourceOf, bySource, valueWords } = await import("../report/config.ts");
  const { visible } = await import("../report/untrusted-text.ts");
  const { table } = await import("./table.ts");
  const rows = bySource(answer.values).map((one) => [one.key, shortened(valueWords(one.value)), sourceOf(one)]);
  const head = `${repo.owner}/${repo.repo} at ${at} (${commit.slice(0, 7)}): ${answer.source}`;
  const problems = answer.problems.map((problem) => `! ${problem}`);
  const lines = [head, ...problems].map((line) => `${visible(line).replaceAll("\n", " ")}\n`);
  return `${lines.join("")}\n${table(["Key", "Value", "From"], rows)}`;
}

/** A line of a terminal holds no rule of 4,000 characters. */
function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
