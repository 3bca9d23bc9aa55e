// Which repositories a server works for.
import { describe, expect, test } from "vitest";
import { parseServerConfig } from "../../../src/repo-config.ts";
import { isServed } from "../../../src/repo-config/served.ts";

const serves = (yaml: string, name: string): boolean => {
  const [owner = "", repo = ""] = name.split("/");
  return isServed({ owner, repo }, parseServerConfig(yaml).config);
};

describe("repositories", () => {
  test.each([
    ["", "octo/cat", true],
    ["repositories: []", "octo/cat", true],
    ["repositories: [octo/cat]", "octo/cat", true],
    ["repositories: [octo/cat]", "Octo/Cat", true],
    ["repositories: [Octo/*]", "octo/cat", true],
    ["repositories: [octo/*]", "octopus/cat", false],
    ["repositories: [octo/c*, acme/shop]", "acme/shop", true],
    ["repositories: [octo/c*]", "octo/dog", false],
    ["repositories: ['*/cat']", "anybody/cat", true],
    // A name alone is an owner.
    ["repositories: [octo]", "octo/cat", true],
    ["repositories: [octo]", "anybody/octo", false],
  ])("%j and %s: %s", (yaml, name, expected) => {
    expect(serves(yaml, name)).toBe(expected);
  });

  test("a list that cannot be read opens the server to nobody, and is told", () => {
    expect(serves("repositories: octo/*", "octo/cat")).toBe(false);
    expect(serves("repositories: octo/*", "anybody/else")).toBe(false);
    expect(parseServerConfig("repositories: octo/*").problems).toEqual([
      expect.stringContaining('"repositories" is not valid'),
      'no repository is served until "repositories" is a list of globs',
    ]);
  });

  test("no server file serves everybody", () => {
    expect(isServed({ owner: "octo", repo: "cat" }, undefined)).toBe(true);
  });
});
