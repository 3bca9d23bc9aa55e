import { describe, expect, test } from "vitest";
import { chooseRules, reviewSections, ruleFileNames } from "../../../src/prompt/rule-files.ts";

const four = (folder: string): string[] =>
  ["AGENTS.override.md", "AGENTS.md", "CLAUDE.md", "REVIEW.md"].map((name) => `${folder}${name}`);

describe("rule files", () => {
  test("are looked for in the folders of the changed files, from the root down", () => {
    expect(ruleFileNames(["src/pay/cart.ts", "src/b.ts", "README.md"])).toEqual([
      ".github/copilot-instructions.md",
      ...four(""),
      ...four("src/"),
      ...four("src/pay/"),
    ]);
    const deep = Array.from({ length: 5_000 }, (_, n) => `folder-${n}/a.ts`);
    expect(ruleFileNames(deep)).toHaveLength(1 + 4 * 500);
  });

  test("of an AGENTS.md only the sections about reviews count, of the others all", () => {
    const agents = "# Build\nnpm i\n## Review guidelines\nNo floats.\n### More\nNo dates.\n## Style\nTabs.";
    expect(
      chooseRules([
        { path: "CLAUDE.md", text: "Be careful." },
        { path: "AGENTS.md", text: agents },
        { path: "docs/AGENTS.md", text: "# Only about building" },
      ]),
    ).toEqual({
      rules: [
        { path: "CLAUDE.md", text: "Be careful." },
        { path: "AGENTS.md", text: "## Review guidelines\nNo floats.\n### More\nNo dates." },
      ],
      leftOut: [],
    });
  });

  test("an override takes the place of the file beside it alone", () => {
    const text = "## Code Review Rules\nx";
    const found = ["AGENTS.override.md", "AGENTS.md", "src/AGENTS.md"].map((path) => ({ path, text }));
    expect(chooseRules(found).rules.map(({ path }) => path)).toEqual(["AGENTS.override.md", "src/AGENTS.md"]);
  });

  test.each([
    ["## code review rules:\nx\n# Other\ny", "## code review rules:\nx"],
    ["## **Review guidelines** ##\nx", "## **Review guidelines** ##\nx"],
    ["```\n## Review guidelines\nx\n```\ny", ""],
    ["## Review guidelines\n```\n# no heading\n```\nx\n## End", "## Review guidelines\n```\n# no heading\n```\nx"],
    [
      "## Review guidelines\na\n## Code Review Rules\nb\n## C\nc\n### Review guidelines\nd",
      "## Review guidelines\na\n## Code Review Rules\nb\n### Review guidelines\nd",
    ],
    ["## Review guidelines for dogs\nx", ""],
    ["", ""],
  ])("the sections of %j", (markdown, expected) => {
    expect(reviewSections(markdown)).toBe(expected);
  });

  test("too much is named, not dropped", () => {
    const files = Array.from({ length: 6 }, (_, n) => ({ path: `f${n}/CLAUDE.md`, text: "x".repeat(15_000) }));
    const { rules, leftOut } = chooseRules([{ path: "CLAUDE.md", text: "x".repeat(16_001) }, ...files]);
    expect(rules).toHaveLength(4);
    expect(leftOut).toEqual([
      { path: "CLAUDE.md", reason: "its rules are 16001 bytes, 16000 are read" },
      { path: "f4/CLAUDE.md", reason: "all rules together are more than 60000 bytes" },
      { path: "f5/CLAUDE.md", reason: "all rules together are more than 60000 bytes" },
    ]);
  });

  test("an AGENTS.md that is one long trap is read in time in proportion", () => {
    const started = performance.now();
    reviewSections("## Review guidelines ".repeat(20_000) + "*_: ".repeat(200_000));
    reviewSections("# Review guidelines\n".repeat(50_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
