// `rondo demo` as a person runs it: the built program, a process of its own, real parts behind it. The demo knows no
// outcome, so it must tell the story of any repository, and say where a round stands that does not end.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { realCodex } from "../support/codex.ts";

const codex = await realCodex("the demo with the reviewer codex");
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Ended = { code: number; out: string; err: string; summary: Record<string, unknown> };

function demo(...args: string[]): Promise<Ended> {
  return demoWith({}, ...args);
}

function demoWith(more: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const main = join(process.env["RONDO_TEST_DIST"] ?? resolve("dist"), "src/cli/main.js");
  const scratch = mkdtempSync(join(tmpdir(), "rondo-demo-test-"));
  folders.push(scratch);
  const env = { PATH: process.env["PATH"] ?? "", HOME: scratch, TMPDIR: scratch, ...more };
  return new Promise((done) => {
    execFile(process.execPath, [main, "demo", "--once", ...args], { env, timeout: 110_000 }, (error, out, err) => {
      const last = out.trim().split("\n").at(-1) ?? "";
      const summary: Record<string, unknown> = last.startsWith("{") ? JSON.parse(last) : {};
      const left = readdirSync(scratch).filter((name) => name.startsWith("rondo-"));
      expect(left, "what the demo left in the temporary folder").toEqual([]);
      done({ code: error === null ? 0 : Number(error.code), out, err, summary });
    });
  });
}

/** A repository with two commits; the second one writes `files`. */
function repository(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), "rondo-demo-repo-"));
  folders.push(dir);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: dir,
      encoding: "utf8",
    });
  git("init", "-q", "-b", "main");
  writeFileSync(join(dir, "README.md"), "# Mine\n");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text);
  git("add", ".");
  git("commit", "-q", "--allow-empty", "-m", "second");
  return dir;
}

describe("rondo demo --once", () => {
  it("tells the story from the first round to READY, and ends with the summary", async () => {
    const { code, out, summary } = await demo();

    expect(code, out).toBe(0);
    expect(summary).toMatchObject({ ok: true, state: "READY" });
    expect(Object.keys(summary)).toEqual([
      "ok",
      "rounds",
      "state",
      "headSha",
      "comments",
      "reviews",
      "findings",
      "durationMs",
    ]);
    expect(summary["rounds"]).toBeGreaterThanOrEqual(2);
    expect(summary["findings"]).toBeGreaterThanOrEqual(2);
    const inOrder = [
      "opens pull request",
      "Round 1 -- KICKOFF",
      "review on",
      "Round 1 -- RESULT",
      "pushes a fix",
      "Round 2 -- KICKOFF",
      "PR READY",
    ];
    const places = inOrder.map((words) => out.indexOf(words));
    expect(
      places.every((place) => place >= 0),
      out,
    ).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(out).toMatch(/src\/refunds\.ts:\d+/);
    expect(out).toMatch(/report\/nightly\.py:\d+/);
  }, 120_000);

  it.skipIf(codex === null)(
    "tells it with the real codex and a scripted model, and never uses a key",
    async () => {
      const key = "sk-test-Dm4Kq9Wz7Vt2Hx6Rb1Ln";
      const environment = {
        RONDO_CODEX_BIN: codex ?? "",
        OPENAI_API_KEY: key,
        OPENAI_BASE_URL: "https://127.0.0.1:1/v1",
        RONDO_MODEL: "x",
      };

      const { code, out, err, summary } = await demoWith(environment, "--reviewer", "codex");

      expect(code, out + err).toBe(0);
      expect(summary).toMatchObject({ ok: true, state: "READY", rounds: 2, findings: 6, reviews: 1 });
      expect(out.match(/the model is a script on this machine/g)).toHaveLength(1);
      for (const place of ["src/refunds.ts:7", "report/nightly.py:11", "Round 2 -- RESULT\n                 READY"])
        expect(out).toContain(place);
      expect(out + err).not.toContain(key);
    },
    120_000,
  );

  it("says what installs codex where it is not, with the exit code of a missing service", async () => {
    const { code, err } = await demoWith({ RONDO_CODEX_BIN: "/nowhere/codex" }, "--reviewer", "codex");

    expect(code).toBe(69);
    expect(err).toMatch(/codex was not found at \/nowhere\/codex[^]*npm install --global @openai\/codex@/);
  });

  it("tells the story of any repository: one with a bug is not called ready", async () => {
    const dir = repository({ "cart.py": "def add(item, items=[]):\n    items.append(item)\n    return items\n" });

    const { code, out, summary } = await demo("--repo", dir);

    expect(code, out).toBe(0);
    expect(summary).toMatchObject({ ok: true, state: "OWNER_ACTION", rounds: 1, findings: 1, reviews: 1 });
    expect(out).toContain("cart.py:1");
  }, 120_000);

  it("and one without is", async () => {
    const dir = repository({ "cart.py": "def add(item, items):\n    return [*items, item]\n" });

    const { code, out, summary } = await demo("--repo", dir, "--base", "HEAD~1", "--transcript", "full");

    expect(code, out).toBe(0);
    expect(summary).toMatchObject({ ok: true, state: "READY", rounds: 1, findings: 0, reviews: 0 });
    for (const title of ["KICKOFF", "RESULT", "EVALUATION"]) expect(out).toContain(`Round 1 -- ${title}`);
  }, 120_000);

  it("says where a round stands that does not end in time, with a non-zero exit", async () => {
    const { code, out, summary } = await demo("--timeout", "1");

    expect(code).toBe(3);
    expect(out).toMatch(/did not end within 1 s: it stands at \w+|no state file was written/);
    expect(summary["ok"]).not.toBe(true);
  }, 120_000);

  it.each([
    [["--repo", "/"], "is not a git repository"],
    [["--base", "nowhere", "--repo", "."], "is no commit"],
    [["--timeout", "soon"], "--timeout takes a whole number"],
    [["--transcript", "loud"], "--transcript is compact or full"],
    [["--reviewer", "codx"], "--reviewer is static, codex or openai"],
    [["--reop", "x"], "--repo"],
  ])("refuses %j with a sentence", async (args, words) => {
    const { code, err } = await demo(...args);

    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(err).not.toMatch(/^\s+at /m);
  });
});
