// REDIS_URL as people write it, and which errors mean "Redis is away" and not "this job is bad".
import { describe, expect, test } from "vitest";
import { isConnectionError, parseRedisTarget } from "../../src/queue/connection.ts";

describe("REDIS_URL", () => {
  test.each([
    ["redis://localhost:6379", { url: "redis://localhost:6379" }],
    ["rediss://user:pass@example.org:6380/2", { url: "rediss://user:pass@example.org:6380/2" }],
    ["redis://[::1]:6379", { url: "redis://[::1]:6379" }],
    ["unix:///run/redis/redis.sock", { path: "/run/redis/redis.sock" }],
    ["/run/redis/redis.sock", { path: "/run/redis/redis.sock" }],
  ])("%s", (text, target) => {
    expect(parseRedisTarget(text)).toEqual(target);
  });

  test.each(["", " ", "localhost", "localhost:6379", "http://localhost", "redis://", "redis:secret", "unix://run/x"])(
    "%j is refused, and not repeated",
    (text) => {
      const parse = (): unknown => parseRedisTarget(text);
      expect(parse).toThrow(expect.objectContaining({ code: "REDIS_URL_INVALID" }));
      expect(parse).not.toThrow(/secret/);
    },
  );
});

describe("errors", () => {
  test.each([
    [Object.assign(new Error("connect ECONNREFUSED /x"), { code: "ECONNREFUSED" }), true],
    [Object.assign(new Error("connect ENOENT /x"), { code: "ENOENT" }), true],
    [new Error("Connection is closed."), true],
    [new Error("Command timed out"), true],
    [new Error("Stream isn't writeable and enableOfflineQueue options is false"), true],
    [new Error("READONLY You can't write against a read only replica."), true],
    [new Error("LOADING Redis is loading the dataset in memory"), true],
    [new Error("Missing lock for job 1. moveToFinished"), false],
    [new Error("OOM command not allowed when used memory > 'maxmemory'."), false],
    ["text", false],
  ])("%s: %s", (error, expected) => {
    expect(isConnectionError(error)).toBe(expected);
  });
});
