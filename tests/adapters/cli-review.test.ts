// `rondo review` in real repositories: which commits it looks at, what it prints, and its exit code.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { useCommandHost } from "../support/command-host.ts";
import { runRondo } from "../support/run-rondo.ts";
import { sarifProblems } from "../support/sarif.ts";

const root = mkdtempSync(join(tmpdir(), "rondo-cli-review-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CLEAN = "export const one = 1;\n";
const BUG = "export function f(x: number) {\n  if (x === NaN) return 1;\n  return 2;\n}\n";
const Answer = z.strictObject({
  base: z.string(),
  head: z.string(),
  reviewers: z.array(z.string()),
  verdict: z.string(),
  findings: z.array(
    z.strictObject({
      id: z.string(),
      priority: z.string().nullable(),
      title: z.string(),
      path: z.string().nullable(),
      startLine: z.number().nullable(),
      endLine: z.number().nullable(),
      body: z.string(),
      reviewer: z.string(),
      fingerprint: z.string(),
    }),
  ),
  worktree: z.boolean(),
  problems: z.array(z.string()),
});

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** A clone with a commit on `main` and a branch `feature` with one more. */
function repository(base: Readonly<Record<string, string>>, change: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(root, "repo-"));
  const git = (...args: string[]): string => execFileSync("git", ["-C", dir, ...args], { encoding: "utf8" }).trim();
  const commit = (files: Readonly<Record<string, string>>): string => {
    write(dir, files);
    git("add", "-A");
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "c", "--allow-empty");
    return git("rev-parse", "HEAD");
  };
  git("init", "-q", "-b", "main");
  const baseSha = commit(base);
  git("switch", "-qc", "feature");
  const headSha = commit(change);
  return { dir, git, commit, baseSha, headSha };
}

const runInHost = useCommandHost();
const review = (dir: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  runInHost(["review", ...args], { cwd: dir, env: { TMPDIR: root, ...env } });
/** As a process of its own, which must end by itself; once for each exit code. */
const start = (dir: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  runRondo(["review", ...args], { cwd: dir, env: { TMPDIR: root, ...env } });

async function json(dir: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const { code, out, err } = await review(dir, ["--json", ...args], env);
  expect(out, err).not.toBe("");
  return { code, err, ...Answer.parse(JSON.parse(out)) };
}

describe("rondo review", () => {
  it("prints place, priority, title, code and body, ends with the verdict, and exits 1 on blockers", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "src/b.ts": BUG });
    const { code, out } = await start(dir);
    expect(code).toBe(1);
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^src\/b\.ts:2 {2}P1 {2}\S.* {2}\(RD-1, static\)$/);
    expect(lines.slice(1, 4)).toEqual([
      "    1 | export function f(x: number) {",
      "  > 2 |   if (x === NaN) return 1;",
      "    3 |   return 2;",
    ]);
    expect(lines[4]).toMatch(/^ {2}\S/);
    expect(lines.at(-2)).toBe("REQUEST_CHANGES: 1 blocking finding, 0 advisory; static rules only");
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/\u001B/);
  });

  it("prints exactly the stable JSON, from a folder below the top too", async () => {
    const { dir, baseSha, headSha } = repository({ "src/a.ts": CLEAN }, { "src/b.ts": BUG });
    const answer = await json(join(dir, "src"));
    expect(answer).toMatchObject({
      code: 1,
      base: baseSha,
      head: headSha,
      reviewers: ["static"],
      verdict: "REQUEST_CHANGES",
      err: "",
    });
    expect(answer.findings).toMatchObject([{ id: "RD-1", path: "src/b.ts", startLine: 2, reviewer: "static" }]);
    expect(readdirSync(root).filter((name) => name.startsWith("rondo-"))).toEqual([]);
  });

  it("exits 0 without blockers", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": CLEAN });
    const { code, out } = await start(dir);
    expect({ code, out }).toEqual({ code: 0, out: "APPROVE: 0 blocking findings, 0 advisory; static rules only\n" });
  });

  it("starts at the merge base with origin's default branch, whatever its name", async () => {
    const upstream = repository({ "a.ts": CLEAN }, {});
    upstream.git("switch", "-q", "main");
    upstream.git("branch", "-m", "trunk");
    const dir = mkdtempSync(join(root, "clone-"));
    execFileSync("git", ["clone", "-q", upstream.dir, dir]);
    const later = upstream.commit({ "later.ts": BUG });
    execFileSync("git", ["-C", dir, "fetch", "-q"]);
    write(dir, { "b.ts": CLEAN });
    execFileSync("git", ["-C", dir, "add", "-A"]);
    execFileSync("git", ["-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "c"]);
    expect(await json(dir)).toMatchObject({ code: 0, base: upstream.baseSha, findings: [] });
    expect(await json(dir, ["--base", later])).toMatchObject({ code: 0, base: upstream.baseSha });
  });

  it("takes another base with --base, and names one that does not exist", async () => {
    const { dir, commit, headSha } = repository({ "a.ts": CLEAN }, { "b.ts": BUG });
    commit({ "c.ts": CLEAN });
    expect(await json(dir, ["--base", "HEAD~1"])).toMatchObject({ code: 0, base: headSha });
    expect(await json(dir, ["--base", "main"])).toMatchObject({ code: 1 });
    for (const name of ["nowhere", "--output=x"]) {
      const { code, err } = await review(dir, [`--base=${name}`]);
      expect(code).toBe(2);
      expect(err).toContain(`${name} names no commit in ${dir}.\nGive a branch, a tag or a commit id`);
    }
  });

  it("looks at commits alone and says on stderr what it leaves out", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": CLEAN });
    write(dir, { "a.ts": BUG, "c.ts": BUG });
    const { code, err, findings } = await json(dir);
    expect({ code, findings }).toEqual({ code: 0, findings: [] });
    expect(err).toBe("Not reviewed, because not committed: 1 changed and 1 untracked (--worktree reviews them too).\n");
  });

  it("reviews the working tree with --worktree, and leaves repository and files alone", async () => {
    const { dir, git, baseSha, headSha } = repository(
      { "a.ts": CLEAN, "gone.ts": CLEAN, ".gitignore": "ignored.ts\n" },
      { "b.ts": CLEAN },
    );
    write(dir, { "a.ts": BUG, "staged.ts": CLEAN, "ignored.ts": BUG, "deep/new.ts": BUG });
    git("add", "staged.ts");
    write(dir, { "staged.ts": BUG });
    rmSync(join(dir, "gone.ts"));
    const home = mkdtempSync(join(root, "home-"));
    write(home, { ".config/git/ignore": "*.mine.ts\n" });
    write(dir, { "x.mine.ts": BUG });
    const before = [git("status", "--porcelain"), snapshot(dir)];
    const answer = await json(join(dir, "deep"), ["--worktree"], { HOME: home });
    expect(answer).toMatchObject({ code: 1, err: "", base: baseSha, head: headSha, worktree: true });
    expect(answer.findings.map(({ path }) => path)).toEqual(["a.ts", "deep/new.ts", "staged.ts"]);
    expect(snapshot(dir)).toBe(before[1]);
    expect(git("status", "--porcelain")).toBe(before[0]);
    expect(readdirSync(root).filter((name) => name.startsWith("rondo-"))).toEqual([]);
    expect((await json(dir, [], { HOME: home })).err).toContain("3 changed and 1 untracked (--worktree");
  });

  it("sees a change of the same size in the same second as the index", async () => {
    const { dir, git } = repository({ "a.ts": "x === 123;\n" }, { "b.ts": CLEAN });
    // Git compares whole seconds: a file that changes twice in one of them looks unchanged by its time.
    await sleep(1010 - (Date.now() % 1000));
    write(dir, { "a.ts": "x === NaN;\n" });
    git("add", "a.ts");
    write(dir, { "a.ts": "x === 456;\n" });
    await sleep(1010 - (Date.now() % 1000));
    expect(await json(dir, ["--worktree"])).toMatchObject({ code: 0, findings: [] });
  });

  it("reviews the commits of a bare repository, which has no working tree", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": BUG });
    const args = ["--base", "main"];
    expect(await review(join(dir, ".git"), args)).toMatchObject({ code: 1 });
    const { code, err } = await review(join(dir, ".git"), [...args, "--worktree"]);
    expect(code).toBe(2);
    expect(err).toContain("has no working tree to review.\nLeave --worktree out");
  });

  it("writes SARIF that the standard's own schema takes, to a file or in place of the text", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "src/b c.ts": BUG });
    const toFile = await review(dir, ["--sarif", "out.sarif", "--json"]);
    expect(toFile).toMatchObject({ code: 1, err: "" });
    const log: unknown = JSON.parse(readFileSync(join(dir, "out.sarif"), "utf8"));
    expect(sarifProblems(log)).toEqual([]);
    const region = { startLine: 2, endLine: 2 };
    const physicalLocation = { artifactLocation: { uri: "src/b%20c.ts", uriBaseId: "%SRCROOT%" }, region };
    expect(log).toMatchObject({ runs: [{ results: [{ level: "error", locations: [{ physicalLocation }] }] }] });
    const printed = await review(dir, ["--sarif", "-"]);
    expect(printed.err).toBe("Not reviewed, because not committed: 1 untracked (--worktree reviews them too).\n");
    expect(JSON.parse(printed.out)).toEqual(log);
    const refused = await start(dir, ["--sarif", "nowhere/out.sarif"]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("The SARIF file nowhere/out.sarif cannot be written: ENOENT.");
  });

  it("says that there is nothing to review", async () => {
    const { dir, git } = repository({ "a.ts": CLEAN }, { "b.ts": BUG });
    git("switch", "-q", "main");
    const { code, out } = await review(dir);
    expect({ code, out }).toEqual({
      code: 0,
      out: "APPROVE: 0 blocking findings, 0 advisory; nothing to review, there is no change\n",
    });
  });

  it("takes a file that nobody read for no approval", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": `// ${"x".repeat(2_000_000)}\n`, "c.ts": CLEAN });
    const { code, verdict, err, problems } = await json(dir);
    expect({ code, verdict }).toEqual({ code: 3, verdict: "UNKNOWN" });
    expect(err).toContain("b.ts was not read: too_large.");
    expect(problems).toEqual(["b.ts was not read: too_large."]);
  });

  it("lets the base's rondo.yml decide what blocks, and the change cannot loosen it", async () => {
    const loose = { ".github/rondo.yml": "blocking_priorities: [P0]\n" };
    expect(await json(repository(loose, { "b.ts": BUG }).dir)).toMatchObject({ code: 0, verdict: "APPROVE" });
    expect(await json(repository({ "a.ts": CLEAN }, { ...loose, "b.ts": BUG }).dir)).toMatchObject({ code: 1 });
  });

  it.each([
    ["no repository", (dir: string) => dir, [], 2, "is not inside a git repository."],
    ["no commit", (dir: string) => git(dir, "init", "-q"), [], 2, "This clone knows no default branch"],
    ["a base but no commit", (dir: string) => git(dir, "init", "-q"), ["--base", "main"], 2, "names no commit in"],
    ["an unknown reviewer", (dir: string) => dir, ["--reviewer", "statik"], 2, "Did you mean static?"],
    ["a reviewer of later", (dir: string) => dir, ["--reviewer", "claude"], 2, "is not part of this version of Rondo."],
    ["an unknown option", (dir: string) => dir, ["--bsae", "x"], 2, "Did you mean --base?"],
    ["an argument", (dir: string) => dir, ["x"], 2, "rondo review has no place for x."],
    ["two answers", (dir: string) => dir, ["--json", "--sarif", "-"], 2, "both want standard output."],
    ["no value", (dir: string) => dir, ["--sarif", "--json"], 2, "--sarif needs a value: --sarif FILE."],
  ])("refuses %s", async (_name, prepare, args, code, words) => {
    const dir = mkdtempSync(join(root, "bad-"));
    prepare(dir);
    const answer = await review(dir, args);
    expect(answer).toMatchObject({ code, out: "" });
    expect(answer.err).toContain(words);
    expect(answer.err).not.toContain("bug in Rondo");
  });

  it("shows hostile code without its control characters", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": BUG.replace("return 1;", "return 1; // \u001B[2J") });
    const { code, out } = await review(dir);
    expect(code).toBe(1);
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/\u001B/);
    expect(out).toContain("[U+001B]");
  });

  it("ends quietly when its reader goes away", () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": BUG.repeat(300) });
    const main = resolve(process.env["RONDO_TEST_DIST"] ?? "dist", "src/cli/main.js");
    const script = `"${process.execPath}" "${main}" review --json 2>"${root}/err" | head -c 1; cat "${root}/err"`;
    expect(execFileSync("bash", ["-c", script], { cwd: dir, encoding: "utf8" })).toBe("{");
  });
});

describe("rondo review with a program as reviewer", () => {
  const answer = {
    findings: [{ title: "[P0] Stop", body: "b", code_location: null }],
    overall_correctness: "patch is incorrect",
  };

  it("asks one that RONDO_CONFIG names when it is named, without any key", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": CLEAN });
    const RONDO_CONFIG = server(
      `process.stderr.write(String(process.env.OPENAI_API_KEY));\nprocess.stdout.write(process.env.OPENAI_API_KEY ? "" : ${JSON.stringify(JSON.stringify(answer))});`,
    );
    const env = { RONDO_CONFIG, OPENAI_API_KEY: "sk-000000000000000000000000" };
    expect(await json(dir, ["--reviewer", "mine"], env)).toMatchObject({
      code: 1,
      reviewers: ["mine"],
      findings: [{ priority: "P0", title: "Stop", path: null, reviewer: "mine" }],
    });
    expect(await json(dir, [], env)).toMatchObject({ code: 0, reviewers: ["static"] });
  });

  it("never believes a server file that lies in the checkout", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": CLEAN });
    const RONDO_CONFIG = server("");
    mkdirSync(join(dir, "data"));
    symlinkSync(RONDO_CONFIG, join(dir, "data/rondo.yml"));
    writeFileSync(join(dir, ".env"), `RONDO_CONFIG=${RONDO_CONFIG}\n`);
    expect(await review(dir, ["--reviewer", "mine"])).toMatchObject({ code: 2, out: "" });
  });

  it.each([
    ["crashes", "process.exit(7)", "ERROR", "mine: reviewer_crashed: the reviewer ended with exit code 7."],
    ["says nothing", "", "ERROR", "mine: empty_output"],
    ["talks at length", `process.stdout.write("hello")`, "UNKNOWN", "mine: its answer could not be understood"],
  ])("exits 3 when it %s, also when static is content", async (_name, script, verdict, words) => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": CLEAN });
    const found = await json(dir, ["--reviewer", "mine", "--reviewer", "mine"], { RONDO_CONFIG: server(script) });
    expect(found).toMatchObject({ code: 3, verdict, reviewers: ["mine"] });
    expect(found.err).toContain(words);
  });

  it("names a server file that cannot be read, exit 78", async () => {
    const { dir } = repository({ "a.ts": CLEAN }, { "b.ts": CLEAN });
    const { code, err } = await start(dir, [], { RONDO_CONFIG: "/nowhere/rondo.yml" });
    expect(code).toBe(78);
    expect(err).toContain("RONDO_CONFIG names /nowhere/rondo.yml, which cannot be read.");
  });
});

/** A digest of every file with its bytes; outside of .git, where git marks objects as used, with its time of change. */
function snapshot(dir: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of entries.map((entry) => join(entry.parentPath, entry.name)).toSorted()) {
    const at = file.includes("/.git/") ? 0 : statSync(file).mtimeMs;
    hash.update(`${file} ${at}\n`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function git(dir: string, ...args: string[]): void {
  execFileSync("git", ["-C", dir, ...args]);
}

/** A server file that gives the program two names, one of them `static`. */
function server(script: string): string {
  const dir = mkdtempSync(join(root, "server-"));
  const program = join(dir, "reviewer.mjs");
  writeFileSync(program, `#!${process.execPath}\n${script}`);
  chmodSync(program, 0o755);
  writeFileSync(
    join(dir, "rondo.yml"),
    `commands:\n  mine:\n    argv: [${JSON.stringify(program)}]\n  static:\n    argv: [${JSON.stringify(program)}]\n`,
  );
  return join(dir, "rondo.yml");
}
