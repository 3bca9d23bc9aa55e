// SARIF for code scanning: levels, places, names of files, and that the standard's own schema takes it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/findings/finding.ts";
import { toSarif } from "../../../src/report/sarif.ts";
import { sarifProblems } from "../../support/sarif.ts";

const FINDING: Finding = {
  ...{ priority: "P1", title: "Close the file", body: "It leaks.", path: "src/a.ts", startLine: 3, endLine: 5 },
  ...{ side: "RIGHT", reviewer: "static", rule: "leak", fingerprint: "0123456789abcdef" },
};
const RULES = [{ id: "leak", priority: "P1", title: "Close the file", why: "Files are few." }] as const;
const log = (findings: readonly Finding[], more: object = {}) =>
  toSarif({ version: "1.2.3", verdict: "REQUEST_CHANGES", findings, rules: RULES, problems: [], ...more });
const resultOf = (finding: Partial<Finding>) => log([{ ...FINDING, ...finding }]).runs[0]?.results[0];

describe("toSarif", () => {
  it("names rule, level, place and fingerprint of a finding", () => {
    expect(resultOf({})).toEqual({
      ruleId: "leak",
      ruleIndex: 0,
      level: "error",
      message: { text: "[P1] Close the file\n\nIt leaks." },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "src/a.ts", uriBaseId: "%SRCROOT%" },
            region: { startLine: 3, endLine: 5 },
          },
        },
      ],
      partialFingerprints: { primaryLocationLineHash: "0123456789abcdef:1", "rondoFinding/v1": "0123456789abcdef" },
      properties: { priority: "P1", reviewer: "static", side: "RIGHT" },
    });
  });

  it("gives each rule once, with its help, and a reviewer without rules one of its own", () => {
    const mine = { ...FINDING, rule: null, reviewer: "mine" };
    const { driver } = log([FINDING, mine, FINDING]).runs[0]?.tool ?? {};
    expect(driver?.rules.map(({ id, help }) => [id, help.text])).toEqual([
      ["leak", "Close the file. Files are few."],
      ["reviewer/mine", "What the reviewer mine found. The message of each result says more."],
    ]);
  });

  it.each([
    ["P0", "error"],
    ["P1", "error"],
    ["P2", "warning"],
    [null, "warning"],
    ["P3", "note"],
  ] as const)("%s is %s", (priority, level) => {
    expect(resultOf({ priority })?.level).toBe(level);
  });

  it.each([
    ["a name with blanks and signs", { path: "a b/#1?%.ts" }, "a%20b/%231%3F%25.ts", { startLine: 3, endLine: 5 }],
    ["a name that is no UTF-8", { path: '"\\377.ts"' }, "%FF.ts", { startLine: 3, endLine: 5 }],
    ["a whole file", { startLine: null, endLine: null }, "src/a.ts", { startLine: 1 }],
    ["a line that was removed", { side: "LEFT" as const }, "src/a.ts", { startLine: 1 }],
    ["the whole change", { path: null, startLine: null, endLine: null }, "whole-change", { startLine: 1 }],
  ])("writes %s as a place that GitHub takes", (_name, finding, uri, region) => {
    const { artifactLocation, region: found } = resultOf(finding)?.locations[0]?.physicalLocation ?? {};
    expect([artifactLocation?.uri, found]).toEqual([uri, region]);
  });

  it("says when the answer cannot be relied on", () => {
    const failed = log([], { verdict: "ERROR", problems: ["mine: it crashed"] });
    expect(failed.runs[0]?.invocations[0]).toEqual({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: "warning", message: { text: "mine: it crashed" } }],
    });
    expect(sarifProblems(failed)).toEqual([]);
  });

  it("is valid whatever a reviewer said, and the judge can tell", () => {
    const line = fc.option(fc.integer({ min: 1, max: 9999 }));
    const text = fc.string({ unit: "binary" });
    const any = fc.record({ title: text, body: text, path: fc.option(text), at: line, rule: fc.option(text) });
    fc.assert(
      fc.property(any, ({ title, body, path, at, rule }) => {
        const safe = path === null || path.startsWith('"') ? null : path;
        const finding = { ...FINDING, title, body, path: safe, startLine: at, endLine: at, rule };
        expect(sarifProblems(log([finding]))).toEqual([]);
      }),
    );
    expect(sarifProblems({ ...log([]), version: "2.0" })).not.toEqual([]);
    expect(sarifProblems({ version: "2.1.0", runs: [{ tool: {} }] })).not.toEqual([]);
  });
});
