// The clocks around a run of codex, with a program in its place that behaves as no real one should: each limit stops it, and
// is told by its own name.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describeEnding } from "../../src/report/failure.ts";
import type { ReviewLimits } from "../../src/reviewer.ts";
import { toReviewEnding } from "../../src/reviewers/ending.ts";
import { spawnCodex } from "../../src/reviewers/codex/spawn-codex.ts";
import { sandboxParts } from "../support/codex.ts";

const root = mkdtempSync(join(tmpdir(), "rondo-watchdogs-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string): string => join(root, name);
for (const name of ["home", "tmp", "wrapper", "context", "socket"]) mkdirSync(at(name));
const folder = {
  ...{ home: at("home"), tmp: at("tmp"), wrapper: at("wrapper"), context: at("context"), socketFolder: at("socket") },
  ...{ schemaFile: at("schema.json"), rubricFile: at("rubric.md"), remove: async () => {} },
};

/** How a run of `script` ended, and that in the words of the pull request. */
async function runOf(script: string, limits: Partial<ReviewLimits>, firstByteMs: number) {
  const file = at(`codex-${script.length}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  const whole: ReviewLimits = { timeoutMs: 20_000, maxOutputBytes: 100_000, ...limits };
  const { ending, durationMs } = await spawnCodex(
    {
      codex: { file, root: null, version: "0.0.0", identity: "" },
      shell: { kind: "none", reason: "not tried", report: null },
      ...{ parts: sandboxParts(), folder, tree: null, model: "m", question: "?", firstByteMs },
      gateway: { baseUrl: "http://127.0.0.1:1/v1", token: "t" },
    },
    whole,
    new AbortController().signal,
  );
  expect(durationMs).toBeLessThan(10_000);
  const review = toReviewEnding(ending, whole);
  return { ending: review, failure: describeEnding(review, durationMs).failure };
}

describe("codex that hangs", () => {
  const STARTED = `echo '{"type":"thread.started","thread_id":"1"}'`;

  it.each([
    { what: "says nothing at all", script: "sleep 30", limits: {}, firstByteMs: 300, limit: "silence", limitMs: 300 },
    {
      what: "falls silent later",
      script: `${STARTED}; sleep 30`,
      limits: { silenceMs: 400 },
      firstByteMs: 5000,
      limit: "silence",
      limitMs: 400,
    },
    {
      what: "talks on and on",
      script: `while :; do ${STARTED}; sleep 0.05; done`,
      limits: { timeoutMs: 500 },
      firstByteMs: 5000,
      limit: "phase_cap",
      limitMs: 500,
    },
  ])("$what is stopped, and the limit is named", async ({ script, limits, firstByteMs, limit, limitMs }) => {
    const { ending, failure } = await runOf(script, limits, firstByteMs);
    expect(ending).toEqual({ kind: "timedOut", limit, limitMs });
    expect(failure).toMatch(new RegExp(`^timeout: .*\\(${limit}\\) fired after \\d\\.\\d s`));
  });
});
