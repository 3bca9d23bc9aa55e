import { describe, expect, test } from "vitest";
import type { Priority } from "../../../src/findings/finding.ts";
import type { VerdictInput } from "../../../src/verdict.ts";
import {
  computeReaskedVerdict,
  computeVerdict,
  emptyDiffVerdict,
  mergeVerdicts,
  openBlockers,
  unreadFiles,
} from "../../../src/verdict.ts";
import { claimOf, finding } from "../report/sample-round.ts";

const BLOCKING: readonly Priority[] = ["P0", "P1", "P2"];
const ok = { kind: "completed", exitCode: 0 } as const;
const P1 = [claimOf({ priority: "P1" })];
const P3 = [claimOf({ priority: "P3" })];

function input(change: Partial<VerdictInput>): VerdictInput {
  return { ending: ok, output: "text", findings: [], statedVerdict: null, reading: "text", ...change };
}

const approve = (source: string) => ({ verdict: "APPROVE", source, contradiction: null });
const changes = (source: string, contradiction: string | null = null) => ({
  verdict: "REQUEST_CHANGES",
  source,
  contradiction,
});
const unknown = (contradiction: string | null = null) => ({ verdict: "UNKNOWN", source: "none", contradiction });
const error = { verdict: "ERROR", source: "none", contradiction: null };

describe("the verdict of a reviewer", () => {
  test.each<[string, Partial<VerdictInput>, object]>([
    [
      "V1 crash, whatever the text says (A20)",
      { ending: { kind: "exitedWith", exitCode: 1 }, statedVerdict: "APPROVE" },
      error,
    ],
    ["V1 signal", { ending: { kind: "killedBy", signal: "SIGKILL" }, statedVerdict: "APPROVE" }, error],
    [
      "V1 timeout",
      { ending: { kind: "timedOut", limit: "phase_cap", limitMs: 1 }, reading: "structured", statedVerdict: "APPROVE" },
      error,
    ],
    ["V1 empty output (A20)", { output: " \n", reading: "unreadable" }, error],
    ["V2", { reading: "structured", findings: P1, statedVerdict: "REQUEST_CHANGES" }, changes("structured")],
    [
      "V2 with a contradiction",
      { reading: "structured", findings: P1, statedVerdict: "APPROVE" },
      changes("structured", 'overall verdict "patch is correct", 1 blocking finding'),
    ],
    ["V3", { reading: "structured", findings: P3, statedVerdict: "APPROVE" }, approve("structured")],
    [
      "V4",
      { reading: "structured", findings: P3, statedVerdict: "REQUEST_CHANGES" },
      unknown('overall verdict "patch is incorrect", 0 blocking findings'),
    ],
    ["V4 without a word", { reading: "structured" }, unknown()],
    ["V5", { reading: "unreadable", findings: P1, statedVerdict: "APPROVE" }, unknown()],
    ["V6", { findings: P1, statedVerdict: "REQUEST_CHANGES" }, changes("final_line")],
    [
      "V7 (A19)",
      { findings: [...P1, ...P1], statedVerdict: "APPROVE" },
      changes("findings", "final line APPROVE, 2 blocking findings"),
    ],
    ["V8 (A17)", { findings: P1 }, changes("findings")],
    ["V9", { findings: P3, statedVerdict: "APPROVE" }, approve("final_line")],
    ["V10 (A19)", { statedVerdict: "REQUEST_CHANGES" }, unknown("final line REQUEST_CHANGES, 0 blocking findings")],
    ["V11 (A17, F01)", { reading: "clean" }, approve("derived")],
    ["V12", { findings: P3 }, approve("findings")],
    ["V13 (A18)", {}, unknown()],
    ["untagged counts as P2 (A21)", { findings: [claimOf({ priority: null })] }, changes("findings")],
  ])("%s", (_, change, expected) => {
    expect(computeVerdict(input(change), BLOCKING)).toEqual(expected);
  });

  test("blocking priorities are configurable (A22)", () => {
    expect(computeVerdict(input({ findings: P1 }), ["P0"])).toEqual(approve("findings"));
    expect(computeVerdict(input({ findings: P3 }), ["P3"])).toEqual(changes("findings"));
  });

  test("after the re-ask a verdict that parses has its own source (A18)", () => {
    expect(computeReaskedVerdict(input({ reading: "structured", statedVerdict: "APPROVE" }), BLOCKING).source).toBe(
      "reask",
    );
    expect(computeReaskedVerdict(input({}), BLOCKING)).toEqual(unknown());
  });

  test("an empty diff has nothing to review", () => {
    expect(emptyDiffVerdict()).toMatchObject({ verdict: "APPROVE", note: "nothing to review" });
  });
});

function one(verdict: "APPROVE" | "REQUEST_CHANGES" | "UNKNOWN" | "ERROR" | null) {
  return { verdict, verdict_source: verdict === null ? null : ("structured" as const) };
}

describe("the verdict of a round", () => {
  test.each([
    [["APPROVE", "APPROVE"], "APPROVE"],
    [["APPROVE", "REQUEST_CHANGES"], "REQUEST_CHANGES"],
    [["REQUEST_CHANGES", "UNKNOWN"], "UNKNOWN"],
    [["UNKNOWN", "ERROR"], "ERROR"],
    [["APPROVE", null], "ERROR"],
    [[], "ERROR"],
  ] as const)("%j → %s", (verdicts, expected) => {
    expect(mergeVerdicts(verdicts.map(one)).verdict).toBe(expected);
  });
});

test("only open findings with a blocking priority block", () => {
  const findings = [
    finding({ status: "open" }),
    finding({ status: "still_open", priority: null }),
    finding({ status: "open", priority: "P3" }),
    ...(["disputed", "resolved", "outdated", "filtered", "suppressed"] as const).map((status) => finding({ status })),
  ];

  expect(openBlockers(findings, BLOCKING)).toEqual(findings.slice(0, 2));
});

test("files left out for size withhold READY, files skipped by rule do not", () => {
  const omitted = ["binary", "generated", "vendored", "excluded", "too_large", "too_many", "budget: time"].map(
    (reason) => ({ path: reason, reason }),
  );

  expect(unreadFiles(omitted).map(({ path }) => path)).toEqual(["too_large", "too_many", "budget: time"]);
});
