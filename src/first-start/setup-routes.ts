// The paths below /setup. Every one of them first asks for the cookie of the browser that opened the terminal's link; only
// one request changes anything outside this process: the exchange of GitHub's code, which needs the `state` besides.
import type { IncomingMessage, ServerResponse } from "node:http";
import { appManifest } from "../app-manifest.ts";
import { isExpectedError } from "../errors.ts";
import type { CreatedApp } from "../github/convert-manifest.ts";
import type { Handler } from "../http/server.ts";
import type { Log } from "../ports.ts";
import { checkAnswers, readAnswers } from "./answers.ts";
import { CODE_GONE, NO_CODE, STRANGE_STATE, githubTrouble } from "./failures.ts";
import { PRIVATE_HEADERS, sendPage } from "./layout.ts";
import type { NewApp } from "./new-app.ts";
import { originOf } from "./origin.ts";
import { failurePage, lockedPage, PATHS, questionsPage, reviewPage } from "./pages.ts";
import { forgottenPage, settingsPage } from "./settings-page.ts";
import { settingsText } from "./settings-text.ts";
import type { SetupSession } from "./setup-session.ts";

/** What the pages stand on. */
export type SetupParts = {
  session: SetupSession;
  newApp: NewApp;
  /** Without a trailing slash. */
  serverUrl: string;
  /** RONDO_PUBLIC_URL, null when unset. */
  publicUrl: string | null;
  /** Absolute path that `--write-settings` named, or null. */
  settingsFile: string | null;
  log: Log;
};

/** Handlers by path. */
export function setupRoutes(parts: SetupParts): Record<string, Handler> {
  return {
    "/": (request, response) => sendPage(request, response, lockedPage("no link"), { status: 403 }),
    [PATHS.start]: route(parts, "GET", start),
    [PATHS.review]: route(parts, "GET", holderOnly(review)),
    [PATHS.created]: route(parts, "GET", holderOnly(created)),
    [PATHS.settings]: route(parts, "GET", holderOnly(settings)),
    [PATHS.settingsFile]: route(parts, "GET", holderOnly(download("rondo.env", settingsText))),
    [PATHS.keyFile]: route(parts, "GET", holderOnly(download("app.private-key.pem", (app) => app.privateKey))),
    [PATHS.forget]: route(parts, "POST", holderOnly(forget)),
  };
}

/** One request on its way through a handler. */
type Visit = {
  parts: SetupParts;
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  /** `http(s)://host:port` by which the browser came. */
  origin: string;
};
type Run = (visit: Visit) => Promise<void> | void;

function route(parts: SetupParts, method: "GET" | "POST", run: Run): Handler {
  return (request, response) => {
    if (request.method !== method && !(method === "GET" && request.method === "HEAD")) {
      request.resume();
      response.writeHead(405, { ...PRIVATE_HEADERS, allow: method }).end();
      return;
    }
    const query = new URLSearchParams((request.url ?? "").split("?").slice(1).join("?"));
    return run({ parts, request, response, query, origin: originOf(request, parts.publicUrl) });
  };
}

function holderOnly(run: Run): Run {
  return (visit) => (isHolder(visit) ? run(visit) : locked(visit, "no link"));
}

function isHolder({ parts, request }: Visit): boolean {
  return parts.session.isHolder(request.headers.cookie);
}

function locked({ request, response }: Visit, reason: Parameters<typeof lockedPage>[0]): void {
  sendPage(request, response, lockedPage(reason), { status: 403 });
}

function redirect({ request, response }: Visit, location: string, headers: Record<string, string> = {}): void {
  request.resume();
  response.writeHead(303, { ...PRIVATE_HEADERS, location, ...headers }).end();
}

/** The terminal's link, which becomes a cookie at once so that the token leaves the address bar; then the questions. */
function start(visit: Visit): void {
  const { parts, request, response, query, origin } = visit;
  const { session, newApp, serverUrl, publicUrl, settingsFile } = parts;
  const token = query.get("token");
  if (token === null) {
    if (!isHolder(visit)) return locked(visit, "no link");
    if (newApp.progress().stage !== "open") return redirect(visit, PATHS.settings);
    const given = query.size > 0 ? readAnswers(query) : { organization: "", name: "Rondo", publicUrl: publicUrl ?? "" };
    return sendPage(request, response, questionsPage({ serverUrl, given, problems: {}, settingsFile }));
  }
  if (!session.isToken(token)) return locked(visit, "wrong link");
  // The link opens browsers until there is an App; afterwards it must not open another one to the secrets.
  if (newApp.progress().stage !== "open" && !isHolder(visit)) return locked(visit, "finished");
  redirect(visit, PATHS.start, { "set-cookie": session.cookieFor(origin.startsWith("https:")) });
}

function review(visit: Visit): void {
  const { parts, request, response, query, origin } = visit;
  const { session, newApp, serverUrl, settingsFile } = parts;
  if (newApp.progress().stage !== "open") return redirect(visit, PATHS.settings);
  const given = readAnswers(query);
  const checked = checkAnswers(given, serverUrl);
  if ("problems" in checked) {
    const page = questionsPage({ serverUrl, given, problems: checked.problems, settingsFile });
    return sendPage(request, response, page, { status: 422 });
  }
  const { answers } = checked;
  const redirectUrl = `${origin}${PATHS.created}`;
  const manifest = appManifest({ name: answers.name, publicUrl: answers.publicUrl, redirectUrl });
  const page = reviewPage({ serverUrl, answers, manifest, state: session.state });
  sendPage(request, response, page, { formOrigin: new URL(serverUrl).origin });
}

/** GitHub's redirect back. */
async function created(visit: Visit): Promise<void> {
  const { parts, request, response, query } = visit;
  const { session, newApp, serverUrl, log } = parts;
  const fail = (problem: Parameters<typeof failurePage>[0], status: number): void =>
    sendPage(request, response, failurePage(problem), { status });
  if (!session.isState(query.get("state"))) return fail(STRANGE_STATE, 403);
  if (newApp.progress().stage !== "open") return redirect(visit, PATHS.settings);
  const code = query.get("code") ?? "";
  if (!/^[\w-]{1,200}$/.test(code)) return fail(NO_CODE, 400);
  try {
    await newApp.fetch(code);
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    log.warn("GitHub did not hand over the new App", { code: error.code });
    if (error.code === "GITHUB_NOT_FOUND") return fail(CODE_GONE(serverUrl), 410);
    return fail(githubTrouble(error, `${PATHS.created}?${query.toString()}`), 502);
  }
  redirect(visit, PATHS.settings);
}

function settings(visit: Visit): void {
  const { parts, request, response, origin } = visit;
  const progress = parts.newApp.progress();
  if (progress.stage === "open") return redirect(visit, PATHS.start);
  if (progress.stage === "forgotten") {
    return sendPage(request, response, forgottenPage(progress.app, progress.written));
  }
  const isInTheOpen = !/^(?:https:|http:\/\/(?:localhost|127\.|\[::1\]))/.test(origin);
  sendPage(request, response, settingsPage({ ...progress, serverUrl: parts.serverUrl, isInTheOpen }));
}

function download(name: string, text: (app: CreatedApp) => string): Run {
  return (visit) => {
    const progress = visit.parts.newApp.progress();
    if (progress.stage !== "created") return redirect(visit, PATHS.settings);
    visit.request.resume();
    const headers = {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${name}"`,
    };
    visit.response.writeHead(200, { ...PRIVATE_HEADERS, ...headers }).end(text(progress.app));
  };
}

/** The cookie does not travel with forms of other sites; the origin is asked for all the same. */
function forget(visit: Visit): void {
  const from = visit.request.headers.origin;
  if (from !== undefined && new URL(visit.origin).host !== hostOf(from)) return locked(visit, "no link");
  visit.parts.newApp.forget();
  redirect(visit, PATHS.settings);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
