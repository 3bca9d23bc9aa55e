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
    ["line breaks", "\n".repeat(2_000_000)],
    ["blanks", " ".repeat(2_000_000)],
    ["slashes", "/\n".repeat(1_000_000)],
    ["broken commands", "/rond\n".repeat(300_000)],
  ])("looks at 2 MB of %s once", (_name, body) => {
    const startedAt = performance.now();

    expect(mayHoldCommand(body)).toBe(false);
    // A quadratic scan would need minutes; the limit is wide because test machines are busy.
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe("holdsTriggerBox", () => {
  it("knows the mark of the skip comment's checkbox", () => {
    expect(holdsTriggerBox("- [x] <!-- rondo:trigger --> 🔍 Trigger review")).toBe(true);
    expect(holdsTriggerBox("- [x] rondo:trigger")).toBe(false);
  });
});
