// Git over HTTP: real git talks to the double. What a push sets off, and what is refused.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "vitest";
import { mint, startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

const run = promisify(execFile);
let sample: Sample;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "double-git-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));
beforeEach(async () => {
  sample = await startSample();
});
afterEach(() => sample.double.stop());

let clones = 0;
const ENV = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "T",
  GIT_AUTHOR_EMAIL: "t@example.com",
  GIT_COMMITTER_NAME: "T",
  GIT_COMMITTER_EMAIL: "t@example.com",
};

function git(cwd: string, token: string | undefined, ...args: string[]) {
  const basic = Buffer.from(`x-access-token:${token ?? ""}`).toString("base64");
  const header = token === undefined ? [] : ["-c", `http.extraHeader=Authorization: Basic ${basic}`];
  return run("git", [...header, ...args], { cwd, env: ENV });
}

/** The end of a git command that must fail, as text. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  }
  throw new Error("git was not refused");
}

async function clone(token: string, branch = "feature"): Promise<string> {
  const target = join(dir, `clone-${++clones}`);
  await git(dir, token, "clone", "-q", "-b", branch, `${sample.double.url}/olga/shop.git`, target);
  return target;
}

async function commit(cwd: string, file: string, text: string): Promise<string> {
  await writeFile(join(cwd, file), text);
  await git(cwd, undefined, "add", "-A");
  await git(cwd, undefined, "commit", "-q", "-m", `Change ${file}`);
  return (await git(cwd, undefined, "rev-parse", "HEAD")).stdout.trim();
}

test("a push moves the head, keeps refs/pull/N/head and announces before and after", async () => {
  const { double, author, pull } = sample;
  const before = pull.headSha;
  const token = double.tokenFor(author);
  const cwd = await clone(token);
  const after = await commit(cwd, "new.txt", "new");
  await git(cwd, token, "push", "-q", "origin", "HEAD:feature");
  expect(pull.headSha).toBe(after);
  const remote = await git(cwd, token, "ls-remote", "origin", "refs/pull/1/head");
  expect(remote.stdout.split("\t")[0]).toBe(after);
  const events = double.announced.slice(-3).map(({ event, action }) => `${event}.${action}`);
  expect(events).toEqual(["push.null", "check_suite.requested", "pull_request.synchronize"]);
  expect(double.announced.at(-1)?.payload).toMatchObject({
    number: 1,
    before,
    after,
    pull_request: { head: { sha: after } },
    sender: { login: "arno" },
  });
});

test("fetch by exact SHA, without blobs and shallow, by the App's token", async () => {
  const { double, token, pull } = sample;
  const cwd = join(dir, `bare-${++clones}`);
  await git(dir, undefined, "init", "-q", "--bare", cwd);
  await git(cwd, token, "fetch", "-q", "--depth=1", "--filter=blob:none", `${double.url}/olga/shop.git`, pull.headSha);
  expect((await git(cwd, undefined, "cat-file", "-t", pull.headSha)).stdout.trim()).toBe("commit");
});

test("a force-push is one; a stale lease is refused and changes nothing", async () => {
  const { double, author, repository, pull } = sample;
  const token = double.tokenFor(author);
  const cwd = await clone(token);
  const seen = pull.headSha;
  await double.pushCommit(author, repository, { branch: "feature", files: { "elsewhere.txt": "1" } });
  const theirs = pull.headSha;
  await commit(cwd, "mine.txt", "mine");
  const text = await refusal(git(cwd, token, "push", `--force-with-lease=feature:${seen}`, "origin", "HEAD:feature"));
  expect(text).toContain("stale info");
  expect(pull.headSha).toBe(theirs);
  await git(cwd, token, "push", "-q", `--force-with-lease=feature:${theirs}`, "origin", "HEAD:feature");
  expect(double.announced.findLast(({ event }) => event === "push")?.payload).toMatchObject({
    forced: true,
    before: theirs,
  });
});

test("a token without contents: write may fetch and not push", async () => {
  const { api, double, installation, author } = sample;
  const token = await mint(api, installation.id, { permissions: { contents: "read" } });
  const cwd = await clone(token);
  await commit(cwd, "x.txt", "x");
  expect(await refusal(git(cwd, token, "push", "origin", "HEAD:feature"))).toContain("403");
  expect(await refusal(git(cwd, "ghs_nobody", "ls-remote", "origin"))).toMatch(
    /Authentication failed|could not read Username/,
  );
  double.setPermission(author, sample.repository, "read");
  expect(await refusal(git(cwd, double.tokenFor(author), "push", "origin", "HEAD:feature"))).toContain("403");
});

test("refs/pull, protected branches, archived repositories and workflow files refuse a push", async () => {
  const { double, owner, author, repository, token } = sample;
  const person = double.tokenFor(author);
  const cwd = await clone(person);
  await commit(cwd, "x.txt", "x");
  expect(await refusal(git(cwd, person, "push", "origin", "HEAD:refs/pull/1/head"))).toContain(
    "deny updating a hidden ref",
  );
  double.protectBranch(repository, "main");
  expect(await refusal(git(cwd, person, "push", "origin", "HEAD:main"))).toContain("Protected branch update failed");
  await git(cwd, undefined, "checkout", "-q", "-b", "flow");
  await run("mkdir", ["-p", join(cwd, ".github/workflows")]);
  await commit(cwd, ".github/workflows/ci.yml", "on: push\n");
  expect(await refusal(git(cwd, token, "push", "origin", "HEAD:flow"))).toContain(
    "refusing to allow a GitHub App to create or update workflow",
  );
  await git(cwd, person, "push", "-q", "origin", "HEAD:flow");
  await double.archiveRepository(owner, repository);
  expect(await refusal(git(cwd, person, "push", "origin", "HEAD:again"))).toContain("403");
});

test("deleting the head branch closes the pull request", async () => {
  const { double, author, pull } = sample;
  const token = double.tokenFor(author);
  const cwd = await clone(token, "main");
  await git(cwd, token, "push", "-q", "origin", ":feature");
  expect(pull.state).toBe("closed");
  expect(double.announced.at(-1)).toMatchObject({ event: "pull_request", action: "closed" });
});

test("a fork's push moves the pull request of the base repository", async () => {
  const { double, repository } = sample;
  const fay = double.createUser("fay");
  const fork = await double.createFork(fay, repository);
  await double.pushCommit(fay, fork, { branch: "theirs", files: { "f.txt": "1" } });
  const pull = await double.openPullRequest(fay, repository, { title: "Fork", head: "theirs", headRepository: fork });
  const token = double.tokenFor(fay);
  const cwd = join(dir, `clone-${++clones}`);
  await git(dir, token, "clone", "-q", "-b", "theirs", `${double.url}/fay/shop`, cwd);
  const after = await commit(cwd, "f.txt", "2");
  await git(cwd, token, "push", "-q", "origin", "HEAD:theirs");
  expect(pull.headSha).toBe(after);
  const base = await git(cwd, sample.token, "ls-remote", `${double.url}/olga/shop`, `refs/pull/${pull.number}/head`);
  expect(base.stdout).toContain(after);
});

test("pushes at the same moment are taken one after the other", async () => {
  const { double, author, repository, pull } = sample;
  const shas = await Promise.all(
    ["a", "b", "c"].map((name) =>
      double.pushCommit(author, repository, { branch: "feature", files: { [name]: name } }),
    ),
  );
  expect(pull.headSha).toBe(shas[2]);
  const moves = double.announced
    .filter(({ action }) => action === "synchronize")
    .map(({ payload }) => [payload["before"], payload["after"]]);
  expect(moves.slice(1)).toEqual([
    [shas[0], shas[1]],
    [shas[1], shas[2]],
  ]);
});
