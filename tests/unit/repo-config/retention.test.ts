// Which runs go is one rule; whatever the runs look like, what is kept is exactly what it says.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseServerConfig } from "../../../src/repo-config.ts";
import { FRESH_MS, type KeptRun, runsBeyond } from "../../../src/store/kept-runs.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const runs = fc
  .array(
    fc.record({ repo: fc.constantFrom("a/b", "a/c", ""), ageMs: fc.integer({ min: -FRESH_MS, max: 5 * FRESH_MS }) }),
    {
      maxLength: 40,
    },
  )
  .map((some) =>
    some.map(({ repo, ageMs }, n): KeptRun => ({ runId: `1-r1.1-x-${n}`, repo, writtenAtMs: NOW - ageMs })),
  );

it("keeps the newest of each repository and everything younger than an hour, and nothing else", () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 0, max: 12 }), (all, keep) => {
      const gone = new Set(runsBeyond(all, keep, NOW));
      for (const run of all) {
        const newer = all.filter(
          (other) =>
            other.repo === run.repo &&
            (other.writtenAtMs > run.writtenAtMs || (other.writtenAtMs === run.writtenAtMs && other.runId < run.runId)),
        );
        const mayGo = keep > 0 && newer.length >= keep && NOW - run.writtenAtMs > FRESH_MS;
        expect(gone.has(run)).toBe(mayGo);
      }
    }),
  );
});

it("is 50 unless the server's file says otherwise", () => {
  expect(parseServerConfig(null).config.retention.runs).toBe(50);
  expect(parseServerConfig("retention: { runs: 0 }").config.retention.runs).toBe(0);
  expect(parseServerConfig("retention: { runs: -1 }").problems).toHaveLength(1);
});
