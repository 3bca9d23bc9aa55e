// The rules that a repository turns off and on are rules that there are; a slip is told with its place and a guess.
import { describe, expect, test } from "vitest";
import { parseRepoConfig } from "../../../src/repo-config.ts";
import { STATIC_RULE_IDS } from "../../../src/repo-config/static-rule-ids.ts";
import { activeRules, RULES } from "../../../src/reviewers/static/rules.ts";

describe("static.disable and static.enable", () => {
  test("know every rule, in the order of docs/rules.md, and no other", () => {
    expect(STATIC_RULE_IDS).toEqual(RULES.map(({ id }) => id));
  });

  test("tell a name that no rule has, and apply the others", () => {
    const { config, problems } = parseRepoConfig(
      "static:\n  disable: [focused-tests, sql-from-template]\n  enable: [todo-comment, something-else-entirely]\n",
    );

    expect(config.static).toEqual({ disable: ["sql-from-template"], enable: ["todo-comment"] });
    expect(problems).toEqual([
      'line 2, column 3: unknown rule "focused-tests" in "static.disable"; did you mean "focused-test"?',
      'line 3, column 3: unknown rule "something-else-entirely" in "static.enable"',
    ]);
  });

  test("a thousand unknown names cost little and are not all told", () => {
    const names = Array.from({ length: 500 }, (_, n) => `${"leftover-breakpoint".repeat(5)}${n}`);
    const started = process.cpuUsage();
    const { problems } = parseRepoConfig(`static:\n  disable: [${names.join()}]\n  enable: [${names.join()}]\n`);
    const { user, system } = process.cpuUsage(started);

    expect(problems.length).toBeLessThanOrEqual(22);
    expect((user + system) / 1000).toBeLessThan(1500);
  });
});

const ids = (disable: string[], enable: string[]) => activeRules({ disable, enable }).map(({ id }) => id);

describe("the rules of a run", () => {
  test("are those on by default, without the disabled and with the enabled ones", () => {
    expect(ids([], [])).toEqual(activeRules().map(({ id }) => id));
    expect(ids([], [])).not.toContain("todo-comment");
    expect(ids([], ["todo-comment"])).toHaveLength(ids([], []).length + 1);
    expect(ids(["focused-test"], [])).not.toContain("focused-test");
    expect(ids(["focused-test"], [])).toHaveLength(ids([], []).length - 1);
  });

  test("turning off wins over turning on", () => {
    expect(ids(["todo-comment"], ["todo-comment"])).not.toContain("todo-comment");
  });
});
