// Checks of what the App may do and hear: its registration against app.yml, what each account has accepted, where it is
// installed, and who else answers to its name there.
import { APP_PERMISSIONS, newAppUrl } from "../app-manifest.ts";
import type { AppFacts, InstallationFacts } from "../github/inspect-app.ts";
import { count } from "../report/words.ts";
import { ok, skipped, warning, wrong, type Finding } from "./check.ts";
import type { InstalledRepositories } from "./github-facts.ts";

/** Without these no round can be done; the others only make some checks of Rondo poorer. */
const VITAL_PERMISSIONS: ReadonlySet<string> = new Set(["metadata", "contents", "pull_requests", "issues", "checks"]);
const VITAL_EVENTS: ReadonlySet<string> = new Set(["pull_request", "issue_comment"]);

/** `checks: write` for each permission of app.yml that is not granted, or only a lower level. */
export function missingPermissions(granted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(APP_PERMISSIONS)
    .filter(([name, level]) => rank(granted[name]) < rank(level))
    .map(([name, level]) => `${name}: ${level}`);
}

function rank(level: string | undefined): number {
  return ["read", "write", "admin"].indexOf(level ?? "") + 1;
}

/** The App's registration; `settingsUrl` is its page. */
export function judgePermissions({ permissions }: AppFacts, settingsUrl: string): Finding {
  const missing = missingPermissions(permissions);
  if (missing.length === 0) return ok("all that app.yml asks for");
  const found = `The App does not ask for ${missing.join(", ")}.`;
  const todo = `Add it at ${settingsUrl}/permissions; every account must then accept it.`;
  const isVital = missing.some((one) => VITAL_PERMISSIONS.has(one.split(":")[0] ?? ""));
  return isVital ? wrong(found, todo) : warning(found, todo);
}

/** The events of GitHub's form; the ones that every App gets are not in it. */
export function judgeEvents({ events }: AppFacts, settingsUrl: string): Finding {
  const wanted = new URL(newAppUrl("https://github.com")).searchParams.getAll("events[]");
  const missing = wanted.filter((event) => !events.includes(event));
  if (missing.length === 0) return ok("all that app.yml asks for");
  const found = `The App does not hear of ${missing.join(", ")}.`;
  const todo = `Subscribe to ${missing.length === 1 ? "it" : "them"} at ${settingsUrl}/permissions.`;
  return missing.some((event) => VITAL_EVENTS.has(event)) ? wrong(found, todo) : warning(found, todo);
}

/** Where it is installed, what is suspended, and which accounts have not accepted what the App asks for. */
export function judgeInstallations(app: AppFacts, installations: readonly InstallationFacts[]): Finding {
  if (installations.length === 0) {
    return warning("The App is not installed anywhere.", `Install it: ${app.htmlUrl}/installations/new.`);
  }
  const [suspended, active] = [true, false].map((is) => installations.filter((one) => one.isSuspended === is));
  const problems: string[] = [];
  const todos: string[] = [];
  for (const one of suspended ?? []) {
    problems.push(`${one.account} has suspended the App.`);
    todos.push(`Lift it at ${one.htmlUrl}.`);
  }
  for (const { account, permissions, htmlUrl } of active ?? []) {
    const pending = Object.entries(app.permissions).filter(([name, level]) => rank(permissions[name]) < rank(level));
    if (pending.length === 0) continue;
    const names = pending.map(([name, level]) => `${name}: ${level}`).join(", ");
    problems.push(`${account} has not accepted ${names} yet.`);
    todos.push(`An owner of ${account} accepts it at ${htmlUrl}.`);
  }
  if (problems.length > 0) return warning(firstFew(problems), firstFew(todos));
  const accounts = installations.map(({ account }) => account);
  const named = accounts.length <= 3 ? accounts.join(", ") : `${accounts.slice(0, 3).join(", ")}, …`;
  return ok(`${count(installations.length, "account")}${installations.length === 100 ? " or more" : ""}: ${named}`);
}

function firstFew(sentences: readonly string[]): string {
  const rest = sentences.length - 3;
  return [...sentences.slice(0, 3), ...(rest > 0 ? [`And ${rest} more.`] : [])].join(" ");
}

/** How many repositories the App can see. */
export function judgeRepositories(installed: readonly InstalledRepositories[]): Finding {
  if (installed.length === 0) return skipped("no active installation");
  const total = installed.reduce((sum, { repositories }) => sum + repositories.total, 0);
  const empty = installed.filter(({ repositories }) => repositories.total === 0);
  if (total === 0) {
    const where = empty.map(({ installation }) => installation.htmlUrl).slice(0, 3);
    return warning("The App is installed, but on no repository.", `Choose repositories at ${where.join(", ")}.`);
  }
  const scope = installed.length === 1 ? "" : ` in ${installed.length} installations`;
  return ok(`${count(total, "repository", "repositories")}${scope}`);
}

/** Login under which OpenAI's own connector answers `@codex`. */
export const CONNECTOR_LOGIN = "chatgpt-codex-connector[bot]";

/**
 * The App may not list other Apps; what it can see is whether the connector wrote one of the newest comments.
 * `aliases` are those of the server file.
 */
export function judgeConnector(
  seen: { looked: number; found: readonly string[] },
  aliases: readonly string[],
): Finding {
  if (seen.found.length === 0) {
    return ok(
      `nobody else answered to @codex in the newest comments of ${count(seen.looked, "repository", "repositories")}`,
    );
  }
  const rest = aliases.filter((alias) => alias !== "codex");
  return warning(
    `OpenAI's Codex connector works in ${seen.found.join(", ")} and answers to @codex too.`,
    `Take codex out of the aliases in the server file: \`aliases: [${(rest.length === 0 ? ["rondo"] : rest).join(", ")}]\`, and write @rondo.`,
  );
}
