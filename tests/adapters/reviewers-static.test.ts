// The static reviewer as a deployment runs it: a real child process over hostile changes. A file that breaks an engine
// is named as not analysed and the rest is still reviewed; nothing of the pull request is ever executed or believed.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Review } from "../../src/reviewer.ts";
import { parseReview } from "../../src/findings/parse-review.ts";
import { createStaticReviewer } from "../../src/reviewers/static/static.ts";
import { analyseText } from "../support/static-analysis.ts";
import { prepareRequest } from "../support/review-request.ts";

const childFile = fileURLToPath(new URL("../../dist/src/reviewers/static/child.js", import.meta.url));
const limits = { timeoutMs: 60_000, maxOutputBytes: 1_000_000 };
const BUG = "export const has = (list, one) => (list.indexOf(one) ? 1 : 2);\n";

async function review(
  files: Readonly<Record<string, string | Uint8Array>>,
  change?: (root: string) => Promise<void>,
): Promise<Review> {
  const { request, root, dispose } = await prepareRequest(files);
  try {
    await change?.(root);
    return await createStaticReviewer({ childFile }).review(request, limits, new AbortController().signal);
  } finally {
    await dispose();
  }
}

const BUG_OF_OXLINT = "let a = 1;\na = a;\n";

const rulesIn = (label: string): number => Number(/\((?<n>\d+) rules\)$/.exec(label)?.groups?.["n"]);

describe("the static reviewer", () => {
  it("prints its findings in the text form that the parser reads back", async () => {
    const result = await review({ "src/a.js": BUG, "src/b.py": "def f(x, y=[]):\n    y.append(x)\n    return y\n" });

    expect(result.ending).toEqual({ kind: "completed", exitCode: 0 });
    expect(result.reading).toBe("structured");
    expect(result.label).toMatch(/^static rules \d+\.\d+ \(\d+ rules\)$/);
    expect(result.findings.map((one) => [one.rule, one.priority, one.path, one.startLine])).toEqual([
      ["index-of-as-condition", "P1", "src/a.js", 1],
      ["python-mutable-default", "P2", "src/b.py", 1],
    ]);
    const parsed = parseReview(result.output, { reviewer: "static", files: ["src/a.js", "src/b.py"] });
    expect(
      parsed.findings.map((one) => [one.priority, one.title, one.path, one.startLine, one.endLine, one.body]),
    ).toEqual(result.findings.map((one) => [one.priority, one.title, one.path, one.startLine, one.endLine, one.body]));
  });

  it("says that it was static rules only when nothing was found", async () => {
    const result = await review({ "src/a.js": "export const a = 1;\n" });

    expect(result.findings).toEqual([]);
    expect(result.reading).toBe("structured");
    expect(result.output).toBe("No static findings in 1 changed file; static rules only.\n");
  });

  it("runs the rules that the base branch chose, in the child too, and says how many", async () => {
    const { request, dispose } = await prepareRequest({ "a.ts": "export const a = 1; // TODO: two\ndebugger;\n" });
    const reviewer = createStaticReviewer({ childFile });
    const run = async (embeddedRules: { disable: string[]; enable: string[] }): Promise<Review> =>
      await reviewer.review({ ...request, embeddedRules }, limits, new AbortController().signal);
    const usual = await run({ disable: [], enable: [] });
    const chosen = await run({ disable: ["leftover-breakpoint"], enable: ["todo-comment"] });
    const fewer = await reviewer.preflight({ disable: ["leftover-breakpoint"], enable: [] });
    await dispose();

    expect(usual.findings.map(({ rule }) => rule)).toEqual(["leftover-breakpoint"]);
    expect(chosen.findings.map(({ rule }) => rule)).toEqual(["todo-comment"]);
    expect(rulesIn(chosen.label)).toBe(rulesIn(usual.label));
    expect(fewer.isReady && rulesIn(fewer.label)).toBe(rulesIn(usual.label) - 1);
  });

  it("reports added lines only", async () => {
    const result = await review({ "src/a.js": `${BUG}export const b = 2;\n` }, async (root) => {
      const diff = "diff --git a/src/a.js b/src/a.js\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1 +1,2 @@\n";
      await writeFile(join(root, "change.diff"), `${diff} ${BUG}+export const b = 2;\n`);
    });

    expect(result.ending.kind).toBe("completed");
    expect(result.findings).toEqual([]);
  });

  it("runs no plugin and obeys no configuration of the pull request", async () => {
    const canary = join(tmpdir(), `rondo-canary-${process.pid}`);
    const plugin = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(canary)}, "ran");\nexport default { meta: { name: "x" }, rules: {} };\n`;
    const off = JSON.stringify({
      plugins: [],
      jsPlugins: ["./plugin.js"],
      rules: { "no-self-assign": "off" },
      ignorePatterns: ["**"],
    });
    try {
      const result = await review({
        ".oxlintrc.json": off,
        "src/.oxlintrc.json": off.replace("./plugin.js", "../plugin.js"),
        "oxlint.config.ts": plugin,
        "eslint.config.js": plugin,
        "sgconfig.yml": "ruleDirs: [.]\n",
        ".eslintignore": "**\n",
        ".secretlintrc.json": '{"rules":[]}\n',
        ".secretlintignore": "**\n",
        "tsconfig.json": '{"extends":"./plugin.js"}\n',
        "package.json": '{"name":"x","type":"module","oxlint":{"jsPlugins":["./plugin.js"]}}\n',
        "plugin.js": plugin,
        "src/a.js": "export function a(o) {\n  o.x = o.x;\n}\n",
      });

      expect(result.findings.map((one) => one.rule)).toEqual(["no-self-assign"]);
      expect(existsSync(canary)).toBe(false);
    } finally {
      await rm(canary, { force: true });
    }
  });

  it.each([
    [
      "oxlint-disable",
      "/* oxlint-disable */\n// eslint-disable-next-line\nexport function a(o) { o.x = o.x; } // eslint-disable-line\n",
      "a.js",
      "no-self-assign",
    ],
    [
      "ts-nocheck",
      "// @ts-nocheck\n/* eslint no-self-assign: off */\nexport function a(o: any) { o.x = o.x; }\n",
      "a.ts",
      "no-self-assign",
    ],
    ["noqa", "# ruff: noqa\ndef f(x):\n    return x is 'a'  # noqa\n", "a.py", "python-literal-identity"],
    [
      "nolint",
      "package a\n\n//nolint:all\nfunc a() {\n\ttime.Sleep(5) //nolint\n}\n",
      "a.go",
      "go-duration-without-unit",
    ],
  ])("finds the bug in spite of %s, and says that the comment had no effect", async (_, text, path, rule) => {
    const result = await review({ [path]: text });

    expect(result.findings.map((one) => one.rule)).toEqual([rule]);
    expect(result.output).toMatch(/added comments? that would silence a linter had no effect here\./);
  });

  it.each([
    ["brackets", `${"if (a) {\n".repeat(2_000)}${"}".repeat(2_000)}\n`, /nested/],
    ["arrays", `export const a = ${"[".repeat(5_000)}${"]".repeat(5_000)};\n`, /nested/],
    ["negations", `export const a = ${"!".repeat(5_000)}1;\n`, /nested/],
    ["a line of 10 MB", `export const a = "${"x".repeat(10_000_000)}";\n`, /larger than/],
    ["a long line", `export const a = "${"x".repeat(30_000)}";\n`, /line is longer/],
    ["zero bytes", "export const a = 1;\0\n", /binary/],
  ])("lists a file with %s as not analysed and reviews the rest", async (_, text, reason) => {
    const result = await review({ "deep.js": text, "src/a.js": BUG });

    expect(result.ending).toEqual({ kind: "completed", exitCode: 0 });
    expect(result.findings.map((one) => one.path)).toEqual(["src/a.js"]);
    expect(result.notAnalysed.map((one) => one.path)).toEqual(["deep.js"]);
    expect(result.notAnalysed[0]?.reason).toMatch(reason);
    expect(result.output).toContain("Not analysed: deep.js (");
  });

  it.each([
    ["a sum of 60,000 terms", `export const a = ${"1 +\n".repeat(60_000)}1;\n`, "deep.js"],
    ["15,000 chained calls", `a${"\n.b()".repeat(15_000)};\n`, "deep.ts"],
    ["20,000 nested ternaries", `export const a = ${"b ? c :\n".repeat(20_000)}d;\n`, "deep.js"],
    ["a chain of 30,000 Python operators", `a = ${"1 + \\\n".repeat(30_000)}1\n`, "deep.py"],
    ["unbalanced brackets", `${"}\n".repeat(3_000)}${"(\n".repeat(140)}\n`, "deep.go"],
  ])("ends well with %s", async (_, text, path) => {
    const { request, dispose } = await prepareRequest({ [path]: text, "src/a.js": BUG });
    const reviewer = createStaticReviewer({ childFile, silenceMs: 4_000 });
    const result = await reviewer.review(request, limits, new AbortController().signal);
    await dispose();

    expect(result.ending).toEqual({ kind: "completed", exitCode: 0 });
    expect(result.findings.map((one) => one.path)).toContain("src/a.js");
  });

  it("never follows a symlink", async () => {
    const result = await review({ "link.js": "", "src/a.js": BUG }, async (root) => {
      await rm(join(root, "checkout", "link.js"));
      await symlink("/etc/passwd", join(root, "checkout", "link.js"));
    });

    expect(result.notAnalysed).toEqual([{ path: "link.js", reason: "not readable (ELOOP)" }]);
    expect(result.findings.map((one) => one.path)).toEqual(["src/a.js"]);
  });

  it("blames the file in hand when the child dies or hangs, and goes on with the others", async () => {
    const { request, root, dispose } = await prepareRequest({
      "a.js": BUG,
      "bad.js": BUG,
      "hang.js": BUG,
      "z.js": BUG,
    });
    const scripted = join(root, "child.mjs");
    await writeFile(
      scripted,
      `import { text } from "node:stream/consumers";
const work = JSON.parse(await text(process.stdin));
const say = (line) => process.stdout.write(JSON.stringify(line) + "\\n");
for (const path of work.paths) {
  if (work.done.includes(path)) continue;
  say({ kind: "start", path });
  if (path === "bad.js") process.kill(process.pid, "SIGSEGV");
  if (path === "hang.js") for (;;);
  say({ kind: "done", path, hits: [{ line: 1, endLine: 1, rule: "index-of-as-condition", context: "x" }], directives: 0 });
}
say({ kind: "oxlint", hits: [] });
say({ kind: "end" });
`,
    );
    try {
      const reviewer = createStaticReviewer({ childFile: scripted, silenceMs: 700 });
      const result = await reviewer.review(request, limits, new AbortController().signal);

      expect(result.ending).toEqual({ kind: "completed", exitCode: 0 });
      expect(result.findings.map((one) => one.path)).toEqual(["a.js", "z.js"]);
      expect(result.notAnalysed).toEqual([
        { path: "bad.js", reason: "the analysis crashed (SIGSEGV)" },
        { path: "hang.js", reason: "the analysis took longer than 0.7 s" },
      ]);
    } finally {
      await dispose();
    }
  });

  it("takes several children for a big change, and names what a child passed over", async () => {
    const names = Array.from({ length: 450 }, (_, index) => `f${index}.js`);
    const { request, root, dispose } = await prepareRequest(Object.fromEntries(names.map((name) => [name, BUG])));
    const scripted = join(root, "child.mjs");
    await writeFile(
      scripted,
      `import { text } from "node:stream/consumers";
const work = JSON.parse(await text(process.stdin));
const say = (line) => process.stdout.write(JSON.stringify(line) + "\\n");
process.stderr.write(work.paths.length + " ");
for (const path of work.paths) if (path !== "f7.js") say({ kind: "done", path, hits: [], directives: 0 });
say({ kind: "oxlint", hits: [] });
say({ kind: "end" });
`,
    );
    const result = await createStaticReviewer({ childFile: scripted }).review(
      request,
      limits,
      new AbortController().signal,
    );
    await dispose();

    expect(result.ending).toEqual({ kind: "completed", exitCode: 0 });
    expect(result.diagnostics).toBe("200 200 50 ");
    expect(result.notAnalysed).toEqual([{ path: "f7.js", reason: "the analysis passed it over" }]);
  });

  it.each([
    ["dies at once", "process.exit(3);", { kind: "exitedWith", exitCode: 3 }],
    ["ends without its last word", "", { kind: "exitedWith", exitCode: 1 }],
    [
      "prints garbage",
      'process.stdout.write("{]\\n\\u0000\\n{\\"kind\\":\\"end\\"");',
      { kind: "exitedWith", exitCode: 1 },
    ],
  ])("is no success when the child %s", async (_, script, ending) => {
    const { request, root, dispose } = await prepareRequest({ "a.js": BUG });
    const scripted = join(root, "child.mjs");
    await writeFile(scripted, script);
    try {
      const result = await createStaticReviewer({ childFile: scripted }).review(
        request,
        limits,
        new AbortController().signal,
      );

      expect(result.ending).toEqual(ending);
      expect(result).toMatchObject({ reading: "unreadable", findings: [], output: "" });
    } finally {
      await dispose();
    }
  });

  it("fails when the diff cannot be read, and stops at once when it is cancelled", async () => {
    const unreadable = await review({ "a.js": BUG }, (root) =>
      writeFile(join(root, "change.diff"), "diff --git nonsense\n"),
    );
    expect(unreadable).toMatchObject({ ending: { kind: "exitedWith" }, reading: "unreadable", findings: [] });

    const { request, dispose } = await prepareRequest({ "a.js": BUG });
    const controller = new AbortController();
    controller.abort();
    const cancelled = await createStaticReviewer({ childFile }).review(request, limits, controller.signal);
    await dispose();
    expect(cancelled).toMatchObject({ ending: { kind: "cancelled" }, reading: "unreadable" });
  });

  it("works in the checkout's own folder, where a dead worker's leftovers are swept, and leaves nothing there", async () => {
    const { request, root, dispose } = await prepareRequest({ "a.js": BUG });
    const [child, log] = [join(root, "child.mjs"), join(root, "log")];
    await writeFile(child, `import { writeFileSync } from "node:fs";\nwriteFileSync("../log", process.cwd());\n`);
    try {
      await createStaticReviewer({ childFile: child }).review(request, limits, new AbortController().signal);
      expect(dirname(await readFile(log, "utf8"))).toBe(root);
      await createStaticReviewer({ childFile }).review(request, limits, new AbortController().signal);
      expect((await readdir(root)).toSorted()).toEqual(["change.diff", "checkout", "child.mjs", "log"]);
    } finally {
      await dispose();
    }
  });

  it("lints in a folder that git ignores too", async () => {
    const root = await mkdtemp(join(tmpdir(), "rondo-ignored-"));
    try {
      await mkdir(join(root, ".git"));
      await mkdir(join(root, "work"));
      await writeFile(join(root, ".gitignore"), "*\n");
      const analysed = await analyseText("a.js", BUG_OF_OXLINT, join(root, "work"));
      expect(analysed).toEqual({ rules: ["no-self-assign"], failed: [] });
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("is ready when its engines are installed", async () => {
    await expect(createStaticReviewer({ childFile }).preflight()).resolves.toMatchObject({ isReady: true });
  });
});
