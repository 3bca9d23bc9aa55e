// What counts as a command in a comment, what only looks like one, and that no comment is slow to read.
import { assert, constantFrom, array, property } from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import type { CommentCommand } from "../../../src/commands/command.ts";
import { parseComment } from "../../../src/commands/parse-comment.ts";
import { COMMENT_COMMANDS } from "../../../src/commands/registry.ts";
import { hostileTexts } from "../../support/hostile-texts.mjs";

const ALIASES = ["codex", "rondo", "acme-reviewer"];
const parse = (body: string) => parseComment(body, ALIASES, COMMENT_COMMANDS);
const review = (focus: string | null = null, isFull = false) => ({
  ask: { kind: "review", focus, isFull },
  who: "allowed",
});
const decide = (...decisions: object[]) => ({
  ask: { kind: "decide", decisions: decisions.map((one) => ({ commit: null, ...one })) },
  who: "allowed",
});

describe("a comment", () => {
  it.each([
    ["@codex review", review()],
    ["@Codex REVIEW", review()],
    ["@rondo: review the locking", review("the locking")],
    ["@codex, review!", review()],
    ["@codex review for the locking", review("the locking")],
    ["/rondo review", review()],
    ["@acme-reviewer review", review()],
    ["   @codex review", review()],
    ["Thanks!\r\n@codex review\r\n", review()],
    ["@codex full review", review(null, true)],
    ["@codex Full  Review the sums", review("the sums", true)],
    ["@codex abort wrong branch", { ask: { kind: "abort", reason: "wrong branch" } }],
    ["@codex abort", { ask: { kind: "abort", reason: null } }],
    ["@codex extend 5", { ask: { kind: "extend", rounds: 5 } }],
    ["@codex pause", { ask: { kind: "pause" } }],
    ["@codex resume, please", { ask: { kind: "resume" } }],
    ["@codex help", { ask: { kind: "answer", topic: "help" } }],
    ["@codex status?", { ask: { kind: "answer", topic: "status" } }],
    ["@codex config", { ask: { kind: "answer", topic: "config" } }],
    ["@codex explain rd-12", { ask: { kind: "answer", topic: "explain.rd-12", argument: "RD-12" } }],
    ["@codex dispute RD-3: a.ts:1", decide({ findingId: "RD-3", word: "DISPUTE", rationale: "a.ts:1" })],
    ["@codex dismiss RD-3 a.ts:1", decide({ findingId: "RD-3", word: "DISPUTE", rationale: "a.ts:1" })],
    ["@codex reject RD-3 a.ts:1", decide({ findingId: "RD-3", word: "REJECT", rationale: "a.ts:1" })],
    ["@codex accept RD-3", decide({ findingId: "RD-3", word: "ACCEPT", rationale: "" })],
    ["@codex modify rd-3: b", decide({ findingId: "RD-3", word: "MODIFY", rationale: "b" })],
    ["@codex address that feedback", { ask: { kind: "unavailable" }, who: "write" }],
    ["@codex fix the P1 issue", { ask: { kind: "unavailable" }, who: "write" }],
    ["@codex budget +5", { ask: { kind: "unavailable" }, who: "write" }],
    ["~~~\ncode\n~~~\n@codex review", review()],
    ["<!-- note -->\n@codex review", review()],
    ["> said\n\n@codex review", review()],
    ["- one\n- two\n\n@codex review", review()],
    ["- one\n  ```\n  code\n  ```\n\n@codex review", review()],
    ["@codex review\n---\nada", review()],
    ["see [this](https://x.test) and `that`\n@codex review", review()],
    ["see [this](https://x.test), <b>and</b> `that`\n@codex review (`now`) [it] <b>", review("(`now`) [it] <b>")],
    // Several.
    ["@codex review\n@codex review", review()],
    ["@codex review\n\n> @codex abort", review()],
    ["@codex what do you think?\n@codex review", review()],
    [
      "@rondo dispute RD-1: a.ts\n@rondo accept RD-2\n@rondo accept RD-2",
      decide(
        { findingId: "RD-1", word: "DISPUTE", rationale: "a.ts" },
        { findingId: "RD-2", word: "ACCEPT", rationale: "" },
      ),
    ],
  ])("is read: %j", (body, asked) => {
    expect(parse(body)).toMatchObject(asked);
  });

  it.each([
    "please @codex review",
    "> @codex review",
    "> quoted\n@codex review",
    "> > deep\n@codex review",
    "- > @codex review",
    "- > quoted\n@codex review",
    "1. - > quoted\n   @codex review",
    "> - listed\n@codex review",
    "- @codex review",
    "* [ ] @codex review",
    "    @codex review",
    "\t@codex review",
    " \t@codex review",
    "`@codex review`",
    "`code\n@codex review\ncode`",
    "``code ` \n@codex review\n``",
    "```\n@codex review\n```",
    "````\n```\n@codex review\n````",
    "~~~ts\n@codex review\n~~~",
    "```\nnever closed\n\n@codex review",
    "- ```\n  @codex review\n  ```",
    "- a\n\n  ```\n  x\n```\n@codex review\n```",
    "- a\n\n  ```\nfoo\n  ```\n@codex review",
    "> ```\n> x\n\n```\n@codex review\n```",
    "<!--\n@codex review\n-->",
    "text <!--\n@codex review\n-->",
    "<!-- <!--\n\n@codex review\n-->",
    "<pre>\n\n@codex review\n</pre>",
    "<div>\n@codex review\n</div>",
    "<details><summary>s</summary>\n@codex review\n</details>",
    "<x-y a='1'>\n@codex review",
    "<a title='\n@codex review\n'>x</a>",
    "](```)\n@codex review ```",
    "\\`` a\n@codex review `",
    "[a](b(c) 'x\n@codex review')",
    "[a](<)> 'x\n@codex review')",
    "<a b='>\n@codex review'>",
    "[link\n@codex review\n](https://x.test)",
    "[link](\n@codex review\n)",
    "[a]: /url 'title\n@codex review\n'",
    "[^1]: a note\n@codex review",
    "@codex review | x\n--- | ---\n@codex abort | y",
    "@codexreview",
    "@codex-bot review",
    "@codex/review",
    "@other review",
    "/rondos review",
    "@codex what do you think?",
    "@codex reviewer",
    "@codex",
    "@rondo",
    // Letters that only look the same.
    "＠codex review",
    "@сodex review",
    "@codeх review",
    "@codex\u200b review",
    "@codex rеview",
    "re-review requested for latest head",
    "",
    "\u0000",
  ])("commands nothing: %j", (body) => {
    expect(parse(body)).toBeUndefined();
  });

  it.each([
    ["@codex extend", "1 to 50"],
    ["@codex extend 0", "1 to 50"],
    ["@codex extend 51", "1 to 50"],
    ["@codex extend -3", "1 to 50"],
    ["@codex extend 1e3", "1 to 50"],
    ["@codex extend 99999999999999999999", "1 to 50"],
    ["@codex extend five", "1 to 50"],
    ["@codex extend ٣", "1 to 50"],
    ["@codex extend ３", "1 to 50"],
    ["@codex dispute", "id of a finding"],
    ["@codex dispute RD-0: x", "id of a finding"],
    ["@codex dispute RD--1: x", "id of a finding"],
    ["@codex dispute RD-1x: x", "id of a finding"],
    ["@codex dispute RD-12345678: x", "id of a finding"],
    ["@codex dispute RD-١: x", "id of a finding"],
    ["@codex dispute RD-1", "needs a reason"],
    ["@codex dismiss RD-1", "dismiss RD-1 needs a reason"],
    ["@codex modify RD-1:", "needs what is done instead"],
    ["@codex explain everything", "id of a finding"],
    ["@rondo reveiw", "did you mean `review`"],
    ["@rondo stauts", "did you mean `status`"],
    ["@rondo rеview", "there is no command"],
    ["@rondo make me a sandwich", "there is no command"],
    ["/rondo frobnicate", "`help` lists"],
    ["@codex review\n@codex abort", "`review` and `abort`"],
    ["@codex review the sums\n@codex review the rest", "one command"],
    ["@codex pause\n@codex accept RD-1", "`pause` and `accept`"],
    ["@codex accept RD-1\n@codex dispute RD-1: a.ts", "decides RD-1 twice"],
    ["@codex accept RD-1\n".repeat(21), "at most 20"],
  ])("is not obeyed, and told why: %j", (body, why) => {
    expect(JSON.stringify(parse(body))).toMatch(/^\{"problem":/);
    expect(JSON.stringify(parse(body)).replaceAll('\\"', '"')).toContain(why);
  });

  it.each([
    ["@codex dispute: a.ts:1 is fine", decide({ findingId: "RD-7", word: "DISPUTE", rationale: "a.ts:1 is fine" })],
    ["@codex dismiss a.ts:1", decide({ findingId: "RD-7", word: "DISPUTE", rationale: "a.ts:1" })],
    ["@codex reject: a.ts:1", decide({ findingId: "RD-7", word: "REJECT", rationale: "a.ts:1" })],
    ["@codex accept", decide({ findingId: "RD-7", word: "ACCEPT", rationale: "" })],
    ["@codex accept: soon", decide({ findingId: "RD-7", word: "ACCEPT", rationale: "soon" })],
    ["@codex modify: otherwise", decide({ findingId: "RD-7", word: "MODIFY", rationale: "otherwise" })],
    ["@codex explain", { ask: { kind: "answer", topic: "explain.rd-7", argument: "RD-7" } }],
    ["@codex dispute RD-9: a.ts:1", decide({ findingId: "RD-9", word: "DISPUTE", rationale: "a.ts:1" })],
    ["@codex review", review()],
    [
      "@codex accept\n@codex dispute RD-9: a.ts:1",
      decide(
        { findingId: "RD-7", word: "ACCEPT", rationale: "" },
        { findingId: "RD-9", word: "DISPUTE", rationale: "a.ts:1" },
      ),
    ],
  ])("in the thread of RD-7 means RD-7 where it names none: %j", (body, asked) => {
    expect(parseComment(body, ALIASES, COMMENT_COMMANDS, "RD-7")).toMatchObject(asked);
  });

  it.each([
    ["@codex dispute", "dispute RD-7 needs a reason"],
    ["@codex accept: x\n@codex dispute: a.ts:1", "decides RD-7 twice"],
    ["@codex dispute RD-0: a.ts:1", "id of a finding"],
    ["@codex dispute RD 9: a.ts:1", "id of a finding"],
    ["@codex dispute RD9: a.ts:1", "id of a finding"],
    ["@codex dispute RD\u20119: a.ts:1", "id of a finding"],
    ["@codex dispute ＲＤ-9: a.ts:1", "id of a finding"],
    ["@codex explain RD–9", "id of a finding"],
  ])("in the thread of RD-7 is not taken for RD-7 when it means something else: %j", (body, why) => {
    const asked = parseComment(body, ALIASES, COMMENT_COMMANDS, "RD-7");
    expect(asked).toEqual({ problem: expect.stringContaining(why) });
  });

  it("may be long: a reason and a focus are cut, whole characters stay", () => {
    const asked = parse(`@codex review ${"🎉".repeat(9000)}`);
    expect(asked).toMatchObject(review("🎉".repeat(500)));
  });

  it("never reads a command where Markdown shows none", () => {
    const piece = constantFrom(
      ...[
        "@rondo review",
        "@rondo review",
        "\n",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "  ",
        "    ",
        "\t",
        "```",
        "~~~",
        "`",
        "``",
      ],
      ...[
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "<pre>",
        "</pre>",
        "<x>",
        "<a b='",
        "'>",
        "[",
        "](",
        ")",
        "[a]: ",
        "text",
        "\\",
      ],
      ...["---", "===", "| a |", "|-|", "***", "# ", "-", "*", "<details>", "2) ", ">", "- ```", "  ```"],
    );
    assert(
      property(array(piece, { maxLength: 14 }), (pieces) => {
        const body = pieces.join("");
        expect(parse(body) === undefined || showsCommand(body), body).toBe(true);
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 1500) },
    );
  });

  it("takes time in proportion to its length", () => {
    for (const text of [...hostileTexts.map(({ make }) => make), ...TRICKS]) {
      const time = (length: number): number => Math.min(...[1, 2].map(() => cpuMs(() => parse(text(length)))));
      // GitHub allows 65,536 characters; four times as many may take four times as long, and some.
      const [usual, long] = [time(65_536), time(262_144)];
      expect(long).toBeLessThan(12 * Math.max(8, usual));
    }
  }, 60_000);
});

describe("a new command", () => {
  it("is one file and one line: it is read, helped with and answered from what it says about itself", () => {
    const ping: CommentCommand = {
      name: "ping",
      usage: "ping",
      summary: "say that somebody is there",
      who: "allowed",
      example: "ping",
      read: () => ({ kind: "answer", topic: "ping", argument: null }),
      answer: () => "pong",
    };
    const commands = [...COMMENT_COMMANDS, ping];
    expect(parseComment("@codex ping", ALIASES, commands)).toMatchObject({ ask: { topic: "ping" } });
    expect(parse("@codex ping")).toBeUndefined();
  });

  it.each(COMMENT_COMMANDS.map((command) => [command.name, command] as const))(
    "%s describes itself",
    (name, command) => {
      expect(command.usage.startsWith(name)).toBe(true);
      expect(command.summary).toMatch(/^[a-z].*[^.]$/);
      expect(parse(`@rondo ${command.example}`)).toHaveProperty("ask");
      const asked = parse(`@rondo ${command.example}`);
      const isAnswer = asked !== undefined && "ask" in asked && asked.ask.kind === "answer";
      expect(command.answer !== undefined).toBe(isAnswer);
      // oxlint-disable-next-line vitest/no-conditional-expect -- only answers have a topic
      if (isAnswer && "ask" in asked && asked.ask.kind === "answer") expect(asked.ask.topic.split(".")[0]).toBe(name);
    },
  );
});

type Node = { type: string; value?: string; children?: Node[] };

/** True when GitHub's Markdown shows a paragraph or heading, outside of quotes, with a line that begins with the command. */
function showsCommand(body: string): boolean {
  const tree: Node = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const look = (node: Node): boolean => {
    if (node.type === "blockquote" || node.type === "footnoteDefinition" || node.type === "table") return false;
    if (node.type === "paragraph" || node.type === "heading") return textOf(node).split("\n").some(begins);
    return (node.children ?? []).some(look);
  };
  return look(tree);
}

const begins = (line: string): boolean => line.trimStart().startsWith("@rondo review");

/** Text of a paragraph; code, links and HTML leave a mark that no command begins with. */
function textOf(node: Node): string {
  if (node.type === "text") return node.value ?? "";
  if (node.type === "break") return "\n";
  if (["emphasis", "strong", "delete", "paragraph", "heading"].includes(node.type))
    return (node.children ?? []).map(textOf).join("");
  return "\u0001";
}

const up = (unit: string) => (size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
const TRICKS = [
  ...[
    "\n",
    "```\n",
    "<!-- ",
    "@codex ",
    "@codex review\n",
    "> ",
    "@",
    "\\",
    "    ",
    "~~~",
    "[",
    "[\n",
    "](",
    "<a b",
    "<a ",
    "`a",
    "` ``",
  ],
  ...[
    "- ",
    "-\n",
    "> - ",
    "1. ",
    "\t",
    "|-\n",
    "*a_ ",
    "<a\n",
    "@rondo zzzz\n",
    "=\n",
    '<a b="',
    "</",
    "&",
    "@rondo [\n",
    "`\n@codex review\n",
  ],
].map(up);

function cpuMs(work: () => unknown): number {
  // CPU time of this process: a busy machine does not count.
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}
