// What was sent twice is looked at again, once, when GitHub's lists have settled; a recent send has its time first.
import { expect, it } from "vitest";
import { arm, lookAgain, nextEffect } from "../../../src/round/outbox.ts";
import { newRecord, type PullRequestRecord } from "../../../src/round/round.ts";
import { perform } from "../../../src/steps/perform.ts";

const ref = { installationId: 1, repoId: 7, owner: "octo", repo: "app", number: 1 };
const EFFECT = { kind: "round", round: 1 } as const;

function sentTwice(change: Record<string, unknown> = {}): PullRequestRecord {
  const record = arm(newRecord(ref), [{ effect: EFFECT }]);
  const done = { status: "done" as const, id: 5, at: "2026-01-01T00:00:00Z", resent_at: "2026-01-01T00:00:00Z" };
  const effects = Object.entries(record.effects).map(([key, entry]) => [key, { ...entry, ...done, ...change }]);
  return { ...record, effects: Object.fromEntries(effects) };
}

it("opens it again with its object, so that whoever performs it looks before anything is sent", () => {
  const again = lookAgain(sentTwice(), "2026-01-01T00:02:10Z");
  const due = nextEffect(again, "2026-01-01T00:02:10Z");
  expect(due?.entry).toMatchObject({ status: "intended", id: 5, not_before: null });
  expect(due?.entry.resent_at).toBeUndefined();
});

it("leaves alone what was sent a moment ago, what is open, and what was sent once", () => {
  const untouched = [sentTwice(), sentTwice({ status: "intended" }), sentTwice({ resent_at: undefined })];
  for (const record of untouched) expect(lookAgain(record, "2025-12-31T23:59:00Z")).toBe(record);
  expect(lookAgain(sentTwice({ status: "intended" }), "2027-01-01T00:00:00Z").effects).toMatchObject({});
});

it("remembers it when the effect is decided again meanwhile", () => {
  const [entry] = Object.values(arm(sentTwice(), [{ effect: EFFECT }]).effects);
  expect(entry?.resent_at).toBe("2026-01-01T00:00:00Z");
});

it("does not look for what a dead worker sent before the lists can show it", async () => {
  const record = sentTwice({ status: "intended", id: null });
  const [[key, entry] = ["", undefined]] = Object.entries(record.effects);
  if (entry === undefined) throw new Error("nothing is due");
  const deps = { clock: { now: () => new Date("2026-01-01T00:00:04Z") }, installation: { settleMs: 10_000 } };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it must not get as far as the rest
  const performed = perform(ref, record, { key, entry }, deps as Parameters<typeof perform>[3]);
  await expect(performed).rejects.toMatchObject({ code: "NOT_SETTLED", retryAfterMs: 6000, isHeldBack: true });
});
