import { expect, it } from "vitest";
import type { HeldLease, Rounds } from "../../src/ports.ts";
import { reapingRounds } from "../../src/reaping-rounds.ts";

const REF = { owner: "octo", repo: "shop", number: 7, repoId: 1, installationId: 5 };

/** The port, handing out this lease; and what was done. */
function stage(held: Pick<HeldLease, "takenOverFrom"> | undefined) {
  const done: string[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of the port is asked
  const rounds = { acquireLease: async () => held } as unknown as Rounds;
  const log = { debug: () => {}, info: () => {}, error: () => {}, warn: (text: string) => void done.push(text) };
  const reap = (): number => {
    done.push("reaped");
    return 2;
  };
  return { done, acquire: async () => await reapingRounds(rounds, reap, log).acquireLease(REF) };
}

it.each([
  ["nobody got the lease", undefined, []],
  ["the lease was free", { takenOverFrom: null }, []],
  [
    "its owner is dead",
    { takenOverFrom: { pid: 1 } },
    ["reaped", "Ended programs that a dead worker had left running"],
  ],
])("ends what a dead owner left running, and only then: %s", async (_, held, expected) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this field is looked at
  const { done, acquire } = stage(held as Pick<HeldLease, "takenOverFrom"> | undefined);
  expect(await acquire()).toBe(held);
  expect(done).toEqual(expected);
});
