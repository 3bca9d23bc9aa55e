// The cheap look at the door: it may say yes too often, but never no to a command, and it never takes long.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsTriggerBox, mayHoldCommand } from "../../../src/intent/may-hold-command.ts";

describe("mayHoldCommand", () => {
  it.each([
    ["@codex review", true],
    ["   @rondo abort", true],
    ["\t@rondo", true],
    ["text\n@codex review", true],
    ["text\r@codex review", true],
    ["text\r\n\r\n /RONDO review", true],
    ["", false],
    ["thanks @ada", false],
    ["> @codex review", false],
    ["/rond", false],
    ["see /rondo", false],
    ["- @codex review", false],
  ])("%j is %s", (body, expected) => {
    expect(mayHoldCommand(body)).toBe(expected);
  });

  it("never misses a command line wherever it stands", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("@", "/rondo"), fc.string(), (before, mark, after) => {
        expect(mayHoldCommand(`${before}\n  ${mark}${after}`)).toBe(true);
      }),
    );
  });

  it.each([
    ["line breaks", "\n"],
    ["blanks", " "],
    ["slashes", "/\n"],
    ["broken commands", "/rond\n"],
  ])("takes for one long text of %s what eight texts of an eighth take", (_name, unit) => {
    const short = unit.repeat(4_000);
    const long = unit.repeat(32_000);
    // No seconds are asserted: a scan that starts over at every line takes eight times as long, on any machine.
    const ratio = least(() => mayHoldCommand(long)) / least(() => eightTimes(() => mayHoldCommand(short)));
    expect([ratio < 4, mayHoldCommand(long)], `as long as ${ratio.toFixed(1)} times eight short ones`).toEqual([
      true,
      false,
    ]);
  });
});

describe("holdsTriggerBox", () => {
  it("knows the mark of the skip comment's checkbox", () => {
    expect(holdsTriggerBox("- [x] <!-- rondo:trigger --> 🔍 Trigger review")).toBe(true);
    expect(holdsTriggerBox("- [x] rondo:trigger")).toBe(false);
  });
});

/** The least CPU time of this process in seven runs, in microseconds and never 0. */
function least(work: () => unknown): number {
  const runs = Array.from({ length: 7 }, () => {
    const start = process.cpuUsage();
    work();
    const used = process.cpuUsage(start);
    return used.user + used.system;
  });
  return Math.max(1, Math.min(...runs));
}

function eightTimes(work: () => unknown): void {
  for (let n = 0; n < 8; n += 1) work();
}
