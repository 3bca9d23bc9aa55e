// Asks GitHub everything that the checks want to know, all questions at once, each only once, and notes GitHub's clock.
import type { AppInspector, InstallationFacts, RepositoryFacts } from "../github/inspect-app.ts";
import type { Fetch } from "../github/timed-fetch.ts";
import { silentLog } from "../log.ts";
import { registerSecret } from "../mask-secrets.ts";

/** What came back, or what was thrown. */
export type Answer<T> = { value: T } | { failure: unknown };

/** The API answered, with any status. `skewMs` is how far this machine's clock is ahead; null without a Date header. */
export type Reach = { status: number; ms: number; skewMs: number | null };

/** An installation's repositories; the suspended ones cannot be read and are left out. */
export type InstalledRepositories = { installation: InstallationFacts; repositories: RepositoryFacts };

/** What can be asked without being the App. */
export type PublicFacts = { reach(): Promise<Answer<Reach>>; gitServer(): Promise<Answer<{ status: number }>> };

/** Every question is asked at its first use and never again; none of them rejects. */
export type GithubFacts = {
  app(): Promise<Answer<Awaited<ReturnType<AppInspector["readApp"]>>>>;
  hook(): Promise<Answer<Awaited<ReturnType<AppInspector["readHook"]>>>>;
  deliveries(): Promise<Answer<Awaited<ReturnType<AppInspector["readDeliveries"]>>>>;
  installations(): Promise<Answer<readonly InstallationFacts[]>>;
  repositories(): Promise<Answer<readonly InstalledRepositories[]>>;
  /** `owner/repo` of repositories among the first few in which `login` commented lately, and how many were looked at. */
  commentersIn(login: string): Promise<Answer<{ looked: number; found: readonly string[] }>>;
};

/** Where and as whom to ask. Without id and key only the public facts can be read. */
export type GithubAccess = {
  apiUrl: string;
  serverUrl: string;
  appId: number | null;
  privateKey: string | null;
  send: Fetch;
};

/** Installations whose repositories are counted, and repositories whose comments are looked at: a check-up stays small. */
const MOST_INSTALLATIONS = 10;
const MOST_REPOSITORIES = 5;

/** `app` is null when there are no credentials. */
export function githubFacts(access: GithubAccess): PublicFacts & { app: GithubFacts | null } {
  return { reach: once(() => measure(access)), gitServer: once(() => knock(access)), app: appFacts(access) };
}

function appFacts(access: GithubAccess): GithubFacts | null {
  const { appId, privateKey } = access;
  if (appId === null || privateKey === null) return null;
  const opened = openInspector(access, { appId, privateKey });
  const installations = once(async () => (await opened()).readInstallations());
  const repositories = once(async () => {
    const inspector = await opened();
    const active = valueOf(await installations())
      .filter((one) => !one.isSuspended)
      .slice(0, MOST_INSTALLATIONS);
    return Promise.all(
      active.map(async (installation) => {
        return { installation, repositories: await inspector.readRepositories(installation.id) };
      }),
    );
  });
  return {
    app: once(async () => (await opened()).readApp()),
    hook: once(async () => (await opened()).readHook()),
    deliveries: once(async () => (await opened()).readDeliveries()),
    installations,
    repositories,
    commentersIn: (login) => answer(async () => findCommenter(await opened(), repositories, login)),
  };
}

/** Probot takes its time to load: only where there is an App to ask for. */
function openInspector(
  { apiUrl, send }: GithubAccess,
  { appId, privateKey }: { appId: number; privateKey: string },
): () => Promise<AppInspector> {
  let opened: Promise<AppInspector> | undefined;
  const open = async (): Promise<AppInspector> => {
    const { createGithubApp } = await import("../github/app.ts");
    const { inspectApp } = await import("../github/inspect-app.ts");
    // A wrong clock has a check of its own; it must not look like a wrong key.
    const { githubClock } = await import("../system-clock.ts");
    const time = githubClock;
    const options = { appId, privateKey, apiUrl, send, time, onToken: registerSecret, log: silentLog() };
    return inspectApp(createGithubApp(options));
  };
  return () => (opened ??= open());
}

/** The answer itself; throws what was thrown. */
export function valueOf<T>(given: Answer<T>): T {
  if ("failure" in given) throw given.failure;
  return given.value;
}

async function findCommenter(
  inspector: AppInspector,
  repositories: GithubFacts["repositories"],
  login: string,
): Promise<{ looked: number; found: readonly string[] }> {
  const chosen = valueOf(await repositories())
    .flatMap(({ installation, repositories: { newest } }) => newest.map((one) => ({ ...one, id: installation.id })))
    .slice(0, MOST_REPOSITORIES);
  const found = await Promise.all(
    chosen.map(async ({ id, owner, repo }) => {
      const commenters = await inspector.readCommenters(id, { owner, repo });
      return commenters.has(login) ? [`${owner}/${repo}`] : [];
    }),
  );
  return { looked: chosen.length, found: found.flat() };
}

/** Anybody may ask for this; it costs nothing and is small. Source: https://docs.github.com/en/rest/rate-limit/rate-limit */
async function measure({ apiUrl, send }: GithubAccess): Promise<Reach> {
  const [startedAt, started] = [Date.now(), performance.now()];
  const response = await send(`${apiUrl}/rate_limit`, { headers: { "user-agent": "rondo-doctor" } });
  const ms = performance.now() - started;
  const theirs = Date.parse(response.headers.get("date") ?? "");
  // The header names a second, and it was written somewhere between question and answer.
  const skewMs = Number.isNaN(theirs) ? null : Math.round(startedAt + ms / 2 - (theirs + 500));
  return { status: response.status, ms, skewMs };
}

/** Git's own address is another host than the API's on github.com, and a firewall may know only one of them. */
async function knock({ serverUrl, send }: GithubAccess): Promise<{ status: number }> {
  // A small file for programs: a web page would be taken for a wrong answer.
  const { status } = await send(`${serverUrl}/robots.txt`, { headers: { "user-agent": "rondo-doctor" } });
  return { status };
}

function once<T>(ask: () => Promise<T>): () => Promise<Answer<T>> {
  let asked: Promise<Answer<T>> | undefined;
  return () => (asked ??= answer(ask));
}

async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await ask() };
  } catch (failure) {
    return { failure };
  }
}
