import { NOT_YET, SERVER_NOT_YET } from "../../../src/repo-config/not-yet.ts";
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { z } from "zod";
import { parseRepoConfig, parseServerConfig } from "../../../src/repo-config.ts";
import { repoConfigJsonSchema, serverConfigJsonSchema } from "../../../src/repo-config/json-schema.ts";

const defaults = parseRepoConfig(null).config;
const bomb = ["a0: &a0 [x, x]", ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)].join(
  "\n",
);

describe("repository configuration", () => {
  test("without a file the documented defaults hold", () => {
    expect(defaults).toMatchObject({
      aliases: ["codex", "rondo"],
      transcript: "compact",
      max_rounds: 10,
      blocking_priorities: ["P0", "P1", "P2"],
      external: { policy: "off", reviewers: [], deadline_minutes: 30 },
      on_base_change: "note",
      request_changes: false,
      evaluator: "off",
      allowed_actors: ["write", "author"],
      status_comment: true,
      badges: true,
      triggers: { debounce_seconds: 60 },
      budget: { cost_usd_per_round: 5, minutes_per_round: 45, cost_usd_per_day: 10, runs_per_day: null },
      floor_after_round: null,
    });
  });

  test.each([
    ["empty", ""],
    ["only a comment", "# nothing\n"],
    ["null values", "aliases:\nexternal:\n"],
    ["BOM and CRLF", "\uFEFFbadges: true\r\n"],
    ["line ends of old Macs", "badges: true\rmax_rounds: 10\r"],
    ["one document with its marks", "%YAML 1.2\n---\nbadges: true\n...\n"],
  ])("%s is fine", (_, text) => {
    expect(parseRepoConfig(text)).toEqual({ config: defaults, problems: [] });
  });

  test("an unknown key is named with its place and a suggestion; the rest applies (A108)", () => {
    const { config, problems } = parseRepoConfig(
      "max_round: 3\nbadges: false\ntriggers:\n  opened: false\n  synchronise: false\n",
    );

    expect(config).toEqual({ ...defaults, badges: false, triggers: { ...defaults.triggers, opened: false } });
    expect(problems).toEqual([
      'line 1, column 1: unknown key "max_round"; did you mean "max_rounds"?',
      'line 5, column 3: unknown key "triggers.synchronise"; did you mean "synchronize"?',
    ]);
  });

  test("server-only keys are unknown in a repository", () => {
    const { problems } = parseRepoConfig("commands: {x: {argv: [rm]}}\ncaps: {max_rounds: 99}\nlimits: {}\n");

    expect(problems.map((problem) => /unknown key "(\w+)"/.exec(problem)?.[1])).toEqual(["commands", "caps", "limits"]);
  });

  test.each([
    [
      "blocking_priorities: [P0, P9]",
      /^line 1, column 1: "blocking_priorities" is not valid at 1: .*; it does not apply$/,
    ],
    ["badges: yes", /"badges" is not valid: .*boolean/],
    ["max_rounds: 0", /"max_rounds" is not valid: Too small: expected number to be >=1/],
    [
      'max_rounds: "5"',
      /"max_rounds" is not valid: must be a whole number from 1 to 1000, or "unlimited"; it does not/,
    ],
    ["max_rounds: 5.5", /"max_rounds" is not valid/],
    ["max_rounds: .nan", /"max_rounds" is not valid/],
    ["aliases: codex", /"aliases" is not valid: .*expected array, received string/],
    ["badges: {a: 1}", /"badges" is not valid: .*expected boolean, received object/],
    ["triggers: [opened]", /"triggers" is not valid: .*expected object, received array/],
    ["external: require", /"external" is not valid/],
    ["aliases: ['@codex']", /a word as in a GitHub login, without @/],
    ["external: {deadline_minutes: -1}", /"external.deadline_minutes" is not valid/],
    ["- 1", /must be a mapping/],
    ["just text", /must be a mapping/],
    ["badges: false\nbadges: true", /^line 2, column 1: "badges" stands here a second time; the last one applies/],
    ["triggers:\n  opened: false\n  opened: true", /^line 3, column 3: "opened" stands here a second time/],
    ["\tbadges: false", /^line 1, column 1: Tabs are not allowed/],
    ["triggers:\n\topened: false", /^line 2, column 1: Tabs are not allowed/],
    ["badges: false\n\0\n", /^line 2, column 1: /],
    ["badges: *none", /Unresolved alias/],
    ["a: &a [*a]", /unknown key "a"/],
    ["badges: !!js/function 'x'", /^line 1, column 9: Unresolved tag/],
    ["1: 2", /unknown key "1"/],
    ["badges: [", /^line \d+, column \d+: /],
    ["a: b\n---\nc: d", /line/],
    ["__proto__: {badges: false}", /unknown key "__proto__"/],
    ["constructor: 1", /unknown key "constructor"/],
    [bomb, /Excessive alias count/],
    ["[".repeat(100_000), /nested deeper/],
    ["a: ".repeat(2000), /./],
    ["- ".repeat(2000), /nested deeper/],
    ["x".repeat(1_000_001), /longer than/],
  ])("%.40j is reported and changes nothing", (text, problem) => {
    const { config, problems } = parseRepoConfig(text);

    expect(problems.some((one) => problem.test(one))).toBe(true);
    expect(config).toEqual(defaults);
  });

  test("an anchor's value stands where it is used", () => {
    expect(parseRepoConfig("aliases: &names [claude]\nignore_labels: *names\n")).toEqual({
      config: { ...defaults, aliases: ["claude"], ignore_labels: ["claude"] },
      problems: [],
    });
  });

  test("a key that is a list is told, and nothing is written between the lines of the log", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on("warning", hear);
    const { config, problems } = parseRepoConfig("[a]: 1\nbadges: false\n");
    await new Promise(setImmediate);
    process.off("warning", hear);

    expect({ config, warnings }).toEqual({ config: { ...defaults, badges: false }, warnings: [] });
    expect(problems).toEqual(['the file: unknown key "[ a ]"']);
  });

  test("no text makes it throw or leave the schema", () => {
    const piece = fc.constantFrom(
      "badges",
      ": ",
      "true",
      "\n",
      "  ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&a ",
      "*a",
      "!!str ",
      "max_rounds",
      "5",
      "'",
      '"',
      "#",
      "|",
      "? ",
      "---",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }), (parts) => {
        expect(Object.keys(parseRepoConfig(parts.join("")).config)).toEqual(Object.keys(defaults));
      }),
      { numRuns: 300 },
    );
  });
});

describe("server configuration", () => {
  test("says which of its keys nothing acts on, and marks them for the documentation", () => {
    const { problems } = parseServerConfig(
      "repositories: [octo/*]\nlimits: { max_files: 5 }\nevaluator: propose\ncaps: { runs_per_day: 5, max_rounds: 4 }\n",
    );

    expect(problems).toEqual([
      '"evaluator" has no effect in this version of Rondo',
      '"caps.runs_per_day" has no effect in this version of Rondo',
    ]);
    const marked = JSON.stringify(serverConfigJsonSchema()).split("Not acted on in this version").length - 1;
    expect(marked).toBeGreaterThanOrEqual(SERVER_NOT_YET.length + NOT_YET.length);
  });

  test("gives defaults to repositories and caps what they ask for", () => {
    const { config: server, problems } = parseServerConfig(
      "badges: false\nexternal: {deadline_minutes: 5}\ncaps: {max_rounds: 5, cost_usd_per_round: 2, runs_per_day: 9}\ncommands: {lint: {argv: [/opt/lint, --json]}}\n",
    );
    const { config } = parseRepoConfig(
      "max_rounds: unlimited\nexternal: {policy: require}\nbudget: {cost_usd_per_round: 100}\n",
      server,
    );

    expect(problems).toEqual([
      '"caps.cost_usd_per_round" has no effect in this version of Rondo',
      '"caps.runs_per_day" has no effect in this version of Rondo',
    ]);
    expect(config).toMatchObject({
      badges: false,
      max_rounds: 5,
      external: { policy: "require", deadline_minutes: 5 },
    });
    expect(config.budget).toMatchObject({ cost_usd_per_round: 2, runs_per_day: 9, cost_usd_per_day: 10 });
    expect(server.commands["lint"]).toEqual({
      argv: ["/opt/lint", "--json"],
      timeout_seconds: 900,
      environment: {},
      paid: true,
    });
    expect(config).not.toHaveProperty("commands");
  });
});

const Described = z.object({
  description: z.string().optional(),
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** Keys without a description or a default, `parent.child` for nested ones. */
function undescribed(schema: unknown, path = ""): string[] {
  return Object.entries(Described.parse(schema).properties ?? {}).flatMap(([key, value]) => {
    const { description, default: byDefault } = Described.parse(value);
    const own = description === undefined || byDefault === undefined ? [`${path}${key}`] : [];
    return [...own, ...undescribed(value, `${path}${key}.`)];
  });
}

test("every key has a description and a default", () => {
  expect(undescribed(repoConfigJsonSchema())).toEqual([]);
  expect(undescribed(serverConfigJsonSchema())).toEqual([]);
  expect(undescribed({ properties: { a: {} } })).toEqual(["a"]);
});
