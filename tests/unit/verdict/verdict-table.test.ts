// The verdict table V1 to V13, from the text that a reviewer printed to the words that people see; and the promise behind
// it: whatever comes in, nothing but a clean reading is green.
import { describe, expect, test } from "vitest";
import type { Priority } from "../../../src/findings/finding.ts";
import { parseReview } from "../../../src/findings/parse-review.ts";
import type { ReviewEnding } from "../../../src/reviewer.ts";
import { computeReaskedVerdict, computeVerdict } from "../../../src/verdict.ts";
import { claimOf } from "../report/sample-round.ts";

const BLOCKING: readonly Priority[] = ["P0", "P1", "P2"];
const ok: ReviewEnding = { kind: "completed", exitCode: 0 };
const P1 = "Full review comments:\n\n- [P1] Close it — a.ts:1-2\n  It leaks.\n";
const P3 = "Review comment:\n\n- [P3] Name it — a.ts:1-2\n  Twice.\n";
const json = (correctness: string, ...titles: string[]) =>
  JSON.stringify({ findings: titles.map((title) => ({ title })), overall_correctness: correctness });
const lastLine = (text: string, word: string) => `${text}\n${word}\n`;

const ROWS: readonly (readonly [row: string, text: string, ending: ReviewEnding, expected: string])[] = [
  ["V1 exit code", "APPROVE", { kind: "exitedWith", exitCode: 1 }, "ERROR none"],
  ["V1 signal", "APPROVE", { kind: "killedBy", signal: "SIGKILL" }, "ERROR none"],
  ["V1 time-out", json("patch is correct"), { kind: "timedOut", limit: "phase_cap", limitMs: 1 }, "ERROR none"],
  ["V1 too much output", "APPROVE", { kind: "outputTooLarge", limitBytes: 1 }, "ERROR none"],
  ["V1 not installed", "APPROVE", { kind: "notInstalled", command: "codex" }, "ERROR none"],
  ["V1 cancelled", "APPROVE", { kind: "cancelled" }, "ERROR none"],
  ["V1 empty", " \n", ok, "ERROR none"],
  ["V2", json("patch is incorrect", "[P1] a"), ok, "REQUEST_CHANGES structured"],
  [
    "V2 against its own word",
    json("patch is correct", "[P1] a", "b"),
    ok,
    'REQUEST_CHANGES structured | overall verdict "patch is correct", 2 blocking findings',
  ],
  ["V3", json("patch is correct"), ok, "APPROVE structured"],
  ["V3 with advice", json("patch is correct", "[P3] a"), ok, "APPROVE structured"],
  [
    "V4",
    json("patch is incorrect", "[P3] a"),
    ok,
    'UNKNOWN none | overall verdict "patch is incorrect", 0 blocking findings',
  ],
  ["V4 without a word", '{"findings":[]}', ok, "UNKNOWN none"],
  ["V5", "- [P1] Somewhere\n\nAPPROVE", ok, "UNKNOWN none"],
  ["V6", lastLine(P1, "REQUEST_CHANGES"), ok, "REQUEST_CHANGES final_line"],
  ["V7", lastLine(P1, "APPROVE"), ok, "REQUEST_CHANGES findings | final line APPROVE, 1 blocking finding"],
  ["V8", P1, ok, "REQUEST_CHANGES findings"],
  ["V9", lastLine(P3, "APPROVE"), ok, "APPROVE final_line"],
  ["V10", lastLine(P3, "REQUEST_CHANGES"), ok, "UNKNOWN none | final line REQUEST_CHANGES, 0 blocking findings"],
  ["V10 without findings", "REQUEST_CHANGES", ok, "UNKNOWN none | final line REQUEST_CHANGES, 0 blocking findings"],
  ["V11", "No merge-blocking or advisory findings were identified in the latest PR diff.", ok, "APPROVE derived"],
  ["V12", P3, ok, "APPROVE findings"],
  ["V13", "I read the change with care.", ok, "UNKNOWN none"],
  ["V13 failed", "Review was interrupted. Please re-run /review and wait for it to complete.", ok, "UNKNOWN none"],
];

const again = (output: string) =>
  computeReaskedVerdict({ ...parseReview(output, { reviewer: "codex" }), output, ending: ok }, BLOCKING);

describe("the verdict table", () => {
  test.each(ROWS)("%s", (_, output, ending, expected) => {
    const computed = computeVerdict({ ...parseReview(output, { reviewer: "codex" }), output, ending }, BLOCKING);
    const { verdict, source, contradiction } = computed;

    expect(`${verdict} ${source}${contradiction === null ? "" : ` | ${contradiction}`}`).toBe(expected);
  });

  test("has every row", () => {
    const rows = new Set(ROWS.map(([row]) => row.split(" ")[0]));
    expect([...rows]).toEqual(Array.from({ length: 13 }, (_, index) => `V${index + 1}`));
  });

  test("a second question that parses has its own source, one that does not stays UNKNOWN", () => {
    expect(again(json("patch is correct"))).toMatchObject({ verdict: "APPROVE", source: "reask" });
    expect(again(P1)).toMatchObject({ verdict: "REQUEST_CHANGES", source: "reask" });
    expect(again("As I said.")).toMatchObject({ verdict: "UNKNOWN", source: "none" });
    expect(again("")).toMatchObject({ verdict: "ERROR", source: "none" });
  });
});

test("nothing but a reading that concludes, of a reviewer that ended well, without blockers, is green", () => {
  const endings: (ReviewEnding | null)[] = [...new Set(ROWS.map(([, , ending]) => ending)), null];
  const findings = [[], [claimOf({ priority: "P3" })], [claimOf({ priority: null })], [claimOf({ priority: "P0" })]];
  let greens = 0;
  for (const ending of endings)
    for (const reading of ["structured", "text", "clean", "unreadable"] as const)
      for (const statedVerdict of ["APPROVE", "REQUEST_CHANGES", null] as const)
        for (const list of findings)
          for (const failure of [null, "it crashed"])
            for (const output of ["said", ""]) {
              const input = { ending, reading, statedVerdict, findings: list, failure, output };
              const { verdict } = computeVerdict(input, BLOCKING);
              if (verdict !== "APPROVE") continue;
              greens += 1;
              const why = JSON.stringify(input);
              expect(ending === null || ending.kind === "completed", why).toBe(true);
              expect(failure, why).toBeNull();
              expect(reading, why).not.toBe("unreadable");
              expect(statedVerdict, why).not.toBe("REQUEST_CHANGES");
              expect(
                list.every(({ priority }) => priority === "P3"),
                why,
              ).toBe(true);
            }
  expect(greens).toBeGreaterThan(10);
});
