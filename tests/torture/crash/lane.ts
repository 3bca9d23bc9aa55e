// One lane of the crash matrix: a double, a Redis, a web and one worker at a time. It plays the same story of two rounds
// again and again and breaks it at one point each time; the worker that goes on is the one that is killed in the next cell.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { JournalEntry } from "../../../double/journal.ts";
import type { PullRequest } from "../../../double/state.ts";
import type { RondoProcess } from "../../support/processes.ts";
import { startStory } from "../../support/story.ts";
import { dividedPeriods } from "../divided-periods.ts";
import { brokenInvariants } from "../invariants.ts";
import { pageFacts } from "../page-facts.ts";
import { leftBehind } from "./left-behind.ts";

/** By how much the lanes are faster than production; see `divided-periods.ts`. */
export const FACTOR = 20;

/** What is killed, and how. */
export const KINDS = ["SIGKILL", "SIGTERM", "redis", "both"] as const;
export type Kind = (typeof KINDS)[number];

/** Where: at a save of the state file by its name, or at a request that took effect and is not answered. */
export type Point =
  | { at: "save"; when: "before" | "after"; name: string; nth: number }
  | { at: "call"; method: string; surface: "rest" | "graphql" | "git"; path: string; nth: number };

/** One crash. `second`: the worker that goes on dies too, at its n-th save. */
export type Crash = { point: Point; kind: Kind; second?: { when: "before" | "after"; nth: number } };

/** A save as the preloaded module told it. */
export type Save = { file: string; name: string; nth: number };

/** What a play showed: the page in the end, and the saves and calls it took. */
export type Played = { facts: string; saves: Save[]; calls: JournalEntry[] };

const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
const FIXED = { "a.ts": "export const a = 1 + 2;\n" };
/** SIGTERM: a worker may take this long to end. */
const STOP_MS = 5000;
const WAIT_MS = 120_000;

export type Transcript = "compact" | "full";

/** Starts a lane. `play` rejects with what is wrong; `stop` judges every byte that was sent. */
export async function startLane() {
  const own = mkdtempSync(join(tmpdir(), "rondo-lane-"));
  const plan = join(own, "plan.json");
  const log = join(own, "saves.jsonl");
  const temporary = join(own, "tmp");
  mkdirSync(temporary);
  writeFileSync(log, "");
  const story = await startStory({
    // A busy machine is slow to answer, and an answer that is late is another story than a crash.
    serverConfig: dividedPeriods(FACTOR, { request_ms: 10_000 }),
    workerEnv: {
      NODE_OPTIONS: `--import ${resolve("tests/torture/crash/crash-point.mjs")}`,
      CRASH_PLAN: plan,
      CRASH_LOG: log,
      TMPDIR: temporary,
    },
  });
  const { double, redis } = story;
  const folders = { work: join(story.dataDir, "work"), temporary };
  let [worker] = story.workers;

  async function play(transcript: Transcript, crash: Crash | null): Promise<Played> {
    const config = { ".github/rondo.yml": `transcript: ${transcript}\n` };
    const repo = await story.repository({ "README.md": "# Sample\n", ...config });
    const file = `/${repo.name}/1.json`;
    const from = { save: savesOf(log).length, call: double.journal.entries.length };
    const over = { isOver: false };
    const breaking =
      crash === null ? Promise.resolve() : breakAt(crash, { repo: repo.name, file, from: from.call, over });
    try {
      const pull = await story.open(repo, BUG);
      await Promise.race([twoRounds(pull), breaking.then(() => new Promise<never>(() => undefined))]);
      over.isOver = true;
      await breaking;
      const commits = [pull.baseSha, ...headsOf(pull)];
      const wrong = [...brokenInvariants({ double, pull }), ...(await leftBehind(folders))];
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
      return {
        facts: pageFacts(double, pull, commits),
        saves: savesOf(log)
          .slice(from.save)
          .filter((save) => save.file.endsWith(file)),
        calls: double.journal.entries.slice(from.call),
      };
    } finally {
      over.isOver = true;
      double.faults.clear();
      rmSync(plan, { force: true });
      rmSync(`${plan}.done`, { force: true });
      // Finished ones would be compared with GitHub at each start of a worker. In a story that failed somebody may still
      // write in there: its own failure is the one to tell.
      const state = join(story.dataDir, "state", story.owner.login, repo.name);
      await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => undefined);
    }
  }

  /** Blockers, a question that is answered, a push that fixes, READY. */
  async function twoRounds(pull: PullRequest): Promise<void> {
    await atRest(pull, "OWNER_ACTION", 1);
    const comment = await double.comment(story.author, pull, "@codex status");
    await story.until("the answer", () => story.page(pull).reactionsOn(comment).includes("+1"), WAIT_MS);
    await atRest(pull, "OWNER_ACTION", 1);
    await story.push(pull, FIXED);
    await atRest(pull, "READY", 2);
  }

  /** Waits until nobody works on it any more. */
  async function atRest(pull: PullRequest, state: "OWNER_ACTION" | "READY", round: number): Promise<void> {
    await story.settled(pull, state, round, WAIT_MS);
    // A delivery that was in hand when its worker died comes again. When that came after the next act, an answer to a
    // question would speak of another moment.
    await story.until("the end of all deliveries", isQueueIdle, WAIT_MS);
    await story.until("the lease's end", async () => (await story.record(pull))?.lease === null, WAIT_MS);
    await story.settled(pull, state, round, WAIT_MS);
  }

  /** As the web counts them; while Redis is down it counts nothing. */
  async function isQueueIdle(): Promise<boolean> {
    const metrics = await (await fetch(`${await story.web.url()}/metrics`)).text();
    return ["waiting", "active"].every((jobs) => metrics.includes(`rondo_jobs{queue="deliveries",state="${jobs}"} 0`));
  }

  /** The commits that the pull request pointed to, in order. */
  function headsOf(pull: PullRequest): string[] {
    const heads = double.world.happenings.flatMap(({ happening: { event, payload, repository } }) =>
      event === "pull_request" && repository?.id === pull.repoId ? [payload["before"], payload["after"]] : [],
    );
    return [...new Set([...heads.filter((sha) => typeof sha === "string"), pull.headSha])];
  }

  type About = { repo: string; file: string; from: number; over: { isOver: boolean } };

  async function breakAt({ point, kind, second }: Crash, about: About): Promise<void> {
    const victim = found(worker);
    const isWorkerHit = kind !== "redis";
    const signals = [
      ...(kind === "redis" || kind === "both" ? [[redis.pid(), "SIGKILL"]] : []),
      ...(isWorkerHit ? [["self", kind === "SIGTERM" ? "SIGTERM" : "SIGKILL"]] : []),
    ];
    if (point.at === "save") {
      await reachSave({ file: about.file, name: point.name, nth: point.nth, when: point.when, signals }, about);
    } else {
      await reachCall(point, kind, about);
      if (kind === "redis" || kind === "both") await redis.kill();
      if (isWorkerHit) victim.child.kill(kind === "SIGTERM" ? "SIGTERM" : "SIGKILL");
    }
    if (kind === "redis" || kind === "both") {
      await redis.kill();
      await redis.start();
    }
    if (!isWorkerHit) return;
    await ended(victim, kind);
    double.faults.clear();
    if (second === undefined) {
      worker = story.startWorker();
      return;
    }
    const again = { file: about.file, name: "*", ...second, signals: [["self", "SIGKILL"]] };
    writePlan(again);
    worker = story.startWorker();
    const next = found(worker);
    // The recovery may have had less to do than that: then it was not killed, and the story goes on.
    await story.until("the second crash", () => about.over.isOver || existsSync(`${plan}.done`), WAIT_MS);
    if (!existsSync(`${plan}.done`)) return;
    await ended(next, "SIGKILL");
    worker = story.startWorker();
  }

  function writePlan(content: unknown): void {
    rmSync(`${plan}.done`, { force: true });
    writeFileSync(`${plan}.new`, JSON.stringify(content));
    renameSync(`${plan}.new`, plan);
  }

  async function reachSave(content: { name: string; [part: string]: unknown }, about: About): Promise<void> {
    writePlan(content);
    await story.until(`the save ${content.name}`, () => about.over.isOver || existsSync(`${plan}.done`), 2 * WAIT_MS);
    if (!existsSync(`${plan}.done`)) throw new Error(`the story ended without the save ${content.name}`);
    rmSync(`${plan}.done`);
  }

  /** The request takes effect; its answer never comes, or, where the worker lives on, the connection is cut. */
  async function reachCall(point: Point & { at: "call" }, kind: Kind, about: About): Promise<void> {
    const { method, surface, nth } = point;
    const path = new RegExp(point.path.replaceAll("{repo}", about.repo));
    const fault =
      kind === "redis" ? ({ kind: "reset", when: "after" } as const) : ({ kind: "hang", when: "after" } as const);
    double.faults.add({ match: { method, path, surface, nth }, fault });
    const isThere = (): boolean => double.journal.entries.slice(about.from).some((entry) => entry.fault !== null);
    await story.until(`the call ${method} ${point.path}`, () => about.over.isOver || isThere(), 2 * WAIT_MS);
    if (!isThere()) throw new Error(`the story ended without the call ${method} ${point.path}`);
  }

  async function stop(): Promise<string[]> {
    const wrong = story.judge();
    await story.stop();
    for (const each of [story.web, ...story.workers]) rmSync(each.cwd, { recursive: true, force: true });
    rmSync(own, { recursive: true, force: true });
    return wrong;
  }

  return { play, stop, story };
}

export type Lane = Awaited<ReturnType<typeof startLane>>;

function savesOf(log: string): Save[] {
  return readFileSync(log, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line): Save => JSON.parse(line));
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the lane has no worker");
  return value;
}

/** Waits until a worker that was hit has gone; after SIGTERM it has to go soon, and in peace. */
async function ended(victim: RondoProcess, kind: Kind): Promise<void> {
  const startedAt = performance.now();
  const code = await victim.exited();
  const tookMs = performance.now() - startedAt;
  rmSync(victim.cwd, { recursive: true, force: true });
  if (kind === "SIGTERM" && (code !== 0 || tookMs > STOP_MS))
    throw new Error(`SIGTERM: exit code ${code} after ${Math.round(tookMs)} ms\n${victim.stderr()}`);
}
