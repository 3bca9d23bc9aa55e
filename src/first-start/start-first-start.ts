// Rondo without an App: a server that answers health checks truthfully, refuses webhooks, and walks the operator through
// creating the App. It writes nothing to disk unless a file was named, and it opens to nobody but the holder of the link.
import { WEBHOOK_PATH } from "../app-manifest.ts";
import type { FirstStartConfig } from "../config.ts";
import { firstSteps } from "../first-steps.ts";
import type { CreatedApp } from "../github/convert-manifest.ts";
import { answer } from "../http/answer.ts";
import type { ReadinessCheck } from "../http/health.ts";
import { createMetrics } from "../http/metrics.ts";
import { startProcessServer } from "../http/process-server.ts";
import type { RunningServer } from "../http/server.ts";
import type { Log } from "../ports.ts";
import { createNewApp } from "./new-app.ts";
import { PATHS } from "./pages.ts";
import { setupRoutes } from "./setup-routes.ts";
import { writeSettingsFile } from "./settings-text.ts";
import { createSetupSession } from "./setup-session.ts";

/** Starts the server and prints the link. Throws the errors of startServer. */
export async function startFirstStart(options: {
  config: FirstStartConfig;
  /** 32 random bytes. */
  secret: Buffer;
  /** Absolute path for the settings, or null: nothing is written. */
  settingsFile: string | null;
  now: () => Date;
  log: Log;
  /** Writes to the terminal; the one place where the token appears. */
  print(text: string): void;
  convert(code: string): Promise<CreatedApp>;
}): Promise<RunningServer> {
  const { config, settingsFile, now, log, print, convert } = options;
  const session = createSetupSession(options.secret);
  const write = (text: string): Promise<void> => writeSettingsFile(settingsFile ?? "", text);
  const newApp = createNewApp({ settingsFile, now, log, convert, write });
  const server = await startProcessServer({
    name: "serve",
    config,
    checks: [NOT_CONFIGURED],
    metrics: createMetrics({ counts: () => Promise.reject(new Error("there is no queue")) }),
    log,
    routes: {
      ...setupRoutes({
        session,
        newApp,
        serverUrl: config.githubServerUrl,
        publicUrl: config.publicUrl,
        settingsFile,
        log,
      }),
      [WEBHOOK_PATH]: (request, response) =>
        answer(request, response, { status: 503, json: { error: "no GitHub App is configured yet" } }),
    },
  });
  log.warn("No GitHub App is configured: serving the set-up page only");
  print(firstWords({ config, url: server.url, token: session.token, settingsFile }));
  return server;
}

const NOT_CONFIGURED: ReadinessCheck = {
  name: "configuration",
  run: () => Promise.resolve("no GitHub App is configured yet"),
};

/** What the terminal says: the link, what it is worth, and the way without it. */
export function firstWords(options: {
  config: Pick<FirstStartConfig, "host" | "publicUrl" | "githubServerUrl">;
  url: string;
  token: string;
  settingsFile: string | null;
}): string {
  const { config, url, token, settingsFile } = options;
  const port = new URL(url).port || "80";
  const isEverywhere = ["0.0.0.0", "::"].includes(config.host);
  const link = (base: string): string => `  ${base}${PATHS.start}?token=${token}\n`;
  const links = [link(isEverywhere ? `http://localhost:${port}` : url), config.publicUrl && link(config.publicUrl)];
  return `
No GitHub App is configured yet. To create one, open this link in a browser:

${links.filter(Boolean).join("")}
${isLoopback(config.host) ? ELSEWHERE(port) : openToOthers(config.host, isEverywhere)}
The link is the key to this page: it holds for this process, and opens no browser after the App was created.
${settingsFile === null ? "Nothing is written to disk. (--write-settings FILE writes the settings to a new file.)" : `The settings will be written to ${settingsFile}.`}
Ctrl-C ends it.

${firstSteps(config.githubServerUrl)}

`;
}

const ELSEWHERE = (port: string): string =>
  `It opens on this machine only. From another one, first: ssh -L ${port}:127.0.0.1:${port} THIS-HOST\n`;

function openToOthers(host: string, isEverywhere: boolean): string {
  const where = isEverywhere ? "all addresses of this machine or container" : host;
  const hint = isEverywhere
    ? "In place of localhost and the port, use the host name and the port that lead here (docker run -p PORT:3000).\n"
    : "";
  return `${hint}HOST=${host}: the page listens on ${where}, without encryption. Whoever can read along on the way to it can
take the App's key when it is shown. Publish the port on loopback only (-p 127.0.0.1:3000:3000), or put https in front.
`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
