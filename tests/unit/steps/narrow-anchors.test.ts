// Which places of a refused review GitHub does not take: found with few questions, and never more than were asked for.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Anchor } from "../../../src/findings/anchor.ts";
import { notShown, pathsOf, refusedAmong, without } from "../../../src/steps/narrow-anchors.ts";

const ids = (n: number): string[] => Array.from({ length: n }, (_, at) => `RD-${at + 1}`);

const line = (path: string, at: number, startLine: number | null = null): Anchor => ({
  kind: "line",
  path,
  line: at,
  side: "RIGHT",
  startLine,
  startSide: startLine === null ? null : "RIGHT",
});

async function narrow(n: number, bad: readonly string[]): Promise<{ refused: string[]; questions: number }> {
  let questions = 0;
  const refused = await refusedAmong(ids(n), async (some) => {
    questions += 1;
    return !some.some((id) => bad.includes(id));
  });
  return { refused, questions };
}

describe("refusedAmong", () => {
  it.each(ids(30))("finds %s among thirty", async (bad) => {
    const { refused, questions } = await narrow(30, [bad]);

    expect(refused).toEqual([bad]);
    expect(questions).toBeLessThanOrEqual(10);
  });

  it("misses none, whatever is refused, and asks sixteen times at most", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.array(fc.nat(29), { minLength: 1 }), async (n, picked) => {
        const bad = ids(n).filter((_, at) => picked.includes(at));
        const { refused, questions } = await narrow(n, bad);

        expect(refused).toEqual(expect.arrayContaining(bad));
        expect(questions).toBeLessThanOrEqual(16);
        // Only who had to stop asking may take more than the refused ones.
        expect(questions === 16 || refused.length === bad.length).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("takes back a refusal that has passed", async () => {
    expect(await refusedAmong(["RD-1"], async () => true)).toEqual([]);
    expect(await refusedAmong(ids(9), async () => true)).toEqual([]);
  });
});

describe("notShown", () => {
  const anchors = new Map<string, Anchor>([
    ["RD-1", line("a.ts", 2)],
    ["RD-2", line("a.ts", 9)],
    ["RD-3", line("a.ts", 3, 1)],
    ["RD-4", line("a.ts", 9, 2)],
    ["RD-5", line("gone.ts", 1)],
    ["RD-6", line("odd.ts", 1)],
    ["RD-7", { kind: "outside", reason: "no_path" }],
  ]);

  it("holds each place against the hunks that GitHub shows; what cannot be read shows nothing", () => {
    const patches = new Map([
      ["a.ts", "@@ -1,2 +1,3 @@ function a()\n one\n+two\n three\n\\ No newline at end of file"],
      ["odd.ts", "@@ -1,9 +1,9 @@\n-one\n+two"],
    ]);

    expect(notShown(anchors, [...anchors.keys()], patches)).toEqual(["RD-2", "RD-4", "RD-5", "RD-6", "RD-7"]);
    expect(pathsOf(anchors, ["RD-1", "RD-3", "RD-5", "RD-7"])).toEqual(new Set(["a.ts", "gone.ts"]));
  });

  it("takes a line away only from what had one", () => {
    const less = without(anchors, ["RD-1", "RD-7"]);

    expect(less.get("RD-1")).toEqual({ kind: "outside", reason: "refused" });
    expect(less.get("RD-7")).toEqual({ kind: "outside", reason: "no_path" });
    expect(less.get("RD-2")).toBe(anchors.get("RD-2"));
  });
});
