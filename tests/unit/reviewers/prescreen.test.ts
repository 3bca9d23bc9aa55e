// Refusals before any parser sees a file, and comments that must not silence an analyser.
import { describe, expect, it } from "vitest";
import { neutraliseDirectives } from "../../../src/reviewers/static/directives.ts";
import { refuseFile } from "../../../src/reviewers/static/prescreen.ts";
import { rulesMarkdown } from "../../../src/reviewers/static/rules-markdown.ts";
import { RULES } from "../../../src/reviewers/static/rules.ts";
import { languagesOf } from "../../../src/reviewers/static/source-file.ts";

describe("refuseFile", () => {
  it.each([
    ["an ordinary file", "export const a = [{ b: (1) }];\n", undefined],
    ["nothing", "", undefined],
    ["150 levels", `${"(".repeat(150)}${")".repeat(150)}`, undefined],
    ["151 levels", `${"(".repeat(151)}${")".repeat(151)}`, "nested more than 150 levels deep"],
    ["deep indentation", `a:\n${" ".repeat(700)}b\n`, "nested more than 150 levels deep"],
    ["many else-ifs", "if (a) {} else if (b) {}\n".repeat(501), "more than 500 `else if`"],
    ["20,000 characters in a line", "x".repeat(20_000), undefined],
    ["20,001 characters in a line", "x".repeat(20_001), "a line is longer than 20000 characters"],
    ["one zero byte", "a\0b", "binary content"],
    ["more than 1 MB", "a\n".repeat(500_001), "larger than 1 MB"],
  ])("judges %s", (_, text, reason) => {
    expect(refuseFile(Buffer.from(text))).toBe(reason);
  });
});

describe("neutraliseDirectives", () => {
  it("keeps every position and counts the lines", () => {
    const text = "a // eslint-disable-line\nb\n# noqa: E501\n/* oxlint-disable */ c // type: ignore\n";
    const result = neutraliseDirectives(text);

    expect(result.text).toHaveLength(text.length);
    expect(result.text).not.toMatch(/eslint-disable|noqa|oxlint-disable|type: ignore/);
    expect(result.text.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
    expect(result.lines).toEqual([1, 3, 4, 4]);
  });
});

describe("languagesOf", () => {
  it.each([
    ["src/a.tsx", ["text", "tsx"]],
    [".github/workflows/ci.yml", ["text", "workflow"]],
    ["docs/workflows/ci.yml", ["text"]],
    ["packages/a/package.json", ["text", "package-json"]],
    ["deploy/Dockerfile.prod", ["text", "dockerfile"]],
    ["README", ["text"]],
  ])("takes %s by its path", (path, languages) => {
    expect([...languagesOf(path)]).toEqual(languages);
  });
});

describe("rulesMarkdown", () => {
  it("lists every rule and carries no invisible character", () => {
    const page = rulesMarkdown();

    expect(RULES.filter((rule) => !page.includes(`### ${rule.id}\n`)).map((rule) => rule.id)).toEqual([]);
    expect(page).not.toMatch(/[\u200B\u202A-\u202E\u2066-\u2069]/u);
  });
});
