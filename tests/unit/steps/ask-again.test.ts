// Who is asked a second time, and what a reviewer is shown then.
import { describe, expect, it } from "vitest";
import { MAX_PREVIOUS_ANSWER, previousAnswer, secondQuestion, unclearPart } from "../../../src/steps/ask-again.ts";

const judged = { failure: null, verdict: "UNKNOWN", contradiction: null };

describe("unclearPart", () => {
  it.each([
    [{ reading: "unreadable", problem: "it is no review JSON" }, judged, "it is no review JSON"],
    [{ reading: "unreadable" }, judged, "it is no review"],
    [{ reading: "text", problem: null }, judged, "it states no verdict"],
    [{ reading: "structured" }, { ...judged, contradiction: "final line APPROVE" }, "final line APPROVE"],
    [{ reading: "unreadable" }, { ...judged, failure: "reviewer_crashed: exit 3" }, null],
    [{ reading: "structured" }, { ...judged, verdict: "APPROVE" }, null],
    [{ reading: "unreadable" }, { ...judged, verdict: "ERROR" }, null],
  ] as const)("%j and %j: %s", (review, outcome, expected) => {
    expect(unclearPart(review, outcome)).toBe(expected);
  });
});

describe("secondQuestion", () => {
  it("is asked only after a first one, with the answer that was kept", () => {
    const asked_again = { problem: "it is no review", run_id: "7-r1.1-codex-00000000" };

    expect(secondQuestion({ output: "hm" })).toEqual({});
    expect(secondQuestion(undefined)).toEqual({});
    expect(secondQuestion({ output: "hm", asked_again })).toEqual({
      previousAnswer: { output: "hm", problem: "it is no review" },
    });
  });

  it("shows the beginning and the end of a long answer, and no half character", () => {
    const { output } = previousAnswer(`begin ${"😀".repeat(20_000)}x end`, "p");

    expect(output.length).toBeLessThanOrEqual(MAX_PREVIOUS_ANSWER);
    expect(output).toMatch(/^begin .*\n\[…\]\n.* end$/su);
    expect(output).not.toMatch(/\p{Surrogate}/u);
  });
});
