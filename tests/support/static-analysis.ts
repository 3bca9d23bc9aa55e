// Runs the static rules over one text inside the test process: every line counts as added.
import { runOwnRules } from "../../src/reviewers/static/analyse.ts";
import { neutraliseDirectives } from "../../src/reviewers/static/directives.ts";
import { runOxlint } from "../../src/reviewers/static/oxlint.ts";
import { SCRIPT, type OwnRule, type OxlintRule } from "../../src/reviewers/static/rule.ts";
import { RULES } from "../../src/reviewers/static/rules.ts";
import { createSourceFile } from "../../src/reviewers/static/source-file.ts";

const own = RULES.filter((rule): rule is OwnRule => rule.engine === "own");
const oxlint = RULES.filter((rule): rule is OxlintRule => rule.engine === "oxlint");

/** Ids of the rules that found something, sorted, and files that an engine failed on. */
export async function analyseText(
  path: string,
  text: string,
  workDir: string,
): Promise<{ rules: string[]; failed: string[] }> {
  const harmless = neutraliseDirectives(text);
  const everyLine = new Set(text.split("\n").map((_, index) => index + 1));
  const file = createSourceFile(path, harmless.text, everyLine);
  const report = await runOwnRules(file, own, []);
  const rules = new Set(report.kind === "done" ? report.hits.map((hit) => hit.rule) : []);
  const failed = report.kind === "refused" ? [report.reason] : [];
  if (SCRIPT.some((language) => file.languages.has(language))) {
    const linted = await runOxlint([file], oxlint, workDir);
    for (const hit of linted.hits) rules.add(oxlint.find((rule) => rule.oxlint === hit.oxlint)?.id ?? hit.oxlint);
    failed.push(...linted.failed.map(({ reason }) => reason));
  }
  return { rules: [...rules].toSorted(), failed };
}
