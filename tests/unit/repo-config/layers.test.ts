// Who wins when the repository, its owner and the server all say something, and what a person is told about it.
import { describe, expect, test } from "vitest";
import { organisationLayer, parseServerConfig, repositoryLayer } from "../../../src/repo-config.ts";
import { KEY_FACTS } from "../../../src/repo-config/key-facts.ts";
import { explainConfig, mergeLayers } from "../../../src/repo-config/layers.ts";
import { leafPaths } from "../../../src/repo-config/schema-keys.ts";
import { RepoConfig } from "../../../src/repo-config/schema.ts";

const BASE = "0123abc".padEnd(40, "0");
const OWNERS = "4567def".padEnd(40, "0");

function layered(files: { repository?: string; organisation?: string; server?: string }) {
  const server = parseServerConfig(files.server ?? null);
  const layers = [
    server.layer,
    repositoryLayer(files.repository ?? null, BASE),
    organisationLayer(files.organisation ?? null, "octo", OWNERS),
  ];
  const explained = new Map(explainConfig(layers, server.config).map((one) => [one.key, one]));
  return { ...mergeLayers(layers, server.config), valueOf: (key: string) => explained.get(key) };
}

describe("layers", () => {
  test("the repository wins over its owner, the owner over the server, the server over the default, key by key", () => {
    const { config, source, problems } = layered({
      repository: "max_rounds: 3\ntriggers:\n  opened: false\n",
      organisation: "max_rounds: 4\nbadges: false\ntriggers: { opened: true, label: ask }\naliases: [robot]\n",
      server: "max_rounds: 5\nbadges: true\ntranscript: full\naliases: [one, two]\n",
    });

    expect(config).toMatchObject({ max_rounds: 3, badges: false, transcript: "full", aliases: ["robot"] });
    expect(config.triggers).toMatchObject({ opened: false, label: "ask", synchronize: true });
    expect(source).toBe(".github/rondo.yml @ 0123abc, octo/.github @ 4567def, server file");
    expect(problems).toEqual([]);
  });

  test("names only files that are there, and a server's file only when it has a say", () => {
    expect(layered({}).source).toBe("defaults");
    expect(layered({ server: "limits: { output_bytes: 5000 }" }).source).toBe("defaults");
    expect(layered({ repository: "" }).source).toBe(".github/rondo.yml @ 0123abc");
    expect(layered({ organisation: "badges: false" }).source).toBe("octo/.github @ 4567def");
  });

  test("null switches off what a weaker layer set", () => {
    const { config, valueOf } = layered({
      repository: "triggers:\n  label: null\n",
      organisation: "triggers: {label: go}",
    });

    expect(config.triggers.label).toBeNull();
    expect(valueOf("triggers.label")).toMatchObject({ value: null, source: { layer: "repository", line: 2 } });
  });

  test("explains each value with file, commit and line", () => {
    const { valueOf } = layered({
      repository: "# ours\n\ntriggers:\n  opened: false\n",
      organisation: "badges: false\n",
      server: "transcript: full\npaths: [src]\n",
    });

    expect(valueOf("triggers.opened")).toEqual({
      key: "triggers.opened",
      value: false,
      byDefault: true,
      source: { layer: "repository", file: ".github/rondo.yml", sha7: "0123abc", line: 4 },
      hasEffect: true,
    });
    expect(valueOf("badges")?.source).toEqual({
      layer: "organisation",
      file: "octo/.github",
      sha7: "4567def",
      line: 1,
    });
    expect(valueOf("transcript")?.source).toEqual({ layer: "server", file: "server file", sha7: null, line: 1 });
    expect(valueOf("budget.runs_per_day")).toMatchObject({ value: null, source: "default", hasEffect: false });
    expect(explainConfig([])).toHaveLength(leafPaths(RepoConfig).length);
  });

  test("a problem of the owner's file says whose it is", () => {
    const { problems } = layered({ repository: "bagdes: no\n", organisation: "x: 1\nmax_rounds: 0\n" });

    expect(problems).toEqual([
      'line 1, column 1: unknown key "bagdes"; did you mean "badges"?',
      'octo/.github: line 1, column 1: unknown key "x"',
      expect.stringMatching(/^octo\/\.github: line 2, column 1: "max_rounds" is not valid: .*; it does not apply$/),
    ]);
  });

  test("what does not fit falls through to the weaker layer, not to the default", () => {
    expect(layered({ repository: "max_rounds: lots", organisation: "max_rounds: 7" }).config.max_rounds).toBe(7);
  });
});

describe("caps of the server", () => {
  const server = "caps: { max_rounds: 4, runs_per_day: 9 }\n";

  test("hold, and whoever asked for more is told so", () => {
    const { config, problems, valueOf } = layered({ repository: "badges: true\nmax_rounds: unlimited\n", server });

    expect(config).toMatchObject({ max_rounds: 4, budget: { runs_per_day: 9 } });
    expect(problems).toEqual([
      'line 2, column 1: "max_rounds" is "unlimited"; this server allows at most 4, which applies',
    ]);
    expect(valueOf("max_rounds")).toMatchObject({ value: 4, source: { layer: "server", line: 1 } });
  });

  test("say nothing to those who asked for nothing or for less", () => {
    expect(layered({ server })).toMatchObject({ config: { max_rounds: 4 }, problems: [] });
    expect(layered({ repository: "max_rounds: 2", server })).toMatchObject({ config: { max_rounds: 2 }, problems: [] });
  });
});

describe("settings without effect", () => {
  test("are said with their place, unless they say what holds anyway", () => {
    const { idle, problems } = layered({
      repository: "paths: [src]\nexclude: []\nexternal:\n  reviewers: [a]\n",
      organisation: "evaluator: propose\n",
    });

    expect(problems).toEqual([]);
    expect(idle.every((one) => one.endsWith("has no effect in this version of Rondo"))).toBe(true);
  });
});

test("every key has its facts, and no fact is about a key that does not exist", () => {
  expect(Object.keys(KEY_FACTS)).toEqual(leafPaths(RepoConfig).map((path) => path.join(".")));
});

test("the examples are valid", () => {
  for (const [key, { examples = [] }] of Object.entries(KEY_FACTS)) {
    expect(examples.length, key).toBeGreaterThan(0);
    for (const example of examples) {
      const given = key.split(".").reduceRight<unknown>((inner, part) => ({ [part]: inner }), example);
      expect(RepoConfig.safeParse(given).error, key).toBeUndefined();
    }
  }
});

describe("did you mean", () => {
  test.each([
    ["debounce_seconds: 5", "triggers.debounce_seconds"],
    ["triggers:\n  badges: false", "badges"],
    ["path_filters: [src]", "paths"],
    ["ignore_title_keywords: [WIP]", "ignore_titles"],
    ["Max_Rounds: 5", "max_rounds"],
    ["tirggers:\n  opened: true", "triggers"],
  ])("%j", (text, meant) => {
    expect(mergeLayers([repositoryLayer(text, BASE)]).problems.join()).toContain(`did you mean "${meant}"?`);
  });

  test.each(["zzz: 1", "x: 1", "toString: 1", "a-very-different-key-of-some-other-tool: 1"])(
    "nothing for %j",
    (text) => {
      expect(mergeLayers([repositoryLayer(text, BASE)]).problems.join()).not.toContain("did you mean");
    },
  );
});

const fill = (piece: (n: number) => string, size = 99_000): string => {
  let text = "";
  for (let n = 0; text.length < size; n++) text += piece(n);
  return text.slice(0, size);
};

describe("hostile files cost little", () => {
  test.each([
    ["unknown keys", fill((n) => `k${n}: 1\n`)],
    ["unknown keys below the limit", fill((n) => `k${n}: 1\n`, 18_000)],
    ["keys that stand twice", fill(() => "a: 1\n", 12_000)],
    ["anchors", fill((n) => `k${n}: &a${n} 1\n`, 18_000)],
    ["uses of an anchor", `x: &a [1]\ny: [${fill(() => "*a,", 6000)}]`],
    ["brackets", fill(() => "{}")],
    ["colons", fill(() => ": ")],
    ["wrong entries", fill(() => ": : :\n", 14_000)],
    ["one long word", `rules: ['${fill(() => "y")}']`],
    ["a megabyte", fill(() => "#\n", 1_000_000)],
    ["edits of a long key", fill(() => "max_rounds_max_rounds", 90_000)],
  ])("%s", (_, text) => {
    const started = process.cpuUsage();
    const { problems } = mergeLayers([repositoryLayer(text, BASE)]);
    const { user, system } = process.cpuUsage(started);

    expect(problems.length).toBeLessThanOrEqual(22);
    expect(problems.length).toBeGreaterThan(0);
    expect((user + system) / 1000).toBeLessThan(1500);
  });
});
