// Every rule against its own example, through the real engines: the bad one is found by that rule, the good one by none.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Analysed, analyseTexts } from "../support/static-analysis.ts";
import { RULES } from "../../src/reviewers/static/rules.ts";

type Kind = "bad" | "good";
const found: Record<Kind, ReadonlyMap<string, Analysed>> = { bad: new Map(), good: new Map() };

beforeAll(async () => {
  const workDir = await mkdtemp(join(tmpdir(), "rondo-rules-"));
  for (const kind of ["bad", "good"] as const) {
    const texts = RULES.map(({ id, example }) => ({ id, path: example.path, text: example[kind] }));
    found[kind] = await analyseTexts(texts, workDir);
  }
  await rm(workDir, { recursive: true, force: true });
}, 60_000);

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

  it.each(RULES.map((rule) => rule.id))("%s finds its bad example", (id) => {
    const bad = found.bad.get(id);

    expect(bad?.failed).toEqual([]);
    expect(bad?.rules).toContain(id);
  });

  it.each(RULES.map((rule) => rule.id))("%s leaves its good example alone", (id) => {
    expect(found.good.get(id)).toEqual({ rules: [], failed: [] });
  });
});
