// The composition root: the only place where adapters are made from a configuration and handed to what needs them.
import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Receive } from "./app.ts";
import { writeAuthorities } from "./authorities-file.ts";
import { chooseReviewers, requirePrograms } from "./choose-reviewers.ts";
import type { WorkerConfig } from "./config.ts";
import { UserError } from "./errors.ts";
import type { GithubApp } from "./github/app.ts";
import { callGithub } from "./github/errors.ts";
import { githubPublisher, type WriteContext } from "./github/publisher.ts";
import { proxyFor } from "./github/proxy.ts";
import { githubPullRequests } from "./github/pull-requests.ts";
import { githubRepositories } from "./github/repository-reads.ts";
import { gitCheckouts } from "./git/checkout.ts";
import { registerSecret } from "./mask-secrets.ts";
import type { Ids, Log, Slots } from "./ports.ts";
import type { TimerJob } from "./queue/jobs.ts";
import type { RondoQueue, RoundProcessor, UpkeepTask } from "./queue/port.ts";
import type { RateLimits } from "./rate-limits.ts";
import { reapingRounds } from "./reaping-rounds.ts";
import { countRedactions, createRedactor, keysIn, type RedactedPlace, secretsIn } from "./redact.ts";
import { parseServerConfig } from "./repo-config.ts";
import type { ConfigLayer } from "./repo-config/read-layer.ts";
import type { Periods } from "./repo-config/periods.ts";
import type { ServerConfig } from "./repo-config/schema.ts";
import { isServed } from "./repo-config/served.ts";
import { retentionTask } from "./retention.ts";
import { reviewersFor } from "./reviewers/registry.ts";
import { advance } from "./steps/advance.ts";
import { catchUp } from "./steps/catch-up.ts";
import type { Deps, Installation } from "./steps/deps.ts";
import { receive } from "./steps/receive.ts";
import { reconcile } from "./steps/reconcile.ts";
import { fileCursors } from "./store/cursors.ts";
import { fileLedger } from "./store/ledger.ts";
import { loadMarkerKey } from "./store/marker-key.ts";
import { readProcessIdentity } from "./store/process-identity.ts";
import { fileRounds, type StorePeriods } from "./store/rounds.ts";
import { fileRuns } from "./store/runs.ts";
import { showWorker } from "./store/worker-sign.ts";
import { sweepOrphans } from "./subprocess/sweep.ts";
import { githubClock, systemClock } from "./system-clock.ts";
import { version } from "./version.ts";

const systemIds: Ids = {
  uuid: randomUUID,
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length),
};

/** What a worker does with deliveries, timers and rounds. */
export type Duties = {
  receive: Receive;
  onTimer: (timer: TimerJob, signal: AbortSignal) => Promise<void>;
  lookAtRound: RoundProcessor;
  upkeep: readonly UpkeepTask[];
};

/** What a worker is made of. `reconcileMs`: how often everything is compared with GitHub. */
type Parts = {
  config: Omit<WorkerConfig, "redis">;
  queue: RondoQueue;
  github: GithubApp;
  log: Log;
  reconcileMs: number;
  rateLimits: RateLimits;
};

/**
 * Puts a worker's duties together. GitHub is first asked (for the App's own name) when the first job comes, so a worker
 * starts while GitHub is down and its jobs wait.
 */
export function openDuties(parts: Parts): Duties {
  const opened = once(() => openDeps(parts));
  const attempts = new Map<string, number>();
  return {
    async receive(intent, delivery) {
      const attempt = (attempts.get(delivery.id) ?? 0) + 1;
      attempts.set(delivery.id, attempt);
      if (attempts.size > MAX_ATTEMPTS_KEPT) attempts.delete(attempts.keys().next().value ?? "");
      const deps = await opened();
      return await receive(intent, { guid: delivery.id, attempt }, deps);
    },
    async onTimer(timer) {
      await parts.queue.jobs.wake(timer.ref);
    },
    async lookAtRound(ref, signal) {
      const deps = await opened();
      if (!isServed(ref, deps.installation.serverConfig)) return undefined;
      return await advance(ref, deps, signal);
    },
    upkeep: [
      {
        name: "reconcile",
        everyMs: parts.reconcileMs,
        run: async () => {
          const deps = await opened();
          await reconcile(deps);
          await catchUp(deps, receive);
        },
      },
      retentionTask({
        dataDir: parts.config.dataDir,
        configFile: parts.config.configFile,
        identity: readProcessIdentity(),
        clock: systemClock,
        log: parts.log,
      }),
    ],
  };
}

const MAX_ATTEMPTS_KEPT = 10_000;

/** The same promise for everybody; a failure is forgotten, so that the next caller tries again. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

async function openDeps({ config, queue, github, log, rateLimits }: Parts): Promise<Deps> {
  const server = await readServerConfig(config.configFile, log);
  const identity = readProcessIdentity();
  const slug = await appSlug(github);
  const keys = config.markerKeys ?? [await loadMarkerKey(config.dataDir)];
  for (const key of keys) registerSecret(typeof key === "string" ? key : key.toString("hex"));
  const periods = storePeriods(server.config.periods);
  const stored = fileRounds({ dataDir: config.dataDir, clock: systemClock, log, identity, periods });
  const rounds = reapingRounds(stored, sweepOrphans, log);
  const client = (installationId: number) => github.installationOctokit(installationId);
  const deps: Deps = {
    pullRequests: githubPullRequests({ client, monotonicMs: systemClock.monotonicMs }),
    repositories: githubRepositories(client),
    cursors: fileCursors(config.dataDir),
    publisher: githubPublisher({ client, botLogin: `${slug}[bot]`, markerKeys: keys, guard: guardWith(log) }),
    checkouts: gitCheckouts({
      tmpDir: join(config.dataDir, "work"),
      owner: (await showWorker({ dataDir: config.dataDir, identity, clock: systemClock, log })).id,
      serverUrl: config.githubServerUrl,
      proxy: proxyFor(config.githubServerUrl, config.network),
      caFile: await writeAuthorities(config.dataDir, config.network.extraCa),
      limits: { maxFiles: server.config.limits.max_files, maxFileBytes: server.config.limits.max_file_bytes },
      mintToken: async (ref) => {
        const scope = { repositoryIds: [ref.repoId] as const, permissions: { contents: "read" } as const };
        return (await github.mintToken(ref.installationId, { ...scope, repositoryIds: [ref.repoId] })).token;
      },
      log,
    }),
    rounds,
    jobs: queue.jobs,
    rateLimits,
    ledger: fileLedger(config.dataDir),
    runs: fileRuns({ dataDir: config.dataDir, redact: (text) => redactFor("artifact")(text).text }),
    slots: newSlots(config.concurrency),
    clock: githubClock,
    ids: systemIds,
    log,
    reviewers: reviewersFor(await chooseReviewers(config, server.config)),
    installation: installationOf(config, server, slug),
    redactor: (code) => redactFor("output", keysIn(code, MOST_QUOTED_KEYS)),
  };
  return deps;
}

/** Who we are on GitHub: comments of others are never taken for ours. */
async function appSlug(github: GithubApp): Promise<string> {
  const octokit = await github.appOctokit();
  const { data } = await callGithub("Reading the App", () => octokit.request("GET /app"));
  if (data?.slug === undefined) throw new TypeError("GitHub's answer about the App has no slug");
  return data.slug;
}

/**
 * At the start, not at the first pull request: throws UserError CONFIG_INVALID for a reviewer that there is not, or that
 * lacks its program. Resolves to a sentence for the log when there is something to say about the choice.
 */
export async function refuseUnknownReviewers(
  config: Pick<WorkerConfig, "reviewers" | "configFile" | "model" | "network" | "dataDir">,
): Promise<string | null> {
  const { config: server } = parseServerConfig(await readIfThere(config.configFile));
  try {
    const chosen = await chooseReviewers(config, server);
    reviewersFor(chosen);
    await requirePrograms(chosen);
    return chosen.warning;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new UserError(`RONDO_REVIEWERS: ${error.message}`, { code: "CONFIG_INVALID", cause: error, ...hint });
  }
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

function storePeriods(periods: Periods): StorePeriods {
  return {
    heartbeatMs: periods.heartbeat_ms,
    leaseStaleMs: periods.lease_stale_ms,
    lockWaitMs: periods.lock_wait_ms,
    lockStaleMs: periods.lock_stale_ms,
  };
}

type ServerFile = { config: ServerConfig; layer: ConfigLayer };

/** The server's own file; what is wrong with it is logged, and the rest applies. */
async function readServerConfig(file: string, log: Log): Promise<ServerFile> {
  const { config, problems, layer } = parseServerConfig(await readIfThere(file));
  for (const problem of problems) log.warn("The server's configuration has a problem", { file, problem });
  return { config, layer };
}

function installationOf(config: Parts["config"], server: ServerFile, slug: string): Installation {
  const { silence_seconds: silenceSeconds } = server.config.limits;
  return {
    version,
    publicUrl: config.publicUrl,
    serverUrl: config.githubServerUrl,
    botLogin: `${slug}[bot]`,
    appSlug: slug,
    reviewTimeoutMs: server.config.limits.phase_cap_seconds * 1000,
    ...(silenceSeconds === null ? {} : { silenceMs: silenceSeconds * 1000 }),
    maxOutputBytes: server.config.limits.output_bytes,
    staleReadMs: server.config.periods.stale_read_ms,
    serverConfig: server.config,
    serverLayer: server.layer,
    settleMs: server.config.periods.settle_ms,
    busyMs: server.config.periods.busy_ms,
    lookMs: server.config.periods.look_ms,
    debounceMs: null,
    recoveryCap: 3,
  };
}

/** Keys of one change that are looked for in every spelling; the shapes of keys are found however many there are. */
const MOST_QUOTED_KEYS = 50;

/** Known secrets, keys and tokens by their shape, and this machine's home folder; what is taken out is counted. */
function redactFor(place: RedactedPlace, keys: readonly string[] = []): ReturnType<Deps["redactor"]> {
  const redact = createRedactor({ homes: [homedir()], keys });
  return (text) => {
    const redacted = redact(text);
    countRedactions(place, redacted.hits);
    return { text: redacted.text, taken: secretsIn(redacted.hits) };
  };
}

/** The last look at a text before it leaves: a secret in it is taken out and reported. */
function guardWith(log: Log): WriteContext["guard"] {
  const redact = redactFor("github");
  return (text, what) => {
    const redacted = redact(text);
    if (redacted.taken > 0)
      log.error("a secret stood in a text for GitHub and was taken out", { effect: what, secrets: redacted.taken });
    return redacted;
  };
}

function newSlots(concurrency: number): Slots {
  let taken = 0;
  return {
    tryTake() {
      if (taken >= concurrency) return undefined;
      taken += 1;
      let isBack = false;
      return () => {
        if (!isBack) taken -= 1;
        isBack = true;
      };
    },
  };
}
