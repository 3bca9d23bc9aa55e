// The stage for stories: a GitHub double, a Redis, `rondo web` and `rondo worker` as processes. A story lets people act on
// the double and asserts what the pull request shows; GitHub's own contracts judge every byte at the end.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Double, startDouble } from "../../double/double.ts";
import type { CheckRun, IssueComment, PullRequest, Repository, Review, User } from "../../double/state.ts";
import type { PullRequestRecord } from "../../src/round/round.ts";
import { type RondoProcess, SECRET, startRondo } from "./processes.ts";
import { startRedis } from "./redis.ts";

const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKeyPem = key.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const publicKeyPem = key.publicKey.export({ type: "spki", format: "pem" }).toString();

/** What a story may choose. */
export type StoryOptions = {
  /** Reviewers by name; `scripted` is tests/fixtures/scripted-reviewer.mjs. Default: only that one. */
  reviewers?: string;
  /** Lines of the server's rondo.yml beside those of the stage. */
  serverConfig?: string;
  /** Environment of the worker beside that of the stage. */
  workerEnv?: Record<string, string>;
  /** Permissions the installation grants; default those of app.yml. */
  permissions?: Record<string, "read" | "write">;
};

export const PERMISSIONS: Record<string, "read" | "write"> = {
  metadata: "read",
  contents: "read",
  pull_requests: "write",
  issues: "write",
  checks: "write",
  statuses: "read",
  actions: "read",
};

const EVENTS = [
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "pull_request_review_thread",
  "issue_comment",
  "check_run",
  "check_suite",
  "push",
  "merge_group",
  "repository",
];

/** Sets the stage. Call `stop` at the end: it asserts nothing itself, `judge` does. */
export async function startStory(options: StoryOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "rondo-story-"));
  const redis = await startRedis();
  const double = await startDouble({
    app: {
      id: 4242,
      slug: "rondo",
      publicKeyPem,
      ownerLogin: "app-owner",
      permissions: options.permissions ?? PERMISSIONS,
      events: EVENTS,
    },
    webhook: { url: "", secret: SECRET },
  });
  const configFile = join(dataDir, "rondo.yml");
  const script = resolve("tests/fixtures/scripted-reviewer.mjs");
  writeFileSync(
    configFile,
    `triggers: { debounce_seconds: 0 }
commands:
  scripted:
    argv: ["${process.execPath}", "${script}"]
    timeout_seconds: 60
${options.serverConfig ?? ""}\n`,
  );
  const redisUrl = `unix://${redis.target.path}`;
  const common = { REDIS_URL: redisUrl, RONDO_DATA_DIR: dataDir, LOG_LEVEL: "debug" };
  const web = startRondo(["web"], { ...common, WEBHOOK_SECRET: SECRET });
  const startWorker = (env: Record<string, string> = {}): RondoProcess =>
    startRondo(["worker"], {
      ...common,
      APP_ID: "4242",
      PRIVATE_KEY: privateKeyPem,
      GITHUB_API_URL: double.apiUrl,
      GITHUB_SERVER_URL: double.url,
      RONDO_CONFIG: configFile,
      RONDO_REVIEWERS: options.reviewers ?? "scripted",
      RONDO_CONCURRENCY: "2",
      ...options.workerEnv,
      ...env,
    });
  const workers = [startWorker()];
  double.setWebhook({ url: `${await web.url()}/api/github/webhooks` });
  await workers[0]?.waitFor((line) => line.msg === "Working");

  const owner = double.createUser("olga");
  const author = double.createUser("ada");
  let repositories = 0;

  async function repository(files: Record<string, string> = { "README.md": "# Sample\n" }): Promise<Repository> {
    repositories += 1;
    const made = await double.createRepository({ owner, name: `app-${repositories}`, files });
    double.setPermission(author, made, "write");
    if (repositories === 1) await double.installApp({ account: owner, repositories: "all" });
    return made;
  }

  /** Opens a pull request whose branch holds these files. */
  async function open(
    repo: Repository,
    files: Record<string, string | null>,
    more: { draft?: boolean; by?: User; title?: string } = {},
  ): Promise<PullRequest> {
    const branch = `branch-${Math.random().toString(36).slice(2, 8)}`;
    await double.pushCommit(more.by ?? author, repo, { branch, files });
    const draft = {
      title: more.title ?? "A change",
      head: branch,
      ...(more.draft === undefined ? {} : { isDraft: more.draft }),
    };
    return await double.openPullRequest(more.by ?? author, repo, draft);
  }

  const page = (pull: PullRequest): Page => pageOf(double, pull);

  async function record(pull: PullRequest): Promise<PullRequestRecord | null> {
    const repo = [...double.state.repositories.values()].find((one) => one.id === pull.repoId);
    if (repo === undefined) return null;
    const file = join(dataDir, "state", owner.login.toLowerCase(), repo.name.toLowerCase(), `${pull.number}.json`);
    const text = await readFile(file, "utf8").catch(() => null);
    return text === null ? null : (JSON.parse(text) as PullRequestRecord);
  }

  /** Waits until the story stands where it should; says where it stands instead when it does not. */
  async function until(what: string, isTrue: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await isTrue())) {
      if (Date.now() > deadline)
        throw new Error(`never came: ${what}\n${workers.map((one) => one.stdout().slice(-6000)).join("\n")}`);
      await new Promise((wake) => setTimeout(wake, 25));
    }
  }

  /** Waits for a state, with nothing left to do. */
  async function settled(
    pull: PullRequest,
    state: PullRequestRecord["state"],
    round?: number,
  ): Promise<PullRequestRecord> {
    let last: PullRequestRecord | null = null;
    await until(`${state}${round === undefined ? "" : ` at round ${round}`} (now ${String(last)})`, async () => {
      last = await record(pull);
      const isThere = last?.state === state && (round === undefined || last.round === round);
      return (
        isThere &&
        Object.values(last?.effects ?? {}).every((entry) => entry.status === "done" || entry.status === "abandoned")
      );
    }).catch((error: unknown) => {
      throw new Error(
        `the pull request stands at ${last?.state} round ${last?.round}: ${JSON.stringify(last?.effects, null, 1)}`,
        { cause: error },
      );
    });
    if (last === null) throw new Error("no record");
    return last;
  }

  async function stop(): Promise<void> {
    for (const each of [web, ...workers])
      if (each.child.exitCode === null && each.child.signalCode === null) await each.end("SIGTERM");
    await double.stop();
    await redis.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }

  return {
    double,
    redis,
    dataDir,
    web,
    workers,
    startWorker,
    owner,
    author,
    repository,
    open,
    page,
    record,
    until,
    settled,
    stop,
  };
}

export type Story = Awaited<ReturnType<typeof startStory>>;

/** What a person sees on the pull request. */
export type Page = {
  comments: IssueComment[];
  /** Rondo's own comments, oldest first. */
  own: IssueComment[];
  reviews: Review[];
  checks: CheckRun[];
  /** The newest check run on the head. */
  check: CheckRun | undefined;
};

function pageOf(double: Double, pull: PullRequest): Page {
  const comments = [...double.state.issueComments.values()].filter(
    (one) => one.repoId === pull.repoId && one.number === pull.number,
  );
  const reviews = [...double.state.reviews.values()].filter(
    (one) => one.repoId === pull.repoId && one.number === pull.number,
  );
  const checks = [...double.state.checkRuns.values()].filter((one) => one.repoId === pull.repoId);
  return {
    comments,
    own: comments.filter((one) => one.viaAppId === 4242),
    reviews,
    checks,
    check: checks.filter((one) => one.headSha === pull.headSha).toSorted((a, b) => b.id - a.id)[0],
  };
}
