// The reviewer `codex` with the real program, against a scripted model: every way in which a run can end.
import { chmod, copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeEnding } from "../../src/report/failure.ts";
import type { Review, ReviewRequest } from "../../src/reviewer.ts";
import { realCodex, testReviewer } from "../support/codex.ts";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import type { FakeStep } from "../../double/model/script.ts";
import { CLEAN_REVIEW } from "../../double/model/scenarios.ts";
import { prepareRequest } from "../support/review-request.ts";

const bin = await realCodex("the reviewer codex against a scripted model");
const LIMITS = { timeoutMs: 60_000, maxOutputBytes: 1_000_000 };
const KEY = "sk-test-Xq81vTz0LrNw5YbK";

const FINDING = {
  title: "[P1] Close the file",
  body: "It stays open when parsing fails.",
  confidence_score: 0.9,
  priority: 1,
  code_location: { absolute_file_path: "repo/src/cart.ts", line_range: { start: 1, end: 1 } },
};
const BLOCKED = JSON.stringify({
  ...JSON.parse(CLEAN_REVIEW),
  findings: [FINDING],
  overall_correctness: "patch is incorrect",
});
const say = (...texts: string[]): FakeStep[] => [{ items: texts.map((text) => ({ text })) }];

describe.skipIf(bin === null)("codex", () => {
  let model: FakeOpenai;
  let prepared: Awaited<ReturnType<typeof prepareRequest>>;
  let runs = 0;
  beforeAll(async () => {
    prepared = await prepareRequest({ "src/cart.ts": "export const total = 0; // BUG(P1): Count\n" });
    model = await startFakeOpenai({
      blocked: say(BLOCKED),
      "then-bye": say(BLOCKED, "Bye"),
      split: say(BLOCKED.slice(0, 60), BLOCKED.slice(60)),
      asks: say(JSON.stringify({ ...JSON.parse(CLEAN_REVIEW), question: "Which database is meant?" })),
      long: say(`${BLOCKED}${" ".repeat(1_200_000)}`),
      huge: say("x".repeat(9_000_000)),
      "bad-bytes": [
        {
          raw: [
            'event: response.created\ndata: {"type":"response.created","response":{"id":"r\\ud800"}}\n\n',
            "data: \u0000\n\n",
          ],
        },
      ],
      hanging: [{ items: [{ text: "I look." }], hang: "mid" }],
    });
  });
  afterAll(async () => {
    await model.close();
    await prepared.dispose();
  });

  type More = { request?: Partial<ReviewRequest>; bounds?: object; timeoutMs?: number; signal?: AbortSignal };

  /** One run of a scenario. */
  async function review(scenario: string, more: More = {}): Promise<Review & { run: string; failure: string | null }> {
    runs += 1;
    const run = `run-${runs}`;
    const { bounds = {}, request = {}, timeoutMs = LIMITS.timeoutMs, signal = new AbortController().signal } = more;
    const reviewer = testReviewer(bin ?? "", () => model.baseUrl(scenario, run), { bounds });
    const got = await reviewer.review({ ...prepared.request, ...request }, { ...LIMITS, timeoutMs }, signal);
    return { ...got, run, failure: describeEnding(got.ending, got.durationMs).failure };
  }

  const FAILURES: readonly (readonly [string, string, object])[] = [
    ["unauthorized", "auth", {}],
    ["forbidden", "auth", {}],
    ["bad-request", "config", {}],
    ["model-not-found", "config", {}],
    ["not-found", "config", {}],
    ["rate-limited", "rate_limit", {}],
    ["quota", "quota", {}],
    ["usage-limit", "quota", {}],
    ["server-error", "overloaded", {}],
    ["bad-gateway", "overloaded", {}],
    ["unavailable", "overloaded", {}],
    ["gateway-timeout", "timeout", {}],
    ["context", "context", {}],
    ["failed-quota", "quota", {}],
    ["failed-server-error", "overloaded", {}],
    ["failed-context", "context", {}],
    ["max-output", "output_limit", {}],
    ["content-filter", "refused", {}],
    ["cut", "network", {}],
    ["eof", "network", {}],
    ["no-headers", "timeout", { headerTimeoutMs: 200 }],
    ["idle-headers", "timeout", { silenceMs: 200 }],
    ["idle-mid", "timeout", { silenceMs: 200 }],
    ["html", "config", {}],
    ["redirect", "config", {}],
  ];
  it.concurrent.for(FAILURES)("tells %s as %s", async ([scenario, kind, bounds], { expect }) => {
    const got = await review(scenario, { bounds });
    expect.soft(got.ending, got.diagnostics).toMatchObject({ kind: "failed", failure: kind });
    expect.soft(got).toMatchObject({ findings: [], statedVerdict: null, reading: "unreadable" });
    // Neither host nor the endpoint's words nor the key.
    expect.soft(got.failure).not.toMatch(/127\.0\.0\.1|sk-|https?:|scripted/);
    expect.soft(got.diagnostics).not.toContain(KEY);
  });

  const READ: readonly (readonly [string, Partial<Review>])[] = [
    ["ok", { statedVerdict: "APPROVE", reading: "structured", problem: null }],
    ["json-in-prose", { statedVerdict: "APPROVE", reading: "structured" }],
    ["then-bye", { statedVerdict: "REQUEST_CHANGES", reading: "structured" }],
    ["split", { statedVerdict: "REQUEST_CHANGES", reading: "structured" }],
    ["long", { statedVerdict: "REQUEST_CHANGES", reading: "structured" }],
    ["schema-mismatch", { statedVerdict: null, reading: "unreadable" }],
    ["prose", { statedVerdict: null, reading: "unreadable" }],
    ["refusal", { statedVerdict: null, reading: "unreadable" }],
    ["empty", { statedVerdict: null, reading: "unreadable", output: "" }],
    ["no-message", { statedVerdict: null, reading: "unreadable", output: "" }],
  ];
  it.concurrent.for(READ)("reads %s", async ([scenario, expected], { expect }) => {
    const got = await review(scenario);
    expect(got.ending, got.diagnostics).toEqual({ kind: "completed", exitCode: 0 });
    expect(got).toMatchObject(expected);
  });

  it.concurrent("gives findings with the paths of the repository, and what they cost", async () => {
    const got = await review("blocked");
    expect(got.findings).toMatchObject([
      { path: "src/cart.ts", startLine: 1, priority: "P1", title: "Close the file" },
    ]);
    expect(got.output).toContain('"src/cart.ts"');
    expect(got.spend).toMatchObject({ requests: 1, tokens: model.told(got.run) });
  });

  it.concurrent("takes no part of an answer that is too long to be read", async () => {
    expect((await review("huge")).ending).toMatchObject({ kind: "outputTooLarge" });
  });

  it.concurrent("ends as a question when the model asks one", async () => {
    const got = await review("asks");
    expect(got.ending).toMatchObject({ kind: "failed", failure: "needs_input" });
    expect(got.output).toBe("Which database is meant?");
  });

  it.concurrent("stops at the time limit and when the round no longer counts", async () => {
    const late = await review("hanging", { timeoutMs: 1500 });
    expect(late.ending).toEqual({ kind: "timedOut", limit: "phase_cap", limitMs: 1500 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 700);
    expect((await review("hanging", { signal: stop.signal })).ending).toEqual({ kind: "cancelled" });
  });

  it.concurrent("gives the model the change, no key, no path of this machine and no commands", async () => {
    const { run } = await review("ok");
    const [request] = model.of(run);
    const sent = JSON.stringify(request?.body);
    expect(request?.body.tools.map((tool: { name?: string }) => tool.name)).not.toContain("exec_command");
    expect(sent).toContain("export const total = 0;");
    expect(sent).toContain("Review this change.");
    expect(sent).not.toContain(KEY);
    expect(sent).not.toContain(prepared.root);
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(request?.body.text.format).toMatchObject({ type: "json_schema", strict: true });
  });

  it.concurrent("asks again with the answer alone", async () => {
    const previousAnswer = { output: "Looks fine, really.", problem: "it is no review" };
    const { run } = await review("ok", { request: { previousAnswer } });
    const sent = JSON.stringify(model.of(run)[0]?.body);
    expect(sent).toContain("Looks fine, really.");
    expect(sent).not.toContain("export const total");
  });

  it("leaves nothing of a run behind", async () => {
    await review("ok");
    expect((await readdir(prepared.root)).filter((name) => name.startsWith("codex-"))).toEqual([]);
  });

  it("says what is wrong with the program", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rondo-codex-bin-"));
    const look = async (file: string, content: string | null, mode = 0o755) => {
      const path = join(folder, file);
      if (content !== null) await writeFile(path, content, { mode });
      return await testReviewer(path, () => "").preflight();
    };
    expect(await look("absent", null)).toMatchObject({ problem: expect.stringContaining("was not found") });
    expect(await look("plain", "x", 0o644)).toMatchObject({ problem: expect.stringContaining("not executable") });
    expect(await look("script", "#!/bin/sh\necho hi\n")).toMatchObject({
      problem: expect.stringContaining("not the codex"),
    });
    const other = join(folder, "other");
    await copyFile("/bin/true", other);
    expect(await testReviewer(other, () => "").preflight()).toMatchObject({
      isReady: false,
      hint: expect.stringContaining("npm install"),
    });
    await rm(folder, { recursive: true });
  });

  it("refuses a program that was replaced while the server runs, and a folder that cannot be written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rondo-codex-bin-"));
    const copy = join(folder, "codex");
    await copyFile(bin ?? "", copy);
    const reviewer = testReviewer(copy, () => model.baseUrl("ok", "replaced"));
    expect(await reviewer.preflight()).toMatchObject({
      isReady: true,
      label: expect.stringContaining("codex 0.169.0"),
    });
    await chmod(copy, 0o755);
    await writeFile(join(folder, "new"), "#!/bin/sh\n", { mode: 0o755 });
    await rm(copy);
    await copyFile(join(folder, "new"), copy);
    const got = await reviewer.review(prepared.request, LIMITS, new AbortController().signal);
    expect(got.ending).toMatchObject({
      kind: "failed",
      failure: "config",
      message: expect.stringContaining("was replaced"),
    });
    expect(await reviewer.preflight()).toMatchObject({ isReady: false, hint: "Restart the server." });
    await writeFile(join(folder, "file"), "");
    const other = testReviewer(bin ?? "", () => model.baseUrl("ok", "replaced"));
    const diffFile = join(folder, "file", "change.diff");
    const failed = await other.review({ ...prepared.request, diffFile }, LIMITS, new AbortController().signal);
    expect(failed.ending).toMatchObject({ kind: "failed", failure: "config" });
    expect(model.of("replaced")).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
