// Where configuration is read from: the repository, its owner's `.github`, and the server's file, against the GitHub double;
// and `rondo config OWNER/REPO`, which asks the same way.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDouble, type Double } from "../../double/double.ts";
import type { Repository, User } from "../../double/state.ts";
import { PermanentError, RetryableError } from "../../src/errors.ts";
import { createGithubApp } from "../../src/github/app.ts";
import { githubPullRequests } from "../../src/github/pull-requests.ts";
import { silentLog } from "../../src/log.ts";
import type { PullRequests } from "../../src/ports.ts";
import { parseServerConfig } from "../../src/repo-config.ts";
import { configChange } from "../../src/steps/config-change.ts";
import { explainInForce, readConfig } from "../../src/steps/read-config.ts";
import { judgeJournal } from "../contracts/judge-journal.ts";
import { runRondo } from "../support/run-rondo.ts";

const PATH = ".github/rondo.yml";
const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = key.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const cwd = mkdtempSync(join(tmpdir(), "rondo-config-"));
const permissions = { metadata: "read", contents: "read" } as const;

let double: Double;
let clock = 0;
let owners = 0;

beforeAll(async () => {
  const publicKeyPem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  double = await startDouble({
    app: { id: 4242, slug: "rondo", publicKeyPem, ownerLogin: "app-owner", permissions, events: [] },
  });
});
afterAll(async () => {
  await double.stop();
  rmSync(cwd, { recursive: true, force: true });
});
beforeEach(() => double.faults.clear());

/** An owner of one's own with a repository `app`, and the reads as a worker has them. */
async function stage(files: Record<string, string | Buffer> = { "README.md": "# App\n" }, isAll = true) {
  owners += 1;
  const owner: User = double.createUser(`owner-${owners}`);
  const app: Repository = await double.createRepository({ owner, name: "app", files });
  const installation = await double.installApp({ account: owner, repositories: isAll ? "all" : [app] });
  const github = createGithubApp({ appId: 4242, privateKey: pem, apiUrl: double.apiUrl, log: silentLog() });
  const client = (id: number) => github.installationOctokit(id);
  const pullRequests: PullRequests = githubPullRequests({ client, monotonicMs: () => clock });
  const repo = { owner: owner.login, repo: "app", repoId: app.id, installationId: installation.id };
  const asked = () =>
    double.journal.entries
      .filter(({ path }) => path.includes(`/repos/${owner.login}/.github/`))
      .map(({ path, status }) => `${path.includes("/commits") ? "commits" : "contents"} ${status}`);
  const defaults = (text: string | Buffer | null, more: { isPrivate?: boolean } = {}) =>
    double.createRepository({ owner, name: ".github", ...more, ...(text !== null && { files: { [PATH]: text } }) });
  const head = async () => await double.pushCommit(owner, app, { branch: "main", files: { "x.txt": `${owners}\n` } });
  return { owner, app, repo, pullRequests, asked, defaults, head };
}

describe("the owner's defaults", () => {
  it("are none without a `.github` repository, and a burst asks once a minute", async () => {
    const { pullRequests, repo, asked } = await stage();
    const burst = () => Promise.all(Array.from({ length: 50 }, () => pullRequests.fetchOwnerFile(repo, PATH)));
    expect(new Set(await burst())).toEqual(new Set([null]));
    await burst();
    expect(asked()).toEqual(["commits 404"]);
    clock += 61_000;
    await burst();
    expect(asked()).toEqual(["commits 404", "commits 404"]);
  });

  it("are read with the commit that changed them, and asked for again only when they changed", async () => {
    const { owner, pullRequests, repo, asked, defaults } = await stage();
    const home = await defaults("max_rounds: 3\n");
    const first = await pullRequests.fetchOwnerFile(repo, PATH);
    expect(first).toMatchObject({ text: "max_rounds: 3\n", commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    clock += 61_000;
    expect(await pullRequests.fetchOwnerFile(repo, PATH)).toEqual(first);
    expect(asked()).toEqual(["commits 200", "contents 200", "commits 304"]);
    const commit = await double.pushCommit(owner, home, { branch: "main", files: { [PATH]: "max_rounds: 4\n" } });
    expect(await pullRequests.fetchOwnerFile(repo, PATH)).toEqual(first);
    clock += 61_000;
    expect(await pullRequests.fetchOwnerFile(repo, PATH)).toEqual({ commit, text: "max_rounds: 4\n" });
    await double.pushCommit(owner, home, { branch: "main", files: { [PATH]: null, "a.txt": "a\n" } });
    clock += 61_000;
    expect(await pullRequests.fetchOwnerFile(repo, PATH)).toBeNull();
  });

  it("are none where the App may not read them, and in an empty repository", async () => {
    const hidden = await stage({ "README.md": "" }, false);
    await hidden.defaults("max_rounds: 3\n", { isPrivate: true });
    expect(await hidden.pullRequests.fetchOwnerFile(hidden.repo, PATH)).toBeNull();
    const empty = await stage();
    await empty.defaults(null);
    expect(await empty.pullRequests.fetchOwnerFile(empty.repo, PATH)).toBeNull();
    expect([...hidden.asked(), ...empty.asked()]).toEqual(["commits 404", "commits 409"]);
  });

  it("that could not be read are not taken for none, and the next one asks again", async () => {
    const { pullRequests, repo, defaults, head } = await stage();
    await defaults("max_rounds: 3\n");
    const installation = { serverConfig: undefined, serverLayer: undefined };
    for (const fault of [
      { kind: "status", when: "before", status: 502 } as const,
      { kind: "status", when: "before", status: 403, headers: { "retry-after": "5" } } as const,
      { kind: "cutJson" } as const,
    ]) {
      double.faults.add({ match: { path: /\.github\/commits/ }, fault });
      const failed = readConfig(repo, await head(), { pullRequests, installation });
      await expect(failed, fault.kind).rejects.toBeInstanceOf(RetryableError);
    }
    expect((await readConfig(repo, await head(), { pullRequests, installation })).config.max_rounds).toBe(3);
  });
});

describe("a file that is there and is no text", () => {
  it.each([
    ["FILE_TOO_LARGE", "#".repeat(1_100_000), /has 1100000 bytes at .* Nothing in it applies\.$/],
    ["FILE_NOT_TEXT", Buffer.from("max_rounds: 3\n", "utf16le").fill(0xff, 0, 2), /is not UTF-8 text at /],
  ])("%s is a problem, never an empty file", async (code, text, words) => {
    const { pullRequests, repo, head } = await stage({ [PATH]: text });
    const commit = await head();
    const refused = pullRequests.fetchFile(repo, PATH, commit);
    await expect(refused).rejects.toMatchObject({ code, constructor: PermanentError });
    const installation = { serverConfig: undefined, serverLayer: undefined };
    const { config, problems, source } = await readConfig(repo, commit, { pullRequests, installation });
    expect(problems).toEqual([expect.stringMatching(words)]);
    expect(source).toBe(`.github/rondo.yml @ ${commit.slice(0, 7)}`);
    expect(config.max_rounds).toBe(10);
  });

  it("NOT_A_FILE: a folder of that name", async () => {
    const { pullRequests, repo, head } = await stage({ [`${PATH}/x`]: "1\n" });
    const installation = { serverConfig: undefined, serverLayer: undefined };
    const { problems } = await readConfig(repo, await head(), { pullRequests, installation });
    expect(problems).toEqual([
      expect.stringMatching(/^\.github\/rondo\.yml is not a file at .*Make .* a plain file\./),
    ]);
  });
});

it("each value is explained with the file, commit and line of its source", async () => {
  const { pullRequests, repo, defaults, head } = await stage({ [PATH]: "\nbadges: false\n" });
  await defaults("max_rounds: 3\n");
  const server = parseServerConfig("transcript: full\n");
  const commit = await head();
  const installation = { serverConfig: server.config, serverLayer: server.layer };
  const { values, source } = await explainInForce(repo, commit, { pullRequests, installation });
  const from = new Map(values.map((one) => [one.key, one.source]));
  const home = `${repo.owner}/.github`;
  expect(source).toMatch(
    new RegExp(`^\\.github/rondo\\.yml @ ${commit.slice(0, 7)}, ${home} @ [0-9a-f]{7}, server file$`),
  );
  expect(from.get("badges")).toMatchObject({ file: PATH, sha7: commit.slice(0, 7), line: 2 });
  expect(from.get("max_rounds")).toMatchObject({ file: home, line: 1 });
  expect(from.get("transcript")).toMatchObject({ file: "server file", line: 1 });
  expect(from.get("aliases")).toBe("default");
});

const env = (): Record<string, string> => ({ APP_ID: "4242", PRIVATE_KEY: pem, GITHUB_API_URL: double.apiUrl });

describe("rondo config OWNER/REPO", () => {
  it("prints every value with its source, as text and as JSON, at the default branch or another commit", async () => {
    const { repo, defaults, app, owner } = await stage({ [PATH]: "max_rounds: 4\nbagdes: no\n" });
    await defaults("transcript: full\n");
    const old = await double.pushCommit(owner, app, { branch: "release/2", files: { [PATH]: "max_rounds: 7\n" } });
    writeFileSync(join(cwd, "server.yml"), "badges: false\nsecret_key: 1\n");
    const name = `${repo.owner}/app`;
    const [text, json, wrong] = await Promise.all([
      runRondo(["config", name], { cwd, env: { ...env(), RONDO_CONFIG: "server.yml" } }),
      runRondo(["config", "show", name, "--json", "--ref", "release/2"], { cwd, env: env() }),
      runRondo(["config", name, "--ref", "no-such-branch"], { cwd, env: env() }),
    ]);
    expect(text).toMatchObject({ code: 0, err: "" });
    expect(text.out).toMatch(new RegExp(`^${name} at main \\([0-9a-f]{7}\\): \\.github/rondo\\.yml @ `));
    expect(text.out).toContain('! line 2, column 1: unknown key "bagdes"; did you mean "badges"?');
    expect(text.out).toContain('! server file: line 2, column 1: unknown key "secret_key"');
    expect(text.out).toMatch(/^max_rounds +4 +\.github\/rondo\.yml:1 @ [0-9a-f]{7}$/m);
    expect(text.out).toMatch(new RegExp(`^transcript +full +${repo.owner}/\\.github:1 @ `, "m"));
    expect(text.out).toMatch(/^badges +false +server file:1$/m);
    expect(text.out).toMatch(/^max_inline_comments +30 +default/m);
    const read = JSON.parse(json.out);
    expect(json).toMatchObject({ code: 0, err: "" });
    expect(read).toMatchObject({ repository: name, ref: "release/2", commit: old, problems: [] });
    expect(read.values.find((one: { key: string }) => one.key === "max_rounds")).toEqual({
      key: "max_rounds",
      value: 7,
      default: 10,
      source: { layer: "repository", file: PATH, sha7: old.slice(0, 7), line: 1 },
      has_effect: true,
    });
    expect(wrong).toMatchObject({ code: 2, out: "" });
    expect(wrong.err).toContain(`${name} has no commit, branch or tag no-such-branch.`);
  });

  it("says what is missing: credentials, a name, the installation", async () => {
    const [bare, nameless, path, unknown] = await Promise.all([
      runRondo(["config", "octo/hello"], { cwd }),
      runRondo(["config", "show"], { cwd }),
      runRondo(["config", ".github/rondo.yml"], { cwd }),
      runRondo(["config", "nobody/nothing"], { cwd, env: env() }),
    ]);
    expect(bare.code).toBe(78);
    expect(bare.err).toMatch(/APP_ID[\s\S]*rondo doctor/);
    expect(nameless.code).toBe(2);
    expect(nameless.err).toContain("Which repository? Name it as OWNER/REPO.");
    expect(path.code).toBe(2);
    expect(path.err).toContain("rondo config check FILE");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("This App is not installed on nobody/nothing");
    expect([bare, nameless, path, unknown].map(({ out }) => out)).toEqual(["", "", "", ""]);
  });
});

describe("a pull request that changes the file itself", () => {
  it("is told that it applies after the merge, and what is wrong with it", async () => {
    const { owner, app, repo, pullRequests, head } = await stage({ [PATH]: "badges: false\n" });
    const mergeBaseSha = await head();
    const change = async (files: Record<string, string | null>): Promise<string | null> => {
      const branch = `branch-${Math.random().toString(36).slice(2)}`;
      const headSha = await double.pushCommit(owner, app, { branch, parent: mergeBaseSha, files });
      return await configChange(repo, { headSha, mergeBaseSha }, { pullRequests });
    };
    expect(await change({ "a.ts": "1;\n" })).toBeNull();
    expect(await change({ [PATH]: "badges: true\n" })).toBe(
      "This pull request changes .github/rondo.yml; this round goes by the base branch, and a change applies after the merge.",
    );
    expect(await change({ [PATH]: "bagdes: true\n" })).toMatch(
      /In its new version: line 1, column 1: unknown key "bagdes"/,
    );
    expect(await change({ [PATH]: null })).toMatch(/^This pull request removes /);
    expect(await change({ [PATH]: "#".repeat(1_100_000) })).toMatch(/cannot be compared .* applies after the merge\.$/);
  });

  it("which the base branch loses: the next round goes by the defaults", async () => {
    const { owner, app, repo, pullRequests, head } = await stage({ [PATH]: "badges: false\n" });
    const needs = { pullRequests, installation: { serverConfig: undefined, serverLayer: undefined } };
    expect((await readConfig(repo, await head(), needs)).config.badges).toBe(false);
    const without = await double.pushCommit(owner, app, { branch: "main", files: { [PATH]: null, "y.txt": "y\n" } });
    expect(await readConfig(repo, without, needs)).toMatchObject({ config: { badges: true }, source: "defaults" });
  });
});

it("everything that was asked is what GitHub's own description of its API allows", () => {
  expect(double.journal.entries.length).toBeGreaterThan(20);
  expect(judgeJournal(double.journal)).toEqual([]);
});
