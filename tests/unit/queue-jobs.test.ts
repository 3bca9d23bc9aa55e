// Names, ids and rules of jobs: what Redis keeps in clear text, and for how long.
import { describe, expect, test } from "vitest";
import {
  backoffMs,
  DeliveryJob,
  roundJobOptions,
  timerJobId,
  timerJobOptions,
  webhookJobId,
  webhookJobOptions,
} from "../../src/queue/jobs.ts";
import { effectKey } from "../../src/round/effect-key.ts";
import { pullRequest, webhook } from "../support/queue.ts";

const key = effectKey({ repoId: 7, pr: 3, headSha: "b".repeat(40), round: 2, attempt: 1, kind: "deadline" });
const timer = { kind: "timer" as const, key, ref: pullRequest(3), fence: 4, timer: "deadline" };

test("ids: a GUID and an effect key, without the characters that BullMQ refuses", () => {
  expect(webhookJobId("12345")).toBe("dlv-12345");
  expect(timerJobId(key)).toBe(`v1_7_3_${"b".repeat(40)}_2.1_deadline`);
  expect(timerJobId(key)).not.toMatch(/[:/]/);
});

describe("shapes", () => {
  test("a webhook and a timer are read back as they were", () => {
    const job = webhook();
    expect(DeliveryJob.parse(job)).toEqual(job);
    expect(DeliveryJob.parse(timer)).toEqual(timer);
  });

  test.each([
    ["an unknown kind", { ...webhook(), kind: "other" }],
    ["a GUID with a colon", webhook("a:b")],
    ["an empty GUID", webhook("")],
    ["an event name that is none", { ...webhook(), event: "pull request" }],
    ["a payload that is a list", { ...webhook(), payload: [] }],
    ["a time that is none", { ...webhook(), receivedAt: "yesterday" }],
    ["a timer without an effect key", { ...timer, key: "soon" }],
    ["a timer with a broken fence", { ...timer, fence: -1 }],
  ])("%s is refused", (_, job) => {
    expect(DeliveryJob.safeParse(job).success).toBe(false);
  });
});

describe("rules", () => {
  test("back-off grows threefold up to ten minutes: 22 minutes of trying", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((made) => backoffMs(made, 2000, 600_000) / 1000);
    expect(waits).toEqual([2, 6, 18, 54, 162, 486, 600]);
  });

  test("deliveries: 8 attempts, finished ids for 7 days, failures kept", () => {
    expect(webhookJobOptions(webhook("g"))).toMatchObject({
      jobId: "dlv-g",
      attempts: 8,
      removeOnComplete: { age: 604_800, count: 200_000 },
      removeOnFail: { age: 604_800 },
    });
  });

  test("timers: their key is the id, and a fired one is forgotten", () => {
    expect(timerJobOptions(timer, 500)).toMatchObject({ jobId: timerJobId(key), delay: 500, removeOnComplete: true });
  });

  test("rounds: one live job per pull request, no id of their own", () => {
    const options = roundJobOptions({ ref: pullRequest(3) }, 0);
    expect(options.deduplication).toEqual({ id: "1001-3", keepLastIfActive: true, reschedule: true });
    expect(options).not.toHaveProperty("jobId");
    expect(roundJobOptions({ ref: pullRequest(3) }, 5).deduplication).toMatchObject({ reschedule: false });
  });
});
