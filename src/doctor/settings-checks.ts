// Checks of what the operator wrote: the environment, the App key's file, the server file, and the reviewers it names.
import { chooseReviewers } from "../choose-reviewers.ts";
import { readFile } from "node:fs/promises";
import { isExpectedError } from "../errors.ts";
import { routeOf, withoutCredentials } from "../github/proxy.ts";
import { count } from "../report/words.ts";
import { parseServerConfig } from "../repo-config.ts";
import { reviewersFor, type ReviewersConfig } from "../reviewers/registry.ts";
import type { Preflight, Reviewer } from "../reviewer.ts";
import type { SettingProblem, Settings } from "../settings.ts";
import { missing, ok, warning, wrong, type Check, type Finding } from "./check.ts";

/** Variables with a check of their own; the others share one. */
const OWN_CHECK: ReadonlySet<string> = new Set([
  "WEBHOOK_SECRET",
  "WEBHOOK_SECRET_PREVIOUS",
  "APP_ID",
  "PRIVATE_KEY",
  "PRIVATE_KEY_PATH",
  "REDIS_URL",
  "HTTPS_PROXY",
  "https_proxy",
  "NODE_EXTRA_CA_CERTS",
]);

/** Environment, secret, App id, App key, server file, reviewers. */
export function settingsChecks(settings: Settings): readonly Check[] {
  const group = "Settings";
  const { problems } = settings;
  return [
    {
      id: "webhook-secret",
      group,
      title: "Webhook secret",
      of: "web",
      run: async () => judgeSecret(settings.webhookSecret, settings.previousSecret, problems),
    },
    { id: "app-id", group, title: "App ID", of: "worker", run: async () => judgeAppId(settings.appId, problems) },
    { id: "app-key", group, title: "App key", of: "worker", run: async () => judgeAppKey(settings.appKey, problems) },
    {
      id: "settings",
      group,
      title: "Other settings",
      of: "any",
      run: async () => judgeOthers(problems.filter(({ variable }) => !OWN_CHECK.has(variable))),
    },
    { id: "network", group, title: "Proxy and CA", of: "worker", run: async () => judgeNetwork(settings) },
    {
      id: "server-file",
      group,
      title: "Server file",
      of: "worker",
      run: async () => judgeServerFile(settings.configFile, await readServerFile(settings.configFile)),
    },
    { id: "reviewers", group, title: "Reviewers", of: "worker", run: () => checkReviewers(settings) },
  ];
}

/** The first problem of one of the variables as a finding; undefined when there is none. */
export function problemOf(problems: readonly SettingProblem[], ...variables: readonly string[]): Finding | undefined {
  const found = problems.filter(({ variable }) => variables.includes(variable));
  if (found.length === 0) return undefined;
  return wrong(found.map((problem) => problem.found).join(" "), found.map((problem) => problem.todo).join(" "));
}

const NEW_SECRET = "Make one with `openssl rand -hex 32` and give it to the GitHub App too.";

/** Null secrets are unset, or wrong with an entry in `problems`. */
export function judgeSecret(
  current: string | null,
  previous: string | null,
  problems: readonly SettingProblem[],
): Finding {
  const problem = problemOf(problems, "WEBHOOK_SECRET", "WEBHOOK_SECRET_PREVIOUS");
  if (problem !== undefined || current === null) return problem ?? wrong("WEBHOOK_SECRET is not set.", NEW_SECRET);
  // A random text of 32 characters has about as many different ones as its alphabet allows.
  if (new Set(current).size < 8) {
    return warning("WEBHOOK_SECRET is long, but repeats a few characters: it can be guessed.", NEW_SECRET);
  }
  if (current === previous) {
    return warning("WEBHOOK_SECRET_PREVIOUS is the same as WEBHOOK_SECRET.", "Remove WEBHOOK_SECRET_PREVIOUS.");
  }
  const both = previous === null ? "" : ", and the one before is still taken";
  return ok(`${Buffer.byteLength(current)} bytes${both}`);
}

/** Null is unset, or wrong with an entry in `problems`. */
export function judgeAppId(appId: number | null, problems: readonly SettingProblem[]): Finding {
  return problemOf(problems, "APP_ID") ?? ok(String(appId));
}

/** Whether the key can be read and is kept from other users; GitHub is asked elsewhere. */
export function judgeAppKey(appKey: Settings["appKey"], problems: readonly SettingProblem[]): Finding {
  const problem = problemOf(problems, "PRIVATE_KEY", "PRIVATE_KEY_PATH");
  if (problem !== undefined) return problem;
  if (appKey === null || appKey.file === null) return ok("a private key, from PRIVATE_KEY");
  const open = appKey.warnings[0];
  if (open === undefined) return ok(`a private key, in ${appKey.file}, closed to other users`);
  const [found = open, todo = ""] = open.split(/\. (?=Run: )/);
  return warning(`${found}.`, todo.replace("Run: ", "Run ").replace(/$/, "."));
}

/** The variables that have no check of their own. */
export function judgeOthers(problems: readonly SettingProblem[]): Finding {
  if (problems.length === 0) return ok("the environment and .env hold nothing that cannot be read");
  return wrong(problems.map(({ found }) => found).join(" "), problems.map(({ todo }) => todo).join(" "));
}

/** The way to GitHub's API: through which proxy, trusting whom. A proxy's address is shown without its password. */
export function judgeNetwork({
  network,
  apiUrl,
  problems,
}: Pick<Settings, "network" | "apiUrl" | "problems">): Finding {
  const problem = problemOf(problems, "HTTPS_PROXY", "https_proxy", "NODE_EXTRA_CA_CERTS");
  if (problem !== undefined || network === null || apiUrl === null) {
    return problem ?? wrong("GITHUB_API_URL cannot be read.", "See Other settings.");
  }
  const { settings, warnings } = network;
  if (warnings.length > 0) return warning(warnings.join(" "), "Keep one spelling, and only what is used.");
  const route = routeOf(apiUrl, settings);
  const { host } = new URL(apiUrl);
  const way =
    route.via === "proxy"
      ? `${host} through the proxy ${withoutCredentials(route.proxy)}`
      : `${host} without a proxy (${route.why === "NO_PROXY" ? `NO_PROXY has ${route.entry}` : route.why})`;
  const { length } = settings.extraCa;
  return ok(length === 0 ? way : `${way}, trusting ${count(length, "more certificate")} (NODE_EXTRA_CA_CERTS)`);
}

/** What reading the server file gave: its text, null when there is none, or why it cannot be read. */
export type ServerFile = { text: string | null } | { unreadable: string };

/** Problems are named with their lines; a file that is not there is the normal case. */
export function judgeServerFile(file: string, read: ServerFile): Finding {
  if ("unreadable" in read) {
    return wrong(`${file} cannot be read (${read.unreadable}).`, "Make it readable for the user Rondo runs as.");
  }
  if (read.text === null) return ok("none, the defaults apply");
  const { problems } = parseServerConfig(read.text);
  if (problems.length === 0) return ok(read.text.trim() === "" ? `${file}, which is empty` : file);
  const shown = problems.slice(0, MOST_PROBLEMS).join("; ");
  const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : "";
  if (problems.every((problem) => problem.includes("has no effect in this version"))) {
    return warning(
      `${file}: ${shown}${more}.`,
      "Do not rely on these settings; take them out until a version acts on them.",
    );
  }
  return wrong(`${file}: ${shown}${more}.`, "Put these lines right: what is wrong in them does not apply.");
}

const MOST_PROBLEMS = 5;

/** Reads the server file; ENOENT is no failure. */
export async function readServerFile(file: string): Promise<ServerFile> {
  try {
    return { text: await readFile(file, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return code === "ENOENT" ? { text: null } : { unreadable: code };
  }
}

async function checkReviewers(settings: Settings): Promise<Finding> {
  const { configFile, problems, network } = settings;
  const problem = problemOf(problems, "RONDO_REVIEWERS", "OPENAI_BASE_URL");
  if (problem !== undefined) return wrong("The list of reviewers cannot be read.", "See Other settings.");
  const read = await readServerFile(configFile);
  const { config } = parseServerConfig("text" in read ? read.text : null);
  const chosen = await chooseReviewers({ ...settings, network: network?.settings ?? null }, config);
  const judged = await judgeReviewers(chosen);
  if (chosen.warning === null || judged.status !== "ok") return judged;
  return warning(`${judged.found}. ${chosen.warning}`, "Install codex, or name the reviewers in RONDO_REVIEWERS.");
}

/** Asks each configured reviewer whether it could run. `find` is replaced in tests. */
export async function judgeReviewers(
  config: ReviewersConfig,
  find: (config: ReviewersConfig) => readonly Reviewer[] = reviewersFor,
): Promise<Finding> {
  let answers: readonly Preflight[];
  try {
    answers = await Promise.all(find(config).map((reviewer) => reviewer.probe?.() ?? reviewer.preflight()));
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    return wrong(error.message, error.hint ?? "Put RONDO_REVIEWERS right.");
  }
  const failed = answers.filter((answer) => !answer.isReady);
  if (failed.length === 0) return ok(answers.map((answer) => (answer.isReady ? answer.label : "")).join(", "));
  return missing(failed.map(({ problem }) => problem).join(" "), failed.map(({ hint }) => hint).join(" "));
}
