// The harness of the torture suites, held to what it promises: a failed cell fails its suite and says how to repeat it.
import { expect, it } from "vitest";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("crash");

it("plays every cell, and says which failed and how to play it again", async () => {
  const played: string[] = [];
  const cells = ["one", "two", "three"].map((id) => ({ id }));
  expect(suite.random.seed).toBeGreaterThanOrEqual(0);
  await suite.play(cells, 2, async ({ id }) => void played.push(id));
  expect(played).toEqual(["one", "two", "three"]);
});
