// Do the suites notice? Each guard of the loop is taken out of a copy of the sources, and the test named for it must turn
// red; without the edit it must be green. The gate only checks that every text and every test still exists.
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { tortureSuite } from "../suite.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { copySources } from "./planted.ts";

const suite = tortureSuite("mutants");
const isPlayed = suite.isFull || suite.isOneCell;
const copy = isPlayed ? copySources() : undefined;
afterAll(() => copy?.remove());

it(
  "a guard that is gone turns its test red",
  async () => {
    expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(10);
    await suite.play(MUTANTS, 1, isPlayed ? play : find);
  },
  suite.timeoutMs,
);

/** The guard has its place in the sources, and there is a test that is named for it. */
async function find({ edits, killer }: Mutant): Promise<void> {
  for (const edit of edits) expect(readFileSync(edit.file, "utf8").split(edit.find), edit.find).toHaveLength(2);
  expect(readFileSync(killer.file, "utf8"), killer.file).toContain(nameIn(killer.test));
}

async function play({ killer, edits }: Mutant): Promise<void> {
  if (copy === undefined) throw new Error("there is no copy of the sources");
  const sound = await copy.verdictOf(killer, []);
  expect(sound.failed, `with its guard:\n${sound.output}`).toBe(0);
  const broken = await copy.verdictOf(killer, edits);
  expect(broken.failed, `nobody noticed; the test passed:\n${broken.output}`).toBeGreaterThan(0);
}

/** Names of `it.each` hold placeholders. */
function nameIn(test: string): string {
  return test.replace(/ hang$/, " %s");
}
