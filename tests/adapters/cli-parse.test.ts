// `rondo parse`: the stable JSON, what it refuses, and what it takes although it says little.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { useCommandHost } from "../support/command-host.ts";
import { runRondo } from "../support/run-rondo.ts";

const cwd = mkdtempSync(join(tmpdir(), "rondo-cli-parse-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const runInHost = useCommandHost();
const parse = (stdin: string | Uint8Array, ...args: string[]) => runInHost(["parse", ...args], { cwd, stdin });
const Answer = z.record(z.string(), z.unknown());

const TEXT = "Full review comments:\n\n- [P1] Close the file — /build/src/a.ts:3-6\n  It leaks.\n\nREQUEST_CHANGES\n";
const JSON_TEXT = JSON.stringify({
  findings: [
    {
      title: "Close the file",
      body: "It leaks.",
      code_location: { absolute_file_path: "/build/src/a.ts", line_range: { start: 3, end: 6 } },
    },
  ],
  overall_correctness: "patch is correct",
});

describe("rondo parse", () => {
  it("prints the stable JSON of a text, with the root cut off", async () => {
    const { code, out, err } = await parse(TEXT, "--json", "--root", "/build");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(Answer.parse(JSON.parse(out))).toEqual({
      format: "codex",
      findings: [
        { priority: "P1", title: "Close the file", path: "src/a.ts", startLine: 3, endLine: 6, body: "It leaks." },
      ],
      statedVerdict: "REQUEST_CHANGES",
      verdict: "REQUEST_CHANGES",
      verdictSource: "final_line",
      contradiction: null,
      problem: null,
      evidence: "findings",
      commit: null,
      notes: [],
    });
  });

  it("prints the stable JSON of a JSON answer; an untagged finding counts as P2 and the path stays as printed", async () => {
    const { code, out } = await parse(JSON_TEXT, "--json", "-");
    expect(code).toBe(0);
    expect(Answer.parse(JSON.parse(out))).toMatchObject({
      format: "json",
      findings: [{ priority: null, path: "/build/src/a.ts" }],
      statedVerdict: "APPROVE",
      verdict: "REQUEST_CHANGES",
      verdictSource: "structured",
    });
  });

  it("prints it for people", async () => {
    const { code, out } = await runRondo(["parse", "--root", "/build/"], { cwd, stdin: TEXT });
    expect(code).toBe(0);
    expect(out).toBe(
      "src/a.ts:3-6  P1  Close the file\n  It leaks.\n\nREQUEST_CHANGES: 1 blocking finding, 0 advisory; read from the last line, format codex, stated REQUEST_CHANGES\n",
    );
  });

  it("reads a file, also UTF-16 with its mark", async () => {
    writeFileSync(join(cwd, "answer.txt"), TEXT);
    writeFileSync(join(cwd, "wide.txt"), Buffer.from(`\uFEFF${TEXT}`, "utf16le"));
    const plain = await parse("", "--json", "answer.txt");
    expect(Answer.parse(JSON.parse(plain.out))).toMatchObject({ verdict: "REQUEST_CHANGES" });
    expect((await parse("", "--json", "wide.txt")).out).toBe(plain.out);
  });

  it.each([["I looked at it."], ["{"], ["{}"], ["\u0007"], ['{"findings": 3}'], ["😀".repeat(1000)]])(
    "takes a text that says nothing and calls it UNKNOWN, exit 0 (%#)",
    async (text) => {
      const { code, out, err } = await parse(text, "--json");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(Answer.parse(JSON.parse(out))).toMatchObject({ verdict: "UNKNOWN", verdictSource: "none", findings: [] });
    },
  );

  mkdirSync(join(cwd, "folder"));
  it.each([
    ["nothing", "", [], "Standard input is empty."],
    ["white space", " \n\t\n", [], "Standard input is empty."],
    ["a byte order mark alone", "\uFEFF", [], "Standard input is empty."],
    ["NUL bytes", "APPROVE\0\n", [], "Standard input is not text"],
    ["bytes that are no UTF-8", Buffer.from([0x41, 0xff, 0xc3]), [], "Standard input is not text"],
    ["too much", Buffer.alloc(17 * 1024 * 1024, 0x61), [], "Standard input has more than 16 MiB."],
    ["a file that is not there", "", ["nowhere.txt"], "cannot be read: there is no such file."],
    ["a folder", "", ["folder"], "cannot be read: it is a folder."],
    ["a text as json", TEXT, ["--format", "json"], "The text is not in the format json; it reads as codex."],
    ["JSON as codex", JSON_TEXT, ["--format", "codex"], "The text is not in the format codex; it reads as json."],
    ["a text as another vendor's", TEXT, ["--format", "copilot"], "not in the format copilot; it reads as codex."],
    ["prose as a record", "I looked at it.", ["--format", "record"], "in the format record; no format is recognised."],
    ["a format of nobody", TEXT, ["--format", "jsno"], "There is no format jsno. Did you mean json?"],
    ["two files", TEXT, ["a", "b"], "rondo parse has no place for b."],
    ["a wrong option", TEXT, ["--fromat", "json"], "Did you mean --format?"],
  ])("refuses %s, exit 2", async (_name, stdin, args, words) => {
    // Real pipes for what comes in pieces or not at all.
    const run = stdin.length === 0 || stdin.length > 65_536 ? runRondo : runInHost;
    const { code, out, err } = await run(["parse", ...args], { cwd, stdin });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
    expect(err).not.toContain("bug in Rondo");
  });

  it("names the format of a saved comment, its commit, and what it says beside the verdict", async () => {
    const file = join(import.meta.dirname, "../fixtures/golden/result-comment/clean-was-unknown.md");
    expect(await parse("", file)).toEqual({
      code: 0,
      err: "",
      out: "the comment detected UNKNOWN\nAPPROVE: 0 blocking findings, 0 advisory; read from a statement that nothing was found, format result-comment, none stated, commit 0123456789abcdef0123456789abcdef01234567\n",
    });
  });

  it("takes prose for codex when it is named: codex may say anything", async () => {
    const { code, out } = await parse("I looked at it.", "--json", "--format", "codex");
    expect({ code, answer: Answer.parse(JSON.parse(out)) }).toMatchObject({
      code: 0,
      answer: { format: "codex", verdict: "UNKNOWN", problem: expect.any(String) },
    });
  });

  it("ends quietly when its reader goes away", () => {
    writeFileSync(join(cwd, "long.txt"), TEXT.replace("It leaks.", "It leaks. ".repeat(100_000)));
    const main = join(process.cwd(), process.env["RONDO_TEST_DIST"] ?? "dist", "src/cli/main.js");
    const script = `"${process.execPath}" "${main}" parse long.txt | head -c 1`;
    expect(execFileSync("bash", ["-c", `set -o pipefail; { ${script}; } 2>&1`], { cwd, encoding: "utf8" })).toBe("/");
  });
});
