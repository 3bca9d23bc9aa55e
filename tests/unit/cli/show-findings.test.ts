// What a person sees of findings at a terminal, to the character.
import { describe, expect, it } from "vitest";
import { codeFrame, showFindings, showVerdict, type ShownFinding } from "../../../src/cli/show-findings.ts";

const FINDING: ShownFinding = {
  priority: "P1",
  title: "Close the file",
  body: "It leaks.\n\nAlways.",
  path: "a.ts",
  startLine: 2,
  endLine: 2,
  frame: [],
};

describe("showFindings", () => {
  it("keeps the findings of a file together, in the order of their first", () => {
    const other = { ...FINDING, path: "b.ts", body: "" };
    const whole = { ...FINDING, path: null, startLine: null, endLine: null, priority: null, body: "" };
    const text = showFindings(
      [{ ...FINDING, body: "" }, other, whole, { ...FINDING, body: "", startLine: 4, endLine: 6 }],
      false,
    );
    expect(text.split("\n").filter(Boolean)).toEqual([
      "a.ts:2  P1  Close the file",
      "a.ts:4-6  P1  Close the file",
      "b.ts:2  P1  Close the file",
      "whole change  P2 (untagged)  Close the file",
    ]);
  });

  it("indents the body and marks the lines that are meant", () => {
    const frame = codeFrame("one\n\ttwo\r\nthree\n", 2, 2);
    expect(showFindings([{ ...FINDING, id: "RD-1", reviewer: "static", frame }], false)).toBe(
      "a.ts:2  P1  Close the file  (RD-1, static)\n    1 | one\n  > 2 |   two\n    3 | three\n  It leaks.\n\n  Always.\n\n",
    );
  });

  it("lets no title, name, body or code speak to the terminal", () => {
    const evil = "\u001B]0;x\u0007\u009B2J\r\u202E";
    const frame = [{ line: 1, text: evil, isMeant: true }];
    const text = showFindings(
      [{ ...FINDING, path: evil, title: `a\n${evil}`, body: evil, frame, reviewer: evil }],
      false,
    );
    // oxlint-disable-next-line no-control-regex
    expect(text.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
  });

  it("paints only when told to", () => {
    const ESC = "\u001B[";
    expect(showFindings([FINDING], false)).not.toContain(ESC);
    expect(showFindings([FINDING], true)).toContain(`${ESC}31mP1${ESC}39m`);
    expect(showVerdict("APPROVE", { blocking: 0, advisory: 2 }, { hasColour: true })).toBe(
      `${ESC}32mAPPROVE${ESC}39m: 0 blocking findings, 2 advisory\n`,
    );
  });
});

describe("codeFrame", () => {
  const text = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join("\n");

  it.each([
    [1, 1, [1, 2]],
    [30, 30, [29, 30]],
    [3, 4, [2, 3, 4, 5]],
    [40, 41, []],
  ])("of lines %i-%i is %j", (start, end, lines) => {
    expect(codeFrame(text, start, end).map(({ line }) => line)).toEqual(lines);
  });

  it("shows at most ten lines of a long range, and no endless line", () => {
    expect(codeFrame(text, 5, 25).map(({ line }) => line)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(codeFrame("x".repeat(1_000_000), 1, 1)[0]?.text).toHaveLength(200);
  });
});
