// `floor_after_round` decides once what blocks in a round; everything else reads it from the round.
import { describe, expect, test } from "vitest";
import type { Priority } from "../../../src/findings/finding.ts";
import { blockingInRound } from "../../../src/repo-config/floor.ts";

const decide = (blocking: Priority[], after: number | null, n: number) =>
  blockingInRound({ blocking_priorities: blocking, floor_after_round: after }, n);

describe("what blocks in a round", () => {
  test("everything configured, up to the round named and without a floor", () => {
    expect(decide(["P0", "P1", "P2"], 3, 3)).toEqual({ blocking: ["P0", "P1", "P2"], floor: null });
    expect(decide(["P0", "P1", "P2"], null, 99)).toEqual({ blocking: ["P0", "P1", "P2"], floor: null });
  });

  test("only P0 and P1 from the next round on", () => {
    expect(decide(["P0", "P1", "P2", "P3"], 3, 4)).toEqual({
      blocking: ["P0", "P1"],
      floor: { after_round: 3, lowered: ["P2", "P3"] },
    });
  });

  test("never more than the repository let block", () => {
    expect(decide(["P0"], 1, 2)).toEqual({ blocking: ["P0"], floor: null });
    expect(decide([], 1, 2)).toEqual({ blocking: [], floor: null });
    expect(decide(["P2"], 1, 2)).toEqual({ blocking: [], floor: { after_round: 1, lowered: ["P2"] } });
  });
});
