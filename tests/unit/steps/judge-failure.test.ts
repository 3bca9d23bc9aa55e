// What follows when an effect failed: which failures are tried again, when, and which end the round.
import { describe, expect, it } from "vitest";
import { PermanentError, RetryableError } from "../../../src/errors.ts";
import { githubError } from "../../../src/github/errors.ts";
import { networkError } from "../../../src/network-trouble.ts";
import type { EffectRecord } from "../../../src/round/effect-record.ts";
import type { Effect } from "../../../src/round/effect.ts";
import { judgeFailure } from "../../../src/steps/judge-failure.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const deps = { clock: { now: () => NOW }, installation: { settleMs: 10_000, staleReadMs: [2000, 10_000] } };

const entry = (effect: Effect, change: Partial<EffectRecord> = {}): { key: string; entry: EffectRecord } => ({
  key: "k",
  entry: {
    seq: 1,
    status: "pending",
    effect,
    not_before: null,
    tries: 0,
    id: null,
    node_id: null,
    url: null,
    at: null,
    note: null,
    ...change,
  },
});
const round: Effect = { kind: "round", round: 1 };
const eyes: Effect = { kind: "eyes", round: 1 };
const retryable = (more: { retryAfterMs?: number; isAmbiguous?: boolean } = {}) =>
  new RetryableError("later", { code: "GITHUB_FAILED", ...more });
const after = (ms: number): string => new Date(NOW.getTime() + ms).toISOString();

describe("judgeFailure", () => {
  it("tries a failure without effect again soon, and need not look for it", () => {
    expect(judgeFailure(retryable(), entry(round), deps)).toMatchObject({
      entry: { status: "pending", tries: 1, not_before: after(1000) },
      event: null,
    });
  });

  it("settles an unclear end first, and looks before it sends again", () => {
    expect(judgeFailure(retryable({ isAmbiguous: true }), entry(round), deps).entry).toMatchObject({
      status: "intended",
      not_before: after(10_000),
    });
    expect(judgeFailure(retryable({ isAmbiguous: true }), entry(round, { tries: 6 }), deps).entry.not_before).toBe(
      after(130_000),
    );
  });

  it("never forgets that an earlier end was unclear", () => {
    expect(judgeFailure(retryable(), entry(round, { status: "intended", tries: 1 }), deps).entry.status).toBe(
      "intended",
    );
  });

  it("waits as long as GitHub asks", () => {
    expect(judgeFailure(retryable({ retryAfterMs: 3_600_000 }), entry(round), deps).entry.not_before).toBe(
      after(3_600_000),
    );
  });

  it("ends the round when what the verdict needs cannot be posted", () => {
    const forbidden = new PermanentError("no permission", { code: "GITHUB_FORBIDDEN" });

    expect(judgeFailure(forbidden, entry(round), deps)).toMatchObject({
      entry: { status: "abandoned" },
      event: { kind: "publishingFailed", failure: expect.stringContaining("GITHUB_FORBIDDEN: no permission") },
    });
    expect(judgeFailure(retryable(), entry(round, { tries: 7 }), deps).event).toMatchObject({
      kind: "publishingFailed",
    });
  });

  it("keeps a host of the company's network for the operator, and shows the pull request what happened without it", () => {
    const wall = networkError(
      { kind: "proxyUnreachable", reason: "nothing listens at this address" },
      { host: "ghe.corp.test:8443", proxy: "http://proxy.corp.test:3128" },
    );
    const { entry: judged, event } = judgeFailure(githubError(wall, "x"), entry(round, { tries: 7 }), deps);

    expect(judged.note).toContain("http://proxy.corp.test:3128");
    expect(event).toMatchObject({
      failure:
        "publishing_failed: the round comment could not be posted (PROXY_UNREACHABLE: The server's proxy cannot be used: nothing listens at this address.)",
    });
  });

  it("gives up a courtesy without a word to the round", () => {
    expect(judgeFailure(new PermanentError("no", { code: "GITHUB_FORBIDDEN" }), entry(eyes), deps)).toMatchObject({
      entry: { status: "abandoned" },
      event: null,
    });
  });

  it("leaves deleted what a person deleted", () => {
    const gone = new PermanentError("gone", { code: "OBJECT_GONE" });

    expect(judgeFailure(gone, entry(round, { id: 7 }), deps)).toMatchObject({
      entry: { status: "abandoned", id: 7, note: "deleted by a person" },
      event: null,
    });
  });

  it("believes that something is missing only when GitHub says so again and again", () => {
    const missing = new PermanentError("not found", { code: "GITHUB_NOT_FOUND" });

    expect(judgeFailure(missing, entry(round, { id: 7 }), deps)).toMatchObject({
      entry: { status: "pending", id: 7, tries: 1, not_before: after(2000) },
      event: null,
    });
    expect(judgeFailure(missing, entry(round, { tries: 1, status: "intended" }), deps).entry).toMatchObject({
      status: "intended",
      not_before: after(10_000),
    });
    expect(judgeFailure(missing, entry(round, { tries: 2 }), deps)).toMatchObject({
      entry: { status: "abandoned" },
      event: { kind: "publishingFailed" },
    });
  });

  it("calls a bug a bug, without its stack", () => {
    const { entry: judged, event } = judgeFailure(new TypeError("x is undefined"), entry(round), deps);

    expect(judged.note).toBe("INTERNAL: an unexpected error; the log has it");
    expect(JSON.stringify(event)).not.toContain("undefined");
  });
});
