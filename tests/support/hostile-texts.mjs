// Texts that would make a careless parser slow: each is one trick, repeated up to a size. Shared by the benchmark, which
// measures them at 1 MB and 4 MB, and by the tests, which only ask that the time stays in proportion.

const up = (unit) => (size) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
const after = (head, unit) => (size) => head + up(unit)(size - head.length);
const between = (head, unit, tail) => (size) => head + up(unit)(size - head.length - tail.length) + tail;

const RESULT = "## Codex Review -- Round 1 -- RESULT\n\nCodex exit code: 0\n\n### Verbatim codex review output\n\n";
const RECORD =
  "## Review — bot\n\nVerdict: APPROVE\n\nReviewing commit `0123456` for PR #1\n\n### Blocking Findings\n\n";
const V2 = "<!-- ccr-overview-v2 -->\n\n### 🟢 Approval recommended\n\n";
const V1 = "## Pull request overview\n\n";
const RABBIT = "**Actionable comments posted: 1**\n\n";
const SUMMARIZE = "<!-- This is an auto-generated comment: summarize by coderabbit.ai -->\n";
const EVENTS = '{"type":"thread.started","thread_id":"1"}\n';

/** @type {readonly { name: string, make: (size: number) => string }[]} */
export const hostileTexts = [
  { name: "one line of letters", make: up("a") },
  { name: "blank lines", make: up("\n") },
  { name: "carriage returns", make: up("\r") },
  { name: "spaces", make: up(" ") },
  { name: "[P1] without an end", make: up("[P1] ") },
  { name: "tag lines without a place", make: up("- [P1] Something\n") },
  { name: "findings", make: up("- [P1] x — a.ts:1-1\n") },
  { name: "one finding with an endless body", make: after("- [P1] x — a.ts:1-1\n", "  body\n") },
  { name: "one line of separators", make: after("- [P1] ", " — ") },
  { name: "separators and places", make: after("- [P1] ", "a — b:1 - c:2 ") },
  { name: "dashes", make: up("-") },
  { name: "unclosed code blocks", make: up("```\n") },
  { name: "code blocks of growing marks", make: (size) => growing(size) },
  { name: "nested quotes", make: up("> ") },
  { name: "quoted code blocks", make: up("> ```\n") },
  { name: "open braces", make: up("{") },
  { name: "open brackets", make: up("[") },
  { name: "open reviews", make: up('{"findings":[') },
  { name: "fenced empty reviews", make: up('```json\n{"findings":[]}\n```\n') },
  { name: "a big review and many small ones", make: (size) => bigAndSmall(size) },
  { name: "reviews in prose", make: up('see {"findings": [] } ') },
  { name: "deeply nested findings", make: (size) => `{"findings":${"[".repeat(size / 2)}${"]".repeat(size / 2)}}` },
  { name: "findings that are no objects", make: between('{"findings":[', "1,", "1]}") },
  { name: "findings without a title", make: between('{"findings":[', "{},", "{}]}") },
  { name: "a title of 1 MB", make: between('{"findings":[{"title":"', "[P1] ", '"}]}') },
  { name: "backslashes", make: up("\\") },
  { name: "statements", make: up("No issues found. ") },
  { name: "half statements", make: up("no blocking, or major or new or ") },
  { name: "RESULT: open code block", make: after(`${RESULT}\`\`\`text\n`, "- [P1] x\n") },
  { name: "RESULT: verbatim headings", make: after(RESULT, "### Verbatim codex review output\n") },
  { name: "RESULT: fields", make: after(RESULT, "Head SHA: 1\n") },
  { name: "record: rows", make: after(RECORD, "| 1 | a.ts:1 | BLOCKING | RD-1 [P1] x. y |\n") },
  { name: "record: one row of bars", make: after(RECORD, "|") },
  { name: "record: separators", make: after(RECORD, "---|---|\n") },
  { name: "record: pasted recovery", make: after(RECORD, "|### Recovery Notes\n") },
  { name: "record: follow-ups", make: after(`${RECORD}None.\n\n### Follow-up Findings\n\n`, "- a.ts:1 [warning] x\n") },
  { name: "record: one follow-up of brackets", make: after(`${RECORD}None.\n\n### Follow-up Findings\n\n- `, "[") },
  { name: "connector: badges", make: up("**<sub><sub>![P1 Badge](https://x/y)</sub></sub>  T**\n\nB\n") },
  { name: "connector: open badges", make: after("### 💡 Codex Review\n\n", "![P1 Badge](") },
  { name: "connector: sub tags", make: after("### 💡 Codex Review\n\n**", "<sub>") },
  { name: "connector: permalinks", make: after("### 💡 Codex Review\n\n", "https://g/o/r/blob/0123456/a.ts#L1-L2\n") },
  { name: "connector: one permalink", make: after("### 💡 Codex Review\n\nhttps://g/o/r/blob/0123456/", "a/") },
  { name: "connector: status rows", make: after("## Codex Review Summary\n", "| **Code Review** | x |\n") },
  { name: "copilot: folded blocks", make: after(V2, "<details><summary>Previously missed (1)</summary>\n") },
  {
    name: "copilot: siblings",
    make: after(
      `${V2}<details>\n<summary>Previously missed (1)</summary>\n`,
      "<details><summary>t</summary>\n`a.ts:1`\nx\n</details>\n",
    ),
  },
  {
    name: "copilot: open list",
    make: after(`${V2}<details>\n<summary>Open (9)</summary>\n`, "- [t](#discussion_r1)\n"),
  },
  { name: "copilot: one item of brackets", make: after(`${V2}<details>\n<summary>Open (9)</summary>\n- `, "[") },
  { name: "copilot: headings", make: after(V2, "### 🟢 Approved\n") },
  { name: "copilot: suppressed entries", make: after(`${V1}### Suppressed comments (9)\n`, "**a.ts:1**\n* x\n") },
  { name: "copilot: stars", make: after(`${V1}### Suppressed comments (9)\n`, "**") },
  { name: "copilot: saved page", make: up("a.ts\nComment on lines +1 to +2\nx\n") },
  { name: "copilot: coverage lines", make: after(V1, "Copilot reviewed 1 out of 1 changed files ") },
  {
    name: "coderabbit: folded blocks",
    make: after(RABBIT, "<details><summary>Nitpick comments (1)</summary><blockquote>\n"),
  },
  {
    name: "coderabbit: entries",
    make: after(
      `${RABBIT}<details><summary>Nitpick comments (1)</summary>\n<details><summary>a (1)</summary>\n`,
      "`1-2`: **T.**\n",
    ),
  },
  {
    name: "coderabbit: ranges",
    make: after(
      `${RABBIT}<details><summary>Nitpick comments (1)</summary>\n<details><summary>a (1)</summary>\n`,
      "`1-2`, ",
    ),
  },
  { name: "coderabbit: an open summary", make: after(`${RABBIT}<details><summary>`, "a ") },
  { name: "coderabbit: open tags", make: after(RABBIT, "<details ") },
  { name: "coderabbit: closing tags", make: after(RABBIT, "</details>") },
  { name: "coderabbit: markers", make: up(SUMMARIZE) },
  { name: "coderabbit: an open comment", make: after(`${SUMMARIZE}<!-- `, "x\n") },
  { name: "coderabbit: labels", make: up("_a_ | ") },
  {
    name: "events: messages",
    make: after(EVENTS, '{"type":"item.completed","item":{"type":"agent_message","text":"Bye"}}\n'),
  },
  {
    name: "events: split review",
    make: after(EVENTS, '{"type":"item.completed","item":{"type":"agent_message","text":"{\\"findings\\":["}}\n'),
  },
  { name: "log: codex lines", make: after("OpenAI Codex v1\n--------\n", "codex\n") },
];

function growing(size) {
  let text = "";
  for (let length = 3; text.length < size; length += 1) text += `${"`".repeat(length)}\n`;
  return text.slice(0, size);
}

function bigAndSmall(size) {
  const big = `\`\`\`json\n{"findings":[],"overall_explanation":"${"x".repeat(size / 2)}"}\n\`\`\`\n`;
  return big + up('```json\n{"findings":[]}\n```\n')(size - big.length);
}
