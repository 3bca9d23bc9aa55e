// The checks that ask GitHub, in order. Each says "skipped" when the answer it needs did not come: the one check that is
// about that answer says why, and the others do not repeat it.
import type { AppFacts } from "../github/inspect-app.ts";
import type { Fetch } from "../github/timed-fetch.ts";
import { parseServerConfig } from "../repo-config.ts";
import type { Settings } from "../settings.ts";
import { isExpectedError } from "../errors.ts";
import { missing, ok, skipped, type Check, type Finding } from "./check.ts";
import { judgeClock, judgeCredentials, judgeGitServer, judgeReach } from "./github-access.ts";
import {
  CONNECTOR_LOGIN,
  judgeConnector,
  judgeEvents,
  judgeInstallations,
  judgePermissions,
  judgeRepositories,
} from "./github-app.ts";
import { githubFacts, type Answer, type GithubFacts } from "./github-facts.ts";
import { appSettingsUrl, judgeDeliveries, judgeHook } from "./github-webhook.ts";
import { readServerFile } from "./settings-checks.ts";

/** API, clock, credentials, permissions, events, webhook, deliveries, installations, repositories, alias. */
export function githubChecks(settings: Settings, send: Fetch, now: () => Date): readonly Check[] {
  const { apiUrl, appId, appKey, publicUrl } = settings;
  const serverUrl = settings.serverUrl ?? "https://github.com";
  if (apiUrl === null || settings.network === null) return unreadable();
  const facts = githubFacts({ apiUrl, serverUrl, appId, privateKey: appKey?.pem ?? null, send });
  const about = <T>(ask: Question<T>, judge: Judge<T>) => askApp(facts.app, serverUrl, ask, judge);
  return [
    check("github-api", async () => judgeReach(await facts.reach(), apiUrl)),
    check("github-server", async () => judgeGitServer(await facts.gitServer(), apiUrl, serverUrl)),
    check("clock", async () => judgeClock(await facts.reach())),
    check("app-credentials", async () => {
      if (facts.app === null || appId === null) return skipped(NO_CREDENTIALS);
      const [app, reach] = await Promise.all([facts.app.app(), facts.reach()]);
      return judgeCredentials(app, reach, appId);
    }),
    check("app-permissions", () => about((app) => app.app(), judgePermissions)),
    check("app-events", () => about((app) => app.app(), judgeEvents)),
    check("webhook-url", () =>
      about(
        (app) => app.hook(),
        (hook, page) => judgeHook(hook, publicUrl, page),
      ),
    ),
    check("webhook-deliveries", () =>
      about(
        (app) => app.deliveries(),
        (list, page) => judgeDeliveries(list, now(), page),
      ),
    ),
    check("installations", () =>
      about(
        (app) => app.installations(),
        (list, _, app) => judgeInstallations(app, list),
      ),
    ),
    check("repositories", () => about((app) => app.repositories(), judgeRepositories)),
    check("codex-alias", async () => {
      const aliases = await readAliases(settings.configFile);
      if (!aliases.includes("codex")) return ok("not an alias of Rondo here");
      return about(
        (app) => app.commentersIn(CONNECTOR_LOGIN),
        (seen) => judgeConnector(seen, aliases),
      );
    }),
  ];
}

const TITLES = {
  "github-api": "API",
  "github-server": "Git server",
  clock: "Clock",
  "app-credentials": "Credentials",
  "app-permissions": "Permissions",
  "app-events": "Events",
  "webhook-url": "Webhook URL",
  "webhook-deliveries": "Deliveries",
  installations: "Installations",
  repositories: "Repositories",
  "codex-alias": "@codex",
} as const;

type Id = keyof typeof TITLES;

function check(id: Id, run: () => Promise<Finding>): Check {
  return { id, group: "GitHub", title: TITLES[id], of: "worker", isRemote: true, run };
}

/** The same checks when an address or the proxy cannot be read: going another way would mislead. */
function unreadable(): readonly Check[] {
  const finding = skipped("the way to GitHub cannot be read, see Settings");
  return Object.entries(TITLES).map(([id, title]) => {
    return { id, group: "GitHub", title, of: "worker", isRemote: true, run: async () => finding };
  });
}

const NO_CREDENTIALS = "needs APP_ID and the App key";

type Question<T> = (facts: GithubFacts) => Promise<Answer<T>>;
type Judge<T> = (answer: T, settingsUrl: string, app: AppFacts) => Finding;

/** Judges an answer beside what GitHub says of the App; both are asked at once, so that no time-out counts twice. */
async function askApp<T>(
  facts: GithubFacts | null,
  serverUrl: string,
  ask: Question<T>,
  judge: Judge<T>,
): Promise<Finding> {
  if (facts === null) return skipped(NO_CREDENTIALS);
  const [app, answer] = await Promise.all([facts.app(), ask(facts)]);
  if ("failure" in app) return skipped("the App could not be read, see Credentials");
  if ("value" in answer) {
    return judge(answer.value, appSettingsUrl(serverUrl, app.value), app.value);
  }
  if (!isExpectedError(answer.failure)) throw answer.failure;
  return missing(
    answer.failure.message,
    answer.failure.hint ?? "Run rondo doctor again; if it stays, see GitHub's status page.",
  );
}

/** A file that cannot be read has a check of its own; until then the default applies. */
async function readAliases(configFile: string): Promise<readonly string[]> {
  const read = await readServerFile(configFile);
  return parseServerConfig("text" in read ? read.text : null).config.aliases;
}
