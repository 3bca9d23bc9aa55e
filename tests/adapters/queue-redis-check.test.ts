// Every setting of a Redis that would lose jobs is found and said, against real servers.
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { checkRedis, judgeInfo, refuseUnfitRedis } from "../../src/queue/redis-check.ts";
import { recordingLog } from "../support/queue.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const codes = (problems: readonly { level: string; code: string }[]): string[] =>
  problems.map(({ level, code }) => `${level} ${code}`);

describe("a server that", () => {
  test.each([
    ["is fit", [], []],
    ["evicts", ["--maxmemory-policy", "allkeys-lru"], ["error eviction"]],
    ["has no AOF", ["--appendonly", "no"], ["warning aof"]],
    ["is a replica", ["--replicaof", "127.0.0.1", "1"], ["error replica"]],
    ["wants a password", ["--requirepass", "secret"], ["error password"]],
    ["has two faults", ["--appendonly", "no", "--maxmemory-policy", "volatile-ttl"], ["error eviction", "warning aof"]],
  ])("%s", async (_, options, expected) => {
    const redis = await startRedis(options);
    try {
      expect(codes(await checkRedis(redis.target))).toEqual(expected);
    } finally {
      await redis.stop();
    }
  });
});

describe("passwords, rights and reach", () => {
  let redis: TestRedis;
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
    const weak = ["--user", "weak", "on", ">weak", "~*", "&*", "+ping"];
    redis = await startRedis(["--port", String(port), "--bind", "127.0.0.1", "--requirepass", "secret", ...weak]);
  });
  afterAll(() => redis.stop());
  const check = (credentials: string): ReturnType<typeof checkRedis> =>
    checkRedis({ url: `redis://${credentials}@127.0.0.1:${port}` });

  test("the right password is fit", async () => {
    expect(await check(":secret")).toEqual([]);
  });

  test("a wrong password, and none, are told apart from a server that is down; the password is never printed", async () => {
    const wrong = await check(":wr0ng");
    expect(codes(wrong)).toEqual(["error password"]);
    expect(JSON.stringify(wrong)).not.toContain("wr0ng");
    expect(codes(await checkRedis({ url: `redis://127.0.0.1:${port}` }))).toEqual(["error password"]);
  });

  test("a user without rights", async () => {
    expect(codes(await check("weak:weak"))).toEqual(["error permission"]);
  });

  test("nobody there, and a server that hangs: unreachable, in time", async () => {
    expect(codes(await checkRedis({ path: "/nonexistent/redis.sock" }))).toEqual(["error unreachable"]);
    expect(codes(await checkRedis({ url: "redis://127.0.0.1:1" }))).toEqual(["error unreachable"]);
    redis.hang();
    const start = performance.now();
    expect(codes(await checkRedis(redis.target, 300))).toEqual(["error unreachable"]);
    expect(performance.now() - start).toBeLessThan(1000);
    redis.resume();
  });
});

describe("what is read from INFO", () => {
  test.each([
    ["redis_version:7.0.15", []],
    ["redis_version:6.2.0", []],
    ["redis_version:6.0.16", ["error version"]],
    ["redis_version:5.0.14", ["error version"]],
    ["redis_version:7.2.4\r\nvalkey_version:8.1.0\r\nmaxmemory_policy:noeviction", []],
    ["redis_version:7.0.0\r\ncluster_enabled:1", ["error cluster"]],
    ["redis_version:7.0.0\r\naof_enabled:1\r\naof_last_write_status:err", ["warning aofFailing"]],
    ["redis_version:7.0.0\r\nrole:slave\r\n", ["error replica"]],
  ])("%j", (info, expected) => {
    expect(codes(judgeInfo(info))).toEqual(expected);
  });
});

describe("refusing", () => {
  test("what loses jobs is refused with the hint, the rest is a warning", () => {
    const log = recordingLog();
    const problems = judgeInfo("redis_version:7.0.0\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:0");
    const refuse = (): void => refuseUnfitRedis(problems, log);
    expect(refuse).toThrow(UserError);
    expect(refuse).toThrow(
      expect.objectContaining({ code: "REDIS_UNFIT", hint: expect.stringContaining("noeviction") }),
    );
    expect(log.lines[0]).toContain("appendonly is off");
  });

  test("a Redis that is not there yet is only a warning", async () => {
    const log = recordingLog();
    refuseUnfitRedis(await checkRedis({ path: "/nonexistent/redis.sock" }), log);
    expect(log.lines).toHaveLength(1);
  });
});

/** A port that was free a moment ago: redis-server cannot be asked to choose one. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
