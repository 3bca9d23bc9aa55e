// Every rule against its own example, through the real engines: the bad one is found by that rule, the good one by none.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyseText } from "../support/static-analysis.ts";
import { RULES } from "../../src/reviewers/static/rules.ts";

let workDir = "";
beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "rondo-rules-"));
});
afterAll(() => rm(workDir, { recursive: true, force: true }));

describe("the rule set", () => {
  it("has unique ids in kebab case and at least 25 rules", () => {
    const ids = RULES.map((rule) => rule.id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
    expect(ids.length).toBeGreaterThanOrEqual(25);
  });

  it("has one-line titles without a full stop and a reason that ends in one", () => {
    const bad = RULES.filter((rule) => /[\n]|\.$/.test(rule.title) || !/[.)]$|Notify$/.test(rule.why));

    expect(bad.map((rule) => rule.id)).toEqual([]);
  });

  it.each(RULES.map((rule) => [rule.id, rule] as const))("%s finds its bad example", async (id, rule) => {
    const found = await analyseText(rule.example.path, rule.example.bad, workDir);

    expect(found.failed).toEqual([]);
    expect(found.rules).toContain(id);
  });

  it.each(RULES.map((rule) => [rule.id, rule] as const))("%s leaves its good example alone", async (_, rule) => {
    const found = await analyseText(rule.example.path, rule.example.good, workDir);

    expect(found).toEqual({ rules: [], failed: [] });
  });
});
