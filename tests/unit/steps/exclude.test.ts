// Which pull requests start no round by themselves.
import { describe, expect, it } from "vitest";
import { RepoConfig } from "../../../src/repo-config/schema.ts";
import { isExcluded } from "../../../src/steps/exclude.ts";

const LIVE = { author: "ada", labels: ["docs"], title: "WIP: add refunds", baseRef: "release/1.2" };
const config = (given: object) => RepoConfig.parse(given);

describe("isExcluded", () => {
  it.each([
    [{ enabled: false }, "enabled is false"],
    [{ ignore_authors: ["ada"] }, "ignore_authors names ada"],
    [{ ignore_labels: ["docs"] }, "ignore_labels names docs"],
    [{ ignore_titles: ["wip"] }, 'ignore_titles names "wip"'],
    [{ base_branches: ["main"] }, "base_branches does not name release/1.2"],
    [{ base_branches: ["release/*.3"] }, "base_branches does not name release/1.2"],
    [{ base_branches: ["*/1.2/*"] }, "base_branches does not name release/1.2"],
    [{ base_branches: ["release/1.2*2"] }, "base_branches does not name release/1.2"],
  ])("says why for %j", (given, why) => {
    expect(isExcluded(LIVE, config(given))).toBe(why);
  });

  it.each([
    {},
    { ignore_authors: ["bob"], ignore_labels: ["x"], ignore_titles: ["draft"] },
    { base_branches: ["main", "release/1.2"] },
    { base_branches: ["release/*"] },
    { base_branches: ["*"] },
    { base_branches: ["*lease*1.*"] },
  ])("lets everything else through: %j", (given) => {
    expect(isExcluded(LIVE, config(given))).toBeNull();
  });
});
