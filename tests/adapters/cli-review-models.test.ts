// `rondo review` with a reviewer that asks a model: the built command, the real codex, a scripted endpoint.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import { stepOf } from "../../double/model/scenarios.ts";
import type { FakeStep } from "../../double/model/script.ts";
import { realCodex } from "../support/codex.ts";
import { runRondo } from "../support/run-rondo.ts";

const codex = await realCodex("rondo review --reviewer codex");
const KEY = "sk-test-Hb6Wn2Qz9Tv4Mx8Kd3Rj";
const root = mkdtempSync(join(tmpdir(), "rondo-cli-models-"));
const Answer = z.object({
  verdict: z.string(),
  findings: z.array(z.object({ path: z.string(), startLine: z.number(), title: z.string(), reviewer: z.string() })),
  problems: z.array(z.string()),
});
let model: FakeOpenai;
let dir: string;

beforeAll(async () => {
  model = await startFakeOpenai({ look });
  dir = join(root, "repo");
  mkdirSync(join(dir, "src"), { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", dir, "-c", "user.name=t", "-c", "user.email=t@e.com", ...args]);
  const commit = (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text);
    git("add", "-A");
    git("commit", "-qm", "c");
  };
  git("init", "-q", "-b", "main");
  commit({ "far.ts": "export const far = 'committed';\n" });
  git("switch", "-qc", "feature");
  commit({ "src/a.ts": "// BUG(P1): Close the file\n" });
  // Not committed, so nobody sees it.
  writeFileSync(join(dir, "far.ts"), "export const far = 'changed';\n");
});
afterAll(async () => {
  await model.close();
  rmSync(root, { recursive: true, force: true });
});

async function review(reviewer: string, scenario: string, more: Readonly<Record<string, string>> = {}) {
  const tmp = mkdtempSync(join(root, "tmp-"));
  const environment = {
    TMPDIR: tmp,
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: model.baseUrl(scenario, reviewer),
    RONDO_MODEL: "m",
  };
  const run = await runRondo(["review", "--json", "--reviewer", reviewer], {
    cwd: dir,
    env: { ...environment, ...more },
  });
  const answer = run.out === "" ? null : Answer.parse(JSON.parse(run.out));
  return { ...run, answer, left: readdirSync(tmp) };
}

const FOUND = { path: "src/a.ts", startLine: 1, title: expect.stringContaining("Close the file") };

describe("rondo review with a model", () => {
  it("openai: reports what the model found at its line, sends the key to the endpoint and shows it to nobody", async () => {
    const { code, answer, out, err, left } = await review("openai", "reviewer");
    expect(code, err).toBe(1);
    expect(answer).toMatchObject({ verdict: "REQUEST_CHANGES", findings: [{ ...FOUND, reviewer: "openai" }] });
    expect(model.of("openai").map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`]);
    expect(out + err).not.toContain(KEY);
    expect(left).toEqual([]);
  });

  it("openai: a key that is not accepted is no clean review", async () => {
    const { code, answer, out } = await review("openai", "unauthorized");
    expect(code).toBe(3);
    expect(answer).toMatchObject({
      verdict: "ERROR",
      problems: expect.arrayContaining([expect.stringContaining("openai: auth: ")]),
    });
    expect(out).not.toContain("sk-");
  });

  it("codex: says what installs it where it is not, and which key is missing", async () => {
    const gone = await review("codex", "look", { RONDO_CODEX_BIN: "/nowhere/codex" });
    expect(gone).toMatchObject({ code: 69, out: "" });
    expect(gone.err).toMatch(/codex was not found at \/nowhere\/codex[^]*npm install --global @openai\/codex@/);
    const keyless = await review("codex", "look", { OPENAI_API_KEY: "", OPENAI_BASE_URL: "", RONDO_MODEL: "" });
    expect(keyless).toMatchObject({ code: 2, out: "" });
    expect(keyless.err).toContain("there is no key for it: OPENAI_API_KEY is not set");
  });

  it.skipIf(codex === null)("codex: looks around in the committed tree, and leaves nothing behind", async () => {
    const { code, answer, out, err, left } = await review("codex", "look", { RONDO_CODEX_BIN: codex ?? "" });
    expect(code, err).toBe(1);
    expect(answer?.findings).toMatchObject([{ ...FOUND, reviewer: "codex" }]);
    const seen = JSON.stringify(model.of("codex").map(({ body }) => body));
    const hadCommands = model.of("codex").length > 1;
    expect(hadCommands ? seen : "far = 'committed'").toContain("far = 'committed'");
    expect(seen).not.toContain("far = 'changed'");
    expect(out + err + seen).not.toContain(KEY);
    expect(left).toEqual([]);
  });
});

/** Looks at the change and at a file beside it where there are commands, then reports what it saw. */
function look(n: number, body: unknown): FakeStep {
  const { tools = [], input = [] }: { tools?: { name?: string }[]; input?: { type?: string }[] } = Object(body);
  const isOver =
    !tools.some(({ name }) => name === "exec_command") || input.some(({ type }) => type === "function_call_output");
  return isOver ? stepOf("reviewer", n, body) : { items: [{ call: "cat context/change.diff repo/far.ts" }] };
}
