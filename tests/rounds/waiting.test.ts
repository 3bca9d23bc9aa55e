// Waiting is the queue's business: whatever a round waits for, the worker that waits with it is free for the others.
import { expect, it } from "vitest";
import { badGatewayAfterEffect } from "../../double/fault-presets.ts";
import { dividedPeriods } from "../torture/divided-periods.ts";
import { useStory } from "../support/use-story.ts";

/** Far longer than the other pull request needs: nobody waits for its end here. */
const SETTLE_MS = 120_000;
const stage = useStory({
  // One round at a time, so that one that waited inside of its worker would hold up every other one.
  workerEnv: { RONDO_CONCURRENCY: "1" },
  serverConfig: dividedPeriods(1, { settle_ms: SETTLE_MS }),
});

const CLEAN = { "a.ts": "export const a = 1;\n" };

it("a send whose end is unknown waits by timer: a worker with one place reviews the next pull request meanwhile", async () => {
  const story = stage();
  const [slow, quick] = [await story.repository(), await story.repository()];
  const match = { method: "POST", path: new RegExp(`/olga/${slow.name}/issues/1/comments`) };
  story.double.faults.add({ match, fault: badGatewayAfterEffect });
  const waiting = await story.open(slow, CLEAN);
  await story.until("the lost answer", () => story.double.faults.played() > 0);
  const other = await story.open(quick, CLEAN);
  await story.settled(other, "READY", 1);
  const record = await story.record(waiting);
  expect(record?.lease).toBeNull();
  expect(record?.state).not.toBe("READY");
  expect(Object.values(record?.effects ?? {}).map(({ status }) => status)).toContain("intended");
});
