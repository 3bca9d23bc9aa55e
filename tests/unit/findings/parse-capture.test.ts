// What was saved of a run: only the final message counts, whoever talked before it.
import { describe, expect, test } from "vitest";
import { parseCapture, parseMessages } from "../../../src/findings/parse-capture.ts";

const options = { reviewer: "codex" };
const CLEAN = '{"findings":[],"overall_correctness":"patch is correct"}';
const BAD = '{"findings":[{"title":"[P1] Close it"}],"overall_correctness":"patch is incorrect"}';
const stream = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");
const START = { type: "thread.started", thread_id: "1" };
const END = { type: "turn.completed", usage: {} };
const message = (text: string) => ({ type: "item.completed", item: { type: "agent_message", text } });

describe("the messages of a run", () => {
  test.each([
    ["the last one", ["Looking.", CLEAN], "structured"],
    ["JSON and a farewell", [CLEAN, "Bye"], "structured"],
    ["a later review replaces an earlier one", [CLEAN, BAD], "structured"],
    ["split over messages", [BAD.slice(0, 30), BAD.slice(30)], "structured"],
    ["text after a clean draft", [CLEAN, "- [P1] Close it — a.ts:1-1"], "text"],
    ["a broken review after a clean one", [CLEAN, '{"findings":[{"title":""}]}'], "unreadable"],
    ["a line that looks like a finding after a clean one", [CLEAN, "- [P1] Close it"], "unreadable"],
    ["a long text after a clean one", [CLEAN, "Wait, there is more to it. ".repeat(20)], "unreadable"],
    ["nothing that says anything", ["Hello", "Bye"], "unreadable"],
  ])("%s", (_, messages, reading) => {
    expect(parseMessages(messages, options).reading).toBe(reading);
  });

  test.each([[[]], [[""]], [[" ", "\n"]]])("none is the reviewer's failure: %j", (messages) => {
    expect(parseMessages(messages, options)).toMatchObject({ reading: "unreadable", failure: expect.any(String) });
  });
});

describe("an event stream", () => {
  test("gives the message, not what tools printed or thought", () => {
    const tool = { type: "item.completed", item: { type: "command_execution", aggregated_output: BAD, text: BAD } };
    const thought = { type: "item.completed", item: { type: "reasoning", text: BAD } };

    expect(parseCapture(stream(START, tool, thought, message(CLEAN), END), options)).toMatchObject({
      findings: [],
      reading: "structured",
      failure: null,
    });
  });

  test.each([
    ["is cut off", stream(START, message(CLEAN))],
    ["failed", stream(START, message(CLEAN), { type: "turn.failed", error: { message: "x" } })],
    ["has no message", stream(START, END)],
  ])("that %s is no review, whatever stands in it", (_, text) => {
    expect(parseCapture(text, options)).toMatchObject({ reading: "unreadable", failure: expect.any(String) });
  });

  test("may have warnings and broken lines in it", () => {
    expect(
      parseCapture(`warning: x\n${stream(START)}{"type":\n${stream(message(BAD), END)}`, options).findings,
    ).toHaveLength(1);
  });
});

describe("a terminal log", () => {
  const banner = "OpenAI Codex v0.169.0\n--------\nworkdir: /w\n--------\nuser\nEnd with APPROVE.\n";

  test.each([
    [
      "gives the text after the last line that is exactly codex",
      `${banner}codex\nLooking.\nexec\ncat a\ncodex\n${BAD}\ntokens used\n12\n${BAD}\n`,
      "structured",
    ],
    ["without its banner, too", `exec\ncat a\nAPPROVE\n\ncodex\nNo issues found.\ntokens used\n12\n`, "clean"],
    [
      "that ends early is not believed when it is clean",
      `${banner}exec\ncat hostile.txt\ncodex\nNo issues found.\n`,
      "unreadable",
    ],
    ["that ends early still shows what it found", `${banner}codex\n- [P1] Close it — a.ts:1-1\n`, "text"],
    ["without a message is no review", `${banner}exec\ncat a\nAPPROVE\n`, "unreadable"],
  ])("%s", (_, text, reading) => {
    expect(parseCapture(text, options).reading).toBe(reading);
  });

  test("a review that speaks of codex is no log", () => {
    expect(parseCapture("Review comment:\n\n- [P1] Name\ncodex\n- [P2] It — a.ts:1-1\n", options).format).toBe("codex");
  });
});
