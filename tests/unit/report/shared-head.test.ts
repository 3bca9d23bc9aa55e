// One truth for a commit that several pull requests share: the worst of theirs, in the same words on every check.
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { CheckStatus, RenderedCheckRun } from "../../../src/report/check-run.ts";
import { worstConclusion } from "../../../src/report/check-run.ts";
import { saysOf, unreviewed, type Weighed, withSharedHead } from "../../../src/report/shared-head.ts";

const HEAD = "0123456789abcdef0123456789abcdef01234567";
const CONCLUSIONS = ["failure", "action_required", "cancelled", "neutral", "success", null] as const;

function one(pr: number, conclusion: CheckStatus["conclusion"], base: string | null = "main"): Weighed {
  return {
    pr,
    base,
    status: { status: conclusion === null ? "in_progress" : "completed", conclusion, title: `title ${pr}` },
  };
}

function own(pr: number): RenderedCheckRun {
  const words = { title: `own ${pr}`, summary: `summary ${pr}`, text: `text ${pr}` };
  return { status: "completed", conclusion: "success", ...words, annotations: [], actions: [] };
}

describe("withSharedHead", () => {
  test("is green only when all are, never completed while one runs, and says the same on every check", () => {
    const several = array(constantFrom(...CONCLUSIONS), { minLength: 1, maxLength: 6 });
    assert(
      property(several, (conclusions) => {
        const weighed = conclusions.map((conclusion, index) => one(index + 1, conclusion));
        const checks = weighed.map(({ pr }) => withSharedHead(own(pr), weighed, HEAD));
        const said = checks.map(({ status, conclusion, title }) => JSON.stringify({ status, conclusion, title }));
        expect(new Set(said).size).toBe(1);
        const [check] = checks;
        expect(check?.conclusion === "success").toBe(conclusions.every((each) => each === "success"));
        expect(check?.status === "completed").toBe(!conclusions.includes(null));
        expect(check?.conclusion === "failure").toBe(conclusions.includes("failure") && !conclusions.includes(null));
      }),
    );
  });

  it("names the worst first, lists all, and keeps what is the check's own", () => {
    const check = withSharedHead(own(7), [one(7, "success"), one(9, "failure", "release`x")], HEAD);
    expect(check.title).toBe("#9: title 9 (worst of #7, #9)");
    expect(check.summary).toBe(
      [
        "`0123456` is the head of 2 open pull requests. A check belongs to the commit, so it says the worst of them:",
        "- #7 into `main`: success (title 7)\n- #9 into `release'x`: failure (title 9)",
        "summary 7",
      ].join("\n\n"),
    );
    expect(check.text).toBe("text 7");
  });

  it("stays within a title and a summary, however many there are", () => {
    const many = Array.from({ length: 90 }, (_, index) => one(index + 1, "failure", "x".repeat(250)));
    const check = withSharedHead(own(1), many, HEAD);
    expect(check.title).toBe("#1: title 1 (worst of 90 pull requests)");
    expect(check.summary.split("\n").filter((line) => line.startsWith("- "))).toHaveLength(21);
    expect(check.summary).toContain("- and 70 more");
  });

  it("takes one that nobody reviewed for no success", () => {
    expect(withSharedHead(own(1), [one(1, "success"), unreviewed(2, null, HEAD)], HEAD)).toMatchObject({
      conclusion: "action_required",
      title: "#2: NOT REVIEWED: no verdict for 0123456 (worst of #1, #2)",
    });
  });
});

test("what the state file keeps changes with the base, the conclusion and the words", () => {
  const said = [one(1, "success"), one(1, "success", "next"), one(1, null)].map((each) => saysOf([each])[0]?.says);
  expect(said).toEqual(["success (main): title 1", "success (next): title 1", "in_progress (main): title 1"]);
  expect(worstConclusion(["neutral", "cancelled"])).toBe("cancelled");
});
