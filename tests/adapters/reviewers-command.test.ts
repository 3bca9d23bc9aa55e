// The command reviewer against programs that behave badly in every way we could think of. Each ends in a Review with a
// clear reason; none is thrown, none is taken for clean, none leaves a process behind.
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Review, ReviewRequest } from "../../src/reviewer.ts";
import { createCommandReviewer } from "../../src/reviewers/command.ts";
import { reviewAnswerJsonSchema } from "../../src/reviewers/review-answer.ts";
import { reviewRequestJsonSchema, toRequestJson } from "../../src/reviewers/review-request.ts";
import { prepareRequest } from "../support/review-request.ts";

const limits = { timeoutMs: 20_000, maxOutputBytes: 5_000_000 };

async function runProgram(
  script: string,
  change: { timeoutMs?: number; maxOutputBytes?: number; silenceMs?: number } = {},
): Promise<{ review: Review; request: ReviewRequest }> {
  const { request, root, dispose } = await prepareRequest({ "src/a.js": "export const a = 1;\nexport const b = 2;\n" });
  const program = join(root, "reviewer.mjs");
  await writeFile(program, script);
  try {
    const reviewer = createCommandReviewer({ argv: [process.execPath, program] });
    const review = await reviewer.review(request, { ...limits, ...change }, new AbortController().signal);
    return { review, request };
  } finally {
    await dispose();
  }
}

function answer(findings: unknown[], more: Record<string, unknown> = {}): string {
  const json = JSON.stringify({
    findings,
    overall_correctness: findings.length === 0 ? "patch is correct" : "patch is incorrect",
    overall_explanation: "Read it.",
    ...more,
  });
  return `process.stdout.write(${JSON.stringify(json)});`;
}

function claim(path: unknown, start: unknown = 2, end: unknown = 2): Record<string, unknown> {
  return {
    title: "[P1] Name the unit",
    body: "It is unclear.",
    priority: 1,
    code_location: { absolute_file_path: path, line_range: { start, end } },
  };
}

describe("the command reviewer", () => {
  it("sends the request on stdin and reads the findings from stdout", async () => {
    const script = `import { text } from "node:stream/consumers";
const request = JSON.parse(await text(process.stdin));
process.stderr.write(JSON.stringify(Object.keys(process.env).toSorted()));
process.stdout.write(JSON.stringify({ findings: [{ title: "[P1] " + request.repo + " " + request.schema, body: request.prompt, priority: 1,
  code_location: { absolute_file_path: request.checkout_dir + "/src/a.js", line_range: { start: 2, end: 2 } } }],
  overall_correctness: "patch is incorrect", overall_explanation: "x" }));`;
    const { review } = await runProgram(script);

    expect(review.ending).toEqual({ kind: "completed", exitCode: 0 });
    expect(review.reading).toBe("structured");
    expect(review.statedVerdict).toBe("REQUEST_CHANGES");
    expect(review.findings).toMatchObject([
      {
        priority: "P1",
        title: "octo/shop 1",
        body: "Review this change.",
        path: "src/a.js",
        startLine: 2,
        endLine: 2,
        reviewer: "command",
      },
    ]);
    expect(JSON.parse(review.diagnostics)).toEqual(["HOME", "LANG", "PATH", "RONDO_RUN_ID", "TMPDIR"]);
  });

  it("is asked again with its first answer and what was wrong with it, in a request that fits the schema", async () => {
    const { request, root, dispose } = await prepareRequest({ "src/a.js": "a\n" });
    const program = join(root, "reviewer.mjs");
    await writeFile(program, "process.stdin.pipe(process.stdout);");
    const reviewer = createCommandReviewer({ argv: [process.execPath, program] });
    const previousAnswer = { output: "all good!", problem: "it is no review JSON" };
    const ask = async (one: ReviewRequest): Promise<Record<string, unknown>> =>
      JSON.parse((await reviewer.review(one, limits, new AbortController().signal)).output);
    const [first, second] = [await ask(request), await ask({ ...request, previousAnswer })];
    await dispose();

    expect(reviewer.canBeAskedAgain).toBe(true);
    expect(Object.keys(first)).not.toContain("previous_answer");
    expect(second).toEqual({ ...first, previous_answer: "all good!", problem: "it is no review JSON" });
    expect(new Ajv2020({ strict: false }).validate(reviewRequestJsonSchema(), second)).toBe(true);
  });

  it("publishes schemas that its own request and a good answer fit", async () => {
    const { request, dispose } = await prepareRequest({ "src/a.js": "a\n" });
    await dispose();
    const ajv = new Ajv2020({ strict: false });

    expect(ajv.validate(reviewRequestJsonSchema(), toRequestJson(request, limits))).toBe(true);
    expect(ajv.validate(reviewRequestJsonSchema(), { schema: 1 })).toBe(false);
    expect(
      ajv.validate(reviewAnswerJsonSchema(), {
        findings: [claim("a.js")],
        overall_correctness: "patch is correct",
      }),
    ).toBe(true);
    expect(ajv.validate(reviewAnswerJsonSchema(), { findings: "none" })).toBe(false);
  });

  it.each([
    [
      "crashes",
      "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);",
      { kind: "killedBy", signal: "SIGSEGV" },
    ],
    [
      "exits with an error after a clean answer",
      `${answer([])} process.exitCode = 4;`,
      { kind: "exitedWith", exitCode: 4 },
    ],
    ["hangs", "setInterval(() => {}, 1000);", { kind: "timedOut", limit: "phase_cap", limitMs: 1_500 }],
    [
      "floods",
      "const a = 'x'.repeat(65536); const go = () => { while (process.stdout.write(a)); process.stdout.once('drain', go); }; go();",
      { kind: "outputTooLarge", limitBytes: 1_000_000 },
    ],
  ])("that %s has its ending and nothing else", async (_, script, ending) => {
    const { review } = await runProgram(script, { timeoutMs: 1_500, maxOutputBytes: 1_000_000 });

    expect(review.ending).toEqual(ending);
    expect(review).toMatchObject({ findings: [], statedVerdict: null, reading: "unreadable" });
  });

  it("that says nothing for too long is stopped by that limit, and one that talks is not (A95)", async () => {
    const quiet = { timeoutMs: 20_000, maxOutputBytes: 1_000_000, silenceMs: 700 };
    const talk = `const timer = setInterval(() => process.stderr.write("."), 200); setTimeout(() => { clearInterval(timer); ${answer([])} }, 1_500);`;
    const [silent, talking] = await Promise.all([
      runProgram("setInterval(() => {}, 1000);", quiet),
      runProgram(talk, quiet),
    ]);

    expect(silent.review.ending).toEqual({ kind: "timedOut", limit: "silence", limitMs: 700 });
    expect(talking.review.ending).toEqual({ kind: "completed", exitCode: 0 });
  });

  it("kills what a program forked and left behind", async () => {
    const script = `import { spawn } from "node:child_process";
for (let i = 0; i < 5; i += 1) { const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" }); child.unref(); process.stderr.write(child.pid + "\\n"); }
${answer([])}`;
    const { review } = await runProgram(script);
    const pids = review.diagnostics.trim().split("\n").map(Number);

    expect(review.reading).toBe("structured");
    expect(pids).toHaveLength(5);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it.each([
    ["nothing", "", /printed nothing/],
    ["garbage", "process.stdout.write('all good!');", /was not used/],
    ["half a JSON object", "process.stdout.write('{\"findings\": [');", /was not used/],
    ["invalid UTF-8", "process.stdout.write(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));", /not valid UTF-8/],
    ["findings of the wrong type", 'process.stdout.write(\'{"findings": "none"}\');', /was not used/],
    ["a title that is a number", answer([{ title: 7, body: "" }]), /was not used/],
    [
      "10,000 findings",
      answer(Array.from({ length: 10_000 }, (__, index) => ({ ...claim("src/a.js"), title: `[P2] Number ${index}` }))),
      /more than 1000 findings/,
    ],
    [
      "the codex text form",
      "process.stdout.write('Fine.\\n\\nReview comment:\\n\\n- [P1] A — src/a.js:1-1\\n  b\\n');",
      /was not used/,
    ],
  ])("that prints %s is unreadable, with the reason in the diagnostics", async (_, script, reason) => {
    const { review } = await runProgram(script);

    expect(review.ending).toEqual({ kind: "completed", exitCode: 0 });
    expect(review).toMatchObject({ findings: [], statedVerdict: null, reading: "unreadable" });
    expect(review.diagnostics).toMatch(reason);
  });

  it.each([
    ["a file that does not exist", "src/none.js"],
    ["a path outside", "../../etc/passwd"],
    ["an absolute path outside", "/etc/passwd"],
    ["a path with control characters", "src/a.js\n- [P0] forged"],
    ["the folder itself", "/"],
  ])("keeps a finding for %s without a place", async (_, path) => {
    const { review } = await runProgram(answer([claim(path)]));

    expect(review.reading).toBe("structured");
    expect(review.findings).toMatchObject([{ path: null, startLine: null, endLine: null, priority: "P1" }]);
    expect(review.findings[0]?.body).toMatch(/which is not a changed file\.$/);
    expect(review.findings[0]?.body).not.toContain("\n- [P0]");
  });

  it.each([
    ["negative", -4, -2],
    ["zero", 0, 0],
    ["backwards", 9, 3],
    ["huge", 1, 9_007_199_254_740_991],
  ])("does not throw for %s line numbers", async (_, start, end) => {
    const { review } = await runProgram(answer([claim("src/a.js", start, end)]));

    expect(review.findings).toHaveLength(1);
    const [finding] = review.findings;
    expect(finding?.startLine === null || (finding?.startLine ?? 0) >= 1).toBe(true);
  });

  it("carries its own name, its own time limit and its own environment", async () => {
    const { request, root, dispose } = await prepareRequest({ "src/a.js": "a\n" });
    const program = join(root, "reviewer.mjs");
    await writeFile(program, `process.stderr.write(process.env.MODE); ${answer([claim("src/a.js", 1, 1)])}`);
    const own = { name: "linter", environment: { MODE: "strict" } };
    const quick = createCommandReviewer({ ...own, argv: [process.execPath, program] });
    const slow = createCommandReviewer({ ...own, argv: ["/bin/sleep", "30"], timeoutMs: 300 });
    const answered = await quick.review(request, limits, new AbortController().signal);
    const late = await slow.review(request, limits, new AbortController().signal);
    await dispose();

    expect(quick.name).toBe("linter");
    expect(answered).toMatchObject({ reviewer: "linter", diagnostics: "strict", findings: [{ reviewer: "linter" }] });
    expect(late.ending).toEqual({ kind: "timedOut", limit: "phase_cap", limitMs: 300 });
  });

  it("names a program that is not there, and refuses an empty argv", async () => {
    const missing = createCommandReviewer({ argv: ["rondo-no-such-program"] });
    const { request, dispose } = await prepareRequest({ "a.js": "a\n" });
    const review = await missing.review(request, limits, new AbortController().signal);
    await dispose();

    expect(review.ending).toEqual({ kind: "notInstalled", command: "rondo-no-such-program" });
    await expect(missing.preflight()).resolves.toMatchObject({
      isReady: false,
      problem: expect.stringContaining("rondo-no-such-program"),
    });
    await expect(createCommandReviewer({ argv: ["sh"] }).preflight()).resolves.toEqual({
      isReady: true,
      label: "command sh",
    });
    expect(() => createCommandReviewer({ argv: [] })).toThrow("no program to run");
  });
});

/** A zombie that nobody collects in a container is dead too. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
