// The pages that people follow: links lead somewhere, commands say how they are checked, names exist, and no message of
// the program lacks its explanation. Each rule is asked of the real pages and once of a planted mistake.
// `npm run check-docs` runs the commands themselves.
import { describe, expect, test } from "vitest";
import { readFacts, readPages } from "../../scripts/docs-facts.mjs";
import { documentProblems } from "../../scripts/docs-rules.mjs";
import { COMMANDS } from "../../src/cli/commands.ts";

const facts = readFacts(COMMANDS);

describe("the documentation", () => {
  test("has no dead link, no unchecked command, no name that does not exist, and explains every message", () => {
    expect(documentProblems(readPages(), facts)).toEqual([]);
  });

  test.each([
    ["a dead link", "[x](nowhere.md)", "dead link: nowhere.md"],
    ["a dead picture", "![x](images/none.png)", "dead link: images/none.png"],
    ["a dead definition", "[x][y]\n\n[y]: nowhere.md", "dead link: nowhere.md"],
    ["a heading that is not there", "# One\n\n[x](#two)", "no such heading: #two"],
    ["a heading of another page", "[x](planted.md#two)", "no such heading: planted.md#two"],
    ["a block without a language", "```\nls\n```", "a fenced block without a language"],
    ["a block without a tag", "```sh\nls\n```", "say how this block is checked"],
    ["two tags", "```sh run example\nls\n```", "say how this block is checked"],
    ["an unknown tag", "```sh run sometimes\nls\n```", "unknown tag sometimes"],
    ["an unknown need", "```sh needs=luck\nls\n```", "needs=luck is none of"],
    [
      "a test that is not there",
      "```sh tested by=tests/none.test.ts\nls\n```",
      "by=tests/none.test.ts: there is no such file",
    ],
    ["a second test command", "```sh test\nnpm test\n```", "only the README"],
    ["another name for sh", "```bash\nls\n```", "write `sh` instead"],
    ["a variable", `Set \`${["RONDO", "NO", "SUCH"].join("_")}\`.`, "does not exist in the source"],
    [
      "a variable in a command",
      `\`\`\`sh example\n${["RONDO", "NO", "SUCH"].join("_")}=1 ls\n\`\`\``,
      "does not exist in the source",
    ],
    ["a metric", `\`${["rondo", "no", "such", "total"].join("_")}\``, "the metric"],
    ["a command", "`rondo dance`", "there is no command rondo dance"],
    ["an option", "`rondo serve --dance`", "rondo serve has no option --dance"],
    ["an option of a subcommand", "`rondo runs show X --dance`", "rondo runs has no option --dance"],
    [
      "an option in a block",
      "```sh example\nls\nnpx rondo status a/b#1 --dance\n```",
      "rondo status has no option --dance",
    ],
    ["an npm script", "`npm run -s dance`", "package.json has no script dance"],
    ["a file", "`src/dance.ts`", "there is no src/dance.ts"],
  ])("%s is found", (_, text, problem) => {
    const found = documentProblems(new Map([["docs/planted.md", text]]), { ...facts, mustMention: new Map() });

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
    expect(found[0]).toMatch(/^docs\/planted\.md:\d+: /);
  });

  test("a message that no page explains is found", () => {
    const mustMention = new Map([["docs/planted.md", [["`DANCE`", "an error code"] as const]]]);

    expect(documentProblems(new Map([["docs/planted.md", "# Codes"]]), { ...facts, mustMention })).toEqual([
      "docs/planted.md: `DANCE` is missing: an error code",
    ]);
  });

  test("honest pages pass", () => {
    const text = [
      "# One & two",
      "[a](#one--two) [b](errors.md) [c](https://example.com) `RONDO_DATA_DIR` `rondo_jobs` `src/app.ts`",
      "`rondo status OWNER/REPO#N --json` `.github/rondo.yml` `src/intent/read-…-event.ts`",
      "```sh run exit=2\nrondo runs show x --json\n```",
      "```sh needs=docker by=README.md\ndocker compose exec worker rondo --version\n```",
    ].join("\n\n");

    expect(documentProblems(new Map([["docs/planted.md", text]]), { ...facts, mustMention: new Map() })).toEqual([]);
  });

  test("the lists that pages must hold in full are not empty", () => {
    const counts = [...facts.mustMention].map(([page, words]) => [page, words.length]);

    expect(counts).toEqual([
      ["docs/troubleshooting.md", expect.any(Number)],
      ["docs/operations.md", expect.any(Number)],
      ["docs/README.md", expect.any(Number)],
    ]);
    for (const [, count] of counts) expect(count).toBeGreaterThan(8);
  });
});
