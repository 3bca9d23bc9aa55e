// What counts as a command in a comment, and what only looks like one.
import { describe, expect, it } from "vitest";
import { parseCommand } from "../../../src/intent/command.ts";

const ALIASES = ["codex", "rondo"];
const parse = (body: string) => parseCommand(body, ALIASES);

describe("parseCommand", () => {
  it.each([
    ["@codex review", { name: "review", focus: null }],
    ["@Codex REVIEW", { name: "review", focus: null }],
    ["@rondo: review the locking", { name: "review", focus: "the locking" }],
    ["/rondo review", { name: "review", focus: null }],
    ["   @codex review", { name: "review", focus: null }],
    ["Thanks!\r\n@codex review\r\n", { name: "review", focus: null }],
    ["@codex full review", { name: "review", focus: null }],
    ["@codex abort wrong branch", { name: "abort", reason: "wrong branch" }],
    ["@codex abort", { name: "abort", reason: null }],
    ["@codex extend 5", { name: "extend", rounds: 5 }],
    ["@codex help", { name: "help" }],
    ["~~~\ncode\n~~~\n@codex review", { name: "review", focus: null }],
    ["<!-- note -->\n@codex review", { name: "review", focus: null }],
  ])("reads %j", (body, command) => {
    expect(parse(body)).toEqual(command);
  });

  it.each([
    "please @codex review",
    "> @codex review",
    "    @codex review",
    "\t@codex review",
    "`@codex review`",
    "```\n@codex review\n```",
    "````\n```\n@codex review\n````",
    "~~~ts\n@codex review\n~~~",
    "<!--\n@codex review\n-->",
    "@codexreview",
    "@codex-bot review",
    "@other review",
    "@codex what do you think?",
    "@codex",
    "re-review requested for latest head",
    "",
  ])("finds nothing in %j", (body) => {
    expect(parse(body)).toBeUndefined();
  });

  it.each([
    "@codex extend",
    "@codex extend 0",
    "@codex extend 51",
    "@codex extend -3",
    "@codex extend five",
    "@codex extend ٣",
  ])("says that %j is not understood", (body) => {
    expect(parse(body)).toMatchObject({ name: "not understood" });
  });

  it.each(["\n", "```\n", "<!-- ", "@codex ", "> ", "@", "\\", "    ", "~~~"])(
    "takes time linear in the length of a comment of %j",
    (unit) => {
      const time = (length: number): number => {
        const body = unit.repeat(Math.ceil(length / unit.length));
        return Math.min(...[1, 2, 3, 4, 5].map(() => cpuMs(() => parse(body))));
      };
      time(65_536);

      expect(time(524_288)).toBeLessThan(32 * Math.max(4, time(65_536)));
    },
  );
});

function cpuMs(work: () => unknown): number {
  // CPU time of this process: a busy machine does not count.
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}
