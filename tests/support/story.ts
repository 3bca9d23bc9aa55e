// The stage for stories: a GitHub double, a Redis, `rondo web` and `rondo worker` as processes. A story lets people act on
// the double and asserts what the pull request shows; `judge` then holds every byte that was sent against GitHub's own
// contracts and against the rule that nothing secret leaves.
import { createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startDouble } from "../../double/double.ts";
import type { FileContent } from "../../double/git/write-commit.ts";
import type { PullRequest, Repository, User } from "../../double/state.ts";
import type { PullRequestRecord } from "../../src/round/round.ts";
import { APP_KEY, type RondoProcess, SECRET, startRondo } from "./processes.ts";
import { startRedis } from "./redis.ts";
import { statesIn } from "./state-files.ts";
import { judgeStory } from "./story-judge.ts";
import { type Page, pageOf } from "./story-page.ts";

const privateKeyPem = APP_KEY;
const publicKeyPem = createPublicKey(privateKeyPem).export({ type: "spki", format: "pem" }).toString();

/** A piece of the App's key that the scripted reviewer is given, as if it had got hold of it: it must not come out again. */
const LEAK = privateKeyPem.split("\n").slice(3, 6).join("");

/** What a story may choose. */
export type StoryOptions = {
  /** Reviewers by name; `scripted` is tests/fixtures/scripted-reviewer.mjs. Default: only that one. */
  reviewers?: string;
  /** True: the scripted reviewer counts as one that costs money. */
  isPaid?: boolean;
  /** Lines of the server's rondo.yml beside those of the stage. */
  serverConfig?: string;
  /** Limits of calls to GitHub; default: far more than any story makes, as all of them share one installation. */
  githubLimits?: string;
  /** Environment of the worker beside that of the stage; a function learns where the double listens. */
  workerEnv?: Record<string, string> | ((doubleUrl: string) => Promise<Record<string, string>>);
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

const MUCH = 1_000_000;
const NO_LIMITS = JSON.stringify({
  ...{ content_per_minute: MUCH, content_per_hour: MUCH, calls_at_once: MUCH },
  ...{ points_per_minute: MUCH, graphql_points_per_minute: MUCH },
});

/** Sets the stage. Call `judge` and `stop` at the end. */
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
  const scriptLog = join(dataDir, "reviewers.jsonl");
  const script = resolve("tests/fixtures/scripted-reviewer.mjs");
  writeFileSync(
    configFile,
    `triggers: { debounce_seconds: 0 }
github_limits: ${options.githubLimits ?? NO_LIMITS}
commands:
  scripted:
    argv: ["${process.execPath}", "${script}"]
    timeout_seconds: 60
    paid: ${options.isPaid ?? false}
    environment: { SCRIPT_LOG: "${scriptLog}", LEAK: ${JSON.stringify(LEAK)} }
${options.serverConfig ?? ""}\n`,
  );
  const redisUrl = `unix://${redis.target.path}`;
  const common = { REDIS_URL: redisUrl, RONDO_DATA_DIR: dataDir, LOG_LEVEL: "debug" };
  const workerEnv =
    typeof options.workerEnv === "function" ? await options.workerEnv(double.url) : (options.workerEnv ?? {});
  const web = startRondo(["web"], { ...common, WEBHOOK_SECRET: SECRET });
  const workers: RondoProcess[] = [];
  const startWorker = (env: Record<string, string> = {}): RondoProcess => {
    const worker = startRondo(["worker"], {
      ...common,
      APP_ID: "4242",
      PRIVATE_KEY: privateKeyPem,
      GITHUB_API_URL: double.apiUrl,
      GITHUB_SERVER_URL: double.url,
      RONDO_CONFIG: configFile,
      RONDO_REVIEWERS: options.reviewers ?? "scripted",
      RONDO_CONCURRENCY: "8",
      ...workerEnv,
      ...env,
    });
    workers.push(worker);
    return worker;
  };
  const first = startWorker();
  double.setWebhook({ url: `${await web.url()}/api/github/webhooks` });
  await first.waitFor((line) => line.msg === "Working");

  const owner = double.createUser("olga");
  const author = double.createUser("ada");
  await double.installApp({ account: owner, repositories: "all" });
  let repositories = 0;

  async function repository(files: Record<string, FileContent> = { "README.md": "# Sample\n" }): Promise<Repository> {
    repositories += 1;
    const made = await double.createRepository({ owner, name: `app-${repositories}`, files });
    double.setPermission(author, made, "write");
    return made;
  }

  /** Opens a pull request whose branch holds these files. */
  async function open(
    repo: Repository,
    files: Record<string, FileContent>,
    more: { draft?: boolean; by?: User; title?: string } = {},
  ): Promise<PullRequest> {
    // Names that differ in every run, so that no test can rely on one.
    const branch = `branch-${Math.random().toString(36).slice(2, 8)}`;
    await double.pushCommit(more.by ?? author, repo, { branch, files });
    const draft = {
      title: more.title ?? "A change",
      head: branch,
      ...(more.draft === undefined ? {} : { isDraft: more.draft }),
    };
    return await double.openPullRequest(more.by ?? author, repo, draft);
  }

  /** Pushes a commit with these files to the branch of a pull request. */
  async function push(pull: PullRequest, files: Record<string, FileContent>, parent?: string): Promise<string> {
    const head = found(double.state.repositories.get(pull.headRepoId ?? pull.repoId));
    const commit = { branch: pull.headRef, files, ...(parent === undefined ? {} : { parent }) };
    return await double.pushCommit(author, head, commit);
  }

  const page = (pull: PullRequest): Page => pageOf(double, pull);

  const states = statesIn(join(dataDir, "state", owner.login));

  async function record(pull: PullRequest): Promise<PullRequestRecord | null> {
    const text = (await states(pull))?.text;
    const parsed: PullRequestRecord | null = text === undefined ? null : JSON.parse(text);
    return parsed;
  }

  const stateFile = async (pull: PullRequest): Promise<string | undefined> => (await states(pull))?.file;

  /** Waits until the story stands where it should; says where it stands instead when it does not. */
  async function until(what: string, isTrue: () => boolean | Promise<boolean>, timeoutMs = 40_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await isTrue())) {
      if (Date.now() > deadline)
        throw new Error(`never came: ${what}\n${workers.map((one) => one.stdout().slice(-6000)).join("\n")}`);
      await new Promise((wake) => setTimeout(wake, 40));
    }
  }

  /** Waits for a state, with nothing left to do. */
  async function settled(
    pull: PullRequest,
    state: PullRequestRecord["state"],
    round?: number,
    timeoutMs?: number,
  ): Promise<PullRequestRecord> {
    let last: PullRequestRecord | null = null;
    await until(
      `${state}${round === undefined ? "" : ` at round ${round}`} (now ${String(last)})`,
      async () => {
        last = await record(pull);
        const isThere = last?.state === state && (round === undefined || last.round === round);
        return (
          isThere &&
          Object.values(last?.effects ?? {}).every((entry) => entry.status === "done" || entry.status === "abandoned")
        );
      },
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(
        `the pull request stands at ${last?.state} round ${last?.round}: ${JSON.stringify(last?.effects, null, 1)}`,
        { cause: error },
      );
    });
    if (last === null) throw new Error("no record");
    return last;
  }

  /** Starts of the scripted reviewer (and of what it started) on this pull request, oldest first. */
  async function reviewers(pull: PullRequest): Promise<ScriptStart[]> {
    const text = await readFile(scriptLog, "utf8").catch(() => "");
    const repo = double.state.repositories.get(pull.repoId);
    return text
      .split("\n")
      .slice(0, -1)
      .map((line): ScriptStart => JSON.parse(line))
      .filter((start) => start.repo === `${owner.login}/${repo?.name}` && start.pr === pull.number);
  }

  /** Waits until the scripted reviewer works on the head (`count` processes of it). */
  async function atWork(pull: PullRequest, count = 1): Promise<ScriptStart[]> {
    const here = async () => (await reviewers(pull)).filter((start) => start.head_sha === pull.headSha);
    await until(`${count} reviewer processes on ${pull.headSha}`, async () => (await here()).length >= count);
    return await here();
  }

  /** Everything that Rondo sent, held against GitHub's contracts and the rule that nothing secret leaves. */
  const judge = (): string[] =>
    judgeStory({
      double,
      processes: [web, ...workers],
      secrets: [privateKeyPem, SECRET, readMarkerKey(dataDir)],
      paths: [dataDir, tmpdir(), process.cwd(), redis.dir],
    });

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
    push,
    page,
    record,
    stateFile,
    until,
    settled,
    reviewers,
    atWork,
    judge,
    stop,
  };
}

/** One start of the scripted reviewer; `at` is milliseconds since 1970. */
export type ScriptStart = { pid: number; repo: string; pr: number; head_sha: string; at: number };

/** True while the process is there (a zombie does not count). */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the double does not have it");
  return value;
}

function readMarkerKey(dataDir: string): string {
  return readFileSync(join(dataDir, "keys", "marker"), "utf8").trim();
}

export type Story = Awaited<ReturnType<typeof startStory>>;
