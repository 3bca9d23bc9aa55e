// `rondo status`, `trigger`, `abort` and `extend` on real state files, with a real Redis where one is told.
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startManagedRedis } from "../../src/queue/managed-redis.ts";
import { openRedisQueue } from "../../src/queue/redis-queue.ts";
import type { PullRequestRecord } from "../../src/round/round.ts";
import { useCommandHost } from "../support/command-host.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { runRondo } from "../support/run-rondo.ts";
import { memoryLog, store } from "../support/store.ts";
import { cleanRound, finding, HEAD, NEXT, ownerAction, record, round } from "../unit/report/sample-round.ts";

const root = mkdtempSync(join(tmpdir(), "rondo-cli-operator-"));
let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
  rmSync(root, { recursive: true, force: true });
});

const REF = { installationId: 1, repoId: 42, owner: "Acme", repo: "Shop", number: 6 };
const NAME = "acme/shop#6";
const BASE = { head_sha_seen: HEAD, base_ref: "main", base_sha: HEAD };
const BLOCKED = record(round(), { ...ownerAction, ...BASE, verdict: "REQUEST_CHANGES" });
const EXCEEDED = record(round(), {
  ...BASE,
  state: "BUDGET_EXCEEDED",
  reason: "rounds",
  limit: "max_rounds 1",
  max_rounds: 1,
});

/** A data directory with this state of Acme/Shop#6. */
async function dataWith(state: PullRequestRecord): Promise<string> {
  const dataDir = mkdtempSync(join(root, "data-"));
  const { rev: _, ...content } = { ...state, repo: "Acme/Shop" };
  await store(dataDir).update(REF, ({ rev }) => ({
    record: { ...content, rev },
    event: { kind: "planted", detail: {} },
  }));
  return dataDir;
}

const load = async (dataDir: string) => store(dataDir).load(REF);
const viaRedis = () => ({ REDIS_URL: `unix://${redis.target.path}` });
const runInHost = useCommandHost();
const rondo = (dataDir: string, args: readonly string[], env: Record<string, string> = {}) =>
  runInHost(args, { cwd: root, env: { RONDO_DATA_DIR: dataDir, ...env } });
/** What `rondo runs list` prints, as run ids. */
async function listedRuns(dataDir: string, ...args: string[]) {
  const { out, err } = await rondo(dataDir, ["runs", "list", ...args]);
  return { ids: [...out.matchAll(/^6-\S+/gm)].map(([id]) => id), err };
}

/** The same as a process of its own, once for each command: it must end by itself, with that exit code. */
const start = (dataDir: string, args: readonly string[], env: Record<string, string> = {}) =>
  runRondo(args, { cwd: root, env: { RONDO_DATA_DIR: dataDir, ...env } });

/** Jobs of pull requests that wait; one at most for each. */
async function roundJobs(): Promise<number> {
  const queue = openRedisQueue({ target: redis.target, log: memoryLog() });
  try {
    const { rounds } = await queue.health.counts();
    return rounds.waiting + rounds.delayed;
  } finally {
    await queue.close();
  }
}

describe("rondo status", () => {
  it("tells state, round, head, verdict, blockers, pending effects and since when", async () => {
    const dataDir = await dataWith(BLOCKED);
    await rondo(dataDir, ["abort", NAME]);
    const { code, out } = await start(await dataWith(BLOCKED), ["status", NAME]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Acme\/Shop#6: OWNER_ACTION \(blockers\) since \d{4}-\d\d-\d\dT\S+Z\n/);
    expect(out.split("\n").slice(1)).toEqual([
      "  round     1 of 10",
      `  head      ${HEAD}`,
      "  verdict   REQUEST_CHANGES",
      "  blockers  1 open",
      "    RD-1 P1 src/read.ts:12-14 Close the file when the read fails",
      "  effects   0 pending",
      "",
    ]);
    expect((await rondo(dataDir, ["status", NAME])).out).toContain("\n    notice, round 1\n");
  });

  it("prints JSON, and takes the address of a pull request", async () => {
    const advisory = finding({ id: "RD-2", priority: "P3" });
    const state = record(round({ findings: [finding({ status: "resolved" }), advisory] }), {
      ...ownerAction,
      ...BASE,
      head_sha_seen: NEXT,
    });
    const { out } = await rondo(await dataWith(state), ["status", "--json", "https://github.com/acme/shop/pull/6"]);
    expect(z.record(z.string(), z.unknown()).parse(JSON.parse(out))).toMatchObject({
      pullRequest: "Acme/Shop#6",
      state: "OWNER_ACTION",
      reason: "blockers",
      round: 1,
      maxRounds: 10,
      headSha: HEAD,
      headShaSeen: NEXT,
      openBlockers: [],
      pendingEffects: [],
      waitingRound: null,
    });
  });

  it("counts since when from the event that led into the state, not from the last one", async () => {
    const dataDir = await dataWith(BLOCKED);
    const since = async () =>
      z.object({ since: z.string() }).parse(JSON.parse((await rondo(dataDir, ["status", NAME, "--json"])).out)).since;
    const first = await since();
    await rondo(dataDir, ["extend", NAME, "1"], viaRedis());
    expect(await load(dataDir)).toMatchObject({ extended: 1 });
    expect(await since()).toBe(first);
    await rondo(dataDir, ["abort", NAME], viaRedis());
    expect((await since()) > first).toBe(true);
  });

  it.each([
    [["abort"], "Which pull request? Name it as OWNER/REPO#N."],
    [["abort", "acme/shop"], "acme/shop names no pull request."],
    [["status", "acme/shpo"], "No pull request of acme/shpo was seen yet in "],
    [["status", "acme/shpo#6"], "Did you mean Acme/Shop#6?"],
    [["status", "--limit", "many"], "--limit many is no whole number."],
    [["status", "acme/shop#0"], "names no pull request."],
    [["status", "../..#1"], "names no pull request."],
    [["status", "acme/shop#7"], "No pull request acme/shop#7 was seen yet in "],
    [["status", "acme/other#6"], "Open it or comment `@codex review` on it."],
    [["trigger", "acme/other#6"], "No pull request acme/other#6 was seen yet"],
    [["extend", NAME], "How many rounds? Give a whole number from 1 to 50."],
    [["extend", NAME, "51"], "from 1 to 50."],
    [["extend", NAME, "-1"], "from 1 to 50."],
    [["extend", NAME, "1e1"], "from 1 to 50."],
    [["abort", NAME, "--raeson", "x"], "Did you mean --reason?"],
    [["abort", NAME, "now"], "rondo abort has no place for now."],
  ])("%j is refused, exit 2, and changes nothing", async (args, words) => {
    const dataDir = await dataWith(BLOCKED);
    const { code, out, err } = await rondo(dataDir, args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
    expect(await load(dataDir)).toMatchObject({ rev: 1 });
  });

  it("repeats what the store says of a damaged file and of one of a newer Rondo", async () => {
    const dataDir = await dataWith(BLOCKED);
    const file = join(dataDir, "state/acme/shop/6.json");
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 200));
    for (const args of [
      ["status", NAME],
      ["abort", NAME],
    ]) {
      const { code, err } = await rondo(dataDir, args);
      expect(code).toBe(3);
      expect(err).toContain("its checksum does not match its content.\nRestore it from a backup");
    }
  });

  it("lists every pull request, the newest change first, and names what it cannot read", async () => {
    const dataDir = await dataWith(BLOCKED);
    const second = { ...REF, number: 7 };
    const { rev: _, ...content } = record(cleanRound(), { ...BASE, pr: 7, state: "READY" });
    await store(dataDir).update(second, ({ rev }) => ({
      record: { ...content, repo: "Acme/Shop", rev },
      event: { kind: "planted", detail: {} },
    }));
    const { code, out } = await rondo(dataDir, ["status"]);
    expect(code).toBe(0);
    expect(
      out.split("\n").map((line) =>
        line
          .replace(/ {2}\S+Z/, "")
          .replaceAll(/ {2,}/g, "  ")
          .trim(),
      ),
    ).toEqual([
      "PULL REQUEST  STATE  ROUND  HEAD  VERDICT  BLOCKERS  CHANGED  REMARK",
      "Acme/Shop#7  READY  1  0123456",
      "Acme/Shop#6  OWNER_ACTION  1  0123456  REQUEST_CHANGES  1  blockers",
      "",
    ]);
    expect((await rondo(dataDir, ["status", "--limit", "1"])).err).toBe("1 more are not shown; --limit 0 shows all.\n");
    writeFileSync(join(dataDir, "state/acme/shop/7.json"), "{");
    const damaged = await rondo(dataDir, ["status", "acme/shop", "--json"]);
    expect(damaged.code).toBe(3);
    expect(damaged.err).toContain("1 cannot be read");
    expect(JSON.parse(damaged.out)).toMatchObject([
      { pullRequest: "acme/shop#7", state: null, problem: "its state file is damaged" },
      { pullRequest: "Acme/Shop#6", state: "OWNER_ACTION", openBlockers: 1, problem: null },
    ]);
    expect(await rondo(mkdtempSync(join(root, "none-")), ["status"])).toMatchObject({ code: 0, err: "" });
  });

  it("finds it when the folder no longer says whose it is", async () => {
    const dataDir = await dataWith(BLOCKED);
    rmSync(join(dataDir, "state/acme/shop/.repo.json"));
    expect(await rondo(dataDir, ["status", NAME])).toMatchObject({ code: 0 });
  });
});

describe("rondo abort", () => {
  it("aborts under the lock, says why on the pull request, and wakes a worker", async () => {
    const dataDir = await dataWith(BLOCKED);
    const { code, out, err } = await start(dataDir, ["abort", NAME, "--reason", "wrong branch"], viaRedis());
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe("Acme/Shop#6: OWNER_ACTION -> ABORTED at 0123456. rondo trigger starts again.\n");
    const state = await load(dataDir);
    expect(state).toMatchObject({ state: "ABORTED", reason: "command", fence: BLOCKED.fence + 1, rev: 2 });
    expect(state).toMatchObject({ aborted: { by: "the server's operator", text: "wrong branch" } });
    expect(await roundJobs()).toBe(1);
    expect(readdirSync(join(dataDir, "state/acme/shop")).filter((name) => name.endsWith(".lock"))).toEqual([]);
    expect(await rondo(dataDir, ["abort", NAME])).toMatchObject({
      code: 0,
      out: "Acme/Shop#6 is ABORTED already (command).\n",
    });
  });

  it("wakes through the Redis of a running rondo serve", async () => {
    const dataDir = await dataWith(BLOCKED);
    const managed = await startManagedRedis({ dataDir, log: memoryLog() });
    try {
      expect(await rondo(dataDir, ["abort", NAME])).toMatchObject({ code: 0, err: "" });
      const queue = openRedisQueue({ target: managed.target, log: memoryLog() });
      expect((await queue.health.counts()).rounds.waiting).toBe(1);
      await queue.close();
    } finally {
      await managed.stop();
    }
  });

  it.each([
    ["none is named", {}, "REDIS_URL is not set, and no rondo serve runs here"],
    ["it is down", { REDIS_URL: "redis://127.0.0.1:1" }, "Redis did not take the job"],
  ])("saves the change when no queue can be told (%s), exit 69", async (_name, env, words) => {
    const dataDir = await dataWith(BLOCKED);
    const { code, out, err } = await start(dataDir, ["abort", NAME], env);
    expect(code).toBe(69);
    expect(out).toContain("ABORTED");
    expect(err).toContain(
      `The change is saved, but no worker could be told: ${words}.\nA worker picks it up at its next look`,
    );
    expect((await load(dataDir))?.state).toBe("ABORTED");
  });

  it.skipIf(process.getuid?.() !== 0)("refuses to write into the data of another user", async () => {
    const dataDir = await dataWith(BLOCKED);
    chownSync(dataDir, 65534, 65534);
    const { code, err } = await rondo(dataDir, ["abort", NAME]);
    expect(code).toBe(78);
    expect(err).toContain("belongs to another user (id 65534).");
    expect((await load(dataDir))?.state).toBe("OWNER_ACTION");
    expect(await rondo(dataDir, ["status", NAME])).toMatchObject({ code: 0 });
  });
});

describe("rondo trigger", () => {
  it("starts a round on the head that was seen last", async () => {
    const dataDir = await dataWith(record(cleanRound(), { ...BASE, state: "READY" }));
    const { code, out } = await start(dataDir, ["trigger", NAME], viaRedis());
    expect({ code, out }).toEqual({
      code: 0,
      out: "Acme/Shop#6: READY -> INIT, round 2 waits for a worker at 0123456.\n",
    });
    expect((await load(dataDir))?.pending).toMatchObject({
      n: 2,
      head_sha: HEAD,
      reason: "manual",
      trigger: { kind: "cli", actor: "the server's operator" },
    });
  });

  it("says that the limit still holds, and how to raise it", async () => {
    const { code, out, err } = await rondo(await dataWith(EXCEEDED), ["trigger", NAME], viaRedis());
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      "rondo: Acme/Shop#6: no round was started: max_rounds 1 still holds.\nAllow more rounds: rondo extend Acme/Shop#6 5.\n",
    );
  });

  it("needs a commit that was seen, and an open pull request", async () => {
    const unseen = await rondo(await dataWith(record(null)), ["trigger", NAME]);
    expect(unseen).toMatchObject({ code: 2, out: "" });
    expect(unseen.err).toContain("No commit of the pull request Acme/Shop#6 was seen yet.");
    const aborted = { by: null, text: null, at: "2026-01-01T00:00:00.000Z" };
    const closed = record(round(), { ...BASE, state: "ABORTED", reason: "closed", aborted });
    const refused = await rondo(await dataWith(closed), ["trigger", NAME]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("no round was started");
  });
});

describe("rondo extend", () => {
  it("adds rounds, and goes on where they were missing", async () => {
    const dataDir = await dataWith(EXCEEDED);
    const { code, out } = await start(dataDir, ["extend", NAME, "5"], viaRedis());
    expect({ code, out }).toEqual({ code: 0, out: "Acme/Shop#6: 5 more rounds, 5 in all; BUDGET_EXCEEDED -> INIT.\n" });
    expect(await load(dataDir)).toMatchObject({ extended: 5, pending: { n: 2, head_sha: HEAD } });
  });
});

describe("rondo runs", () => {
  const RESULT = { name: "static", exit: "0", failure: null, durationMs: 1234, verdict: "APPROVE", findings: [] };
  const dataDir = mkdtempSync(join(root, "runs-"));
  const plant = (runId: string, files: Readonly<Record<string, string>>): void => {
    mkdirSync(join(dataDir, "runs", runId), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dataDir, "runs", runId, name), text);
  };

  it("lists the newest first and names what is damaged", async () => {
    expect(await rondo(dataDir, ["runs", "list"])).toMatchObject({
      code: 0,
      out: `No run was kept yet in ${dataDir}.\n`,
    });
    plant("6-r1.1-static-00000001", {
      "repo.txt": "acme/shop\n",
      "result.json": JSON.stringify(RESULT),
      "output.txt": "fine \u001B[2J",
    });
    await sleep(20);
    plant("6-r2.1-static-00000002", { "repo.txt": "acme/shop\n", "result.json": "{" });
    await sleep(20);
    plant("6-r3.1-static-00000003", {});
    const { code, out } = await start(dataDir, ["runs", "list"]);
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.replace(/ {2}\S+Z {2}/, "  ").replaceAll(/ {2,}/g, "  "))).toEqual([
      "RUN  AT  REPOSITORY  REVIEWER  VERDICT  FINDINGS  SECONDS  REMARK",
      "6-r3.1-static-00000003  unknown  damaged: result.json is missing",
      "6-r2.1-static-00000002  acme/shop  damaged: result.json is damaged",
      "6-r1.1-static-00000001  acme/shop  static  APPROVE  0  1.2",
      "",
    ]);
    const listed = z
      .array(z.record(z.string(), z.unknown()))
      .parse(JSON.parse((await rondo(dataDir, ["runs", "list", "--json"])).out));
    expect(listed.at(-1)).toMatchObject({
      runId: "6-r1.1-static-00000001",
      repo: "acme/shop",
      verdict: "APPROVE",
      problem: null,
    });
    expect(listed[0]).toMatchObject({ verdict: null, problem: "result.json is missing" });
  });

  it("shows one with its texts", async () => {
    const { code, out } = await start(dataDir, ["runs", "show", "6-r1.1-static-00000001"]);
    expect(code).toBe(0);
    expect(out).toContain("\n--- output.txt\nfine [U+001B][2J\n");
    expect(out).toContain("\n  output.txt, 9 bytes\n  repo.txt, 10 bytes\n  result.json, ");
    const json = JSON.parse(
      (await rondo(dataDir, ["runs", "show", "6-r1.1-static-00000001", "--json"])).out,
    ) as unknown;
    expect(json).toMatchObject({
      result: RESULT,
      texts: { "output.txt": "fine \u001B[2J" },
      artifacts: [{ name: "output.txt", sizeBytes: 9 }, { name: "repo.txt" }, { name: "result.json" }],
    });
    expect(await rondo(dataDir, ["runs", "show", "6-r3.1-static-00000003"])).toMatchObject({ code: 0 });
  });

  it("shows what the model of a run used and cost, and that a cost is not known", async () => {
    const tokens = { input: 1200, cachedInput: 200, cacheWrite: 0, output: 90, reasoning: 40 };
    const spend = { model: "house-model", requests: 2, tokens, unmetered: 0, costUsd: 0.00192 };
    const [priced, unpriced] = ["7-r1.1-openai-00000004", "7-r2.1-openai-00000005"];
    plant(priced, { "result.json": JSON.stringify({ ...RESULT, name: "openai", spend }) });
    const unknown = { ...spend, unmetered: 1, costUsd: null };
    plant(unpriced, { "result.json": JSON.stringify({ ...RESULT, name: "openai", spend: unknown }) });
    const shown = async (id: string) => (await rondo(dataDir, ["runs", "show", id])).out;
    const kinds = "1200 input tokens of which 200 cached, 90 output tokens of which 40 reasoning";
    expect(await shown(priced)).toContain(`\nModel house-model, cost $0.0019 (2 requests, ${kinds})\n`);
    expect(await shown(unpriced)).toMatch(
      /\nModel house-model, cost unknown \(2 requests, at least 1200 input tokens .*1 request not metered\)\n/,
    );
    const json: unknown = JSON.parse((await rondo(dataDir, ["runs", "show", priced, "--json"])).out);
    expect(json).toMatchObject({ result: { spend } });
    for (const id of [priced, unpriced]) rmSync(join(dataDir, "runs", id), { recursive: true });
  });

  it("lists those of a repository or a pull request alone, and no more than wanted", async () => {
    expect(await listedRuns(dataDir, "--repo", "ACME/shop")).toMatchObject({
      ids: ["6-r2.1-static-00000002", "6-r1.1-static-00000001"],
    });
    expect(await listedRuns(dataDir, "--repo=acme/shop#7")).toEqual({ ids: [], err: "" });
    expect(await listedRuns(dataDir, "--limit", "1")).toEqual({
      ids: ["6-r3.1-static-00000003"],
      err: "2 older ones are not shown; --limit 0 shows all.\n",
    });
    expect((await listedRuns(dataDir, "--limit", "0")).ids).toHaveLength(3);
  });

  it.each([
    [[], "rondo runs needs one word more: list or show."],
    [["--json"], "rondo runs wants list or show before options."],
    [["lsit"], "rondo runs does not know lsit. Did you mean list?"],
    [["show"], "Which run?"],
    [["list", "x"], "rondo runs list has no place for x."],
    [["list", "--repo", "shop"], "--repo shop names no repository."],
    [["list", "--limit", "-1"], "--limit -1 is no whole number."],
    [["show", "6-r1.1-static-00000009"], "There is no run 6-r1.1-static-00000009. Did you mean 6-r1.1-static-0000000"],
    [["show", "../state"], "../state is no run id."],
    [["show", ".."], ".. is no run id."],
  ])("%j is refused, exit 2", async (args, words) => {
    const { code, out, err } = await rondo(dataDir, ["runs", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });
});
