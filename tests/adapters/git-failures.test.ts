// Every way in which a checkout can fail has a name, and none leaves anything on the disk. And the checkout without a server.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { GitCheckoutsOptions } from "../../src/git/checkout.ts";
import { disposeLocalCheckout, localCheckout } from "../../src/git/local-checkout.ts";
import { gitHarness, REF } from "../support/git-harness.ts";
import { sampleRepo } from "../support/sample-repo.ts";

const harness = await gitHarness();
const { repo, root, server, tmp, prepare, checkouts } = harness;
afterAll(() => harness.close());
beforeEach(() => {
  server.requests.length = 0;
  server.answerWith(undefined);
});

const never = new AbortController().signal;

/** Runs a checkout that must fail, and checks that it left nothing behind. */
async function failing(change: {
  headSha?: string;
  mergeBaseSha?: string | null;
  options?: Partial<GitCheckoutsOptions>;
  repo?: string;
}): Promise<unknown> {
  const base = repo.commit({ a: "1\n" });
  const head = repo.commit({ a: "2\n" }, [base]);
  repo.setRef("refs/heads/main", base);
  repo.setRef("refs/pull/7/head", head);
  const before = existsSync(tmp) ? readdirSync(tmp).length : 0;
  const mergeBaseSha = change.mergeBaseSha === undefined ? base : change.mergeBaseSha;
  const commits = { headSha: change.headSha ?? head, baseSha: base, mergeBaseSha };
  const error = await checkouts(change.options)
    .prepare({ ...REF, repo: change.repo ?? "demo" }, commits, never)
    .then(
      () => "no error",
      (thrown: unknown) => thrown,
    );
  expect(existsSync(tmp) ? readdirSync(tmp).length : 0).toBe(before);
  return error;
}

describe("failures have names, and leave nothing on the disk", () => {
  const gone = "d".repeat(40);

  test("the head is gone, also when the pull request's ref moved on", async () => {
    expect(await failing({ headSha: gone })).toMatchObject({ name: "PermanentError", code: "HEAD_GONE" });
  });

  test("the merge base is gone", async () => {
    expect(await failing({ mergeBaseSha: gone })).toMatchObject({ name: "PermanentError", code: "BASE_GONE" });
  });

  test("no merge base", async () => {
    expect(await failing({ mergeBaseSha: null })).toMatchObject({ name: "PermanentError", code: "NO_MERGE_BASE" });
  });

  test("an empty repository", async () => {
    sampleRepo(join(root, "octo", "empty.git"));

    expect(await failing({ repo: "empty" })).toMatchObject({ name: "PermanentError", code: "REPOSITORY_EMPTY" });
  });

  test.each([
    [401, "RetryableError"],
    [403, "PermanentError"],
    [404, "PermanentError"],
    [429, "RetryableError"],
    [500, "RetryableError"],
    [503, "RetryableError"],
  ])("HTTP %i is a %s", async (status, name) => {
    server.answerWith((response) => response.writeHead(status).end("no"));

    expect(await failing({})).toMatchObject({ name, code: "GIT_FETCH_FAILED" });
  });

  test("a wrong token, a dead connection, nobody there, no answer in time", async () => {
    expect(await failing({ options: { mintToken: async () => "wrong" } })).toMatchObject({
      name: "PermanentError",
      code: "GIT_FETCH_FAILED",
    });
    server.answerWith((response) => response.socket?.destroy());
    expect(await failing({})).toMatchObject({ name: "RetryableError", code: "GIT_FETCH_FAILED" });
    expect(await failing({ options: { serverUrl: "http://127.0.0.1:1" } })).toMatchObject({
      name: "RetryableError",
      code: "GIT_FETCH_FAILED",
    });
    server.answerWith(() => {});
    expect(await failing({ options: { limits: { timeoutMs: 300 } } })).toMatchObject({
      name: "RetryableError",
      code: "GIT_FETCH_FAILED",
    });
  });

  test("an error while minting is passed on", async () => {
    expect(await failing({ options: { mintToken: () => Promise.reject(new Error("mint")) } })).toMatchObject({
      message: "mint",
    });
  });

  test("cancelled in the middle", async () => {
    server.answerWith(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const commits = { headSha: gone, baseSha: gone, mergeBaseSha: gone };

    await expect(checkouts().prepare(REF, commits, controller.signal)).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test.each(["http://github.com", "ext::sh -c id", "file:///tmp", "https://user:pw@github.com", "git@github.com:a/b"])(
    "server URL refused: %s",
    (serverUrl) => {
      expect(() => checkouts({ serverUrl })).toThrow(/must be https/);
    },
  );
});

describe("a repository on this machine", () => {
  test("gives the same as over the network, without one", async () => {
    const before = { a: "1\n", b: "\0" };
    const after = { a: "2\n", b: "\0\0", "package-lock.json": "{}" };
    const remote = await prepare(before, after);
    server.requests.length = 0;
    const local = await localCheckout({
      repoDir: repo.dir,
      base: "refs/heads/main",
      head: "refs/pull/7/head",
      tmpDir: tmp,
    });

    expect(server.requests).toEqual([]);
    expect([local.diff, local.headSha, local.mergeBaseSha]).toEqual([remote.diff, remote.headSha, remote.mergeBaseSha]);
    expect(local.files.map((file) => [file.path, file.omitted])).toEqual(
      remote.files.map((file) => [file.path, file.omitted]),
    );
    await disposeLocalCheckout(local);
    expect(existsSync(local.gitDir)).toBe(false);
  });

  test("says what is wrong", async () => {
    const tmpDir = tmp;
    await expect(localCheckout({ repoDir: "/", base: "a", head: "b", tmpDir })).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
    });
    await expect(localCheckout({ repoDir: repo.dir, base: "--help", head: "main", tmpDir })).rejects.toMatchObject({
      code: "UNKNOWN_REVISION",
    });
    const [one, other] = [repo.commit({ a: "1" }), repo.commit({ b: "2" })];
    await expect(localCheckout({ repoDir: repo.dir, base: one, head: other, tmpDir })).rejects.toMatchObject({
      code: "NO_MERGE_BASE",
    });
  });
});
