// Globs of files and branches: what fits, and that no pattern is slow.
import { describe, expect, it } from "vitest";
import { branchGlob, fileGlob, listOfGlobs } from "../../../src/repo-config/glob.ts";

describe("fileGlob", () => {
  it.each([
    ["src/*.ts", ["src/a.ts", "src/.ts"], ["src/b/a.ts", "a.ts", "xsrc/a.ts", "src/a.tsx"]],
    ["src/**", ["src/a", "src/b/c.ts"], ["src", "lib/src/a"]],
    ["**/dist/**", ["dist/a", "a/dist/b/c"], ["adist/b", "dist"]],
    ["src/**/a.ts", ["src/a.ts", "src/b/c/a.ts"], ["src/ba.ts", "src/b/xa.ts"]],
    ["*.md", ["a.md", "docs/deep/a.md"], ["a.mdx"]],
    ["package.json", ["package.json", "web/package.json"], ["xpackage.json"]],
    ["/package.json", ["package.json"], ["web/package.json"]],
    ["docs/", ["docs/a", "docs/b/c"], ["docs", "mydocs/a"]],
    ["a?c[0-9][!x]", ["abc1y"], ["a/c1y", "abc1x", "abcxy"]],
    ["{src,test}/*.{ts,js}", ["src/a.ts", "test/a.js"], ["lib/a.ts", "src/a.css"]],
    ["a{b", ["a{b"], ["ab"]],
    ["\\*.ts", ["*.ts", "x/*.ts"], ["a.ts"]],
    ["Makefile", ["Makefile"], ["makefile"]],
  ])("%s", (pattern, fits, not) => {
    const glob = fileGlob(pattern);
    expect(fits.filter((name) => !glob(name))).toEqual([]);
    expect(not.filter((name) => glob(name))).toEqual([]);
  });

  it.each(["*a".repeat(200) + "b", "**/".repeat(160) + "x", "{a,aa}".repeat(80) + "b", "?*".repeat(250)])(
    "costs milliseconds for the worst pattern on the longest path: %#",
    (pattern) => {
      const startedAt = performance.now();
      fileGlob(pattern)("a".repeat(2000) + "/" + "a".repeat(2000));
      expect(performance.now() - startedAt).toBeLessThan(1500);
    },
  );
});

it("a branch's star stands for slashes too", () => {
  expect(branchGlob("release/*")("release/1/2")).toBe(true);
  expect(branchGlob("main")("xmain")).toBe(false);
});

it("the last pattern of a list that fits counts", () => {
  const excluded = listOfGlobs(["docs/**", "!docs/api/**", "*.lock"]);
  expect(["docs/a", "docs/api/a", "x/y.lock", "src/a"].map(excluded)).toEqual([true, false, true, false]);
});

it("a list that costs too much answers no more", () => {
  const costly = listOfGlobs(Array.from({ length: 500 }, () => "*a".repeat(200) + "b"));
  const answers = Array.from({ length: 20 }, () => costly("a".repeat(1000)));
  expect(answers.at(-1)).toBeNull();
});
